/** A person's project folder, and the built command line run in it as processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { z } from 'zod'
import { type LaunchFilter, listLaunches } from '../../src/launches/list.ts'
import type { ListedLaunch } from '../../src/launches/record.ts'
import { embeddedSocket } from '../../src/redis/embedded.ts'
import { keysUnder } from '../../src/redis/keys.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Looked for in everything that a story prints or stores. */
export const canary = 'canary-7f3a9e51c2d84b60'

/** The token as it is, in URLs, in JSON of JSON, in base64 at each alignment, and as the numbers of its bytes. */
const shapes = [
  canary,
  encodeURIComponent(canary),
  ...[0, 1, 2].map(shift => Buffer.from(canary).subarray(shift).toString('base64').slice(0, -4)),
  [...Buffer.from(canary)].join(','),
]
/** Those of them that are in the text. */
export function betrays(text: string): string[] {
  return shapes.filter(shape => text.includes(shape))
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Running {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''
  readonly ended: Promise<Ended>

  constructor(child: ChildProcess) {
    this.process = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout: this.stdout, stderr: this.stderr }))
  }

  /** Sends the signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.process.kill(signal)
    return this.ended
  }
}

const rowSchema = z.object({
  key: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  account: z.string(),
  mailing: z.number(),
  origin: z.string(),
  schedule: z.string().nullable(),
  due: z.string(),
  error: z.number().nullable(),
  error_text: z.string().nullable(),
  attempts: z.number(),
})
export type Row = z.infer<typeof rowSchema>

export class Project {
  readonly folder: string
  readonly #running = new Set<Running>()
  #redis: Redis | undefined

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(files: Readonly<Record<string, string>>): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'sendoff-story-')))
    for (const [name, text] of Object.entries(files)) await project.write(name, text)
    return project
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: this.folder, ALTCRAFT_TOKEN: canary, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const running = new Running(child)
    this.#running.add(running)
    void running.ended.then(() => this.#running.delete(running))
    return running
  }

  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.start(args).ended
  }

  /** Starts the service and waits until it says that it has started. */
  async serve(args: readonly string[] = ['--apply'], env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const service = this.start(['start', ...args], env)
    const early = service.ended.then(({ code, stdout, stderr }) => {
      throw new Error(`the service ended with ${code}: ${stderr}${stdout}`)
    })
    await Promise.race([early, until(() => service.stdout.includes('"serviceStarted"'))])
    early.catch(() => {})
    return service
  }

  /**
   * The newest records, read from the embedded Redis itself: for conditions, which are asked again and again, and each command takes
   * half a second of a core. A service must be running, or Redis is not.
   */
  async records(filter: LaunchFilter = {}): Promise<ListedLaunch[]> {
    return listLaunches({ redis: this.redis, keys: keysUnder('sendoff') }, filter, 1_000, ['main', 'bearer'])
  }

  /** The embedded Redis. */
  get redis(): Redis {
    const options = { path: this.#socket, maxRetriesPerRequest: null, retryStrategy: () => 50 }
    this.#redis ??= new Redis(options).on('error', () => {})
    return this.#redis
  }

  get #socket(): string {
    return embeddedSocket(join(this.folder, '.sendoff'))
  }

  async launches(...flags: readonly string[]): Promise<Row[]> {
    const { stdout, stderr } = await this.run('launches', 'list', '--limit', '1000', '--json', ...flags)
    if (stdout === '') throw new Error(stderr)
    return z.array(rowSchema).parse(JSON.parse(stdout))
  }

  /** Ends whatever still runs, and removes the folder. */
  async remove(): Promise<void> {
    await Promise.all([...this.#running].map(running => running.stop('SIGKILL')))
    this.#redis?.disconnect()
    await stopRedis(this.#socket)
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A killed service leaves its embedded Redis to the next. */
async function stopRedis(socket: string): Promise<void> {
  const redis = new Redis({ path: socket, lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  await redis
    .connect()
    .then(
      () => redis.shutdown('NOSAVE'),
      () => {},
    )
    .catch(() => {})
  redis.disconnect()
}

/** Waits for a condition; the test's own time limit is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pauseFor(25)
}

export function configFor(url: string, more = ''): string {
  return `version: 1
accounts:
  main:
    baseUrl: ${url}
    token: { env: ALTCRAFT_TOKEN }
    timeouts: { connect: 1s, headers: 1500ms, total: 2s }
${more}`
}

export interface Declared {
  readonly name: string
  readonly when: string
  readonly launch: string
  readonly policy?: string
}

export function schedules(...declared: readonly Declared[]): string {
  const entries = declared.map(
    ({ name, when, launch, policy }) =>
      `  ${name}:\n    when: ${when}\n    launch: ${launch}\n${policy === undefined ? '' : `    policy: ${policy}\n`}`,
  )
  const map = entries.length === 0 ? ' {}\n' : `\n${entries.join('')}`
  return `version: 1\ndefaults: { account: main, timezone: UTC }\nschedules:${map}`
}
