/** The calendar of a month or a week: what goes out on which day, and what is left out. Days are those of one zone. Pure. */
import { DateTime } from 'luxon'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { type CalendarRow, calendarOf } from '../../timetable/calendar.ts'
import type { Schedule } from '../../timetable/schedule.ts'

export const calendarViews = ['month', 'week'] as const
export type CalendarView = (typeof calendarViews)[number]

export interface CalendarAsked {
  readonly view: CalendarView
  /** A day in it, `2026-11-23`; undefined: today. */
  readonly day: string | undefined
  /** Of the days. */
  readonly zone: string
}

export interface CalendarDay {
  /** `2026-11-23`. */
  readonly day: string
  readonly at: number
  /** Whether it belongs to the month that is shown. */
  readonly isInside: boolean
  readonly isToday: boolean
  readonly rows: readonly CalendarRow[]
}

export interface CalendarModel extends CalendarAsked {
  /** Epoch milliseconds: the first of the month, or the Monday. */
  readonly at: number
  readonly weeks: readonly (readonly CalendarDay[])[]
  readonly before: string
  readonly after: string
}

export function calendarModel(
  known: KnownCalendar,
  asked: CalendarAsked,
  shown: (schedule: Schedule) => boolean,
): CalendarModel {
  const { view, zone } = asked
  const today = DateTime.fromMillis(known.now, { zone })
  const given = asked.day === undefined ? today : DateTime.fromISO(asked.day, { zone })
  const start = (given.isValid ? given : today).startOf(view)
  const first = start.startOf('week')
  const last = view === 'week' ? first.plus({ weeks: 1 }) : start.endOf('month').endOf('week').plus({ milliseconds: 1 })
  const rows = calendarOf({ ...known, from: first.toMillis(), to: last.toMillis(), shown })
  const weeks: CalendarDay[][] = []
  for (let monday = first; monday < last; monday = monday.plus({ weeks: 1 })) {
    weeks.push(
      Array.from({ length: 7 }, (_, index) => {
        const day = monday.plus({ days: index })
        const from = day.toMillis()
        const to = day.plus({ days: 1 }).toMillis()
        return {
          day: day.toISODate() ?? '',
          at: from,
          isInside: view === 'week' || day.month === start.month,
          isToday: day.hasSame(today, 'day'),
          rows: rows.filter(({ due }) => due >= from && due < to),
        }
      }),
    )
  }
  const step = view === 'week' ? { weeks: 1 } : { months: 1 }
  return {
    ...asked,
    at: start.toMillis(),
    weeks,
    before: start.minus(step).toISODate() ?? '',
    after: start.plus(step).toISODate() ?? '',
  }
}
