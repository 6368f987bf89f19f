import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Claim } from '../../src/launches/claim.ts'
import type { Observation, Outcome } from '../../src/launches/outcome.ts'
import { pause, settlementOf } from '../../src/launches/settlement.ts'

const now = 1_000_000
const claim: Claim = {
  key: 'a',
  token: 1,
  nonce: 'n',
  account: 'main',
  mailing: 90,
  request: { id: 90 },
  requestId: 'r',
  retry: { attempts: 3, initial: 2_000, max: 60_000 },
  due: now,
  sendUntil: now + 900_000,
  retryUntil: now + 900_000,
  attempts: 0,
  made: 0,
  doubt: false,
  earlierHanded: false,
}
const answered = (error: number, over: Partial<Extract<Observation, { kind: 'answered' }>> = {}): Observation => ({
  kind: 'answered',
  status: 200,
  envelope: { kind: 'valid', error, errorText: 'words' },
  duplicate: false,
  retryAfter: undefined,
  serverDate: undefined,
  ...over,
})
const withheld: Observation = { kind: 'withheld', why: 'no permit' }
const notLaunched: Outcome = { kind: 'notLaunched', reason: 'refused connection', retryAfter: undefined }

const settle = (outcome: Outcome, observation: Observation, over: Partial<Claim> = {}) =>
  settlementOf({ ...claim, ...over }, { start: now - 5, end: now, observation, outcome }, now, 0.5)

describe('an outcome becomes a state', () => {
  it.each([
    [{ kind: 'launched', reason: 'r' }, 'launched'],
    [{ kind: 'refused', reason: 'r', stops: 'launch' }, 'rejected'],
    [{ kind: 'swallowed', reason: 'r' }, 'swallowed'],
    [{ kind: 'ambiguous', reason: 'r' }, 'unknown'],
    [notLaunched, 'waiting'],
  ] as const)('%j -> %s', (outcome, state) => {
    expect(settle(outcome, answered(0)).state).toBe(state)
  })

  it('not launched is failed once the attempts are used up', () => {
    expect(settle(notLaunched, withheld, { attempts: 2, made: 2 })).toMatchObject({ state: 'failed' })
  })

  it('not launched is failed where the next attempt would come too late', () => {
    expect(settle(notLaunched, withheld, { retryUntil: now + 999 })).toMatchObject({ state: 'failed' })
    expect(settle(notLaunched, withheld, { retryUntil: now + 1_000 })).toMatchObject({
      state: 'waiting',
      notBefore: now + 1_000,
    })
  })

  it('a replayed refusal gets a new Request-ID for the next attempt, nothing else does', () => {
    expect(settle(notLaunched, answered(500, { duplicate: true })).renewRequestId).toBe(true)
    expect(settle(notLaunched, answered(500)).renewRequestId).toBe(false)
    expect(settle(notLaunched, withheld).renewRequestId).toBe(false)
  })

  it('error and error_text are kept as they came, up to 4 kB of whole characters', () => {
    const long = 'ж'.repeat(4_000)
    const observation = answered(402, { envelope: { kind: 'valid', error: 402, errorText: long } })
    const { attempt } = settle({ kind: 'refused', reason: 'r', stops: 'launch' }, observation)
    expect(attempt).toMatchObject({ error: 402, error_text: 'ж'.repeat(2_048), handed: true })
  })
})

describe('the pause before the next attempt', () => {
  it('is between nothing and the doubled, capped pause, and never shorter than Retry-After', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 1, max: 600_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (initial, max, made, retryAfter, random) => {
          const found = pause({ initial, max }, made, retryAfter, random)
          expect(found).toBeGreaterThanOrEqual(retryAfter ?? 0)
          expect(found).toBeLessThanOrEqual(Math.max(retryAfter ?? 0, Math.min(max, initial * 2 ** (made - 1))) + 1)
        },
      ),
    )
  })
})
