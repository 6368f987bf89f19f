/**
 * Pages of a ledger of a million finished launches, by filter and by depth, beside a plain page: ZREVRANGE with an offset, and
 * HGETALL of what it names. Both ask one Redis in turn; a page has 50 launches.
 *
 * RECORDS, PAGES (how many of each kind are timed) in the environment change its size. A million takes about 4 GB of memory.
 */
import type { Cursor } from '../src/launches/cursor.ts'
import { type LaunchFilter, type LaunchPage, listPage } from '../src/launches/list.ts'
import { CommitConnection } from '../src/redis/commit-connection.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { memoryOf } from './embedded-store.ts'
import { fillLedger, rare, spreadOver } from './finished-launches.ts'
import { quantile } from './measure.ts'
import { Report } from './report.ts'
import { startStore } from './store.ts'

const records = Number(process.env.RECORDS ?? 1_000_000)
const pages = Number(process.env.PAGES ?? 200)
const limit = 50
const accounts = ['main', 'other']
const longestRun = 10 * 60_000

interface Kind {
  readonly name: string
  readonly filter: LaunchFilter
  /** The index that the plain page walks, where it can answer at all. */
  readonly index?: string
}

function kindsOf(keys: ReturnType<typeof keysUnder>): readonly Kind[] {
  const state = 'launched'
  return [
    { name: 'none', filter: {}, index: keys.inState(state) },
    { name: 'state launched', filter: { state }, index: keys.inState(state) },
    { name: 'state rejected', filter: { state: 'rejected' }, index: keys.inState('rejected') },
    { name: 'schedule', filter: { schedule: 'schedule-42' }, index: keys.ofSchedule('schedule-42') },
    { name: 'mailing', filter: { mailing: 77, account: 'main' }, index: keys.ofMailing('main', 77) },
    { name: 'error 404', filter: { error: 404 } },
    { name: 'origin manual', filter: { origin: 'manual' } },
    { name: 'batch big', filter: { batch: 'big' } },
    { name: `batch small (1 of ${rare.batch})`, filter: { batch: 'small' } },
    { name: 'state launched, mailing', filter: { state, mailing: 77, account: 'main' } },
    { name: 'state rejected, schedule', filter: { state: 'rejected', schedule: 'schedule-42' } },
    { name: 'state launched, origin bulk', filter: { state, origin: 'bulk' } },
    { name: 'error 404, account other', filter: { error: 404, account: 'other' } },
    { name: 'account main', filter: { account: 'main' } },
    { name: `account other (1 of ${rare.other})`, filter: { account: 'other' } },
  ]
}

setTimeout(() => {
  process.stderr.write('the benchmark took too long and was given up\n')
  process.exit(1)
}, longestRun).unref()
const report = new Report('Pages of the ledger')
const store = await startStore('memory')
const { redis } = store
const keys = keysUnder('bench')
const ledger = { redis, keys }
const commits = new CommitConnection(store.address, 'bench-commit')

async function timed<Answer>(act: () => Promise<Answer>): Promise<{ readonly ms: number; readonly answer: Answer }> {
  const begun = performance.now()
  const answer = await act()
  return { ms: performance.now() - begun, answer }
}

async function plainPage(index: string, offset: number): Promise<unknown> {
  const found = await redis.zrevrange(index, offset, offset + limit - 1)
  return Promise.all(found.map(key => redis.hgetall(keys.launch(key))))
}

/** The cursor before the launch that is so deep in the ledger: every launch was due a second before the next. */
function cursorAt(newest: number, depth: number): Cursor {
  return { due: newest - depth * spreadOver.every, key: 'big#' }
}

const inMs = (times: readonly number[]) => [0.5, 0.99].map(part => quantile(times, part).toFixed(2)).join(' / ')

try {
  const took = await timed(() => fillLedger(ledger, commits, records))
  const size = (await memoryOf(redis)) / records
  report.say(
    `${records} finished launches, filled in ${(took.ms / 1_000).toFixed(0)} s, ${size.toFixed(0)} bytes of Redis each;`,
  )
  report.say(
    `${pages} pages of ${limit} launches each; milliseconds p50 / p99. A plain page of an index: ZREVRANGE at the offset, and`,
  )
  report.say('HGETALL of each. A page that is short (most of it passed nothing) is handed over with where to go on.')
  const newest = Number((await redis.zrevrange(keys.inState('launched'), 0, 0, 'WITHSCORES'))[1])
  const depths = [0, 0.1, 0.5, 0.9].map(part => Math.floor(part * records))
  const rows: (string | number)[][] = []
  for (const { name, filter, index } of kindsOf(keys)) {
    const row: (string | number)[] = [name]
    let found = 0
    for (const depth of depths) {
      const times: number[] = []
      let after: Cursor | undefined = depth === 0 ? undefined : cursorAt(newest, depth)
      for (let turn = 0; turn < pages; turn++) {
        const { ms, answer }: { ms: number; answer: LaunchPage } = await timed(() =>
          listPage(ledger, filter, { limit, accounts, ...(after && { after }) }),
        )
        times.push(ms)
        found += answer.records.length
        after = answer.next ?? (depth === 0 ? undefined : cursorAt(newest, depth))
      }
      row.push(inMs(times))
    }
    row.push((found / pages / depths.length).toFixed(1))
    if (index !== undefined) {
      for (const depth of [0, 0.9]) {
        const offset = Math.floor(depth * (await redis.zcard(index)))
        const times: number[] = []
        for (let turn = 0; turn < pages; turn++) times.push((await timed(() => plainPage(index, offset))).ms)
        row.push(inMs(times))
      }
    }
    rows.push(row)
  }
  const deep = depths.map((depth, at) => (at === 0 ? 'the newest' : `${depth} deep`))
  report.table(['filter', ...deep, 'launches a page', 'plain: the newest', 'plain: nine tenths deep'], rows)
  await report.keep()
} finally {
  await commits.close()
  store.stop()
}
