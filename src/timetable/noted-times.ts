/** Due times with what there is to say about each: what the clocks, hours and calendars did, what people have decided. Pure. */
import { type Pause, pauseAt } from '../launches/pause.ts'
import type { Collision, Guarded } from './collisions.ts'
import { comingTimes } from './coming-times.ts'
import type { DecidedTime } from './decided-times.ts'
import type { Schedule } from './schedule.ts'

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
  /** It is held while a stop lasts, of everything, its account or its mailing; nobody knows how long that is. */
  | { readonly kind: 'stopped'; readonly reason: string; readonly by: string }
  /** The guard `maxPerDay` will stop it, if all goes as it is declared. */
  | ({ readonly kind: 'guarded' } & Guarded)

/** One due time with what is known about it. */
export interface DueTime extends Pick<DecidedTime, 'nominal' | 'due'> {
  readonly schedule: Schedule
  /** Whether a rule leaves it out. */
  readonly isLeftOut: boolean
  /** Launch key. */
  readonly key: string
  readonly notes: readonly CalendarNote[]
  /** Whether it goes out, as far as is known now. */
  readonly goes: boolean
}

/** What people have decided. */
export interface Decided {
  /** By schedule. */
  readonly pauses: ReadonlyMap<string, readonly Pause[]>
  /** Why a person has left out a due time, by launch key. */
  readonly skips: ReadonlyMap<string, string>
}

/** The next due times of one schedule after `now` (epoch milliseconds), at most `count`; collisions are not among their notes. */
export function comingDueTimes(schedule: Schedule, decided: Decided, now: number, count: number): DueTime[] {
  const found: DueTime[] = []
  for (const time of comingTimes(schedule, now)) {
    if (found.length === count) break
    found.push(notedTime(schedule, time, decided))
  }
  return found
}

/** Says of a due time what is known of it by itself. */
export function notedTime(schedule: Schedule, time: DecidedTime, { pauses, skips }: Decided): DueTime {
  const { label, nominal, due, clocks, movedBy, leftOut } = time
  const key = `${schedule.name}@${label}`
  const skip = skips.size === 0 ? undefined : skips.get(key)
  const pause = pauseAt(pauses.get(schedule.name) ?? [], due)
  const notes: CalendarNote[] = []
  if (skip !== undefined) notes.push({ kind: 'skipped', reason: skip })
  else if (leftOut !== undefined) notes.push({ kind: 'leftOut', reason: leftOut })
  else if (pause) notes.push({ kind: 'paused', reason: pause.reason, by: pause.by })
  if (clocks !== undefined) notes.push({ kind: 'clocks', clocks })
  if (movedBy !== undefined) notes.push({ kind: 'moved', by: movedBy, nominal })
  else if (due > nominal) notes.push({ kind: 'jitter', by: due - nominal })
  const goes = skip === undefined && leftOut === undefined && pause === undefined
  return { nominal, due, schedule, key, isLeftOut: leftOut !== undefined, notes, goes }
}
