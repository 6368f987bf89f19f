import { Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { showBatch } from '../../src/bulk/read.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { queueName } from '../../src/launches/queue.ts'
import { BatchStage } from './stage.ts'
import { type Process, platform, startProcess } from './workers.ts'

let stage: BatchStage
let processes: Process[] = []
let started: { requestId: string; mailing: number; at: number }[] = []
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  stage.now = Date.now()
  started = []
})
afterEach(async () => {
  await Promise.all(processes.map(each => each.stop()))
  processes = []
})

const tell = (requestId: string, mailing: number) => void started.push({ requestId, mailing, at: performance.now() })
const isDone = (id: string) => async () =>
  (await showBatch({ redis: stage.server.redis, keys: stage.ledger.keys }, id))?.batch.state

describe('a batch with workers of two processes', () => {
  it('launches each of its rows once', async () => {
    const id = await stage.batchOf(400)
    processes = [1, 2].map(() => startProcess(stage, platform(2, tell)))
    await expect.poll(isDone(id), { timeout: 20_000 }).toBe('done')
    expect(started.map(({ mailing }) => mailing).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 400 }, (_, index) => index + 1),
    )
    expect(new Set(started.map(({ requestId }) => requestId)).size).toBe(400)
  })

  it('launches rows of one mailing one after the other, and the next as soon as one has ended', async () => {
    const id = await stage.batchOf(60, {}, number => ({
      id: 90,
      override_source_type: 'segment',
      override_source_id: number,
    }))
    processes = [1, 2].map(() => startProcess(stage, platform(20, tell)))
    await expect.poll(isDone(id), { timeout: 20_000 }).toBe('done')
    expect(started).toHaveLength(60)
    const gaps = started.slice(1).map(({ at }, index) => at - (started[index]?.at ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(15)
    expect(gaps.toSorted((a, b) => a - b)[30]).toBeLessThan(60)
  })

  it('keeps no other launch of the account waiting for a worker', async () => {
    await stage.batchOf(64)
    processes = [startProcess(stage, platform(1_000, tell), 2)]
    await expect.poll(() => started.length).toBe(2)
    const due = Date.now()
    const key = 'manual-1'
    const until = { due, sendUntil: due + 60_000, retryUntil: due + 60_000 }
    await createLaunch(stage.ledger, {
      key,
      account: 'main',
      origin: 'manual',
      request: { id: 999 },
      ...until,
      policy: defaultPolicy,
    })
    await stage.queues.add([{ account: 'main', jobId: key, delay: 0, job: { key, origin: 'manual' } }])
    await expect.poll(() => started.some(({ mailing }) => mailing === 999), { timeout: 900 }).toBe(true)
  })

  it('takes what is due before what somebody asks for by hand', async () => {
    const job = (key: string, origin: 'manual' | 'schedule') => ({
      account: 'main',
      jobId: key,
      delay: 0,
      job: { key, origin },
    })
    await stage.queues.add([job('manual-1', 'manual'), job('manual-2', 'manual'), job('offers@1', 'schedule')])
    const queue = new Queue(queueName('main'), {
      connection: stage.server.redis,
      prefix: stage.ledger.keys.queuePrefix,
    })
    expect((await queue.getWaiting()).map(({ id }) => id)).toEqual(['offers@1'])
    expect((await queue.getPrioritized()).map(({ id }) => id)).toEqual(['manual-1', 'manual-2'])
    await queue.close()
  })
})
