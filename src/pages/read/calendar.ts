/** The calendar of a month, a week or a day: what goes out on which day, and what is left out. Days are those of one zone. */
import { DateTime } from 'luxon'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { calendarRows } from '../../http/calendar-rows.ts'
import type { CalendarRow } from '../../timetable/calendar.ts'
import type { Schedule } from '../../timetable/schedule.ts'

/** The longest first. */
export const calendarViews = ['month', 'week', 'day'] as const
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
  readonly entries: readonly CalendarEntry[]
}

/** What goes of one schedule on one day together; what does not go stands by itself, with its reason. */
export interface CalendarEntry {
  readonly schedule: Schedule
  readonly rows: readonly CalendarRow[]
  readonly goes: boolean
  /** When the first goes; epoch milliseconds. */
  readonly due: number
  readonly times: number
}

export interface CalendarModel extends CalendarAsked {
  /** Epoch milliseconds: the first of the month, or the Monday. */
  readonly at: number
  readonly weeks: readonly (readonly CalendarDay[])[]
  readonly before: string
  readonly after: string
}

/** Throws Problem where it would take too long. */
export async function calendarModel(
  known: KnownCalendar,
  asked: CalendarAsked,
  shown: (schedule: Schedule) => boolean,
): Promise<CalendarModel> {
  const { view, zone } = asked
  const today = DateTime.fromMillis(known.now, { zone })
  const given = asked.day === undefined ? today : DateTime.fromISO(asked.day, { zone })
  const start = (given.isValid ? given : today).startOf(view)
  // A month is shown in whole weeks.
  const first = view === 'day' ? start : start.startOf('week')
  const last = (view === 'month' ? start.endOf('month').endOf('week') : start.endOf(view)).plus({ milliseconds: 1 })
  const rows = await calendarRows({ ...known, from: first.toMillis(), to: last.toMillis(), shown })
  const weeks: CalendarDay[][] = []
  for (let monday = first; monday < last; monday = monday.plus({ weeks: 1 })) {
    weeks.push(
      Array.from({ length: view === 'day' ? 1 : 7 }, (_, index) => {
        const day = monday.plus({ days: index })
        const from = day.toMillis()
        const to = day.plus({ days: 1 }).toMillis()
        return {
          day: day.toISODate() ?? '',
          at: from,
          isInside: view !== 'month' || day.month === start.month,
          isToday: day.hasSame(today, 'day'),
          entries: entriesOf(rows.filter(({ due }) => due >= from && due < to)),
        }
      }),
    )
  }
  const step = { [`${view}s`]: 1 }
  return {
    ...asked,
    at: start.toMillis(),
    weeks,
    before: start.minus(step).toISODate() ?? '',
    after: start.plus(step).toISODate() ?? '',
  }
}

function entriesOf(rows: readonly CalendarRow[]): CalendarEntry[] {
  const groups = new Map<string, CalendarRow[]>()
  for (const row of rows) {
    const why = row.going > 0 ? '' : JSON.stringify(row.notes.map(({ note }) => note.kind))
    const place = `${row.schedule.name} ${why}`
    groups.set(place, [...(groups.get(place) ?? []), row])
  }
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (!first) return []
    const times = group.reduce((sum, row) => sum + row.times, 0)
    return [{ schedule: first.schedule, rows: group, goes: first.going > 0, due: first.due, times }]
  })
}
