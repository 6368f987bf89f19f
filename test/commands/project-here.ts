/** A person's project folder with a Redis of its own, and the command line run on it in this process: a process for each command costs a second. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { vi } from 'vitest'
import { projectFolder } from '../config/project-folder.ts'
import { canary, configFor, type Declared, type Ended, schedules } from '../flows/project.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { ended, freePort } from './both-ways.ts'

export class ProjectHere {
  readonly #folder: string
  readonly #server: TestRedis

  private constructor(folder: string, server: TestRedis) {
    this.#folder = folder
    this.#server = server
  }

  static async open(): Promise<ProjectHere> {
    const port = await freePort()
    const server = await startTestRedis({ port: String(port) })
    vi.stubEnv('ALTCRAFT_TOKEN', canary)
    const redis = `    durability: memory\nredis: { requireDurable: false, url: "redis://127.0.0.1:${port}/0" }\n`
    const folder = projectFolder({ 'config/sendoff.yaml': configFor('http://127.0.0.1:9', redis) })
    return new ProjectHere(folder, server)
  }

  /** Forgets what is stored, and declares these. */
  async begin(...declared: readonly Declared[]): Promise<void> {
    await this.#server.redis.flushall()
    this.declare(...declared)
  }

  declare(...declared: readonly Declared[]): void {
    this.write('jobs/all.yaml', schedules(...declared))
  }

  write(name: string, text: string): void {
    const path = join(this.#folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }

  /** `FOLDER` in words is the project's; in what is printed, paths are as seen from it. */
  async run(...words: readonly string[]): Promise<Ended> {
    const here = words.map(word => word.replace('FOLDER', this.#folder))
    const flags = ['--config', join(this.#folder, 'config/sendoff.yaml'), '--jobs', join(this.#folder, 'jobs')]
    const { code, stdout, stderr } = await ended([...here, ...flags])
    const seen = (text: string) => text.replaceAll(`${this.#folder}/`, '')
    return { code, stdout: seen(stdout), stderr: seen(stderr) }
  }

  async close(): Promise<void> {
    vi.unstubAllEnvs()
    await this.#server.stop()
  }
}
