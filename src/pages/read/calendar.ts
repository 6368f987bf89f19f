/**
 * The calendar of a month, a week or a day: what goes out on which day, what is left out, and what came of what was due before
 * now. Days are those of one zone.
 */
import { DateTime } from 'luxon'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { calendarByDay } from '../../http/calendar-rows.ts'
import type { State } from '../../launches/launch.ts'
import type { Ledger } from '../../launches/ledger.ts'
import type { CalendarDay } from '../../timetable/calendar-days.ts'
import type { Schedule } from '../../timetable/schedule.ts'
import { type Went, wentByDay } from '../../timetable/went-by-day.ts'

/** The longest first. */
export const calendarViews = ['month', 'week', 'day'] as const
type CalendarView = (typeof calendarViews)[number]

export interface CalendarAsked {
  readonly view: CalendarView
  /** A day in it, `2026-11-23`; undefined: today. */
  readonly day: string | undefined
  /** Of the days. */
  readonly zone: string
}

export interface ShownDay extends CalendarDay {
  /** `2026-11-23`. */
  readonly day: string
  readonly at: number
  /** When the day ends. */
  readonly end: number
  /** What the ledger has of this day until now. */
  readonly went: readonly Went[]
  /** Schedules of which that is beyond what is shown. */
  readonly moreWent: number
  /** Whether it belongs to the month that is shown. */
  readonly isInside: boolean
  readonly isToday: boolean
}

export interface CalendarModel extends CalendarAsked {
  /** Epoch milliseconds: the first of the month, or the Monday. */
  readonly at: number
  readonly weeks: readonly (readonly ShownDay[])[]
  readonly before: string
  readonly after: string
}

const bad: readonly State[] = ['rejected', 'failed', 'swallowed', 'unknown', 'expired', 'held']

/** Whether somebody should look at it. */
export function isBad(state: State): boolean {
  return bad.includes(state)
}

/** More than this on one day is a number. */
const mostOfDay: Readonly<Record<CalendarView, number>> = { month: 6, week: 40, day: 1_000 }

/** Throws Problem where it would take too long. */
export async function calendarModel(
  ledger: Ledger,
  known: KnownCalendar,
  wish: CalendarAsked,
  shown: (schedule: Schedule) => boolean,
): Promise<CalendarModel> {
  const { view, zone } = wish
  const today = DateTime.fromMillis(known.now, { zone })
  const given = wish.day === undefined ? today : DateTime.fromISO(wish.day, { zone })
  const start = (given.isValid ? given : today).startOf(view)
  // A month is shown in whole weeks.
  const first = view === 'day' ? start : start.startOf('week')
  const last = (view === 'month' ? start.endOf('month').endOf('week') : start.endOf(view)).plus({ milliseconds: 1 })
  const days: DateTime[] = []
  for (let day = first; day < last; day = day.plus({ days: 1 })) days.push(day)
  const bounds = [...days.map(day => day.toMillis()), last.toMillis()]
  const [found, went] = await Promise.all([
    comingByDay(known, shown, view, bounds),
    wentUntilNow(ledger, known, shown, bounds),
  ])
  const all = days.map((day, index) => ({
    ...(found[index] ?? { entries: [], more: 0 }),
    went: (went[index] ?? []).slice(0, mostOfDay[view]),
    moreWent: Math.max(0, (went[index] ?? []).length - mostOfDay[view]),
    day: day.toISODate() ?? '',
    at: day.toMillis(),
    end: bounds[index + 1] ?? last.toMillis(),
    isInside: view !== 'month' || day.month === start.month,
    isToday: day.hasSame(today, 'day'),
  }))
  const weeks = Array.from({ length: Math.ceil(all.length / 7) }, (_, week) => all.slice(week * 7, week * 7 + 7))
  const step = { [`${view}s`]: 1 }
  return {
    ...wish,
    at: start.toMillis(),
    weeks,
    before: start.minus(step).toISODate() ?? '',
    after: start.plus(step).toISODate() ?? '',
  }
}

/** What is due from now on: what was due before it is in the ledger, and whatever a schedule says now it may not have said then. */
async function comingByDay(
  known: KnownCalendar,
  shown: (schedule: Schedule) => boolean,
  view: CalendarView,
  bounds: readonly number[],
): Promise<readonly CalendarDay[]> {
  const from = Math.max(bounds[0] ?? 0, known.now)
  const to = bounds.at(-1) ?? 0
  if (from >= to) return []
  return calendarByDay(
    { ...known, from, to, shown },
    { bounds, mostOfDay: mostOfDay[view], rareFirst: view === 'month' },
  )
}

/** Of each day what did not go well first, then what is rare. */
async function wentUntilNow(
  ledger: Ledger,
  { schedules, now }: KnownCalendar,
  shown: (schedule: Schedule) => boolean,
  bounds: readonly number[],
): Promise<Went[][]> {
  const past = bounds.filter(at => at < now)
  const end = bounds[past.length]
  const names = schedules.filter(shown).map(({ name }) => name)
  const days = await wentByDay(ledger, names, [...past, Math.min(now, end ?? now)].slice(0, bounds.length))
  return days.map(day => day.toSorted((a, b) => rankOf(a) - rankOf(b)))
}

function rankOf({ states, times }: Went): number {
  if (states !== undefined && [...states.keys()].some(isBad)) return 0
  return times < 4 ? 1 : 2
}
