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
  readonly process: ChildProcess
  stop(): Promise<void>
}

export async function startTestRedis(settings: Readonly<Record<string, string>> = {}): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'sendoff-test-'))
  const socket = join(dir, 'redis.sock')
  const all = { port: '0', unixsocket: socket, dir, save: '', hz: '100', appendonly: 'no', ...settings }
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const redis = new Redis({ path: socket, maxRetriesPerRequest: null, retryStrategy: () => 20 })
  redis.on('error', () => {})
  while ((await redis.ping().catch(() => '')) !== 'PONG') await pauseFor(10)
  return {
    socket,
    redis,
    process: child,
    stop: async () => {
      redis.disconnect()
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      await rm(dir, { recursive: true, force: true })
    },
  }
}
