import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAudit } from '../../src/launches/audit.ts'
import { claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { lastSent, releaseGuarded } from '../../src/launches/guards.ts'
import { holdOff, holdOn } from '../../src/launches/hold.ts'
import { reasons } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
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
    await holdOff(ledger, { kind: 'all' }, 'mended', 'somebody')
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
    await holdOff(ledger, { kind: 'all' }, 'mended', 'somebody')
    expect((await record())?.state).toBe('held')
  })

  it('is let go only from there', async () => {
    await createLaunch(ledger, launch('hold'))
    expect(await release(earlier)).toMatchObject({ kind: 'refused', why: expect.stringContaining('it is planned') })
  })
})
