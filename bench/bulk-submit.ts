/**
 * A million rows submitted from a process of its own, as they are made and from a CSV file, beside queue.addBulk of the same data: rows per second, the most memory that the process
 * had, Redis bytes of a waiting row; then how long pause, resume and cancel take while all of them wait, beside BullMQ's pause, resume and drain.
 * The server has every write on the disk before it answers. ROWS and ROUNDS in the environment change its size.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { cancelBatch } from '../src/bulk/cancel.ts'
import { pauseBatch, resumeBatch } from '../src/bulk/pausing.ts'
import { LaunchQueues } from '../src/launches/queue.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { endAll } from './child.ts'
import { memoryOf } from './embedded-store.ts'
import { writeCsv } from './many-rows.ts'
import { median, spread, timeEach } from './measure.ts'
import { releasing } from './releasing.ts'
import { Report } from './report.ts'
import { type Store, startStore } from './store.ts'
import { type Submission, type Submitted, submitInProcess } from './submitting.ts'

const rows = Number(process.env.ROWS ?? 1_000_000)
const rounds = Number(process.env.ROUNDS ?? 3)
const longestRun = 20 * 60_000
/** The largest window that a batch has, released as the feeder does it. */
const windowSize = 1_000
const brakes = 10
const prefix = 'bench'
const keys = keysUnder(prefix)
const decision = { by: 'bench', why: 'to see how long it takes' }

interface Place {
  readonly socket: string
  readonly file: string
}

interface Side extends Submitted {
  readonly bytes: number
  /** Milliseconds each. */
  readonly pause: number
  readonly resume: number
  readonly cancel: number
}

async function submitted(store: Store, { socket, file }: Place, side: Submission['side']) {
  const before = await memoryOf(store.redis)
  const done = await submitInProcess({ side, socket, prefix, name: 'offers', rows, file })
  return { ...done, bytes: ((await memoryOf(store.redis)) - before) / rows }
}

const one = async (act: () => Promise<unknown>) => (await timeEach(1, act))[0] ?? Number.NaN

async function sendoffSide(store: Store, place: Place, side: 'sendoff' | 'file'): Promise<Side> {
  const done = await submitted(store, place, side)
  const { redis } = store
  const ledger = { redis, keys }
  const queues = new LaunchQueues(redis, keys)
  const all = releasing(ledger, done.id, Math.min(windowSize, rows))
  while (!(await all.next()).done);
  const pauses: number[] = []
  const resumes: number[] = []
  for (let round = 0; round < brakes; round++) {
    pauses.push(await one(() => pauseBatch(ledger, done.id, decision)))
    resumes.push(await one(() => resumeBatch(ledger, queues, done.id, decision, Date.now())))
  }
  const cancel = await one(async () => {
    const answer = await cancelBatch(ledger, done.id, decision)
    if (answer.kind !== 'cancelled' || answer.calledOff !== rows)
      throw new Error(`not ${rows} rows: ${JSON.stringify(answer)}`)
  })
  await queues.close()
  await redis.flushall()
  return { ...done, pause: median(pauses), resume: median(resumes), cancel }
}

async function bareSide(store: Store, place: Place): Promise<Side> {
  const done = await submitted(store, place, 'bare')
  const queue = new Queue('bare', { connection: store.redis })
  const pauses: number[] = []
  const resumes: number[] = []
  for (let round = 0; round < brakes; round++) {
    pauses.push(await one(() => queue.pause()))
    resumes.push(await one(() => queue.resume()))
  }
  const cancel = await one(() => queue.drain())
  await queue.close()
  await store.redis.flushall()
  return { ...done, pause: median(pauses), resume: median(resumes), cancel }
}

setTimeout(() => {
  process.stderr.write('the benchmark took too long and was given up\n')
  process.exit(1)
}, longestRun).unref()
const report = new Report('Submitting a million rows')
const store = await startStore('disk')
const folder = await mkdtemp(join(tmpdir(), 'sendoff-submit-'))
try {
  if (store.address.kind !== 'socket') throw new Error('the store of the benchmark has no socket')
  const place = { socket: store.address.path, file: join(folder, 'rows.csv') }
  await writeCsv(place.file, rows)
  const sides: Record<Submission['side'], Side[]> = { bare: [], sendoff: [], file: [] }
  for (let round = 0; round < rounds; round++) {
    sides.bare.push(await bareSide(store, place))
    sides.sendoff.push(await sendoffSide(store, place, 'sendoff'))
    sides.file.push(await sendoffSide(store, place, 'file'))
  }
  const figures: readonly (readonly [string, (side: Side) => number, number])[] = [
    ['rows a second', side => (rows / side.ms) * 1_000, 0],
    ['seconds', side => side.ms / 1_000, 1],
    ['peak memory of the process, MB', side => side.megabytes, 0],
    ['Redis bytes of a waiting row', side => side.bytes, 0],
    ['pause, ms', side => side.pause, 1],
    ['resume, ms', side => side.resume, 1],
    ['cancel (BullMQ: drain), ms', side => side.cancel, 1],
  ]
  const released = Math.min(windowSize, rows)
  report.say(
    `${rows} rows x ${rounds} rounds; ${released} of them are released when Sendoff is paused, resumed and cancelled.`,
  )
  report.table(
    [
      'figure',
      'queue.addBulk',
      'sendoff, the same rows',
      'sendoff, from CSV',
      'the same / addBulk',
      'from CSV / addBulk',
    ],
    figures.map(([name, figure, digits]) => {
      const bare = sides.bare.map(figure)
      const [same, file] = [sides.sendoff.map(figure), sides.file.map(figure)]
      const ratio = (values: readonly number[]) =>
        spread(values.map((value, round) => value / (bare[round] ?? Number.NaN)))
      return [name, ...[bare, same, file].map(values => median(values).toFixed(digits)), ratio(same), ratio(file)]
    }),
  )
  await report.keep()
} finally {
  await endAll()
  store.stop()
  await rm(folder, { recursive: true, force: true })
}
