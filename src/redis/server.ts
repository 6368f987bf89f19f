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
  /** The longest value, in bytes, with which a hash stays in one piece of memory. */
  readonly listpackValue: number | undefined
}

/** Reads the facts from INFO and CONFIG. */
export async function inspectServer(redis: Redis): Promise<ServerFacts> {
  const info = await redis.info('server')
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? '0'
  const setting = async (name: string): Promise<string | undefined> => {
    const reply: unknown = await redis.config('GET', name).catch(() => undefined)
    return Array.isArray(reply) && reply.length === 2 ? String(reply[1]) : undefined
  }
  const [appendonly, appendfsync, policy, hz, listpackValue] = await Promise.all(
    ['appendonly', 'appendfsync', 'maxmemory-policy', 'hz', 'hash-max-listpack-value'].map(setting),
  )
  return {
    version,
    appendonly: appendonly === undefined ? undefined : appendonly === 'yes',
    appendfsync,
    policy,
    hz: hz === undefined ? undefined : Number(hz),
    listpackValue: listpackValue === undefined ? undefined : Number(listpackValue),
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

/** Something about a server that launches suffer from, and what to do about it. */
export interface ServerFlaw {
  readonly about: 'version' | 'eviction' | 'append-only file' | 'hz' | 'records'
  /** `always`: no launch may be entrusted to it; `durable`: none, unless `redis.requireDurable` is false. */
  readonly weight: 'always' | 'durable' | 'advice'
  readonly says: string
  readonly remedy: string
}

/** Everything that is wrong with the server for launches. Pure. */
export function serverFlaws(facts: ServerFacts): ServerFlaw[] {
  const flaws: ServerFlaw[] = []
  const flaw = (about: ServerFlaw['about'], weight: ServerFlaw['weight'], says: string, remedy: string) =>
    flaws.push({ about, weight, says, remedy })
  if (!atLeast(facts.version, '7.0.0')) {
    flaw('version', 'always', `Redis ${facts.version} is too old`, '7.0 or newer is needed')
  }
  if (facts.policy === undefined) {
    flaw('eviction', 'durable', 'its maxmemory-policy cannot be read', 'It must be noeviction')
  } else if (facts.policy !== 'noeviction') {
    const says = `maxmemory-policy is ${facts.policy}: it may throw away the record of a launch`
    flaw('eviction', 'durable', says, 'Run CONFIG SET maxmemory-policy noeviction')
  }
  if (facts.appendonly === undefined) {
    const says = 'whether it keeps an append-only file cannot be read'
    flaw('append-only file', 'durable', says, 'appendonly must be yes')
  } else if (!facts.appendonly) {
    const says = 'appendonly is no: a restart forgets every launch'
    flaw('append-only file', 'durable', says, 'Run CONFIG SET appendonly yes')
  }
  if (facts.hz !== undefined && facts.hz < 50) {
    const says = `hz is ${facts.hz}: timed launches start up to ${Math.round(1_000 / facts.hz)} ms late`
    flaw('hz', 'advice', says, 'CONFIG SET hz 100 makes that 10 ms')
  }
  if (facts.listpackValue !== undefined && facts.listpackValue < 1_024) {
    const says = `hash-max-listpack-value is ${facts.listpackValue}: a launch takes nearly twice the memory it needs`
    flaw('records', 'advice', says, 'Run CONFIG SET hash-max-listpack-value 4096')
  }
  return flaws
}

export interface ServerVerdict {
  /** Why no launch may be entrusted to this server; each with what to do. */
  readonly refusals: readonly string[]
  readonly advice: readonly string[]
}

/** Judges the server. Refusals can be overruled by `redis.requireDurable: false`, except the version's. Pure. */
export function judgeServer(facts: ServerFacts, requireDurable: boolean): ServerVerdict {
  const flaws = serverFlaws(facts)
  const sentences = (refused: boolean) =>
    flaws.filter(flaw => isRefusal(flaw, requireDurable) === refused).map(({ says, remedy }) => `${says}. ${remedy}`)
  return { refusals: sentences(true), advice: sentences(false) }
}

/** Whether launches are not entrusted to a server with this flaw. Pure. */
export function isRefusal({ weight }: ServerFlaw, requireDurable: boolean): boolean {
  return weight === 'always' || (weight === 'durable' && requireDurable)
}

export type DurabilityChoice =
  | { readonly ok: true; readonly durability: Durability }
  /** `why` is both sentences: what stands in the way, and the remedy. */
  | { readonly ok: false; readonly why: string; readonly says: string; readonly remedy: string }

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
    return unattainable(
      `durability disk needs appendfsync always (it is ${facts.appendfsync ?? 'not readable'}) or Redis 7.2 (it is ${facts.version})`,
      'Run CONFIG SET appendfsync always, or set durability: memory for the account and accept that a power failure may forget an intent',
    )
  }
  const replicas = Number(asked.split(':')[1])
  if (waitaof) return { ok: true, durability: { kind: 'waitaof', replicas } }
  if (always) return { ok: true, durability: { kind: 'wait', replicas } }
  return unattainable(
    `durability ${asked} needs appendfsync always or Redis 7.2; the server has ${facts.version}`,
    'Run CONFIG SET appendfsync always, or use a newer Redis',
  )
}

function unattainable(says: string, remedy: string): DurabilityChoice {
  return { ok: false, why: `${says}. ${remedy}`, says, remedy }
}
