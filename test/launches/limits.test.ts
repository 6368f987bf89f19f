import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimLaunch } from '../../src/launches/claim.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { type Origin, origins, reasons } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { ageing, type Brakes } from '../../src/launches/limits.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { type Arrival, begin, type Grant, simulate } from './limits-simulation.ts'

const keys = keysUnder('test')
let server: TestRedis
let commits: CommitConnection
beforeAll(async () => {
  server = await startTestRedis()
  commits = new CommitConnection({ kind: 'socket', path: server.socket }, 'test')
})
afterAll(async () => {
  await commits.close()
  await server.stop()
})
beforeEach(async () => void (await server.redis.flushall()))

const perMinute = (limit: number): Brakes => ({ limits: { perMinute: limit }, breaker: undefined })
const atOnce = (limit: number): Brakes => ({ limits: { concurrency: limit }, breaker: undefined })
const many = (count: number, origin: Origin, at: (index: number) => number = () => 0): Arrival[] =>
  Array.from({ length: count }, (_, index) => ({ key: `${origin}-${index}`, origin, at: at(index) }))

/** The most grants that any sixty seconds, the last moment not included, have seen. */
function busiestMinute(grants: readonly Grant[]): number {
  const times = grants.map(({ granted }) => granted).toSorted((a, b) => a - b)
  return Math.max(0, ...times.map(from => times.filter(at => at >= from && at < from + 60_000).length))
}

describe('requests per minute', () => {
  it('are never more in any sixty seconds, whoever asks when, and little fewer where enough wait', async () => {
    const arrival = fc.record({
      origin: fc.constantFrom<Origin>(...origins),
      at: fc.oneof(fc.constant(0), fc.nat(90_000)),
    })
    const input = fc.record({
      limit: fc.constantFrom(1, 2, 7, 30, 59, 60, 61, 150, 600),
      arrivals: fc.array(arrival, { minLength: 1, maxLength: 150, size: 'max' }),
      lags: fc.array(fc.constantFrom(0, 0, 3, 40, 5_000), { minLength: 1, maxLength: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(input, async ({ limit, arrivals, lags }) => {
        await server.redis.flushall()
        const named = arrivals.map((each, index) => ({ ...each, key: `k${index}` }))
        const lag = (key: string) => lags[Number(key.slice(1)) % lags.length] ?? 0
        const { grants } = await simulate(server.redis, keys, {
          brakes: perMinute(limit),
          arrivals: named,
          until: 180_000,
          lag,
        })
        expect(busiestMinute(grants)).toBeLessThanOrEqual(limit)
      }),
      { numRuns: 20 },
    )
  })

  it.each([30, 300])('%d are nearly reached by launches that come back a little late', async limit => {
    const count = Math.min(limit * 2, 600)
    const { grants } = await simulate(server.redis, keys, {
      brakes: perMinute(limit),
      arrivals: many(count, 'bulk'),
      until: 600_000,
      lag: key => Number(key.split('-')[1]) % 8,
    })
    expect(grants).toHaveLength(count)
    expect(busiestMinute(grants)).toBeLessThanOrEqual(limit)
    const took = Math.max(...grants.map(({ granted }) => granted))
    expect(took).toBeLessThan(((count + 1) / limit) * 60_000 * 1.08)
  })

  it('let a thousand wait without asking Redis to death', async () => {
    const { grants, refusals } = await simulate(server.redis, keys, {
      brakes: perMinute(60),
      arrivals: many(1_000, 'bulk'),
      until: 60_000,
    })
    expect(grants.length).toBeGreaterThan(55)
    // A thousand at their first ask; then each at most every half minute, or when its place in the line comes.
    expect(refusals).toBeLessThan(4_000)
  })

  it('stop nobody for long after a clock was set back', async () => {
    let now = begin + 600_000
    const ledger: Ledger = { redis: server.redis, keys, clock: () => now }
    for (const key of ['a', 'b']) await createLaunch(ledger, launchAt(key, begin, key === 'a' ? 1 : 2))
    await claimLaunch(ledger, 'a', 'n', 'w', 10_000, perMinute(6))
    now = begin
    const answer = await claimLaunch(ledger, 'b', 'n', 'w', 10_000, perMinute(6))
    expect(answer).toMatchObject({ kind: 'later', why: 'pace' })
    now += 10_000
    expect(await claimLaunch(ledger, 'b', 'n', 'w', 10_000, perMinute(6))).toMatchObject({ kind: 'claimed' })
  })
})

describe('launches in flight', () => {
  it('are never more than concurrency, and none of its places is lost when processes die', async () => {
    const input = fc.record({
      limit: fc.integer({ min: 1, max: 6 }),
      count: fc.integer({ min: 1, max: 40 }),
      flight: fc.constantFrom(10, 900, 14_000),
      dead: fc.array(fc.nat(40), { maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(input, async ({ limit, count, flight, dead }) => {
        await server.redis.flushall()
        let most = 0
        const watch = async (now: number) => {
          const claimed = await server.redis.zrange(keys.inState('claimed'), '-inf', '+inf', 'BYSCORE')
          const leases = await Promise.all(claimed.map(key => server.redis.hget(keys.launch(key), 'leaseUntil')))
          most = Math.max(most, leases.filter(until => Number(until) >= begin + now).length)
        }
        const { grants } = await simulate(server.redis, keys, {
          brakes: atOnce(limit),
          arrivals: many(count, 'manual'),
          until: 3_600_000,
          flight,
          watch,
          dies: key => dead.includes(Number(key.split('-')[1])),
        })
        expect(most).toBeLessThanOrEqual(limit)
        // Each got its turn, those after the dead ones too.
        expect(new Set(grants.map(({ key }) => key)).size).toBe(count)
      }),
      { numRuns: 8 },
    )
  })

  it('keep the place of what a dead process was sending until its time to send is over', async () => {
    let now = begin
    const ledger: Ledger = { redis: server.redis, keys, clock: () => now }
    for (const key of ['a', 'b']) await createLaunch(ledger, launchAt(key, begin, key === 'a' ? 1 : 2))
    const first = await claimLaunch(ledger, 'a', 'n', 'w', 10_000, atOnce(1))
    if (first.kind !== 'claimed') throw new Error('a is not claimed')
    const sending = { start: now, sendingLasts: 90_000, accept: () => true, durability: { kind: 'reply' } as const }
    await commitLaunch(ledger, commits, first.claim, sending)
    now += 89_000
    expect(await claimLaunch(ledger, 'b', 'n', 'w', 10_000, atOnce(1))).toMatchObject({ kind: 'later', why: 'pace' })
    now += 2_000
    expect((await sweepLedger(ledger, 10)).map(({ kind }) => kind)).toContain('unknown')
    expect(await claimLaunch(ledger, 'b', 'n', 'w', 10_000, atOnce(1))).toMatchObject({ kind: 'claimed' })
  })
})

describe('an account without limits', () => {
  it('has nothing of them in Redis', async () => {
    const ledger: Ledger = { redis: server.redis, keys, clock: () => begin }
    await createLaunch(ledger, launchAt('a', begin, 1))
    await claimLaunch(ledger, 'a', 'n', 'w', 10_000)
    const names = await server.redis.keys('*')
    expect(names.filter(name => /:(pace|wanting|flights):/.test(name))).toEqual([])
    expect(await server.redis.hget(keys.launch('a'), 'flight')).toBeNull()
  })
})

describe('the order of origins', () => {
  const rank = (origin: Origin) => (['schedule', 'manual', 'bulk'] as const).indexOf(origin)

  /** The grants of the class that passed somebody of a higher one, who had been refused before and went after. */
  const overtakings = (grants: readonly Grant[], origin: Origin) =>
    grants.filter(
      lower =>
        lower.origin === origin &&
        grants.some(
          higher =>
            rank(higher.origin) < rank(origin) &&
            higher.refused !== undefined &&
            higher.refused < lower.granted &&
            higher.granted > lower.granted,
        ),
    )

  it('lets due times go before rows that wait, however many wait', async () => {
    const { grants } = await simulate(server.redis, keys, {
      brakes: perMinute(60),
      arrivals: [...many(300, 'bulk'), ...many(20, 'schedule', () => 150_300)],
      until: 200_000,
    })
    const due = grants.filter(({ origin }) => origin === 'schedule')
    expect(due).toHaveLength(20)
    expect(Math.max(...due.map(({ granted }) => granted))).toBeLessThan(150_300 + 23_000)
    expect(overtakings(grants, 'bulk')).toEqual([])
  })

  it.each([
    ['by pace', perMinute(60), 0],
    ['by places', atOnce(2), 2_000],
  ])('%s lets each lower one go once a minute while higher ones want all there is', async (_, brakes, flight) => {
    const until = 400_000
    const { grants } = await simulate(server.redis, keys, {
      brakes,
      flight,
      arrivals: [
        ...many(500, 'schedule', index => index * 800),
        ...many(20, 'manual', () => 5_000),
        ...many(20, 'bulk', () => 5_000),
      ],
      until,
      // Whoever is told the same moment comes a little later than the higher ones: it must be let through all the same.
      lag: key => (key.startsWith('schedule') ? 0 : 40),
    })
    for (const origin of ['manual', 'bulk'] as const) {
      const times = grants.filter(grant => grant.origin === origin).map(({ granted }) => granted)
      expect(times.length).toBeGreaterThanOrEqual(4)
      expect(times[0]).toBeGreaterThanOrEqual(5_000 + ageing)
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(ageing)
      expect(Math.max(...gaps)).toBeLessThan(ageing + 40_000)
    }
  })

  it('is passed over at most once a minute, whatever comes when', async () => {
    const arrival = fc.record({ origin: fc.constantFrom<Origin>(...origins), at: fc.nat(200_000) })
    const input = fc.record({
      limit: fc.constantFrom(6, 30, 60),
      arrivals: fc.array(arrival, { maxLength: 150, size: 'max' }),
    })
    await fc.assert(
      fc.asyncProperty(input, async ({ limit, arrivals }) => {
        await server.redis.flushall()
        const named = arrivals.map((each, index) => ({ ...each, key: `k${index}` }))
        const { grants } = await simulate(server.redis, keys, {
          brakes: perMinute(limit),
          arrivals: named,
          until: 300_000,
        })
        for (const origin of ['manual', 'bulk'] as const) {
          const times = overtakings(grants, origin).map(({ granted }) => granted)
          for (const [index, at] of times.slice(1).entries())
            expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(ageing)
        }
      }),
      { numRuns: 12 },
    )
  })
})

describe('a launch that gets no place', () => {
  it('is no attempt and no misfire, and ends at its deadline with the limit as the cause', async () => {
    let now = begin
    const ledger: Ledger = { redis: server.redis, keys, clock: () => now }
    await createLaunch(ledger, launchAt('a', begin, 1))
    const scheduled = { origin: 'schedule', schedule: 's', policy: { ...defaultPolicy, misfire: 'skip' } } as const
    for (const key of ['b', 'c'])
      await createLaunch(ledger, { ...launchAt(key, begin, key === 'b' ? 2 : 3), ...scheduled })
    await claimLaunch(ledger, 'a', 'n', 'w', 10_000, perMinute(1))
    for (const key of ['b', 'c'])
      expect(await claimLaunch(ledger, key, 'n', 'w', 10_000, perMinute(1))).toMatchObject({
        kind: 'later',
        why: 'pace',
      })
    now += 60_000
    expect(await claimLaunch(ledger, 'b', 'n', 'w', 10_000, perMinute(1))).toMatchObject({
      kind: 'claimed',
      claim: { attempts: 0 },
    })
    now = begin + 899_990
    expect(await claimLaunch(ledger, 'c', 'n', 'w', 10_000, perMinute(1))).toMatchObject({ kind: 'claimed' })
    await createLaunch(ledger, launchAt('d', begin, 4))
    expect(await claimLaunch(ledger, 'd', 'n', 'w', 10_000, perMinute(1))).toEqual({
      kind: 'later',
      wait: 11,
      why: 'pace',
    })
    now = begin + 900_001
    expect(await claimLaunch(ledger, 'd', 'n', 'w', 10_000, perMinute(1))).toEqual({
      kind: 'over',
      state: 'expired',
      changed: true,
      reason: reasons.limits,
    })
  })

  it('ends so too where only the sweep looks at it', async () => {
    let now = begin
    const ledger: Ledger = { redis: server.redis, keys, clock: () => now }
    for (const key of ['a', 'b']) await createLaunch(ledger, launchAt(key, begin, key === 'a' ? 1 : 2))
    for (const key of ['a', 'b']) await claimLaunch(ledger, key, 'n', 'w', 1_000_000, perMinute(1))
    now += 900_001
    expect(await sweepLedger(ledger, 10)).toMatchObject([{ kind: 'expired', key: 'b', reason: reasons.limits }])
    expect(await showLaunch(ledger, 'b')).toMatchObject({ state: 'expired', reason: reasons.limits })
  })

  it('is not given a new job while it waits for its turn', async () => {
    let now = begin
    const ledger: Ledger = { redis: server.redis, keys, clock: () => now }
    for (const key of ['a', 'b']) await createLaunch(ledger, launchAt(key, begin, key === 'a' ? 1 : 2))
    for (const key of ['a', 'b']) await claimLaunch(ledger, key, 'n', 'w', 1_000_000, perMinute(1))
    now += 29_000
    expect(await sweepLedger(ledger, 10)).toEqual([])
  })
})

function launchAt(key: string, due: number, mailing: number) {
  const times = { due, sendUntil: due + 900_000, retryUntil: due + 900_000 }
  const policy = { ...defaultPolicy, overlap: 'allow' as const }
  return { key, account: 'main', origin: 'manual', request: { id: mailing }, ...times, policy } as const
}
