import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cancelBatch } from '../../src/bulk/cancel.ts'
import { resultsOf } from '../../src/bulk/read.ts'
import { pruneBatches } from '../../src/bulk/retention.ts'
import { pruneLedger } from '../../src/launches/retention.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { BatchStage, decision, rowsOf } from './stage.ts'

const day = 86_400_000
const history = { keep: 400 * day, maxRows: { schedule: 100, bulk: 100, manual: 100 } }

let stage: BatchStage
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

async function prune(keep: number): Promise<number> {
  while ((await pruneLedger(stage.ledger, { ...history, keep })) > 0);
  return pruneBatches(stage.ledger, keep)
}

/** A batch of so many rows, all launched but the last, which ends in this state. */
async function ended(count: number, last: 'rejected' | 'unknown') {
  const id = await stage.batchOf(count)
  await stage.feeder.pass()
  const window = await stage.window(id)
  for (const [index, key] of window.entries()) await stage.attempt(key, index === count - 1 ? last : 'launched')
  await stage.feeder.pass()
  return id
}

describe('retention', () => {
  it('takes a batch when the records of its rows are gone, with every key that is its own', async () => {
    const id = await ended(10, 'rejected')
    stage.now += 7 * day
    expect(await prune(8 * day)).toBe(0)
    expect((await stage.submit(rowsOf(10))).kind).toBe('again')
    stage.now += 2 * day
    expect(await prune(8 * day)).toBe(1)
    const left = await stage.server.redis.keys('*')
    expect(left.filter(key => key.includes(id) && !key.includes(':queue:'))).toEqual([])
    expect((await stage.submit(rowsOf(10))).kind).toBe('submitted')
  })

  it('never takes a batch with an unknown row, and its account stays what it was while others go', async () => {
    const id = await ended(10, 'unknown')
    stage.now += 500 * day
    expect(await prune(400 * day)).toBe(0)
    expect((await stage.view(id)).counts.released).toEqual({ launched: 9, unknown: 1 })
    const states = []
    for await (const { state } of resultsOf(stage.ledger, id)) states.push(state)
    expect(states).toEqual([...Array.from({ length: 9 }, () => 'forgotten'), 'unknown'])
  })

  it('of the newest batch with the same rows leaves the older one known, which was confirmed and lives on', async () => {
    const twin = await stage.batchOf(10)
    stage.now += 1
    const confirmed = { kind: 'confirmed', repeats: [twin] } as const
    const newest = await stage.submit(rowsOf(10), { name: 'again' }, confirmed)
    if (newest.kind !== 'submitted') throw new Error(newest.kind)
    await cancelBatch(stage.ledger, newest.id, decision)
    stage.now += 9 * day
    expect(await prune(8 * day)).toBe(1)
    expect(await stage.submit(rowsOf(10), { name: 'third' })).toMatchObject({ kind: 'otherName', id: twin })
    await cancelBatch(stage.ledger, twin, decision)
    stage.now += 9 * day
    expect(await prune(8 * day)).toBe(1)
    expect(await stage.server.redis.keys(`${stage.ledger.keys.root}batch-*`)).toEqual([])
    expect((await stage.submit(rowsOf(10), { name: 'third' })).kind).toBe('submitted')
  })

  it('takes a cancelled batch of which nothing was released', async () => {
    const id = await stage.batchOf(10)
    await cancelBatch(stage.ledger, id, decision)
    stage.now += 9 * day
    expect(await prune(8 * day)).toBe(1)
    expect(await stage.server.redis.exists(stage.ledger.keys.batchRows(id))).toBe(0)
  })
})

describe('a process that is killed', () => {
  it('between a release and its jobs loses no row: the sweep gives each a job', async () => {
    const id = await stage.batchOf(10)
    // Its connection breaks right after the script: nothing of what follows reaches Redis.
    await stage.killedAfterRelease(id)
    expect(await stage.window(id)).toHaveLength(10)
    stage.now += 31_000
    const swept = await sweepLedger(stage.ledger, 100)
    expect(swept.filter(({ kind }) => kind === 'requeue')).toHaveLength(10)
  })
})
