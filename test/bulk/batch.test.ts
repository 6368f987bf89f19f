import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BatchState, batchStates, batchTransitions } from '../../src/bulk/batch.ts'
import { cancelBatch } from '../../src/bulk/cancel.ts'
import { listBatches } from '../../src/bulk/list.ts'
import { pauseBatch, resumeBatch } from '../../src/bulk/pausing.ts'
import { retryBatch } from '../../src/bulk/retry.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { BatchStage, decision } from './stage.ts'

let stage: BatchStage
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const steps = {
  pause: (id: string) => pauseBatch(stage.ledger, id, decision),
  resume: (id: string) => resumeBatch(stage.ledger, stage.queues, id, decision, stage.now),
  cancel: (id: string) => cancelBatch(stage.ledger, id, decision),
  retry: (id: string) => retryBatch(stage.ledger, id, decision),
  end: async (id: string) => {
    for (const key of await stage.window(id)) await stage.attempt(key)
  },
}

/** A batch with a rejected row, in this state. */
async function batchIn(state: BatchState): Promise<string> {
  const id = await stage.batchOf(2)
  await stage.feeder.pass()
  const [first = '', second = ''] = await stage.window(id)
  await stage.attempt(first, 'rejected')
  if (state === 'paused') await pauseBatch(stage.ledger, id, decision)
  if (state === 'cancelled') await cancelBatch(stage.ledger, id, decision)
  if (state === 'done') await stage.attempt(second)
  return id
}

describe('a batch', () => {
  it.each(batchStates)('that is %s goes to the states that may follow, and to no other', async from => {
    const reached = new Set<BatchState>()
    for (const step of Object.values(steps)) {
      await stage.clear()
      const id = await batchIn(from)
      expect((await stage.view(id)).batch.state).toBe(from)
      if (from === 'running' || step !== steps.end) await step(id)
      const { state } = (await stage.view(id)).batch
      if (state !== from) reached.add(state)
    }
    expect([...reached].toSorted()).toEqual(batchTransitions[from].toSorted())
  })

  it('is listed with its account, the newest first', async () => {
    const first = await stage.batchOf(2)
    stage.now += 1
    const second = await stage.batchOf(3, { name: 'second' })
    const views = await listBatches(stage.ledger, 10)
    expect(views.map(({ batch, counts }) => [batch.id, counts.unreleased])).toEqual([
      [second, 3],
      [first, 2],
    ])
    expect(await listBatches(stage.ledger, 1)).toHaveLength(1)
  })
})

describe('a released row', () => {
  it('that no worker reaches within its lateness is released anew, and one that was tried fails', async () => {
    const id = await stage.batchOf(2)
    await stage.feeder.pass()
    const [first = '', second = ''] = await stage.window(id)
    await stage.attempt(first, 'waiting', { handed: false })
    stage.now += 3_600_000
    const swept = await sweepLedger(stage.ledger, 10)
    expect(swept.map(({ kind, key }) => [kind, key]).toSorted()).toEqual([
      ['failed', first],
      ['requeue', second],
    ])
    expect(await stage.claimed(second)).toMatchObject({ due: stage.now, sendUntil: stage.now + 900_000 })
  })
})
