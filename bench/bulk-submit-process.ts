/** Submits many rows from a process of its own, on either side, and tells how long it took and how much memory it had at most. */
import { createReadStream } from 'node:fs'
import { Queue } from 'bullmq'
import { z } from 'zod'
import { readRows } from '../src/bulk/read-rows.ts'
import type { Row } from '../src/bulk/row.ts'
import { RowReport } from '../src/bulk/row-report.ts'
import { soundRows } from '../src/bulk/sound-rows.ts'
import { submitBatch } from '../src/bulk/submit.ts'
import { connectPatiently } from '../src/redis/connection.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { csvReading, declarationOf, manyRows } from './many-rows.ts'

/** Jobs of one addBulk: with fewer it waits for Redis, with more it holds them all. */
const chunk = 1_000

const task = z
  .object({
    side: z.enum(['bare', 'sendoff', 'file']),
    socket: z.string(),
    prefix: z.string(),
    name: z.string(),
    file: z.string(),
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
async function submit(rows: AsyncIterable<Row>): Promise<string> {
  const ledger = { redis, keys: keysUnder(task.prefix) }
  const answer = await submitBatch(ledger, declarationOf(task.name), rows)
  if (answer.kind !== 'submitted' || answer.rows !== task.rows)
    throw new Error(`not submitted: ${JSON.stringify(answer)}`)
  return answer.id
}

/** As `sendoff bulk submit` does it: every row is read, checked and told apart from the others. */
function fromFile(): Promise<string> {
  const reads = readRows(createReadStream(task.file), csvReading)
  return submit(soundRows(reads, false, new RowReport()))
}

async function act(): Promise<string> {
  switch (task.side) {
    case 'bare':
      await addJobs()
      return ''
    case 'sendoff':
      return submit(manyRows(task.rows))
    case 'file':
      return fromFile()
  }
}

await redis.ping()
const begun = performance.now()
const id = await act()
const ms = performance.now() - begun
process.send?.({ ms, id, megabytes: process.resourceUsage().maxRSS / 1_024 })
redis.disconnect()
process.disconnect()
