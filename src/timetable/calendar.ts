/**
 * The calendar of all schedules: what goes out in a span of time, what is left out and why, and what meets what. Pure; the
 * due times are the engine's, so what it shows is what fires.
 */
import type { Collision, Guarded } from './collisions.ts'
import { type DueDay, dueByDay, type TimeSpan } from './due-by-day.ts'
import { evenRest } from './even-rest.ts'
import { collisionsOf, guardedOf, placesOf } from './meetings.ts'
import type { CalendarNote, Decided, DueTime } from './noted-times.ts'
import type { Schedule } from './schedule.ts'
import { type Stop, stopOf } from './stops.ts'
import { dateText, wallAt } from './wall-clock.ts'
import { zoneNamed } from './zone.ts'

/** A schedule that is due more often than this on a day has one row for that day. */
export const mostPerDay = 12

export interface CalendarInput extends Decided, TimeSpan {
  readonly schedules: readonly Schedule[]
  /** Which schedules are shown; all others still count for collisions. */
  readonly shown: (schedule: Schedule) => boolean
  readonly stops: readonly Stop[]
  /** Instants, in order, at which the rows of full days are cut: midnights of the zone in which they are looked at. */
  readonly cuts?: readonly number[]
}

/** One due time of a schedule, or all of a day where it has many. */
export interface CalendarRow {
  readonly schedule: Schedule
  /** The local day, `2026-11-23`, in the zone that the schedule is shown in. */
  readonly day: string
  /** Launch key of the first. */
  readonly key: string
  /** When the first and the last go; epoch milliseconds. They are the same in the row of one due time. */
  readonly due: number
  readonly last: number
  /** How many due times, and how many of them go out as far as is known now. */
  readonly times: number
  readonly going: number
  /** There are more on this day; they were not counted. */
  readonly more: boolean
  /** Milliseconds between each two, where they are always the same. */
  readonly every: number | undefined
  /** Each with the number of due times it is true of. */
  readonly notes: readonly { readonly note: CalendarNote; readonly times: number }[]
}

/** The rows in the order of when they go, then of names. */
export function calendarOf(input: CalendarInput): CalendarRow[] {
  const { schedules, shown } = input
  const places = placesOf(schedules, shown)
  const counted = new Set([...places.values()].flat())
  const days = schedules
    .filter(each => counted.has(each))
    .flatMap(schedule => dueByDay(schedule, input, input, input.cuts))
  const collisions = collisionsOf(days, places)
  const guarded = guardedOf(days, places, input, input)
  return days
    .filter(({ schedule }) => shown(schedule))
    .flatMap(day => rowsOf(day, input, collisions, guarded))
    .sort((a, b) => a.due - b.due || (a.schedule.name < b.schedule.name ? -1 : 1))
}

function rowsOf(
  day: DueDay,
  input: CalendarInput,
  collisions: ReadonlyMap<DueTime, Collision>,
  guarded: ReadonlyMap<string, Guarded>,
): CalendarRow[] {
  const { schedule, dueTimes } = day
  const zone = zoneNamed(schedule.when.timezone)
  const stop = stopOf(schedule, input.stops)
  const rest = day.more ? evenRest(day, input) : undefined
  const groups = dueTimes.length > mostPerDay ? [dueTimes] : dueTimes.map(each => [each])
  return groups.flatMap(group => {
    const [first] = group
    const last = group.at(-1)
    if (!first || !last) return []
    const going = group.filter(({ goes }) => goes)
    const held = stop === undefined ? [] : going.filter(({ due }) => due >= stop.at)
    const row: CalendarRow = {
      schedule,
      day: dateText(wallAt(zone, first.due).day),
      key: first.key,
      due: first.due,
      last: last.due,
      times: group.length,
      going: going.length - held.length,
      more: day.more,
      every: stepOf(group),
      notes: together(
        group.map(each => [
          ...(stop && each.goes && each.due >= stop.at
            ? [{ kind: 'stopped', reason: stop.reason, by: stop.by } as const]
            : []),
          ...notesOf(each, collisions, guarded),
        ]),
      ),
    }
    return rest === undefined ? row : withRest(row, rest)
  })
}

/** What is true of all that were worked out is true of the rest as well. */
function withRest(row: CalendarRow, rest: { readonly times: number; readonly last: number }): CalendarRow {
  const times = row.times + rest.times
  return {
    ...row,
    last: rest.last,
    times,
    going: row.going === 0 ? 0 : row.going + rest.times,
    more: false,
    notes: row.notes.map(each => (each.times === row.times ? { ...each, times } : each)),
  }
}

function notesOf(
  dueTime: DueTime,
  collisions: ReadonlyMap<DueTime, Collision>,
  guarded: ReadonlyMap<string, Guarded>,
): readonly CalendarNote[] {
  const collision = collisions.get(dueTime)
  const guard = guarded.size === 0 ? undefined : guarded.get(dueTime.key)
  return [
    ...dueTime.notes,
    ...(collision ? [{ kind: 'collides', ...collision } as const] : []),
    ...(guard ? [{ kind: 'guarded', ...guard } as const] : []),
  ]
}

/** The same note of several due times is said once; collisions with one schedule are the same. */
function together(group: readonly (readonly CalendarNote[])[]): CalendarRow['notes'] {
  const found = new Map<string, { note: CalendarNote; times: number }>()
  for (const notes of group) {
    for (const note of notes) {
      const same =
        note.kind === 'collides' || note.kind === 'guarded' ? `${note.kind} ${note.schedule}` : JSON.stringify(note)
      const before = found.get(same)
      if (before) before.times++
      else found.set(same, { note, times: 1 })
    }
  }
  return [...found.values()]
}

function stepOf(group: readonly { readonly due: number }[]): number | undefined {
  const steps = new Set(group.slice(1).map(({ due }, index) => due - (group[index]?.due ?? 0)))
  return steps.size === 1 ? [...steps][0] : undefined
}
