/** The Redis server: what it is like, what the durability of each account costs on it, its memory and clock. */
import type { Redis } from 'ioredis'
import type { Account } from '../../config/account.ts'
import type { Config } from '../../config/config.ts'
import { largestSkew } from '../../launches/store-watch.ts'
import { type ClockReading, type Memory, measureClock, measureMemory } from '../../redis/measure.ts'
import { durabilityFor, inspectServer, isRefusal, type ServerFacts, serverFlaws } from '../../redis/server.ts'
import { attempted, bad, type Check, ok, warn } from './check.ts'

const patience = 5_000
const remedy = 'See whether Redis is well: redis-cli INFO'
/** Above this much, a burst of launches may meet the limit. */
const fullAt = 0.7

/** Looks at the server from several sides; what fails on one says so and leaves the others. */
export async function lookAtServer(redis: Redis, config: Config, accounts: readonly Account[]): Promise<Check[]> {
  const looks = await Promise.all([
    attempted('Redis settings', patience, remedy, async () => {
      const facts = await inspectServer(redis)
      const flaws = flawChecks(facts, config.redis.requireDurable)
      return [...flaws, ...accounts.map(({ name, durability }) => durabilityCheck(name, durability, facts))]
    }),
    attempted('Redis memory', patience, remedy, async () => [memoryCheck(await measureMemory(redis))]),
    attempted('Redis clock', patience, remedy, async () => [clockCheck(await measureClock(redis))]),
  ])
  return looks.flat()
}

/** One check for each side of the server that has a rule. Pure. */
export function flawChecks(facts: ServerFacts, requireDurable: boolean): Check[] {
  const flaws = serverFlaws(facts)
  const well = {
    version: `Redis ${facts.version}`,
    eviction: `maxmemory-policy ${facts.policy}`,
    'append-only file': `appendonly yes, appendfsync ${facts.appendfsync ?? 'not readable'}`,
    hz: facts.hz === undefined ? 'not readable' : `hz ${facts.hz}`,
    records: `hash-max-listpack-value ${facts.listpackValue ?? 'not readable'}`,
  } as const
  return (['version', 'eviction', 'append-only file', 'hz', 'records'] as const).map(about => {
    const name = `Redis ${about}`
    const flaw = flaws.find(each => each.about === about)
    if (!flaw) return ok(name, well[about])
    return (isRefusal(flaw, requireDurable) ? bad : warn)(name, flaw.says, flaw.remedy)
  })
}

/** What the durability that the account asks for means on this server, and what it costs. Pure. */
export function durabilityCheck(account: string, asked: string, facts: ServerFacts): Check {
  const name = `durability of ${account}`
  const choice = durabilityFor(asked, facts)
  if (!choice.ok) {
    const alone = facts.appendfsync === 'everysec' ? '; everysec alone may lose a second of intents' : ''
    return bad(name, `${choice.says}${alone}; sendoff start does not run like this`, choice.remedy)
  }
  const { durability } = choice
  switch (durability.kind) {
    case 'reply':
      return ok(name, asked === 'memory' ? memoryMeans(facts) : alwaysMeans(asked))
    case 'waitaof': {
      const copies = durability.replicas === 0 ? '' : ` and ${durability.replicas} replicas`
      const cost = facts.appendfsync === 'always' ? 'an fsync' : 'up to a second, until the next fsync'
      return ok(name, `${asked}: each launch waits until its intent is on disk here${copies} (WAITAOF); costs ${cost}`)
    }
    case 'wait':
      return ok(name, `${asked}: each launch waits for an fsync here and for ${durability.replicas} replicas (WAIT)`)
  }
}

function alwaysMeans(asked: string): string {
  return `${asked}: Redis answers when it is on disk (appendfsync always); costs an fsync per write, for all who use this Redis`
}

function memoryMeans({ appendonly, appendfsync }: ServerFacts): string {
  if (appendonly === true && appendfsync === 'always')
    return 'memory: costs nothing, and means disk here (appendfsync always)'
  const forgets = appendonly === true ? 'the last second of intents' : 'every intent'
  return `memory: costs nothing; a power failure may forget ${forgets}, and what was being sent may go out twice`
}

/** Pure. */
export function memoryCheck({ used, limit }: Memory): Check {
  const name = 'Redis memory'
  if (limit === undefined) return ok(name, `${mebibytes(used)} in use, no limit set`)
  const share = used / limit
  const says = `${mebibytes(used)} of ${mebibytes(limit)} in use (${Math.round(share * 100)} %)`
  if (share < fullAt) return ok(name, says)
  return warn(
    name,
    `${says}; when it is full, nothing can be claimed or planned`,
    'Raise maxmemory, or shorten history.keep',
  )
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

/** Pure. */
export function clockCheck({ offset, within }: ClockReading): Check {
  const name = 'Redis clock'
  const says = `${Math.abs(offset)} ms ${offset < 0 ? 'behind' : 'ahead of'} this machine's (measured to ${within} ms)`
  if (Math.abs(offset) <= largestSkew) return ok(name, says)
  if (Math.abs(offset) - within <= largestSkew) {
    return warn(name, `${says}; the way to Redis is too slow to tell more`, 'Try again from where sendoff start runs')
  }
  return bad(name, `${says}; due times follow the clock of Redis`, 'Set both clocks by NTP')
}
