import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cancelBatch } from '../../src/bulk/cancel.ts'
import { pauseBatch, resumeBatch } from '../../src/bulk/pausing.ts'
import { problemsOf, resultsOf } from '../../src/bulk/read.ts'
import { retryBatch } from '../../src/bulk/retry.ts'
import { readAudit } from '../../src/launches/audit.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { raiseEpoch } from '../../src/launches/epoch.ts'
import { holdOff } from '../../src/launches/hold.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { BatchStage, decision } from './stage.ts'

let stage: BatchStage
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const refusal = { error: 404, error_text: 'No such mailing', status: 200 }

/** A batch with its first window, one row of it in each state that a brake meets. */
async function underWay() {
  const id = await stage.batchOf(100)
  await stage.feeder.pass()
  const [launched = '', waiting = '', sending = '', claimed = '', rejected = '', unknown = '', ...planned] =
    await stage.window(id)
  await stage.attempt(launched)
  await stage.attempt(waiting, 'waiting', { handed: false })
  await stage.attempt(rejected, 'rejected', refusal)
  await stage.attempt(unknown, 'unknown')
  const sendingClaim = await stage.claimed(sending)
  await stage.commit(sendingClaim)
  const claimedClaim = await stage.claimed(claimed)
  return { id, waiting, sending: sendingClaim, claimed: claimedClaim, planned, rejected, unknown }
}

describe('a paused batch', () => {
  it('says what was sent and is being sent, releases nothing and lets nothing leave that is not being sent', async () => {
    const { id, waiting, sending, claimed, planned } = await underWay()
    const answer = await pauseBatch(stage.ledger, id, decision)
    const released = {
      launched: 1,
      waiting: 1,
      rejected: 1,
      unknown: 1,
      sending: 1,
      claimed: 1,
      planned: planned.length,
    }
    expect(answer).toEqual({ kind: 'paused', counts: { total: 100, unreleased: 60, released } })
    await stage.feeder.pass()
    expect((await stage.view(id)).counts.unreleased).toBe(60)
    expect(await stage.commit(claimed)).toEqual({ granted: false, why: 'its batch is paused' })
    expect(await stage.claim(planned[0] ?? '')).toMatchObject({ kind: 'over', state: 'planned', changed: false })
    stage.now += 2_000
    expect(await stage.claim(waiting)).toMatchObject({ kind: 'over', state: 'waiting' })
    await stage.settle(sending, 'launched')
    expect((await stage.view(id)).counts.released).toMatchObject({ launched: 2, planned: planned.length + 1 })
  })

  it('loses no row, however long it is paused, and gives each a new deadline when it is resumed', async () => {
    const { id, sending, planned } = await underWay()
    await stage.settle(sending, 'launched')
    await pauseBatch(stage.ledger, id, decision)
    stage.now += 5 * 86_400_000
    for (let round = 0; round < 3; round++) await sweepLedger(stage.ledger, 1_000)
    expect((await stage.view(id)).counts.released).toMatchObject({ planned: planned.length + 1, waiting: 1 })
    const answer = await resumeBatch(stage.ledger, stage.queues, id, decision, stage.now)
    expect(answer).toEqual({ kind: 'resumed', rows: planned.length + 2 })
    const claim = await stage.claimed(planned[0] ?? '')
    expect(claim).toMatchObject({ due: stage.now, sendUntil: stage.now + 900_000 })
    expect((await stage.commit(claim)).granted).toBe(true)
    await stage.settle(claim, 'launched')
    for (const key of planned.slice(1, 12)) await stage.attempt(key)
    await stage.feeder.pass()
    expect((await stage.view(id)).counts.unreleased).toBeLessThan(60)
  })

  it('is paused once, resumed once, and every decision is in the audit', async () => {
    const id = await stage.batchOf(5)
    expect((await pauseBatch(stage.ledger, id, decision)).kind).toBe('paused')
    expect(await pauseBatch(stage.ledger, id, decision)).toEqual({
      kind: 'refused',
      state: 'paused',
      reason: decision.why,
    })
    expect((await resumeBatch(stage.ledger, stage.queues, id, decision, stage.now)).kind).toBe('resumed')
    expect(await resumeBatch(stage.ledger, stage.queues, id, decision, stage.now)).toMatchObject({
      kind: 'refused',
      state: 'running',
    })
    expect((await pauseBatch(stage.ledger, 'nothing', decision)).kind).toBe('unknown')
    const said = await readAudit(stage.ledger, 10, `batch:${id}`)
    expect(said.map(({ what, who, why }) => `${what} ${who} ${why}`)).toEqual([
      'batch resume somebody a wrong segment',
      'batch pause somebody a wrong segment',
      'batch submit somebody ',
    ])
  })
})

describe('a cancelled batch', () => {
  it('calls off what was not sent, names it exactly, and lets what is being sent end', async () => {
    const { id, sending, claimed, planned } = await underWay()
    const answer = await cancelBatch(stage.ledger, id, decision)
    expect(answer).toMatchObject({ kind: 'cancelled', calledOff: 60 + planned.length + 2 })
    if (answer.kind !== 'cancelled') return
    const released = { launched: 1, rejected: 1, unknown: 1, sending: 1, claimed: 1, cancelled: planned.length + 1 }
    expect(answer.counts).toEqual({ total: 100, unreleased: 60, released })
    expect(await stage.commit(claimed)).toEqual({ granted: false, why: 'its batch was cancelled' })
    await stage.settle(sending, 'waiting', { handed: false }, stage.now + 1_000)
    stage.now += 2_000
    expect(await stage.claim(sending.key)).toMatchObject({ kind: 'over', state: 'cancelled', changed: true })
    await stage.feeder.pass()
    const states: Record<string, number> = {}
    for await (const { state } of resultsOf(stage.ledger, id)) states[state] = (states[state] ?? 0) + 1
    expect(states).toEqual({ launched: 1, rejected: 1, unknown: 1, cancelled: 97 })
    expect((await retryBatch(stage.ledger, id, decision)).kind).toBe('refused')
    expect((await resumeBatch(stage.ledger, stage.queues, id, decision, stage.now)).kind).toBe('refused')
  })
})

describe('a retry', () => {
  it('tries rejected, failed and swallowed rows again, each with a Request-ID of its own, and no unknown one', async () => {
    const id = await stage.batchOf(5)
    await stage.feeder.pass()
    const [a = '', b = '', c = '', d = '', e = ''] = await stage.window(id)
    await stage.attempt(a, 'rejected', refusal)
    await stage.attempt(b, 'failed', { handed: false })
    await stage.attempt(c, 'swallowed')
    await stage.attempt(d, 'unknown')
    await stage.attempt(e)
    await stage.feeder.pass()
    expect(stage.announced).toEqual([`${id} done`])
    const before = await showLaunch(stage.ledger, a)
    stage.now += 3_600_000
    expect(await retryBatch(stage.ledger, id, decision)).toEqual({ kind: 'again', rows: 3 })
    expect(await stage.state(id)).toBe('running')
    await stage.feeder.pass()
    expect((await stage.window(id)).toSorted()).toEqual([a, b, c].toSorted())
    expect((await showLaunch(stage.ledger, a))?.requestId).not.toBe(before?.requestId)
    for (const key of [a, b, c]) await stage.attempt(key)
    await stage.feeder.pass()
    expect((await stage.view(id)).counts.released).toEqual({ launched: 4, unknown: 1 })
    expect(await stage.state(id)).toBe('done')
    expect(await retryBatch(stage.ledger, id, decision)).toEqual({ kind: 'again', rows: 0 })
  })
})

describe('a retry of many rows', () => {
  it('is as fast as the batch was', async () => {
    const id = await stage.batchOf(300)
    const all = async (state: 'rejected' | 'launched') => {
      let rounds = 0
      for (; (await stage.state(id)) === 'running'; rounds++) {
        await stage.feeder.pass()
        for (const key of await stage.window(id)) await stage.attempt(key, state, state === 'rejected' ? refusal : {})
        stage.now += 1_000
      }
      return rounds
    }
    const first = await all('rejected')
    await retryBatch(stage.ledger, id, decision)
    expect(await all('launched')).toBeLessThanOrEqual(first + 1)
    expect((await stage.view(id)).counts.released).toEqual({ launched: 300 })
  })
})

describe('a stop rule', () => {
  it.each([
    [
      'consecutive',
      { consecutive: 3 },
      ['launched', 'rejected', 'failed', 'launched', 'rejected', 'failed', 'unknown'],
      '3 rows in a row failed',
    ],
    ['failures', { failures: 3 }, ['rejected', 'launched', 'rejected', 'launched', 'unknown'], '3 rows failed'],
    [
      'percent',
      { percent: 10 },
      [...Array.from({ length: 19 }, () => 'launched' as const), 'rejected', 'rejected', 'rejected'],
      '3 of 22 rows failed',
    ],
  ] as const)(
    'about %s pauses the batch, says so once, and counts anew when it is resumed',
    async (_, stopAfter, ends, words) => {
      const id = await stage.batchOf(100, { stopAfter })
      await stage.feeder.pass()
      const window = await stage.window(id)
      for (const [index, state] of ends.entries()) {
        expect(await stage.state(id)).toBe('running')
        await stage.attempt(window[index] ?? '', state, state === 'rejected' ? refusal : {})
      }
      expect(await stage.state(id)).toBe('paused')
      expect((await stage.view(id)).batch).toMatchObject({ reason: `rule: ${words}`, pausedBy: 'service' })
      await Promise.all([stage.feeder.pass(), stage.anotherFeeder().pass()])
      await stage.feeder.pass()
      expect(stage.announced).toEqual([`${id} paused: rule: ${words}`])
      await resumeBatch(stage.ledger, stage.queues, id, decision, stage.now)
      await stage.attempt(window[ends.length] ?? '', 'rejected', refusal)
      expect(await stage.state(id)).toBe('running')
    },
  )

  it('leaves the deadlines of the released rows to nobody: they wait as in any pause', async () => {
    const id = await stage.batchOf(40, { stopAfter: { failures: 1 } })
    await stage.feeder.pass()
    const [first = ''] = await stage.window(id)
    await stage.attempt(first, 'rejected', refusal)
    await stage.feeder.pass()
    stage.now += 86_400_000
    await sweepLedger(stage.ledger, 1_000)
    expect((await stage.view(id)).counts.released).toEqual({ rejected: 1, planned: 39 })
  })
})

describe('rows of a batch', () => {
  it('are held by a refused token like any launch, but lose no deadline by it', async () => {
    const id = await stage.batchOf(100)
    await stage.feeder.pass()
    const [first = '', second = ''] = await stage.window(id)
    const claim = await stage.claimed(first)
    await stage.commit(claim)
    const attempt = { start: stage.now, end: stage.now, outcome: 'refused', reason: 'token', handed: true, error: 401 }
    const { settleLaunch } = await import('../../src/launches/settle.ts')
    await settleLaunch(stage.ledger, claim, { state: 'rejected', reason: 'a bad token', stops: 'account', attempt })
    expect(await stage.claim(second)).toMatchObject({ kind: 'over', state: 'held' })
    await stage.feeder.pass()
    expect((await stage.view(id)).counts.unreleased).toBe(60)
    stage.now += 86_400_000
    expect((await sweepLedger(stage.ledger, 1_000)).filter(({ key }) => key === second)).toEqual([])
    await holdOff(stage.ledger, { kind: 'account', account: 'main' }, 'token', 'a new one', 'me')
    expect(await stage.claimed(second)).toMatchObject({ due: stage.now, sendUntil: stage.now + 900_000 })
  })

  it('that are unknown take no place in the window and keep the batch from nothing', async () => {
    const id = await stage.batchOf(50)
    await stage.feeder.pass()
    for (const key of await stage.window(id)) await stage.attempt(key, 'unknown')
    expect(await stage.window(id)).toEqual([])
    stage.now += 1_000
    await stage.feeder.pass()
    for (const key of await stage.window(id)) await stage.attempt(key)
    await stage.feeder.pass()
    expect((await stage.view(id)).counts.released).toEqual({ unknown: 40, launched: 10 })
    expect(await stage.state(id)).toBe('done')
  })

  it('do not guard each other, and count once for the guards of other launches', async () => {
    const id = await stage.batchOf(6, {}, () => ({ id: 90 }))
    await stage.feeder.pass()
    for (const key of await stage.window(id)) await stage.attempt(key)
    const sent = stage.ledger.keys.sent('main', 90, 'own')
    expect(await stage.members(sent)).toEqual([`${id}#`])
    const guard = { since: stage.now - 1_000, coolDown: 0, onHit: 'hold' } as const
    const common = {
      account: 'main',
      origin: 'manual',
      request: { id: 90 },
      due: stage.now,
      policy: defaultPolicy,
    } as const
    const until = { sendUntil: stage.now + 900_000, retryUntil: stage.now + 900_000 }
    await createLaunch(stage.ledger, { key: 'manual-1', ...common, ...until, guard: { ...guard, maxPerDay: 2 } })
    await createLaunch(stage.ledger, { key: 'manual-2', ...common, ...until, guard: { ...guard, maxPerDay: 1 } })
    expect((await stage.claim('manual-2')).kind).toBe('over')
    expect((await stage.claim('manual-1')).kind).toBe('claimed')
  })

  it('are grouped by what is wrong with them, the most frequent first', async () => {
    const id = await stage.batchOf(10)
    await stage.feeder.pass()
    const window = await stage.window(id)
    for (const key of window.slice(0, 3)) await stage.attempt(key, 'rejected', refusal)
    for (const key of window.slice(3, 5)) await stage.attempt(key, 'failed', { handed: false })
    await stage.attempt(window[5] ?? '', 'rejected', { ...refusal, error_text: 'ж'.repeat(150) })
    const problems = await problemsOf(stage.ledger, id, 10)
    expect(problems[0]).toEqual({ state: 'rejected', error: 404, text: 'No such mailing', rows: 3 })
    expect(problems[1]).toEqual({ state: 'failed', error: undefined, text: 'because', rows: 2 })
    expect(problems[2]?.text).toBe('ж'.repeat(99))
  })

  it('whose store has forgotten something are stopped: how far the batch had come may be forgotten too', async () => {
    const id = await stage.batchOf(100)
    await stage.feeder.pass()
    await raiseEpoch(stage.ledger, 'it was restored')
    expect((await stage.view(id)).batch).toMatchObject({ state: 'paused', reason: 'store: it was restored' })
    expect((await stage.view(id)).counts.released).toEqual({ unknown: 40 })
  })
})
