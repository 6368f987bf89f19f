/**
 * Due times of today that the guard of their own schedule will stop, because what has gone already took their places: what was
 * due before an edit, or a run by hand. Pure.
 */
import { audienceOf } from '../launches/launch.ts'
import { guardedIn } from './collisions.ts'
import { type DecidedTime, decidedTimes, earliestGoing } from './decided-times.ts'
import { countOf } from './minting.ts'
import type { Step } from './plan.ts'
import type { Schedule } from './schedule.ts'
import { mintableSchedule } from './unmintable.ts'
import { dayOf } from './zone.ts'

/** A timetable denser than this on one day is not looked at: its guard lets nearly everything go. */
const mostLooked = 1_500

/** What the guard lets go on the local day of `now` (epoch milliseconds), and what it will stop of that day's rest. */
export interface UsedPlaces {
  readonly perDay: number
  readonly gone: number
  /** When they would go, in order. */
  readonly stopped: readonly number[]
  /** The `policy.maxPerDay` that lets all of them go. */
  readonly needed: number
}

/** Where launches of today have `gone` by `now`, at these moments; undefined where the guard will stop nothing. */
export function usedPlaces(schedule: Schedule, gone: readonly number[], now: number): UsedPlaces | undefined {
  if (gone.length === 0) return undefined
  const day = dayOf(schedule.when.timezone, now)
  const maxPerDay = schedule.policy.maxPerDay ?? countOf(schedule, day)
  const coming = goingOn(schedule, day).flatMap(due =>
    due > now ? [{ schedule, due, since: day.start, maxPerDay }] : [],
  )
  const sent = gone.map(due => ({ schedule, due }))
  const stopped = [...guardedIn(coming, () => '', sent).keys()].map(({ due }) => due)
  if (stopped.length === 0) return undefined
  return { perDay: maxPerDay, gone: gone.length, stopped, needed: gone.length + coming.length }
}

/** What an edit of a schedule at `now` leaves to its guard: what was due earlier today counts for what is due later. */
export function usedByEdit(step: Step, now: number): UsedPlaces | undefined {
  if (step.kind !== 'changed' && step.kind !== 'renamed') return undefined
  const { before, after } = { before: mintableSchedule(step.before), after: step.after }
  if (!before) return undefined
  if (before.account !== after.account || before.launch.id !== after.launch.id) return undefined
  if (audienceOf(before.launch) !== audienceOf(after.launch)) return undefined
  const gone = (schedule: Schedule) => goingOn(schedule, dayOf(after.when.timezone, now)).filter(due => due <= now)
  const places = usedPlaces(after, gone(before), now)
  // What its own maxPerDay stops with the edit or without it was meant so.
  return places && usedPlaces(after, gone(after), now)?.stopped.length === places.stopped.length ? undefined : places
}

/** In a sentence about the schedule of this name. */
export function usedPlacesWords(name: string, { perDay, gone, stopped, needed }: UsedPlaces, cause: string): string {
  const those = stopped.slice(0, 3).map(at => new Date(at).toISOString())
  const more = stopped.length > those.length ? ` and ${stopped.length - those.length} more` : ''
  return `${name}: ${cause} ${gone} of the ${perDay} that its guard lets go today, and what is due at ${those.join(', ')}${more} will not go out. If it is to mail the same people once more: policy.maxPerDay: ${needed}, or policy.onGuard: hold and sendoff launches release`
}

/** When something goes on the day, in order. */
function goingOn(schedule: Schedule, day: { readonly start: number; readonly end: number }): number[] {
  const found: DecidedTime[] = []
  let looked = 0
  for (const time of decidedTimes(schedule, earliestGoing(schedule, day.start))) {
    looked += 1
    if (time.nominal >= day.end) break
    if (looked >= mostLooked) return []
    if (time.leftOut === undefined && time.due >= day.start && time.due < day.end) found.push(time)
  }
  return found.map(({ due }) => due).sort((a, b) => a - b)
}
