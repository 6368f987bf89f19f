/**
 * Redis bytes of a launch that has ended, beside a completed BullMQ job with the same data: 10,000 of each go through their own scripts on a Redis
 * of their own, and what the server's data has grown by is divided by them. A job that BullMQ keeps has its request and its answer; a launch has
 * its attempts, times, reasons, what was allowed, and the sets by which it is found. COUNT in the environment changes how many.
 */
import { Queue, Worker } from 'bullmq'
import type { Row } from '../src/bulk/row.ts'
import { submitBatch } from '../src/bulk/submit.ts'
import { createLaunch } from '../src/launches/create.ts'
import type { LaunchRequest } from '../src/launches/launch.ts'
import type { Ledger } from '../src/launches/ledger.ts'
import { CommitConnection } from '../src/redis/commit-connection.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { memoryOf } from './embedded-store.ts'
import { finish, newLaunch } from './finished-launches.ts'
import { declarationOf } from './many-rows.ts'
import { releasing } from './releasing.ts'
import { Report } from './report.ts'
import { type Store, startStore } from './store.ts'

const count = Number(process.env.COUNT ?? 10_000)
const atOnce = 200
/** A hash is one piece of memory while no value is longer than so many bytes: as the embedded Redis has it, and as Redis comes. */
const settings = ['4096', '64'].map(bytes => ({ 'hash-max-listpack-value': bytes }))
const requests = {
  'the mailing alone': (index: number) => ({ id: index + 1 }),
  'a list and some content': (index: number) => ({
    id: 90,
    override_source_type: 'list' as const,
    override_source_id: index + 1,
    content: { city: 'Saint Petersburg', discount: 15, greeting: 'Hello from the shop around the corner' },
  }),
}
type RequestOf = (index: number) => LaunchRequest

/** What `act` has added to the server's data, for each of `count`. */
async function growth(store: Store, act: () => Promise<unknown>): Promise<number> {
  const before = await memoryOf(store.redis)
  await act()
  return ((await memoryOf(store.redis)) - before) / count
}

async function sendoffBytes(store: Store, act: (ledger: Ledger, commits: CommitConnection) => Promise<unknown>) {
  const ledger = { redis: store.redis, keys: keysUnder('bench'), owner: 'bench:1:abcdef' }
  const commits = new CommitConnection(store.address, 'bench-commit')
  const bytes = await growth(store, () => act(ledger, commits))
  await commits.close()
  await store.redis.flushall()
  return bytes
}

/** Launches by hand, each of a mailing of its own: at once, they would wait for each other. */
function byHand(requestOf: RequestOf) {
  return async (ledger: Ledger, commits: CommitConnection) => {
    for (let first = 0; first < count; first += atOnce) {
      const some = Array.from({ length: Math.min(atOnce, count - first) }, (_, index) => first + index)
      await Promise.all(
        some.map(async index => {
          const key = `manual-${index}`
          await createLaunch(ledger, newLaunch(key, { request: { ...requestOf(index), id: index + 1 } }))
          await finish(ledger, commits, key, 'launched')
        }),
      )
    }
  }
}

/** The same as rows of one batch: what waits of them is part of it. */
function asBatch(requestOf: RequestOf) {
  return async (ledger: Ledger, commits: CommitConnection) => {
    async function* rows(): AsyncGenerator<Row> {
      for (let number = 1; number <= count; number++) {
        yield { number, line: number + 1, key: String(number), request: { ...requestOf(number), id: number } }
      }
    }
    const answer = await submitBatch(ledger, declarationOf('black-friday'), rows())
    if (answer.kind !== 'submitted') throw new Error(`the rows were not submitted: ${answer.kind}`)
    for await (const keys of releasing(ledger, answer.id, count)) {
      await Promise.all(keys.map(key => finish(ledger, commits, key, 'launched')))
    }
  }
}

async function bareBytes(store: Store, requestOf: RequestOf): Promise<number> {
  const queue = new Queue('bare', { connection: store.redis })
  const bytes = await growth(store, async () => {
    await queue.addBulk(
      Array.from({ length: count }, (_, index) => {
        const jobId = `black-friday#${index}`
        return { name: 'launch', data: { key: jobId, account: 'main', request: requestOf(index) }, opts: { jobId } }
      }),
    )
    const answer = { error: 0, error_text: 'Successful operation' }
    const worker = new Worker('bare', async () => answer, { connection: store.redis, concurrency: atOnce })
    await new Promise<void>(resolve => worker.once('drained', () => resolve()))
    await worker.close()
  })
  if ((await queue.getCompletedCount()) !== count) throw new Error('not all jobs were completed')
  await queue.close()
  await store.redis.flushall()
  return bytes
}

const report = new Report('Redis bytes of a finished launch')
const rows: (string | number)[][] = []
for (const setting of settings) {
  const store = await startStore('memory', setting)
  try {
    for (const [name, requestOf] of Object.entries(requests)) {
      const words = Object.entries(setting).flat().join(' ')
      const bare = await bareBytes(store, requestOf)
      const [manual, row] = [
        await sendoffBytes(store, byHand(requestOf)),
        await sendoffBytes(store, asBatch(requestOf)),
      ]
      const figures = [bare, manual, row].map(bytes => bytes.toFixed(0))
      rows.push([words, name, ...figures, (manual / bare).toFixed(2), (row / bare).toFixed(2)])
    }
  } finally {
    store.stop()
  }
}
report.say(`${count} of each. The job is kept as BullMQ completes it, with its request and the answer.`)
report.table(
  [
    'redis.conf',
    'request',
    'bytes of a completed BullMQ job',
    'of a finished launch',
    'of a row of a batch',
    'launch / job',
    'row / job',
  ],
  rows,
)
await report.keep()
