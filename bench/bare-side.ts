/** The shortest honest BullMQ worker that starts mailings: the same undici call, the same connection mode, no ledger. */
import { Queue, Worker } from 'bullmq'
import { Client, Pool } from 'undici'
import { measure, type Round, timeEach } from './measure.ts'
import type { Store } from './store.ts'

export type Mode = 'fresh' | 'reuse'

export interface Load {
  readonly launches: number
  readonly concurrency: number
  readonly url: string
  readonly mode: Mode
}

async function startOver(dispatcher: Client | Pool, request: object): Promise<void> {
  const { statusCode, body } = await dispatcher.request({
    method: 'POST',
    path: '/api/v1.1/campaigns/broadcasts/start',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: 'bench', ...request }),
  })
  const envelope = await body.json()
  if (statusCode !== 200 || typeof envelope !== 'object') throw new Error('refused')
}

/** Makes the call, over a connection as `mode` says. */
export function caller({ url, mode, concurrency }: Omit<Load, 'launches'>) {
  const pool = new Pool(url, { connections: concurrency, pipelining: 1 })
  const call = async (request: object) => {
    if (mode === 'reuse') return startOver(pool, request)
    const client = new Client(url, { pipelining: 0 })
    await startOver(client, request)
    await client.close()
  }
  return { call, close: () => pool.close() }
}

export async function bareRound(store: Store, load: Load): Promise<Round> {
  const queue = new Queue('bare', { connection: store.redis })
  const jobs = Array.from({ length: load.launches }, (_, index) => ({
    name: 'launch',
    data: { request: { id: index + 1 } },
    opts: { removeOnComplete: true, removeOnFail: true, jobId: `bare-${Date.now()}-${index}` },
  }))
  await queue.addBulk(jobs)
  const { call, close } = caller(load)
  const round = await measure(store, load.launches, done => {
    const options = { connection: store.redis, concurrency: load.concurrency }
    const worker = new Worker('bare', async job => call(job.data.request), options)
    worker.on('completed', done)
    return () => worker.close()
  })
  await close()
  await queue.obliterate({ force: true })
  await queue.close()
  return round
}

/** The call alone, without a queue, one after the other. */
export async function bareAlone(load: Load): Promise<number[]> {
  const { call, close } = caller(load)
  const times = await timeEach(load.launches, index => call({ id: index + 1 }))
  await close()
  return times
}
