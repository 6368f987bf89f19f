/**
 * The calendar of all schedules: what goes out in a span of time, what is left out and why, and what meets what. Pure; the
 * due times are the engine's, so what it shows is what fires.
 */
import { audienceOf } from '../launches/launch.ts'
import { type Pause, pauseAt } from '../launches/pause.ts'
import { type Collision, collisionsIn, type Guarded, guardedIn } from './collisions.ts'
import { comingTimes } from './coming-times.ts'
import { type DecidedTime, decidedTimes, earliestGoing } from './decided-times.ts'
import { longestDelay } from './due-times.ts'
import type { Schedule } from './schedule.ts'
import { dayOf, zoneNamed } from './zone.ts'

/** A schedule that is due more often than this on a day has one row for that day. */
export const mostPerDay = 12
/** Nothing is counted beyond this on one day: it is said to be more. */
const mostCounted = 1_500

export interface CalendarInput {
  readonly schedules: readonly Schedule[]
  /** By schedule. */
  readonly pauses: ReadonlyMap<string, readonly Pause[]>
  /** Why a person has left out a due time, by launch key. */
  readonly skips: ReadonlyMap<string, string>
  /** Epoch milliseconds, inclusive. */
  readonly from: number
  /** Epoch milliseconds, exclusive. */
  readonly to: number
  /** Which schedules are shown; all others still count for collisions. */
  readonly shown: (schedule: Schedule) => boolean
}

/** What is said of a due time. `leftOut`, `paused` and `skipped` leave it out. */
export type CalendarNote =
  | { readonly kind: 'clocks'; readonly clocks: NonNullable<DecidedTime['clocks']> }
  /** It goes so many milliseconds after its nominal time. */
  | { readonly kind: 'jitter'; readonly by: number }
  /** Hours move it from its nominal time, jitter counted in, to when it goes. */
  | { readonly kind: 'moved'; readonly by: NonNullable<DecidedTime['movedBy']>; readonly nominal: number }
  /** A calendar or hours leave it out; the reason as its record will say it. */
  | { readonly kind: 'leftOut'; readonly reason: string }
  | { readonly kind: 'paused'; readonly reason: string; readonly by: string }
  /** The reason as its record says it. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | ({ readonly kind: 'collides' } & Collision)
  /** The guard `maxPerDay` will stop it, if all goes as it is declared. */
  | ({ readonly kind: 'guarded' } & Guarded)

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

/** One due time with what is known about it. */
export interface DueTime extends DecidedTime {
  readonly schedule: Schedule
  /** Launch key. */
  readonly key: string
  readonly notes: readonly CalendarNote[]
  /** Whether it goes out, as far as is known now. */
  readonly goes: boolean
}

interface Day {
  readonly schedule: Schedule
  readonly dueTimes: readonly DueTime[]
  readonly more: boolean
}

/** The rows in the order of when they go, then of names. */
export function calendarOf(input: CalendarInput): CalendarRow[] {
  const shown = input.schedules.filter(input.shown)
  const places = new Set(shown.map(placeOf))
  const days = input.schedules
    .filter(schedule => places.has(placeOf(schedule)))
    .flatMap(schedule => daysOf(schedule, input))
  const collisions = collisionsIn(
    days.flatMap(({ dueTimes }) => dueTimes.filter(({ goes }) => goes)),
    ({ schedule }) => placeOf(schedule),
  )
  const guarded = guardedOf(days, input)
  return days
    .filter(({ schedule }) => input.shown(schedule))
    .flatMap(day => rowsOf(day, collisions, guarded))
    .sort((a, b) => a.due - b.due || (a.schedule.name < b.schedule.name ? -1 : 1))
}

/** The next due times of one schedule after `now` (epoch milliseconds), at most `count`; collisions are not among their notes. */
export function comingDueTimes(
  schedule: Schedule,
  known: Pick<CalendarInput, 'pauses' | 'skips'>,
  now: number,
  count: number,
): DueTime[] {
  const found: DueTime[] = []
  for (const time of comingTimes(schedule, now)) {
    if (found.length === count) break
    found.push(dueTimeOf(schedule, time, known))
  }
  return found
}

/** Whom a schedule mails with what: two schedules of one place may mail the same people the same thing. */
function placeOf({ account, launch }: Schedule): string {
  return `${account} ${launch.id} ${audienceOf(launch)}`
}

/** The due times of a schedule, by local day. They come by their nominal times; hours move some past others. */
function daysOf(schedule: Schedule, input: CalendarInput): Day[] {
  const { from, to } = input
  const { timezone } = schedule.when
  const days = new Map<number, { schedule: Schedule; dueTimes: DueTime[]; more: boolean }>()
  let day = dayOf(timezone, from)
  let after: number | undefined = earliestGoing(schedule, from)
  while (after !== undefined) {
    const times = decidedTimes(schedule, after)
    after = undefined
    for (const time of times) {
      if (time.nominal >= to) break
      if (time.due < from || time.due >= to) continue
      if (time.due < day.start || time.due >= day.end) day = dayOf(timezone, time.due)
      const found = days.get(day.start) ?? { schedule, dueTimes: [], more: false }
      days.set(day.start, found)
      found.more = found.dueTimes.length === mostCounted
      if (found.more) {
        after = Math.max(time.nominal, day.end - longestDelay(schedule.when) - 1)
        break
      }
      found.dueTimes.push(dueTimeOf(schedule, time, input))
    }
  }
  return [...days.values()].map(each => ({ ...each, dueTimes: each.dueTimes.toSorted((a, b) => a.due - b.due) }))
}

function dueTimeOf(
  schedule: Schedule,
  time: DecidedTime,
  { pauses, skips }: Pick<CalendarInput, 'pauses' | 'skips'>,
): DueTime {
  const key = `${schedule.name}@${time.label}`
  const { nominal, due, clocks, movedBy, leftOut } = time
  const skip = skips.get(key)
  const pause = pauseAt(pauses.get(schedule.name) ?? [], due)
  const notes: CalendarNote[] = []
  if (skip !== undefined) notes.push({ kind: 'skipped', reason: skip })
  else if (leftOut !== undefined) notes.push({ kind: 'leftOut', reason: leftOut })
  else if (pause) notes.push({ kind: 'paused', reason: pause.reason, by: pause.by })
  if (clocks !== undefined) notes.push({ kind: 'clocks', clocks })
  if (movedBy !== undefined) notes.push({ kind: 'moved', by: movedBy, nominal })
  else if (due > nominal) notes.push({ kind: 'jitter', by: due - nominal })
  return { ...time, schedule, key, notes, goes: [skip, leftOut, pause].every(each => each === undefined) }
}

/** Due times, by launch key, that the guard of their day will stop. Days that the span cuts are counted whole. */
function guardedOf(days: readonly Day[], input: CalendarInput): Map<string, Guarded> {
  const shown = new Set(input.schedules.filter(input.shown).map(placeOf))
  const places = new Map<string, Schedule[]>()
  for (const schedule of input.schedules) {
    const place = placeOf(schedule)
    if (shown.has(place)) places.set(place, [...(places.get(place) ?? []), schedule])
  }
  // One alone is stopped only by what it declares itself.
  const schedules = [...places.values()].flatMap(all =>
    all.length > 1 ? all : all.filter(({ policy }) => policy.maxPerDay !== undefined),
  )
  const ofSchedule = new Map(schedules.map(schedule => [schedule, [] as Day[]]))
  for (const each of days) ofSchedule.get(each.schedule)?.push(each)
  const limited = schedules.flatMap(schedule => {
    const { timezone } = schedule.when
    const own = ofSchedule.get(schedule) ?? []
    const before = daysOf(schedule, { ...input, from: dayOf(timezone, input.from).start, to: input.from })
    const after = daysOf(schedule, { ...input, from: input.to, to: dayOf(timezone, input.to).end })
    const counts = new Map<number, number>()
    const times = [...before, ...own, ...after].flatMap(({ dueTimes, more }) => {
      const since = dayOf(timezone, dueTimes[0]?.due ?? input.from).start
      const count = dueTimes.filter(({ leftOut }) => leftOut === undefined).length
      counts.set(since, (counts.get(since) ?? 0) + (more ? Number.POSITIVE_INFINITY : count))
      return dueTimes.map(({ key, due, goes }) => ({ schedule, key, due, goes, since }))
    })
    return times
      .filter(({ goes }) => goes)
      .map(time => ({ ...time, maxPerDay: schedule.policy.maxPerDay ?? counts.get(time.since) ?? 1 }))
  })
  return new Map([...guardedIn(limited, ({ schedule }) => placeOf(schedule))].map(([{ key }, guard]) => [key, guard]))
}

function rowsOf(
  { schedule, dueTimes, more }: Day,
  collisions: ReadonlyMap<DueTime, Collision>,
  guarded: ReadonlyMap<string, Guarded>,
): CalendarRow[] {
  const all = dueTimes.map(dueTime => {
    const collision = collisions.get(dueTime)
    const guard = guarded.get(dueTime.key)
    const notes: CalendarNote[] = [...dueTime.notes]
    if (collision) notes.push({ kind: 'collides', ...collision })
    if (guard) notes.push({ kind: 'guarded', ...guard })
    return { ...dueTime, notes }
  })
  const groups = all.length > mostPerDay ? [all] : all.map(each => [each])
  return groups.flatMap(group => {
    const [first] = group
    const last = group.at(-1)
    if (!first || !last) return []
    return {
      schedule,
      day: new Date(first.due + zoneNamed(schedule.when.timezone).offset(first.due)).toISOString().slice(0, 10),
      key: first.key,
      due: first.due,
      last: last.due,
      times: group.length,
      going: group.filter(({ goes }) => goes).length,
      more,
      every: stepOf(group),
      notes: together(group),
    }
  })
}

/** The same note of several due times is said once; collisions with one schedule are the same. */
function together(group: readonly { readonly notes: readonly CalendarNote[] }[]): CalendarRow['notes'] {
  const found = new Map<string, { note: CalendarNote; times: number }>()
  for (const { notes } of group) {
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
