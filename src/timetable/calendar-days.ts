/** The calendar as people look at it: day by day, what goes of one schedule together, and of full days the beginning. Pure. */
import type { CalendarRow } from './calendar.ts'

/** What goes of one schedule on one day together; what does not go stands by itself, with its reason. */
export interface CalendarEntry<Row extends CalendarRow | NumberedRow = CalendarRow> {
  readonly schedule: Row['schedule']
  readonly rows: readonly Row[]
  readonly goes: boolean
  /** When the first goes; epoch milliseconds. */
  readonly due: number
  readonly times: number
}

/** A row that names its schedule by a number. */
export interface NumberedRow extends Omit<CalendarRow, 'schedule'> {
  readonly schedule: number
}

export interface CalendarDay<Row extends CalendarRow | NumberedRow = CalendarRow> {
  readonly entries: readonly CalendarEntry<Row>[]
  /** Entries that the day has beyond these. */
  readonly more: number
}

export interface DaysAsked {
  /** When each day begins, and last when the last of them ends; epoch milliseconds. */
  readonly bounds: readonly number[]
  /** Of a day no more entries than these, the earliest, are handed over. */
  readonly mostOfDay: number
}

/** What these rows, in the order of when they go, are day by day. */
export function calendarDays<Row extends CalendarRow | NumberedRow>(
  rows: readonly Row[],
  { bounds, mostOfDay }: DaysAsked,
): CalendarDay<Row>[] {
  let index = rows.findIndex(({ due }) => due >= (bounds[0] ?? 0))
  return bounds.slice(1).map(end => {
    const first = index
    while (index !== -1 && (rows[index]?.due ?? end) < end) index++
    return oneDay(first === -1 ? [] : rows.slice(first, index), mostOfDay)
  })
}

function oneDay<Row extends CalendarRow | NumberedRow>(rows: readonly Row[], mostOfDay: number): CalendarDay<Row> {
  const groups = new Map<Row['schedule'], Map<string, Row[]>>()
  const shown: Row[][] = []
  let all = 0
  for (const row of rows) {
    const why = row.going > 0 ? '' : row.notes.map(({ note }) => note.kind).join(' ')
    const ofSchedule = groups.get(row.schedule) ?? new Map<string, Row[]>()
    groups.set(row.schedule, ofSchedule)
    const group = ofSchedule.get(why)
    if (group) {
      group.push(row)
      continue
    }
    const fresh = [row]
    ofSchedule.set(why, fresh)
    all += 1
    if (shown.length < mostOfDay) shown.push(fresh)
  }
  return { entries: shown.flatMap(entryOf), more: all - shown.length }
}

function entryOf<Row extends CalendarRow | NumberedRow>(rows: readonly Row[]): CalendarEntry<Row>[] {
  const [first] = rows
  if (!first) return []
  const times = rows.reduce((sum, row) => sum + row.times, 0)
  return [{ schedule: first.schedule, rows, goes: first.going > 0, due: first.due, times }]
}
