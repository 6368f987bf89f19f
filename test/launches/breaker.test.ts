import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAudit } from '../../src/launches/audit.ts'
import { closeBreaker, openBreakers } from '../../src/launches/breaker.ts'
import { type Claim, claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { armRepeat } from '../../src/launches/doubt.ts'
import { reasons } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import type { Brakes } from '../../src/launches/limits.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { type SettleAnswer, type Settlement, settleLaunch } from '../../src/launches/settle.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

const begin = Date.UTC(2026, 10, 23, 9)
const rule = { failures: 3, pause: 30_000 }
const brakes: Brakes = { limits: {}, breaker: rule }
let server: TestRedis
let ledger: Ledger
let now = begin
let made = 0
beforeAll(async () => {
  server = await startTestRedis()
  ledger = { redis: server.redis, keys: keysUnder('test'), clock: () => now }
})
afterAll(() => server.stop())
beforeEach(async () => {
  await server.redis.flushall()
  now = begin
})

/** A launch of a mailing of its own that is due now. */
async function launch(account = 'main', lateness = 7_200_000): Promise<string> {
  const key = `k${++made}`
  const times = { due: now, sendUntil: now + lateness, retryUntil: now + lateness }
  const policy = { ...defaultPolicy, overlap: 'allow' as const }
  await createLaunch(ledger, { key, account, origin: 'manual', request: { id: made }, ...times, policy })
  return key
}

const ask = (key: string) => claimLaunch(ledger, key, `nonce-${key}-${now}`, 'worker', 15_000, brakes)

async function claimed(key: string): Promise<Claim> {
  const answer = await ask(key)
  if (answer.kind !== 'claimed') throw new Error(`${key} is not claimed but ${JSON.stringify(answer)}`)
  return answer.claim
}

type Seen = NonNullable<Settlement['transport']>['seen']
function end(claim: Claim, seen: Seen | undefined, state: Settlement['state'] = 'failed'): Promise<SettleAnswer> {
  const attempt = { start: now, end: now, outcome: 'notLaunched', reason: 'no route', handed: false }
  const transport = seen && { transport: { seen, rule } }
  return settleLaunch(ledger, claim, { state, reason: 'no route', ...transport, attempt })
}

const attempt = async (seen: Seen | undefined, account?: string) => end(await claimed(await launch(account)), seen)
async function open(account?: string): Promise<void> {
  for (let failures = 0; failures < rule.failures; failures++) await attempt('failed', account)
}

describe('a breaker', () => {
  it('opens after so many failures in a row, and says so once', async () => {
    expect(await attempt('failed')).toEqual({ kind: 'settled', attempts: 1 })
    await attempt('failed')
    expect(await openBreakers(ledger)).toEqual([])
    const since = begin
    expect(await attempt('failed')).toMatchObject({
      kind: 'settled',
      breaker: { change: 'opened', failures: 3, cause: 'no route', since, tryAt: since + 30_000 },
    })
    expect(await openBreakers(ledger)).toMatchObject([{ account: 'main', failures: 3, cause: 'no route', since }])
    expect(await readAudit(ledger, 10)).toMatchObject([
      { who: 'service', what: 'breaker open', subject: 'account:main', why: 'no route' },
    ])
  })

  it('does not open for failures with an understood answer between them, nor for what was not tried', async () => {
    for (const seen of ['failed', 'failed', 'works', 'failed', 'failed', undefined] as const) await attempt(seen)
    expect(await openBreakers(ledger)).toEqual([])
    await attempt('failed')
    expect(await openBreakers(ledger)).toHaveLength(1)
  })

  it('counts a failure once, however often it is written down', async () => {
    await attempt('failed')
    const claim = await claimed(await launch())
    for (let times = 0; times < 3; times++) await end(claim, 'failed')
    expect(await openBreakers(ledger)).toEqual([])
  })

  it('keeps launches back while it is open, without an attempt, and lets one go as a probe after its pause', async () => {
    await open()
    const [first, second] = [await launch(), await launch()]
    expect(await ask(first)).toMatchObject({ kind: 'later', why: 'breaker' })
    now += 30_000
    const probe = await claimed(first)
    expect(probe.attempts).toBe(0)
    expect(await ask(second)).toMatchObject({ kind: 'later', why: 'breaker' })
    expect(await end(probe, 'works', 'failed')).toMatchObject({ breaker: { change: 'closed' } })
    expect(await openBreakers(ledger)).toEqual([])
    await claimed(second)
    expect((await readAudit(ledger, 10)).map(({ what }) => what)).toEqual(['breaker closed', 'breaker open'])
  })

  it('stays open twice as long after each probe that fails, up to ten minutes', async () => {
    await open()
    const pauses: number[] = []
    for (let probes = 0; probes < 7; probes++) {
      const [breaker] = await openBreakers(ledger)
      pauses.push((breaker?.tryAt ?? 0) - now)
      now = breaker?.tryAt ?? 0
      await attempt('failed')
    }
    expect(pauses.map(ms => ms / 1_000)).toEqual([30, 60, 120, 240, 480, 600, 600])
    expect((await readAudit(ledger, 10)).map(({ what }) => what)).toEqual(['breaker open'])
  })

  it.each<[string, (probe: Claim) => Promise<void>]>([
    [
      'dies',
      async () => {
        now += 15_001
        await sweepLedger(ledger, 100)
      },
    ],
    ['is given up before its write', async probe => void (await end(probe, undefined, 'failed'))],
  ])('lets another probe go where the first %s', async (_, happens) => {
    await open()
    now += 30_000
    const next = await launch()
    const probe = await claimed(await launch())
    expect(await ask(next)).toMatchObject({ why: 'breaker' })
    await happens(probe)
    await claimed(next)
  })

  it('is not kept open longer by failures of what had begun before it opened, and is closed by its success', async () => {
    const [slow, good] = [await claimed(await launch()), await claimed(await launch())]
    await open()
    now += 10_000
    await end(slow, 'failed')
    expect(await openBreakers(ledger)).toMatchObject([{ failures: 4, tryAt: begin + 30_000 }])
    await end(good, 'works', 'failed')
    expect(await openBreakers(ledger)).toEqual([])
  })

  it('spreads those who wait, so that they do not all come at the moment of the probe', async () => {
    await open()
    now += 29_000
    const waits: number[] = []
    for (let count = 0; count < 100; count++) {
      const answer = await ask(await launch())
      if (answer.kind === 'later') waits.push(answer.wait)
    }
    expect(new Set(waits).size).toBe(100)
    expect(waits[0]).toBe(1_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000)
  })

  it('of one account is nothing to another', async () => {
    await open()
    expect(await ask(await launch())).toMatchObject({ why: 'breaker' })
    await claimed(await launch('other'))
    await open('third')
    expect((await openBreakers(ledger)).map(({ account }) => account).toSorted()).toEqual(['main', 'third'])
  })

  it('is closed by a person with a reason, once', async () => {
    await open()
    expect(await closeBreaker(ledger, 'main', 'the proxy is up', 'ann')).toBe(true)
    expect(await closeBreaker(ledger, 'main', 'the proxy is up', 'ann')).toBe(false)
    await claimed(await launch())
    expect(await readAudit(ledger, 1)).toMatchObject([
      { who: 'ann', what: 'breaker closed', why: 'the proxy is up', subject: 'account:main' },
    ])
  })

  it('ends what it keeps back at its deadline, and is named as the cause', async () => {
    await open()
    const key = await launch('main', 15_000)
    expect(await ask(key)).toEqual({ kind: 'later', wait: 15_001, why: 'breaker' })
    now += 15_001
    expect(await ask(key)).toMatchObject({ kind: 'over', state: 'expired', reason: reasons.breaker })
  })

  it('is not asked by identical repeats, and does not count their failures', async () => {
    const key = await launch()
    await end(await claimed(key), 'failed', 'unknown')
    const repeat = async (token: number) => {
      await armRepeat(ledger, { key, token, repeats: token - 1 }, now + 60_000, 'service', 'repeats are dropped')
      return claimed(key)
    }
    for (let token = 1; token < 4; token++) await end(await repeat(token), 'failed', 'unknown')
    expect(await openBreakers(ledger)).toEqual([])
    await attempt('works')
    await open()
    const last = await repeat(4)
    expect(await end(last, 'works', 'unknown')).toMatchObject({ breaker: { change: 'closed' } })
  })
})
