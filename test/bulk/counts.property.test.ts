/** Whatever happens to rows, in whatever order: the account of a batch is what a recount of the records comes to. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cancelBatch } from '../../src/bulk/cancel.ts'
import { pauseBatch, resumeBatch } from '../../src/bulk/pausing.ts'
import { problemsOf } from '../../src/bulk/read.ts'
import { retryBatch } from '../../src/bulk/retry.ts'
import { failureStates, windowStates } from '../../src/launches/batch-rows.ts'
import type { Claim } from '../../src/launches/claim.ts'
import { armRepeat, askPerson, endDoubt } from '../../src/launches/doubt.ts'
import { raiseEpoch } from '../../src/launches/epoch.ts'
import { holdOff, holdOn } from '../../src/launches/hold.ts'
import { type State, states } from '../../src/launches/launch.ts'
import { cancelLaunch, retryLaunch } from '../../src/launches/person.ts'
import { showLaunch } from '../../src/launches/read.ts'
import type { Settlement } from '../../src/launches/settle.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { BatchStage, decision } from './stage.ts'

let stage: BatchStage
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const total = 12
const account = { kind: 'account', account: 'main' } as const
const endings: readonly Settlement['state'][] = ['launched', 'rejected', 'waiting', 'failed', 'swallowed', 'unknown']

interface Walk {
  readonly id: string
  readonly claims: Claim[]
}

async function settled(claim: Claim, pick: number): Promise<void> {
  const state = endings[pick % endings.length] ?? 'launched'
  const said = pick % 3 === 0 ? { error: 404, error_text: `No such mailing ${pick % 4}` } : {}
  const handed = state !== 'waiting' || pick % 2 === 0
  await stage.settle(claim, state, { ...said, handed }, state === 'waiting' ? stage.now + 1_000 : undefined)
}

/** What may happen; a number chooses among what there is to choose from. */
const steps = {
  feed: () => stage.feeder.pass(),
  claim: async ({ id, claims }: Walk, pick: number) => {
    const window = await stage.window(id)
    const answer = await stage.claim(window[pick % window.length] ?? `${id}#row${(pick % total) + 1}`)
    if (answer.kind === 'claimed') claims.push(answer.claim)
  },
  commit: async ({ claims }: Walk, pick: number) => {
    const claim = claims[pick % claims.length]
    if (claim) await stage.commit(claim)
  },
  settle: async ({ claims }: Walk, pick: number) => {
    const claim = claims[pick % claims.length]
    if (claim) await settled(claim, pick)
  },
  attempt: async ({ id }: Walk, pick: number) => {
    const window = await stage.window(id)
    const answer = await stage.claim(window[pick % window.length] ?? '')
    if (answer.kind !== 'claimed') return
    await stage.commit(answer.claim)
    await settled(answer.claim, pick)
  },
  sweep: async () => void (await sweepLedger(stage.ledger, 100)),
  soon: () => stage.wait(2_000),
  later: () => stage.wait(70_000),
  muchLater: () => stage.wait(1_200_000),
  hold: () => holdOn(stage.ledger, account, { cause: 'person', reason: 'no', by: 'me' }),
  letGo: () => holdOff(stage.ledger, account, 'person', 'yes', 'me'),
  pause: ({ id }: Walk) => pauseBatch(stage.ledger, id, decision),
  resume: ({ id }: Walk) => resumeBatch(stage.ledger, stage.queues, id, decision, stage.now),
  cancel: async ({ id }: Walk, pick: number) => pick % 4 === 0 && cancelBatch(stage.ledger, id, decision),
  retry: ({ id }: Walk) => retryBatch(stage.ledger, id, decision),
  retryOne: ({ id }: Walk, pick: number) =>
    retryLaunch(stage.ledger, `${id}#row${(pick % total) + 1}`, stage.now + 900_000, 'me', 'once more'),
  cancelOne: ({ id }: Walk, pick: number) =>
    cancelLaunch(stage.ledger, `${id}#row${(pick % total) + 1}`, 'me', 'not this one'),
  repeat: async ({ id }: Walk, pick: number) => {
    const record = await showLaunch(stage.ledger, `${id}#row${(pick % total) + 1}`)
    if (record) await armRepeat(stage.ledger, record, stage.now + 60_000, 'service', 'dropped')
  },
  ask: async ({ id }: Walk, pick: number) => {
    const record = await showLaunch(stage.ledger, `${id}#row${(pick % total) + 1}`)
    if (record) await askPerson(stage.ledger, record.key, record.token, 'service', 'nobody knows')
  },
  resolve: async ({ id }: Walk, pick: number) => {
    const key = `${id}#row${(pick % total) + 1}`
    const again = { state: 'waiting', at: stage.now, sendUntil: stage.now + 900_000 } as const
    const ends = [{ state: 'launched' }, { state: 'failed' }, { state: 'writtenOff' }, again] as const
    await endDoubt(stage.ledger, key, undefined, ends[pick % 4] ?? again, 'me', 'seen')
  },
  forget: async (_: Walk, pick: number) => pick % 5 === 0 && raiseEpoch(stage.ledger, 'restored'),
}
const names = Object.keys(steps).filter((name): name is keyof typeof steps => name in steps)

async function recount({ id }: Walk): Promise<void> {
  const { redis, keys } = { redis: stage.server.redis, keys: stage.ledger.keys }
  const { batch, counts } = await stage.view(id)
  const found: Partial<Record<State, string[]>> = {}
  for (const key of await stage.members(keys.ofOrigin('bulk'))) {
    const record = await showLaunch(stage.ledger, key)
    if (!record) throw new Error(`${key} has no record`)
    found[record.state] = [...(found[record.state] ?? []), key]
  }
  const numbers = Object.fromEntries(Object.entries(found).map(([state, list]) => [state, list.length]))
  expect(counts.released).toEqual(numbers)
  expect(counts.unreleased).toBe(total - Object.values(found).flat().length)
  expect(batch.flying).toBe((numbers.claimed ?? 0) + (numbers.sending ?? 0))
  expect(batch.held).toBe(numbers.held ?? 0)
  const inWindow = windowStates.flatMap(state => found[state] ?? [])
  expect((await stage.window(id)).toSorted()).toEqual(inWindow.toSorted())
  for (const state of states.filter(each => each !== 'launched' && !windowStates.some(open => open === each))) {
    const listed = await stage.members(keys.batchInState(id, state))
    expect(listed.toSorted()).toEqual((found[state] ?? []).toSorted())
  }
  const problems = await problemsOf(stage.ledger, id, 1_000)
  for (const state of failureStates) {
    const rows = problems.filter(problem => problem.state === state).reduce((sum, problem) => sum + problem.rows, 0)
    expect(rows).toBe(numbers[state] ?? 0)
  }
  const isOver = counts.unreleased === 0 && inWindow.length === 0 && (await redis.zcard(keys.batchAgain(id))) === 0
  if (batch.state === 'running') expect(isOver).toBe(false)
  if (batch.state === 'done') expect(isOver).toBe(true)
}

describe('the account of a batch', () => {
  it('is what the records say, after every step of any walk', async () => {
    const walk = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(1_000)), { minLength: 20, maxLength: 60 })
    const rules = fc.constantFrom(undefined, { consecutive: 3 }, { failures: 4 })
    await fc.assert(
      fc.asyncProperty(walk, rules, async (taken, stopAfter) => {
        await stage.clear()
        // Three rows share a mailing, so that lanes matter too.
        const request = (number: number) => ({ id: Math.ceil(number / 3) })
        const id = await stage.batchOf(total, stopAfter ? { stopAfter } : {}, request)
        const state = { id, claims: [] }
        await stage.feeder.pass()
        for (const [name, pick] of taken) {
          await steps[name](state, pick)
          await recount(state)
        }
      }),
      { numRuns: 30 },
    )
  }, 120_000)
})
