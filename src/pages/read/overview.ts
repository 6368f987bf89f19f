/** The first page: what needs a person, what goes out next, what has come of the last day, what runs. */
import { listBatches } from '../../bulk/list.ts'
import type { BatchView } from '../../bulk/read.ts'
import { type HoldRow, holdRows } from '../../duty/holds.ts'
import { knownCalendar } from '../../duty/known-calendar.ts'
import { type Caller, maySee } from '../../http/access.ts'
import type { HttpParts } from '../../http/parts.ts'
import { type State, states } from '../../launches/launch.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { type Attention, readAttention } from './attention.ts'
import { type Span, type Upcoming, upcomingOf } from './upcoming.ts'

const hourMs = 3_600_000

interface Hour {
  /** Its beginning; epoch milliseconds. */
  readonly at: number
  readonly launched: number
  /** What ended otherwise than it should. */
  readonly bad: number
}

export interface LastDay {
  readonly counts: readonly { readonly state: State; readonly count: number }[]
  readonly hours: readonly Hour[]
}

export interface Overview {
  readonly attention: readonly Attention[]
  readonly upcoming: Upcoming
  /** Absent for who may see some accounts only: it is counted for all together. */
  readonly lastDay: LastDay | undefined
  readonly batches: readonly BatchView[]
  readonly schedules: number
  /** Whether there may be schedules that this caller is not shown. */
  readonly isPart: boolean
  /** Stops and open breakers in force, also those of other accounts. */
  readonly stops: readonly HoldRow[]
}

const bad: readonly State[] = ['rejected', 'failed', 'swallowed', 'unknown', 'expired']

/** `now` in epoch milliseconds. */
export async function readOverview({ open, drift }: HttpParts, caller: Caller, span: Span): Promise<Overview> {
  const { ledger } = open
  const [known, stops] = await Promise.all([knownCalendar(ledger), holdRows(ledger)])
  const [attention, lastDay, batches, upcoming] = await Promise.all([
    drift().then(found => readAttention(open, caller, known, found)),
    caller.accounts === undefined ? readLastDay(ledger, known.now) : undefined,
    listBatches(ledger, 10, caller.accounts),
    upcomingOf(known, ({ account }) => maySee(caller, account), span, stops),
  ])
  const mine = known.schedules.filter(({ account }) => maySee(caller, account))
  return {
    attention,
    upcoming,
    lastDay,
    batches: batches.filter(({ batch }) => batch.state === 'running' || batch.state === 'paused'),
    schedules: mine.length,
    isPart: caller.accounts !== undefined,
    stops,
  }
}

async function readLastDay(ledger: Ledger, now: number): Promise<LastDay> {
  const { redis, keys } = ledger
  const end = Math.ceil(now / hourMs) * hourMs
  const begins = Array.from({ length: 24 }, (_, index) => end - (24 - index) * hourMs)
  const counted = await Promise.all(
    ['launched' as const, ...bad].map(state =>
      Promise.all(begins.map(at => redis.zcount(keys.inState(state), at, `(${at + hourMs}`))),
    ),
  )
  const [launched = [], ...others] = counted
  const hours = begins.map((at, index) => ({
    at,
    launched: launched[index] ?? 0,
    bad: others.reduce((sum, hour) => sum + (hour[index] ?? 0), 0),
  }))
  const counts = await Promise.all(
    states.map(async state => ({ state, count: await redis.zcount(keys.inState(state), end - 24 * hourMs, now) })),
  )
  return { counts: counts.filter(({ count }) => count > 0), hours }
}
