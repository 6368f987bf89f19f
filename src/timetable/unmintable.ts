/**
 * Stored schedules whose due times this process cannot work out: the text cannot be read, the zone is unknown to this Node, the
 * runs of `maxRuns` cannot be counted. They stop nothing but themselves, and can be replaced and removed. Pure.
 */
import { decidedTimes } from './decided-times.ts'
import { plannedLaunch } from './minting.ts'
import type { Schedule } from './schedule.ts'
import type { Stored } from './store.ts'
import { zoneNamed } from './zone.ts'

/** The last answer about each schedule: it is another only where another due time is next, or for another declaration. */
const known = new WeakMap<Schedule, { readonly watermark: number; readonly why: string | undefined }>()

/** Why the due times of a stored schedule cannot be worked out here, in a sentence; undefined where they can. */
export function unmintable(stored: Stored): string | undefined {
  if (!stored.schedule) return stored.why
  const { schedule, watermark } = stored
  const found = known.get(schedule)
  if (found?.watermark === watermark) return found.why
  const why = whyNot(schedule, watermark)
  known.set(schedule, { watermark, why })
  return why
}

/** What is stored, where its due times can be worked out here. */
export function mintableSchedule(stored: Stored | undefined): Schedule | undefined {
  return stored === undefined || unmintable(stored) !== undefined ? undefined : stored.schedule
}

/** Asks for the next due time and its launch: nothing here touches anything but the schedule, so whatever fails is about it. */
function whyNot(schedule: Schedule, watermark: number): string | undefined {
  try {
    for (const { timezone } of [schedule.when, ...schedule.when.entries]) zoneNamed(timezone)
    const [next] = decidedTimes(schedule, watermark)
    if (next) plannedLaunch(schedule, next)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
