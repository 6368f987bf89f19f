/**
 * How late launches of schedules are while a million-row batch runs, beside the same service with nothing else to do: schedules that are due every
 * second, each for a mailing of its own, watched idle, then while the batch is submitted, then while its rows go out. The service is what
 * `sendoff start` runs, in a process of its own on the product's embedded Redis; the far side answers at once.
 *
 * ROWS, SCHEDULES, SECONDS (how long each is watched) and CONCURRENCY in the environment change its size.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { z } from 'zod'
import { cancelBatch } from '../src/bulk/cancel.ts'
import { showBatch } from '../src/bulk/read.ts'
import type { Ledger } from '../src/launches/ledger.ts'
import { listFrom } from '../src/launches/list.ts'
import { defaultPolicy } from '../src/launches/policy.ts'
import { LaunchQueues } from '../src/launches/queue.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { applyPlan } from '../src/timetable/apply.ts'
import { planBetween } from '../src/timetable/plan.ts'
import type { Schedule } from '../src/timetable/schedule.ts'
import { storedSet } from '../src/timetable/store.ts'
import { endAll, forked, type Running, startProcess } from './child.ts'
import { joinStore } from './embedded-store.ts'
import { quantile } from './measure.ts'
import { Report } from './report.ts'
import { writeConfig } from './sendoff-timetable.ts'
import { figuresOf } from './store.ts'
import { submitInProcess } from './submitting.ts'

const rows = Number(process.env.ROWS ?? 1_000_000)
const schedules = Number(process.env.SCHEDULES ?? 10)
const seconds = Number(process.env.SECONDS ?? 60)
const concurrency = Number(process.env.CONCURRENCY ?? 8)
const longestRun = 15 * 60_000
/** What is due at the end of a span may still be on its way. */
const settling = 5_000
const prefix = 'sendoff'

function everySecond(index: number): Schedule {
  const name = `second-${index}`
  return {
    name,
    account: 'main',
    when: { timezone: 'UTC', entries: [{ kind: 'every', every: 1_000, anchor: 0, timezone: 'UTC' }] },
    launch: { id: index + 1 },
    policy: { ...defaultPolicy, preflight: 'off', misfire: 'all', overlap: 'allow' },
    source: { file: 'jobs/seconds.yaml', line: index + 1 },
  }
}

async function apply(ledger: Ledger, queues: LaunchQueues): Promise<void> {
  const stored = await storedSet(ledger)
  const steps = planBetween(
    stored.schedules,
    Array.from({ length: schedules }, (_, index) => everySecond(index)),
  )
  const applied = await applyPlan(ledger, queues, { minted: () => {} }, stored, steps, 'bench')
  if (applied.kind !== 'applied') throw new Error('the schedules were not stored')
}

/** What was due in a span, and how late it was. */
interface Span {
  readonly what: string
  readonly from: number
  readonly to: number
  readonly rowsPerSecond: number
  readonly nodeCpu: number
  readonly redisCpu: number
}

/** Lets `meanwhile` happen, or time pass, and says what it was like. Processor time is per second. */
async function watch(
  what: string,
  ledger: Ledger,
  service: Running,
  sent: () => Promise<number>,
  meanwhile: () => Promise<unknown>,
): Promise<Span> {
  const look = async () => ({
    at: Date.now(),
    sent: await sent(),
    node: await service.cpu(),
    ...(await figuresOf(ledger.redis)),
  })
  const before = await look()
  await meanwhile()
  const after = await look()
  const per = (figure: 'sent' | 'node' | 'cpu') => ((after[figure] - before[figure]) * 1_000) / (after.at - before.at)
  return { what, from: before.at, to: after.at, rowsPerSecond: per('sent'), nodeCpu: per('node'), redisCpu: per('cpu') }
}

async function rowOf(ledger: Ledger, { what, from, to, ...span }: Span): Promise<(string | number)[]> {
  const filter = { origin: 'schedule', from, to } as const
  const { records } = await listFrom(ledger, filter, { limit: 1_000_000, accounts: ['main'] })
  const late = records.flatMap(({ state, lateness }) =>
    state === 'launched' && lateness !== undefined ? [lateness] : [],
  )
  const percent = (cpu: number) => (cpu / 10_000).toFixed(0)
  const figures = [0.5, 0.99, 1].map(part => quantile(late, part))
  return [
    what,
    records.length,
    records.length - late.length,
    ...figures,
    span.rowsPerSecond.toFixed(0),
    percent(span.nodeCpu),
    percent(span.redisCpu),
  ]
}

setTimeout(() => {
  process.stderr.write('the benchmark took too long and was given up\n')
  process.exit(1)
}, longestRun).unref()
const report = new Report('Lateness under a batch')
process.env.BENCH_TOKEN = 'bench'
const folder = await mkdtemp(join(tmpdir(), 'sendoff-lateness-'))
const endpoint = forked('endpoint')
const url = `http://127.0.0.1:${z.number().parse((await once(endpoint, 'message'))[0])}`
const place = { folder, url, concurrency }
await writeConfig(place)
const store = await joinStore(folder)
try {
  const { redis } = store
  const ledger = { redis, keys: keysUnder(prefix) }
  const queues = new LaunchQueues(redis, ledger.keys)
  await apply(ledger, queues)
  const service = await startProcess('service-process', place)
  const sent = () => redis.zcard(ledger.keys.ofOrigin('bulk'))
  // Until the first are due, and the service has come up to now.
  await pauseFor(settling)
  const socket = redis.options.path
  if (socket === undefined) throw new Error('the embedded Redis has no socket')
  const spans = [await watch('idle', ledger, service, sent, () => pauseFor(seconds * 1_000))]
  let id = ''
  spans.push(
    await watch('a batch is submitted', ledger, service, sent, async () => {
      id = (await submitInProcess({ side: 'sendoff', socket, prefix, name: 'offers', rows, file: '' })).id
    }),
  )
  await pauseFor(settling)
  spans.push(await watch('the batch runs', ledger, service, sent, () => pauseFor(seconds * 1_000)))
  const left = (await showBatch(ledger, id))?.counts.unreleased ?? 0
  if (left === 0) report.say('The batch was done before the end: give it more ROWS.')
  await cancelBatch(ledger, id, { by: 'bench', why: 'enough was seen' })
  await pauseFor(settling)
  report.say(
    `${schedules} schedules due every second, ${rows} rows, ${concurrency} at once; milliseconds from due to the commit before the write.`,
  )
  const headings = [
    'meanwhile',
    'due',
    'not launched',
    'late p50 ms',
    'p99',
    'max',
    'rows a second',
    '% of a processor in Node',
    'in Redis',
  ]
  report.table(headings, await Promise.all(spans.map(span => rowOf(ledger, span))))
  await report.keep()
  await service.stop()
  await queues.close()
} finally {
  await endAll()
  await store.leave()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
