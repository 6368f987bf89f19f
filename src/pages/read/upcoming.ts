/** What goes out next, one lane for each schedule: the engine's own due times, so what is shown is what fires. */
import { calendarInTime } from '../../duty/calendar-in-time.ts'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { type Pause, pauseAt } from '../../launches/pause.ts'
import type { CalendarRow } from '../../timetable/calendar.ts'
import { comingTimes } from '../../timetable/coming-times.ts'
import type { Schedule } from '../../timetable/schedule.ts'

export const spans = { '24h': 24, '7d': 168, '30d': 720 } as const
export type Span = keyof typeof spans
const hourMs = 3_600_000

export interface Lane {
  readonly schedule: Schedule
  readonly pause: Pause | undefined
  readonly rows: readonly CalendarRow[]
}

export interface Upcoming {
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

/** Of the schedules that `shown` lets pass. */
export async function upcomingOf(
  known: KnownCalendar,
  shown: (schedule: Schedule) => boolean,
  span: Span,
): Promise<Upcoming> {
  const from = known.now
  const to = from + spans[span] * hourMs
  const due = known.schedules
    .filter(shown)
    .map(schedule => ({ schedule, first: firstDue(schedule, from, to) }))
    .filter(({ first }) => first !== undefined)
    .toSorted((a, b) => (a.first ?? 0) - (b.first ?? 0) || (a.schedule.name < b.schedule.name ? -1 : 1))
    .map(({ schedule }) => schedule)
  const chosen = new Set(due.slice(0, mostLanes))
  const calendar = await calendarInTime({ ...known, from, to, shown: schedule => chosen.has(schedule) })
  if (calendar.kind !== 'done') return { span, from, to, lanes: [], more: 0, isTooMuch: true }
  const { value: rows } = calendar
  const lanes = [...chosen].map(schedule => ({
    schedule,
    pause: pauseAt(known.pauses.get(schedule.name) ?? [], from),
    rows: rows.filter(row => row.schedule === schedule),
  }))
  return { span, from, to, lanes, more: due.length - chosen.size, isTooMuch: false }
}

function firstDue(schedule: Schedule, from: number, to: number): number | undefined {
  const [first] = comingTimes(schedule, from)
  return first === undefined || first.nominal >= to ? undefined : first.due
}
