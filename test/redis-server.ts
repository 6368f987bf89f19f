/** A private redis-server for one test file, on a Unix socket in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Redis } from 'ioredis'

export interface TestRedis {
  readonly socket: string
  readonly redis: Redis
  /** Kills it, lets `meanwhile` happen, and starts it again with the same folder. */
  restart(meanwhile?: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

export async function startTestRedis(settings: Readonly<Record<string, string>> = {}): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'sendoff-test-'))
  const socket = join(dir, 'redis.sock')
  const all = { port: '0', unixsocket: socket, dir, save: '', hz: '100', appendonly: 'no', ...settings }
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
  const start = () => spawn('redis-server', args, { stdio: 'ignore' })
  let child = start()
  const redis = new Redis({ path: socket, maxRetriesPerRequest: null, retryStrategy: () => 20 })
  redis.on('error', () => {})
  const answers = async () => {
    while ((await redis.ping().catch(() => '')) !== 'PONG') await pauseFor(10)
  }
  await answers()
  const kill = async (killed: ChildProcess) => {
    const gone = new Promise(resolve => killed.once('exit', resolve))
    killed.kill('SIGKILL')
    await gone
  }
  return {
    socket,
    redis,
    restart: async meanwhile => {
      await kill(child)
      await meanwhile?.()
      child = start()
      await answers()
    },
    stop: async () => {
      redis.disconnect()
      await kill(child)
      await rm(dir, { recursive: true, force: true })
    },
  }
}
