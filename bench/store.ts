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

/** What the embedded Redis is started with, besides where its data is. */
const embedded = { port: '0', save: '', hz: '100', 'hash-max-listpack-value': '4096' }

/** `disk` is what the embedded Redis does by default: every write is on the disk before it is answered. `settings` of redis.conf go before its own. */
export async function startStore(
  durability: StoreDurability,
  settings: Readonly<Record<string, string>> = {},
): Promise<Store> {
  const dir = mkdtempSync(join(tmpdir(), 'sendoff-bench-'))
  const path = join(dir, 'redis.sock')
  const aof = durability === 'disk' ? { appendonly: 'yes', appendfsync: 'always' } : { appendonly: 'no' }
  const all = { ...embedded, ...aof, ...settings, unixsocket: path, dir }
  const options = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
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
