/** A Redis of the benchmark's own on a Unix socket, and what it has done so far. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { RedisAddress } from '../src/redis/connection.ts'

export type StoreDurability = 'memory' | 'disk'

/** Since the server's start: commands, those inside scripts included; calls of scripts; processor time in microseconds. */
export interface Figures {
  readonly commands: number
  readonly scripts: number
  readonly cpu: number
}

export interface Store {
  readonly redis: Redis
  readonly address: RedisAddress
  figures(): Promise<Figures>
  stop(): void
}

/** `disk` is what the embedded Redis does by default: every write is on the disk before it is answered. `settings`: further ones of redis.conf. */
export async function startStore(
  durability: StoreDurability,
  settings: Readonly<Record<string, string>> = {},
): Promise<Store> {
  const dir = mkdtempSync(join(tmpdir(), 'sendoff-bench-'))
  const path = join(dir, 'redis.sock')
  const aof = durability === 'disk' ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
  const options = ['--port', '0', '--unixsocket', path, '--dir', dir, '--save', '', '--hz', '100', ...aof]
  for (const [name, value] of Object.entries(settings)) options.push(`--${name}`, value)
  const child = spawn('redis-server', options, { stdio: 'ignore' })
  const redis = new Redis({ path, maxRetriesPerRequest: null, retryStrategy: () => 20 })
  redis.on('error', () => {})
  await redis.ping()
  return {
    redis,
    address: { kind: 'socket', path },
    figures: () => figuresOf(redis),
    stop: () => {
      redis.disconnect()
      child.kill('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export async function figuresOf(redis: Redis): Promise<Figures> {
  const info = `${await redis.info('stats')}${await redis.info('commandstats')}${await redis.info('cpu')}`
  const sum = (pattern: RegExp) => [...info.matchAll(pattern)].reduce((total, [, each]) => total + Number(each), 0)
  return {
    commands: sum(/^total_commands_processed:(\d+)/gm),
    scripts: sum(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm),
    cpu: sum(/^used_cpu_(?:sys|user):([\d.]+)/gm) * 1e6,
  }
}
