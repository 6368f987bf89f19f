/** A store that was set back has forgotten how far its batches had come: what came after may have been sent. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { pauseBatch, resumeBatch } from '../../src/bulk/pausing.ts'
import { retryBatch } from '../../src/bulk/retry.ts'
import { raiseEpoch } from '../../src/launches/epoch.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { BatchStage, decision } from './stage.ts'

let stage: BatchStage
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const resume = (id: string, unsureUntil?: number) =>
  resumeBatch(stage.ledger, stage.queues, id, decision, stage.now, unsureUntil)

/** A batch of sixty rows of which the store knows that three were released, and launched. */
async function setBack(): Promise<string> {
  const id = await stage.batchOf(60, { pace: { perMinute: 3 } })
  await stage.feeder.pass()
  for (const key of await stage.window(id)) await stage.attempt(key)
  stage.now += 40_000
  await stage.feeder.pass()
  for (const key of await stage.window(id)) await stage.attempt(key)
  await raiseEpoch(stage.ledger, 'the store was restored from an older copy')
  return id
}

it('a batch does not go on before it is said how far its rows may have been sent', async () => {
  const id = await setBack()
  const { released } = (await stage.view(id)).counts
  const known = released.launched ?? 0
  expect(known).toBeGreaterThan(0)
  expect(await resume(id)).toEqual({ kind: 'forgot', released: known, total: 60 })
  expect(await resume(id, 61)).toEqual({ kind: 'forgot', released: known, total: 60 })
  expect((await stage.view(id)).batch.state).toBe('paused')
})

it('rows that may have been sent become unknown, with the Request-ID that they had, and those after them go out', async () => {
  const id = await setBack()
  const known = (await stage.view(id)).counts.released.launched ?? 0
  expect(await resume(id, 15)).toEqual({ kind: 'resumed', rows: 0 })
  for (let pass = 0; pass < 60; pass++) {
    stage.now += 60_000
    await stage.feeder.pass()
    for (const key of await stage.window(id)) await stage.attempt(key)
  }
  const { counts } = await stage.view(id)
  expect(counts.released).toEqual({ launched: 60 - (15 - known), unknown: 15 - known })
  const doubtful = await showLaunch(stage.ledger, `${id}#row15`)
  expect(doubtful).toMatchObject({ state: 'unknown', doubt: '1', attempts: 0 })
  // Its log is read from when the batch came into being, and an answer that is marked as a repeat's means "launched".
  expect(doubtful?.due).toBe((await stage.view(id)).batch.created)
  expect(await stage.server.redis.hget(stage.ledger.keys.launch(`${id}#row15`), 'handed')).toBe('1')
  expect(await retryBatch(stage.ledger, id, decision)).toMatchObject({ kind: 'again', rows: 0 })
})

it('a batch that is paused in the copy may have been resumed after it, and is asked about too', async () => {
  const id = await stage.batchOf(60)
  await pauseBatch(stage.ledger, id, decision)
  await raiseEpoch(stage.ledger, 'the store was restored from an older copy')
  expect(await resume(id)).toEqual({ kind: 'forgot', released: 0, total: 60 })
  expect(await resume(id, 0)).toEqual({ kind: 'resumed', rows: 0 })
  await stage.feeder.pass()
  expect(Object.keys((await stage.view(id)).counts.released)).toEqual(['planned'])
})

it('rows that were to be tried again, and may have been, are not', async () => {
  const id = await stage.batchOf(2)
  await stage.feeder.pass()
  for (const key of await stage.window(id)) await stage.attempt(key, 'rejected')
  expect(await retryBatch(stage.ledger, id, decision)).toEqual({ kind: 'again', rows: 2 })
  await raiseEpoch(stage.ledger, 'the store was restored from an older copy')
  await stage.feeder.pass()
  expect((await stage.view(id)).counts.released).toEqual({ rejected: 2 })
})
