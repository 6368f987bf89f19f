/** The command line in this process, asking one ledger by both ways: Redis, and a server on a port. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'
import { runCommandLine } from '../../src/commands/command-line.ts'
import { person } from '../../src/commands/person.ts'
import type { Role } from '../../src/http/doors.ts'
import { type HttpServer, listen } from '../../src/http/server.ts'
import { projectFolder } from '../config/project-folder.ts'
import { canary, HttpStage } from '../http/stage.ts'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class BothWays {
  readonly stage: HttpStage
  readonly folder: string
  readonly #server: HttpServer
  #key = ''

  private constructor(stage: HttpStage, folder: string, server: HttpServer) {
    this.stage = stage
    this.folder = folder
    this.#server = server
  }

  /** `files`: beside the configuration, in the folder that `FOLDER` stands for in words. */
  static async open(files: Readonly<Record<string, string>> = {}): Promise<BothWays> {
    const stage = await HttpStage.open()
    const port = await freePort()
    await stage.server.redis.config('SET', 'port', String(port))
    const folder = projectFolder({
      ...files,
      'sendoff.yaml': `version: 1
accounts:
  main: { baseUrl: "https://altcraft.example.com", token: { env: ALTCRAFT_TOKEN }, durability: memory }
  other: { baseUrl: "https://other.example.com", token: { env: ALTCRAFT_TOKEN }, durability: memory }
redis: { requireDurable: false, prefix: test, url: "redis://127.0.0.1:${port}/0" }
`,
    })
    vi.stubEnv('ALTCRAFT_TOKEN', canary)
    return new BothWays(stage, folder, await listen(stage.parts(), { host: '127.0.0.1', port: 0 }, 'off'))
  }

  get url(): string {
    return this.#server.address
  }

  /** The key as it is now. */
  get key(): string {
    return this.#key
  }

  /** Makes an API key with a name as long as the person's, so that tables have the same widths. */
  async useKey(role: Role, over: { accounts?: readonly string[] } = {}): Promise<void> {
    this.#key = await this.stage.key(role, keyName, over)
    vi.stubEnv('SENDOFF_KEY', this.#key)
  }

  byRedis(...words: readonly string[]): Promise<Ended> {
    return ended([...this.#inFolder(words), '--config', join(this.folder, 'sendoff.yaml')])
  }

  byServer(...words: readonly string[]): Promise<Ended> {
    return ended([...this.#inFolder(words), '--url', this.url])
  }

  async close(): Promise<void> {
    await this.#server.close(0)
    await this.stage.close()
    vi.unstubAllEnvs()
  }

  #inFolder(words: readonly string[]): string[] {
    return words.map(word => word.replace('FOLDER', this.folder))
  }
}

const keyName = 'k'.padEnd(person().length - 'key '.length, 'k')

/** Runs a command line in this process. */
export async function ended(words: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' }
  const hear = (name: keyof typeof said) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk, encoding, done) => {
      said[name] += String(chunk)
      const heard = typeof encoding === 'function' ? encoding : done
      heard?.()
      return true
    })
  const ears = [hear('stdout'), hear('stderr')]
  // What is piped there leaves a listener behind. A process runs one command; this one runs hundreds, and node would warn of them.
  process.stdout.setMaxListeners(0)
  try {
    process.exitCode = undefined
    return { code: await runCommandLine(words), ...said }
  } finally {
    for (const ear of ears) ear.mockRestore()
    process.exitCode = undefined
  }
}

/** What differs from one asking to the next by its nature: when, who, and the keys of what was made. */
export function told({ code, stdout, stderr }: Ended) {
  const same = (text: string) =>
    text
      .replaceAll(person(), 'WHO')
      .replaceAll(`key ${keyName}`, 'WHO')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3}Z)?/g, 'TIME')
      .replaceAll(/--after \S+/g, '--after PLACE')
      .replaceAll(/\b(manual|weekly-run)-\d{8}T\d{6}-(\d+-)?[0-9a-f]{8,12}\b/g, 'LAUNCH')
      .replaceAll(/\b\d{13}-\d+\b/g, 'PLACE')
      .replaceAll(/sendoff_[0-9a-f]{12}_[0-9a-f]{64}/g, 'SECRET')
      .replaceAll(/"requestId": "[0-9a-f-]{36}"|Request-ID [0-9a-f-]{36}/g, 'REQUEST')
  return { code, stdout: same(stdout), stderr: same(stderr) }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}
