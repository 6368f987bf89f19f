/**
 * 100,000 schedules, and a minute in which 10,000 of them are due; then 10,000 in one second. How late does each launch
 * arrive, beside a BullMQ job scheduler with a cron pattern for each of the same schedules? Both sides run in turn on the
 * product's embedded Redis, each worker in a process of its own, with as many calls at once, against one far side.
 *
 * SCHEDULES, DUE, SECONDS and CONCURRENCY in the environment change its size. It listens on the loopback only, ends by itself
 * and leaves nothing behind.
 */
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { z } from 'zod'
import { upsertAll } from './bare-timetable.ts'
import { endAll, forked, startProcess, type Workplace } from './child.ts'
import { type EmbeddedStore, joinStore, memoryOf } from './embedded-store.ts'
import { dueOnes, quietOnes } from './many-schedules.ts'
import { type Lateness, watchDue } from './minute.ts'
import { Report } from './report.ts'
import { type Cost, SendoffTimetable, writeConfig } from './sendoff-timetable.ts'

const schedules = Number(process.env.SCHEDULES ?? 100_000)
const due = Number(process.env.DUE ?? 10_000)
const seconds = Number(process.env.SECONDS ?? 60)
const concurrency = Number(process.env.CONCURRENCY ?? 8)
const longestRun = 12 * 60_000
/** The planner mints a minute ahead: what is to meet a service in its stride is due after that. */
const ahead = 62_000
const spreadFrom = 1_000_000
const togetherFrom = 2_000_000

const report = new Report('A minute of many schedules')
const say = (line: string) => report.say(`- ${line}`)
const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
const inWords = ({ ms, cpu, commands }: Cost) =>
  `${ms.toFixed(1)} ms, of which ${cpu.toFixed(1)} ms on this processor, ${commands} Redis commands`

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await act()
  return performance.now() - begun
}

/** Those that are due over so many seconds, the first of them `lead` milliseconds from now. */
const dueIn = (lead: number, name: string, over: number, from: number) =>
  dueOnes(name, due, Math.ceil((Date.now() + lead) / 1_000) * 1_000, over, from)

const headings = [
  ...['side', 'due within', 'launched', 'twice', 'missing', 'late p50 ms', 'p99', 'max'],
  ...['CPU us in Node a launch', 'in Redis', 'commands'],
]
type Row = (string | number)[]

function row(side: string, what: string, { launched, twice, missing, late, ...per }: Lateness): Row {
  const cells = [side, what, launched, twice, missing, late.p50, late.p99, late.max]
  return [...cells, per.nodeCpu.toFixed(0), per.redisCpu.toFixed(0), per.commands.toFixed(1)]
}

async function withStore(folder: string, use: (store: EmbeddedStore) => Promise<void>): Promise<void> {
  const store = await joinStore(folder)
  try {
    await Promise.race([use(store), tooLong])
  } finally {
    await store.leave()
  }
}

async function sendoffSide(place: Workplace, store: EmbeddedStore): Promise<Row[]> {
  const timetable = new SendoffTimetable(store)
  const empty = await memoryOf(store.redis)
  const quiet = schedules - 2 * due
  const took = await timed(() => timetable.add(quietOnes(quiet, Date.now())))
  const each = took / quiet
  const bytes = ((await memoryOf(store.redis)) - empty) / quiet
  say(
    `sendoff: ${quiet} schedules applied in ${inSeconds(took)} (${each.toFixed(2)} ms each), ${bytes.toFixed(0)} bytes of Redis each`,
  )
  const unchanged = await timed(() => timetable.add([]))
  say(`sendoff: the same applied again, nothing to change: ${inSeconds(unchanged)}`)
  say(`sendoff: a pass of the planner with nothing due: ${inWords(await timetable.pass())}`)
  say(`sendoff: a sweep with nothing to do: ${inWords(await timetable.sweep())}`)
  const service = await startProcess('service-process', place)
  say(`sendoff: the service starts in ${inSeconds(service.startedIn)}`)
  say(`sendoff: ${(await timetable.idle(10)).toFixed(0)} Redis commands a second with nothing due`)
  const margin = 1.3 * (unchanged + due * each)
  const spread = dueIn(margin + ahead, 'spread', seconds, spreadFrom)
  say(`sendoff: ${due} more applied in ${inSeconds(await timed(() => timetable.add(spread)))}`)
  const follow = timetable.followPasses()
  const minute = await watchDue(place.url, store.redis, service, spread)
  say(`sendoff: the longest pass of the planner in that minute: ${inSeconds(await follow())}`)
  const together = dueIn(margin + 2.5 * due + 5_000, 'together', 1, togetherFrom)
  say(`sendoff: ${due} applied and minted at once in ${inSeconds(await timed(() => timetable.add(together)))}`)
  const second = await watchDue(place.url, store.redis, service, together)
  say(`sendoff: ${await timetable.launched()} records say launched, ${2 * due} are to`)
  await service.stop()
  await timetable.close()
  return [row('sendoff', `${seconds} s`, minute), row('sendoff', '1 s', second)]
}

async function bareSide(place: Workplace, store: EmbeddedStore): Promise<Row[]> {
  const empty = await memoryOf(store.redis)
  const quiet = schedules - 2 * due
  const took = await timed(() => upsertAll(store, quietOnes(quiet, Date.now())))
  const each = took / quiet
  const bytes = ((await memoryOf(store.redis)) - empty) / quiet
  say(
    `bare: ${quiet} job schedulers upserted in ${inSeconds(took)} (${each.toFixed(2)} ms each), ${bytes.toFixed(0)} bytes of Redis each`,
  )
  const worker = await startProcess('bare-process', place)
  const spread = dueIn(1.5 * due * each + 5_000, 'spread', seconds, spreadFrom)
  await upsertAll(store, spread)
  const minute = await watchDue(place.url, store.redis, worker, spread)
  const together = dueIn(1.5 * due * each + 5_000, 'together', 1, togetherFrom)
  await upsertAll(store, together)
  const second = await watchDue(place.url, store.redis, worker, together)
  await worker.stop()
  return [row('bare', `${seconds} s`, minute), row('bare', '1 s', second)]
}

say(`${schedules} schedules, ${due} due within ${seconds} s and ${due} within 1 s, ${concurrency} calls at once`)
process.env.BENCH_TOKEN = 'bench'
const folder = await mkdtemp(join(tmpdir(), 'sendoff-scale-'))
const tooLong = pauseFor(longestRun, undefined, { ref: false }).then(() => {
  throw new Error('the benchmark took too long and was given up')
})
const endpoint = forked('arrivals-endpoint')
try {
  const port = z.number().parse((await once(endpoint, 'message'))[0])
  const place = (side: string) => ({ folder: join(folder, side), url: `http://127.0.0.1:${port}`, concurrency })
  const rows: Row[] = []
  for (const [side, run] of [
    ['sendoff', sendoffSide],
    ['bare', bareSide],
  ] as const) {
    await mkdir(place(side).folder)
    await writeConfig(place(side))
    await withStore(place(side).folder, async store => void rows.push(...(await run(place(side), store))))
  }
  report.table(headings, rows)
  await report.keep()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await endAll()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
// What was given up may still be under way.
process.exit()
