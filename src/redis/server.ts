/** What the Redis server is like, and whether launches may be entrusted to it. */
import type { Redis } from 'ioredis'
import type { Durability } from './commit-connection.ts'

export interface ServerFacts {
  readonly version: string
  /** Undefined where the server does not let its configuration be read. */
  readonly appendonly: boolean | undefined
  readonly appendfsync: string | undefined
  readonly policy: string | undefined
  readonly hz: number | undefined
}

/** Reads the facts from INFO and CONFIG. */
export async function inspectServer(redis: Redis): Promise<ServerFacts> {
  const info = await redis.info('server')
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? '0'
  const setting = async (name: string): Promise<string | undefined> => {
    const reply: unknown = await redis.config('GET', name).catch(() => undefined)
    return Array.isArray(reply) && reply.length === 2 ? String(reply[1]) : undefined
  }
  const [appendonly, appendfsync, policy, hz] = await Promise.all(
    ['appendonly', 'appendfsync', 'maxmemory-policy', 'hz'].map(setting),
  )
  return {
    version,
    appendonly: appendonly === undefined ? undefined : appendonly === 'yes',
    appendfsync,
    policy,
    hz: hz === undefined ? undefined : Number(hz),
  }
}

/** Whether version `a` is at least `b`; both like `7.0.15`. */
function atLeast(a: string, b: string): boolean {
  const [left, right] = [a, b].map(version => version.split('.').map(Number))
  for (let index = 0; index < 3; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

export interface ServerVerdict {
  /** Why no launch may be entrusted to this server; each with what to do. */
  readonly refusals: readonly string[]
  readonly advice: readonly string[]
}

/** Judges the server. Refusals can be overruled by `redis.requireDurable: false`, except the version's. Pure. */
export function judgeServer(facts: ServerFacts, requireDurable: boolean): ServerVerdict {
  const refusals: string[] = []
  const doubts: string[] = []
  if (!atLeast(facts.version, '7.0.0')) refusals.push(`Redis ${facts.version} is too old; 7.0 or newer is needed`)
  if (facts.policy === undefined) {
    doubts.push('its maxmemory-policy cannot be read; it must be noeviction')
  } else if (facts.policy !== 'noeviction') {
    doubts.push(
      `maxmemory-policy is ${facts.policy}: it may throw away the record of a launch. Run CONFIG SET maxmemory-policy noeviction`,
    )
  }
  if (facts.appendonly === undefined) {
    doubts.push('whether it keeps an append-only file cannot be read; appendonly must be yes')
  } else if (!facts.appendonly) {
    doubts.push('appendonly is no: a restart forgets every launch. Run CONFIG SET appendonly yes')
  }
  const advice: string[] = []
  if (facts.hz !== undefined && facts.hz < 50) {
    advice.push(
      `hz is ${facts.hz}: timed launches start up to ${Math.round(1_000 / facts.hz)} ms late. CONFIG SET hz 100 makes that 10 ms`,
    )
  }
  return requireDurable ? { refusals: [...refusals, ...doubts], advice } : { refusals, advice: [...doubts, ...advice] }
}

export type DurabilityChoice =
  | { readonly ok: true; readonly durability: Durability }
  | { readonly ok: false; readonly why: string }

/**
 * What must be waited for after a commit so that it is as durable as `asked`: `memory`, `disk` or `replicas:N`. The server's
 * WAITAOF came with 7.2; before it, only `appendfsync always` makes an acknowledged write one that is on disk. Pure.
 */
export function durabilityFor(asked: string, facts: ServerFacts): DurabilityChoice {
  if (asked === 'memory') return { ok: true, durability: { kind: 'reply' } }
  const always = facts.appendonly === true && facts.appendfsync === 'always'
  const waitaof = atLeast(facts.version, '7.2.0') && facts.appendonly !== false
  if (asked === 'disk') {
    if (always) return { ok: true, durability: { kind: 'reply' } }
    if (waitaof) return { ok: true, durability: { kind: 'waitaof', replicas: 0 } }
    return {
      ok: false,
      why: `durability disk needs appendfsync always (it is ${facts.appendfsync ?? 'not readable'}) or Redis 7.2 (it is ${facts.version}). Run CONFIG SET appendfsync always, or set durability: memory for the account and accept that a power failure may forget an intent`,
    }
  }
  const replicas = Number(asked.split(':')[1])
  if (waitaof) return { ok: true, durability: { kind: 'waitaof', replicas } }
  if (always) return { ok: true, durability: { kind: 'wait', replicas } }
  return {
    ok: false,
    why: `durability ${asked} needs appendfsync always or Redis 7.2; the server has ${facts.version}`,
  }
}
