/**
 * The embedded Redis: where none is configured, Sendoff runs a private one under its data folder. Whoever needs it adopts a
 * living one or starts it; the last to leave stops it; one whose users were all killed is adopted by the next.
 *
 * Being a user is being connected under `userName`: a killed process leaves by itself. Starting, joining and leaving
 * exclude each other through a lock file, so nobody joins a server that another is about to stop.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { RedisUnreachable } from './connection.ts'

const userName = 'sendoff-user'
/** Longest path of a Unix socket that every supported system takes. */
const longestSocketPath = 100
const startPatience = 10_000

const missingBinary = `no redis-server or valkey-server is on PATH. Install one:
  Debian, Ubuntu   sudo apt-get install redis-server
  macOS            brew install redis
  Docker           docker run -d -p 127.0.0.1:6379:6379 redis:7 redis-server --appendonly yes --appendfsync always
                   and then set REDIS_URL=redis://127.0.0.1:6379`

/** The socket of the embedded Redis of a data folder; a folder too deep for a socket gets one in the temporary folder. */
export function embeddedSocket(dataDir: string): string {
  const path = join(dataDir, 'redis.sock')
  if (Buffer.byteLength(path) <= longestSocketPath) return path
  return join(tmpdir(), `sendoff-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}.sock`)
}

export class EmbeddedRedis {
  readonly socket: string
  readonly #dataDir: string
  #user: Redis | undefined
  #leaving = false
  /** A server that was killed, being started again. */
  #joining: Promise<void> = Promise.resolve()

  private constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.socket = embeddedSocket(dataDir)
  }

  /** Joins the embedded Redis of the folder, starting it where none lives. Throws RedisUnreachable with what to do. */
  static async join(dataDir: string): Promise<EmbeddedRedis> {
    const embedded = new EmbeddedRedis(dataDir)
    await embedded.#join()
    return embedded
  }

  /** Leaves; the last user stops the server. */
  async leave(): Promise<void> {
    this.#leaving = true
    // One that is just being started again would outlive everybody.
    await this.#joining
    const user = this.#user
    if (user?.status !== 'ready') return void user?.disconnect()
    await this.#exclusively(async () => {
      const clients = String(await user.call('CLIENT', 'LIST'))
      const users = clients.split('\n').filter(line => line.includes(` name=${userName} `)).length
      // The reply to SHUTDOWN is the end of the connection.
      if (users <= 1) await user.shutdown('NOSAVE').catch(() => {})
      user.disconnect()
    })
  }

  async #join(): Promise<void> {
    mkdirSync(join(this.#dataDir, 'redis'), { recursive: true, mode: 0o700 })
    await this.#exclusively(async () => {
      this.#user = (await this.#connect()) ?? (await this.#start())
    })
    // A server that was killed while this process lives is started again, with its data.
    this.#user?.once('end', () => {
      if (!this.#leaving) this.#rejoin()
    })
  }

  #rejoin(): void {
    this.#joining = this.#join().catch(async () => {
      await pauseFor(1_000)
      if (!this.#leaving) this.#rejoin()
    })
  }

  async #connect(): Promise<Redis | undefined> {
    const redis = new Redis({
      path: this.socket,
      connectionName: userName,
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    redis.on('error', () => {})
    try {
      await redis.connect()
      return redis
    } catch {
      redis.disconnect()
      return undefined
    }
  }

  async #start(): Promise<Redis> {
    for (const binary of ['redis-server', 'valkey-server']) {
      const log = openSync(join(this.#dataDir, 'redis', 'redis.log'), 'a', 0o600)
      const child = spawn(binary, this.#settings(), { detached: true, stdio: ['ignore', log, log] })
      const failed = new Promise<'missing' | 'ended'>(resolve => {
        child.once('error', () => resolve('missing'))
        child.once('exit', () => resolve('ended'))
      })
      child.unref()
      const outcome = await Promise.race([failed, this.#untilItAnswers()])
      if (outcome === 'missing') continue
      if (outcome === 'ended' || outcome === undefined) {
        throw new RedisUnreachable(
          `the embedded Redis did not start; ${join(this.#dataDir, 'redis', 'redis.log')} says why`,
        )
      }
      return outcome
    }
    throw new RedisUnreachable(missingBinary)
  }

  async #untilItAnswers(): Promise<Redis | undefined> {
    const until = Date.now() + startPatience
    while (Date.now() < until) {
      const redis = await this.#connect()
      if (redis) {
        // Answers LOADING while it reads its file back.
        if (
          await redis.ping().then(
            () => true,
            () => false,
          )
        )
          return redis
        redis.disconnect()
      }
      await pauseFor(20)
    }
    return undefined
  }

  #settings(): string[] {
    const settings: Record<string, string> = {
      port: '0',
      unixsocket: this.socket,
      unixsocketperm: '700',
      dir: join(this.#dataDir, 'redis'),
      appendonly: 'yes',
      appendfsync: 'always',
      save: '',
      'maxmemory-policy': 'noeviction',
      // Records of launches stay in one piece of memory each, instead of one for every field: half the size.
      'hash-max-listpack-value': '4096',
      // BullMQ's workers sleep in blocking reads that the server ends on its own tick: 10 ms late instead of 100.
      hz: '100',
      daemonize: 'no',
    }
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  }

  async #exclusively<T>(act: () => Promise<T>): Promise<T> {
    const lock = join(this.#dataDir, 'redis.lock')
    await mkdir(this.#dataDir, { recursive: true })
    const until = Date.now() + startPatience + 5_000
    while (!(await takeLock(lock))) {
      if (Date.now() > until)
        throw new RedisUnreachable(`another process holds ${lock}; remove it if no Sendoff is running`)
      await pauseFor(20)
    }
    try {
      return await act()
    } finally {
      await rm(lock, { force: true })
    }
  }
}

/** A lock file names its holder; one whose holder is gone counts for nothing. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    const holder = holderOf(lock)
    if (holder !== undefined && !isAlive(holder)) await rm(lock, { force: true })
    return false
  }
}

function holderOf(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
