/** What goes out next, one lane for each schedule: the engine's own due times, so what is shown is what fires. */
import { calendarInTime } from '../../duty/calendar-in-time.ts'
import type { HoldRow } from '../../duty/holds.ts'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { type Pause, pauseAt } from '../../launches/pause.ts'
import type { CalendarRow } from '../../timetable/calendar.ts'
import { comingTimes } from '../../timetable/coming-times.ts'
import { notedTime } from '../../timetable/noted-times.ts'
import type { Schedule } from '../../timetable/schedule.ts'
import { stopOver } from './stops.ts'

export const spans = { '24h': 24, '7d': 168, '30d': 720 } as const
export type Span = keyof typeof spans
const hourMs = 3_600_000

export interface Lane {
  readonly schedule: Schedule
  readonly pause: Pause | undefined
  /** What keeps its launches back for now. */
  readonly stop: HoldRow | undefined
  /** When it goes next, as far as is known; epoch milliseconds. */
  readonly next: number | undefined
  readonly rows: readonly CalendarRow[]
}

/** The next launch of a schedule. */
interface Next {
  readonly schedule: Schedule
  /** Epoch milliseconds. */
  readonly due: number
  readonly stop: HoldRow | undefined
}

export interface Upcoming {
  /** The schedules that go next, however far away that is. */
  readonly next: readonly Next[]
  readonly span: Span
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly lanes: readonly Lane[]
  /** Schedules that are due within the span and have no lane here. */
  readonly more: number
  /** It could not be worked out in time: there are no lanes, whatever is due. */
  readonly isTooMuch: boolean
}

/** More lanes than this are no overview. */
const mostLanes = 14
const mostNext = 3
/** So many due times that are left out are passed over to find one that goes. */
const mostPassed = 50

/** Of the schedules that `shown` lets pass. */
export async function upcomingOf(
  known: KnownCalendar,
  shown: (schedule: Schedule) => boolean,
  span: Span,
  stops: readonly HoldRow[],
): Promise<Upcoming> {
  const from = known.now
  const to = from + spans[span] * hourMs
  const all = known.schedules
    .filter(shown)
    .map(schedule => ({ schedule, ...comingOf(schedule, known) }))
    .toSorted((a, b) => before(a.next ?? a.first, b.next ?? b.first) || (a.schedule.name < b.schedule.name ? -1 : 1))
  const stopOf = ({ account, launch }: Schedule) => stopOver(stops, account, launch.id)
  const next = all
    .flatMap(({ schedule, next: due }) => (due === undefined ? [] : [{ schedule, due, stop: stopOf(schedule) }]))
    .slice(0, mostNext)
  const due = all.filter(({ nominal = to }) => nominal < to)
  const chosen = new Map(due.slice(0, mostLanes).map(each => [each.schedule, each.next]))
  const calendar = await calendarInTime({ ...known, from, to, shown: schedule => chosen.has(schedule) })
  if (calendar.kind !== 'done') return { span, from, to, next, lanes: [], more: 0, isTooMuch: true }
  const { value: rows } = calendar
  const lanes = [...chosen].map(([schedule, goes]) => ({
    schedule,
    pause: pauseAt(known.pauses.get(schedule.name) ?? [], from),
    stop: stopOf(schedule),
    next: goes,
    rows: rows.filter(row => row.schedule === schedule),
  }))
  return { span, from, to, next, lanes, more: due.length - chosen.size, isTooMuch: false }
}

function before(one = Number.POSITIVE_INFINITY, other = Number.POSITIVE_INFINITY): number {
  return one === other ? 0 : one - other
}

interface Coming {
  /** Of the first due time, whether it goes or not. */
  readonly nominal?: number
  readonly first?: number
  /** When it goes next. */
  readonly next?: number
}

function comingOf(schedule: Schedule, known: KnownCalendar): Coming {
  let first: { readonly nominal: number; readonly first: number } | undefined
  let passed = 0
  for (const time of comingTimes(schedule, known.now)) {
    const { nominal, due, goes } = notedTime(schedule, time, known)
    first ??= { nominal, first: due }
    if (goes) return { ...first, next: due }
    if (++passed === mostPassed) break
  }
  return first ?? {}
}
