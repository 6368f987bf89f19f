import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAudit } from '../../src/launches/audit.ts'
import { claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { armRepeat } from '../../src/launches/doubt.ts'
import { raiseEpoch } from '../../src/launches/epoch.ts'
import { lastSent, releaseGuarded } from '../../src/launches/guards.ts'
import { holdOff, holdOn } from '../../src/launches/hold.ts'
import { reasons } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { retryLaunch } from '../../src/launches/person.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { settleLaunch } from '../../src/launches/settle.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

const start = Date.UTC(2026, 10, 23, 9)
const minute = 60_000
const earlier = start - 20 * minute
let server: TestRedis
let ledger: Ledger
let now = start

beforeAll(async () => {
  server = await startTestRedis()
  ledger = { redis: server.redis, keys: keysUnder('test'), clock: () => now }
})
afterAll(() => server.stop())
beforeEach(async () => {
  await server.redis.flushall()
  now = start
  await server.redis.zadd(ledger.keys.sent('main', 90, 'own'), earlier, 'somebody-was-here')
})

function launch(onHit: 'skip' | 'hold'): NewLaunch {
  const deadline = start + 15 * minute
  return {
    ...{ key: 'a', account: 'main', origin: 'manual', request: { id: 90 }, policy: defaultPolicy },
    ...{ due: start, sendUntil: deadline, retryUntil: deadline },
    guard: { maxPerDay: 1, since: start - 1_440 * minute, coolDown: 0, onHit },
  }
}
const claim = () => claimLaunch(ledger, 'a', `nonce-${now}`, 'worker', 10_000)
const record = () => showLaunch(ledger, 'a')
const release = (last: number | undefined) => releaseGuarded(ledger, 'a', last, 'somebody', 'no link in the first')

describe('what a guard stops', () => {
  it('is skipped where it says so', async () => {
    await createLaunch(ledger, launch('skip'))
    expect(await claim()).toMatchObject({ kind: 'over', state: 'skipped', reason: reasons.perDay })
  })

  it('is held where a person may let it go, and then goes past that guard alone', async () => {
    await createLaunch(ledger, launch('hold'))
    expect(await claim()).toMatchObject({ kind: 'over', state: 'held', reason: reasons.perDay })
    expect(await lastSent(ledger, 'main', { id: 90 })).toBe(earlier)
    expect(await release(earlier)).toEqual({ kind: 'done' })
    await holdOn(ledger, { kind: 'all' }, { cause: 'person', reason: 'wrong price', by: 'somebody' })
    expect(await claim()).toMatchObject({ kind: 'over', state: 'held' })
    await holdOff(ledger, { kind: 'all' }, 'person', 'mended', 'somebody')
    expect(await claim()).toMatchObject({ kind: 'claimed' })
    expect((await readAudit(ledger, 9, 'a')).map(({ what, who, why }) => ({ what, who, why }))).toEqual([
      { what: 'release', who: 'somebody', why: 'no link in the first' },
    ])
  })

  it('is not let go where it went out again since the person looked', async () => {
    await createLaunch(ledger, launch('hold'))
    await claim()
    await server.redis.zadd(ledger.keys.sent('main', 90, 'own'), start - minute, 'again')
    expect(await release(earlier)).toMatchObject({ kind: 'refused', why: expect.stringContaining('again since') })
    expect((await record())?.state).toBe('held')
  })

  it('keeps its deadline: nobody lets it go late, and it expires with the reason', async () => {
    await createLaunch(ledger, launch('hold'))
    await claim()
    now += 15 * minute + 2
    expect(await release(earlier)).toMatchObject({ kind: 'refused', why: expect.stringContaining('has passed') })
    expect(await sweepLedger(ledger, 9)).toMatchObject([{ kind: 'expired' }])
    expect(await record()).toMatchObject({ state: 'expired', reason: reasons.notReleased })
  })

  it('stays held when a stop ends: the two are told apart', async () => {
    await createLaunch(ledger, launch('hold'))
    await claim()
    await holdOn(ledger, { kind: 'all' }, { cause: 'person', reason: 'wrong price', by: 'somebody' })
    await holdOff(ledger, { kind: 'all' }, 'person', 'mended', 'somebody')
    expect((await record())?.state).toBe('held')
  })

  it('is let go only from there', async () => {
    await createLaunch(ledger, launch('hold'))
    expect(await release(earlier)).toMatchObject({ kind: 'refused', why: expect.stringContaining('it is planned') })
  })
})

describe('a guard', () => {
  const scheduled = (key: string, due: number, over: Partial<NewLaunch> = {}): NewLaunch => ({
    ...{ key, account: 'main', origin: 'schedule', schedule: 's', request: { id: 90 }, policy: defaultPolicy },
    ...{ due, sendUntil: due + 900_000, retryUntil: due + 900_000 },
    guard: { maxPerDay: 1, since: Date.UTC(2026, 10, 23), coolDown: 0, onHit: 'skip' },
    ...over,
  })
  const claimOf = (key: string) => claimLaunch(ledger, key, `nonce-${key}-${now}`, 'worker', 10_000)

  it("does not count its schedule's own launch of the day before that went out after midnight", async () => {
    await server.redis.flushall()
    const midnight = Date.UTC(2026, 10, 23)
    await createLaunch(ledger, scheduled('s@late', midnight - minute))
    await server.redis.zadd(ledger.keys.sent('main', 90, 'own'), midnight + 30_000, 's@late')
    await createLaunch(ledger, scheduled('s@today', start))
    expect(await claimOf('s@today')).toMatchObject({ kind: 'claimed' })
  })

  it("counts another schedule's launch of that kind, and its own of the same day", async () => {
    await server.redis.flushall()
    const midnight = Date.UTC(2026, 10, 23)
    await createLaunch(ledger, scheduled('t@late', midnight - minute, { schedule: 't' }))
    await server.redis.zadd(ledger.keys.sent('main', 90, 'own'), midnight + 30_000, 't@late')
    await createLaunch(ledger, scheduled('s@today', start))
    expect(await claimOf('s@today')).toMatchObject({ kind: 'over', state: 'skipped' })
  })

  it("holds a person's retry where the mailing has gone meanwhile", async () => {
    await server.redis.flushall()
    await createLaunch(ledger, scheduled('s@today', start))
    const answer = await claimOf('s@today')
    if (answer.kind !== 'claimed') throw new Error('it is not claimed')
    const attempt = { start: now, end: now, outcome: 'refused', reason: 'no money', handed: false }
    await settleLaunch(ledger, answer.claim, { state: 'rejected', reason: 'no money', attempt })
    await server.redis.zadd(ledger.keys.sent('main', 90, 'own'), now, 'by-a-colleague')
    now += minute
    expect(await retryLaunch(ledger, 's@today', now + 900_000, 'somebody', 'paid')).toEqual({ kind: 'done' })
    expect(await claimOf('s@today')).toMatchObject({ kind: 'over', state: 'held', reason: reasons.perDay })
  })

  it('holds the second of two that were let go at once: the first has gone since the person looked', async () => {
    for (const key of ['a', 'b']) {
      await createLaunch(ledger, { ...launch('hold'), key, policy: { ...defaultPolicy, overlap: 'allow' } })
      expect(await claimOf(key)).toMatchObject({ state: 'held' })
      expect(await releaseGuarded(ledger, key, earlier, 'somebody', 'again')).toEqual({ kind: 'done' })
    }
    expect(await claimOf('a')).toMatchObject({ kind: 'claimed' })
    await server.redis.zadd(ledger.keys.sent('main', 90, 'own'), now, 'a')
    await server.redis.del(`${ledger.keys.root}lane:main:90`)
    expect(await claimOf('b')).toMatchObject({ kind: 'over', state: 'held' })
  })

  it('that a person has passed beforehand holds what was repeated meanwhile', async () => {
    const { guard } = launch('hold')
    if (guard === undefined) throw new Error('it is guarded')
    await createLaunch(ledger, { ...launch('hold'), guard: { ...guard, confirmed: earlier } })
    await createLaunch(ledger, {
      ...launch('hold'),
      key: 'b',
      request: { id: 91 },
      guard: { ...guard, confirmed: earlier },
    })
    await server.redis.zadd(ledger.keys.sent('main', 91, 'own'), earlier, 'x', start - minute, 'y')
    expect(await claimOf('a')).toMatchObject({ kind: 'claimed' })
    expect(await claimOf('b')).toMatchObject({ kind: 'over', state: 'held' })
  })

  it('counts what a store that has forgotten may have sent, and leaves the repeat of such a launch alone', async () => {
    await server.redis.flushall()
    await createLaunch(ledger, scheduled('s@before', start - minute))
    await raiseEpoch(ledger, 'restored')
    expect(await server.redis.zrevrange(ledger.keys.sent('main', 90, 'own'), 0, -1)).toEqual(['s@before'])
    const unknown = await showLaunch(ledger, 's@before')
    if (unknown === undefined) throw new Error('there is a record')
    expect(await armRepeat(ledger, unknown, now + minute, 'service', 'repeat')).toBe(true)
    expect(await claimOf('s@before')).toMatchObject({ kind: 'claimed' })
    await createLaunch(ledger, scheduled('s@now', start, { missed: { state: 'unknown', reason: 'store: it forgot' } }))
    expect(await server.redis.zcard(ledger.keys.sent('main', 90, 'own'))).toBe(2)
  })
})
