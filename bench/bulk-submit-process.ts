/** Submits many rows from a process of its own, on either side, and tells how long it took and how much memory it had at most. */
import { Queue } from 'bullmq'
import { z } from 'zod'
import { submitBatch } from '../src/bulk/submit.ts'
import { connectPatiently } from '../src/redis/connection.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { declarationOf, manyRows } from './many-rows.ts'

/** Jobs of one addBulk: with fewer it waits for Redis, with more it holds them all. */
const chunk = 1_000

const task = z
  .object({
    side: z.enum(['bare', 'sendoff']),
    socket: z.string(),
    prefix: z.string(),
    name: z.string(),
    rows: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''))
const redis = connectPatiently({ kind: 'socket', path: task.socket }, 'bench')

async function addJobs(): Promise<void> {
  const queue = new Queue('bare', { connection: redis })
  let jobs: Parameters<typeof queue.addBulk>[0] = []
  for await (const { key, request } of manyRows(task.rows)) {
    jobs.push({ name: 'launch', data: { account: 'main', request }, opts: { jobId: key } })
    if (jobs.length < chunk) continue
    await queue.addBulk(jobs)
    jobs = []
  }
  if (jobs.length > 0) await queue.addBulk(jobs)
  await queue.close()
}

/** The id of the batch. */
async function submit(): Promise<string> {
  const answer = await submitBatch(
    { redis, keys: keysUnder(task.prefix) },
    declarationOf(task.name),
    manyRows(task.rows),
  )
  if (answer.kind !== 'submitted') throw new Error(`the rows were not submitted: ${answer.kind}`)
  return answer.id
}

await redis.ping()
const begun = performance.now()
const id = task.side === 'sendoff' ? await submit() : await addJobs()
const ms = performance.now() - begun
process.send?.({ ms, id: id ?? '', megabytes: process.resourceUsage().maxRSS / 1_024 })
redis.disconnect()
process.disconnect()
