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
  /** There are more than were counted. */
  readonly more: boolean
  /** It is due on most of the days, or many times on this one: what nobody looks for. */
  readonly isRoutine: boolean
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
  /** Whether of each day what is rare comes first, and routine at its end; otherwise by time. */
  readonly rareFirst: boolean
}

/** So many times on one day are routine. */
const often = 4
/** Of fewer days nobody can say what is routine. */
const fewDays = 5

/** What these rows, in the order of when they go, are day by day. */
export function calendarDays<Row extends CalendarRow | NumberedRow>(
  rows: readonly Row[],
  asked: DaysAsked,
): CalendarDay<Row>[] {
  const { bounds } = asked
  let index = rows.findIndex(({ due }) => due >= (bounds[0] ?? 0))
  const days = bounds.slice(1).map(end => {
    const first = index
    while (index !== -1 && (rows[index]?.due ?? end) < end) index++
    return groupsOf(first === -1 ? [] : rows.slice(first, index))
  })
  const routine = routineOf(days)
  return days.map(groups => oneDay(groups, routine, asked))
}

/** Of one schedule together what goes, and what does not go by its reason; in the order of when the first goes. */
function groupsOf<Row extends CalendarRow | NumberedRow>(rows: readonly Row[]): Row[][] {
  const groups = new Map<Row['schedule'], Map<string, Row[]>>()
  const all: Row[][] = []
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
    all.push(fresh)
  }
  return all
}

/** Schedules that are due on more than half of the days on which anything is. */
function routineOf<Row extends CalendarRow | NumberedRow>(days: readonly Row[][][]): ReadonlySet<Row['schedule']> {
  const counts = new Map<Row['schedule'], number>()
  const full = days.filter(groups => groups.length > 0)
  if (full.length < fewDays) return new Set()
  for (const groups of full) {
    const schedules = new Set(groups.flatMap(([row]) => (row ? [row.schedule] : [])))
    for (const schedule of schedules) counts.set(schedule, (counts.get(schedule) ?? 0) + 1)
  }
  return new Set([...counts].flatMap(([schedule, count]) => (2 * count > full.length ? [schedule] : [])))
}

function oneDay<Row extends CalendarRow | NumberedRow>(
  groups: readonly Row[][],
  routine: ReadonlySet<Row['schedule']>,
  { mostOfDay, rareFirst }: DaysAsked,
): CalendarDay<Row> {
  const entries = groups.flatMap(rows => entryOf(rows, routine))
  const ordered = rareFirst ? entries.toSorted((a, b) => rankOf(a) - rankOf(b)) : entries
  return { entries: ordered.slice(0, mostOfDay), more: Math.max(0, entries.length - mostOfDay) }
}

function rankOf({ isRoutine, times }: Pick<CalendarEntry, 'isRoutine' | 'times'>): number {
  return isRoutine ? (times > 1 ? 2 : 1) : 0
}

function entryOf<Row extends CalendarRow | NumberedRow>(
  rows: readonly Row[],
  routine: ReadonlySet<Row['schedule']>,
): CalendarEntry<Row>[] {
  const [first] = rows
  if (!first) return []
  const times = rows.reduce((sum, row) => sum + row.times, 0)
  return [
    {
      schedule: first.schedule,
      rows,
      goes: first.going > 0,
      due: first.due,
      times,
      more: rows.some(({ more }) => more),
      isRoutine: times >= often || routine.has(first.schedule),
    },
  ]
}
