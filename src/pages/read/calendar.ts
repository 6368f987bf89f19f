/** The calendar of a month, a week or a day: what goes out on which day, and what is left out. Days are those of one zone. */
import { DateTime } from 'luxon'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { calendarByDay } from '../../http/calendar-rows.ts'
import type { CalendarDay } from '../../timetable/calendar-days.ts'
import type { Schedule } from '../../timetable/schedule.ts'

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

/** More than this on one day is a number. */
const mostOfDay: Readonly<Record<CalendarView, number>> = { month: 6, week: 40, day: 1_000 }

/** Throws Problem where it would take too long. */
export async function calendarModel(
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
  const span = { from: first.toMillis(), to: last.toMillis() }
  const asked = { bounds: [...days.map(day => day.toMillis()), span.to], mostOfDay: mostOfDay[view] }
  const found = await calendarByDay({ ...known, ...span, shown }, asked)
  const all = days.map((day, index) => ({
    ...(found[index] ?? { entries: [], more: 0 }),
    day: day.toISODate() ?? '',
    at: day.toMillis(),
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
