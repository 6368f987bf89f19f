/** What a person should know before a step of a plan is applied. Pure. */
import type { Step } from './plan.ts'
import type { DueTimesChange } from './plan-due-times.ts'
import { usedByEdit, usedPlacesWords } from './used-places.ts'

/** A due time that is taken away this shortly before it comes is worth a word; one that comes this soon as well. */
const soonGone = 3_600_000
const soonDue = 300_000

/**
 * Sentences about one step at `now` (epoch milliseconds). `paused` says why the stored schedule is paused, where it is; a
 * renamed one takes its pause along.
 */
export function warningsOf(step: Step, dueTimes: DueTimesChange, now: number, paused: string | undefined): string[] {
  const { name } = step
  const found: string[] = []
  if (step.kind !== 'added' && dueTimes.unmintable !== undefined) {
    const { watermark } = step.before
    const since = watermark < now ? `: what was due under it since ${iso(watermark)} gets no record` : ''
    found.push(`${name}: what is stored cannot be planned (${dueTimes.unmintable})${since}`)
  }
  const [gone] = dueTimes.vanish.first
  const [moved] = dueTimes.move.first
  const [come] = dueTimes.appear.first
  if (gone !== undefined && gone - now <= soonGone) {
    found.push(`${name}: the launch due in ${minutes(gone - now)} (${iso(gone)}) will not go out`)
  }
  if (moved !== undefined && moved.from - now <= soonGone) {
    found.push(`${name}: the launch due in ${minutes(moved.from - now)} (${iso(moved.from)}) goes at ${iso(moved.to)}`)
  }
  if (come !== undefined && come - now <= soonDue) {
    found.push(`${name}: the first new launch is due in ${minutes(come - now)} (${iso(come)})`)
  }
  const [again] = dueTimes.repeated.first
  if (again !== undefined) {
    const sentence = `under its old name its due time of ${iso(again)} has gone by already, and the new zone makes it come again; rename it first, and change the zone a day later`
    found.push(`${name}: ${sentence}`)
  }
  const places = guardWarning(step, now)
  if (places !== undefined) found.push(places)
  if (step.kind === 'removed' && paused !== undefined) {
    found.push(
      `${name}: it is paused (${paused}); the pause ends with it, and does not come back where it is declared again`,
    )
  }
  return found
}

/** That what was due earlier on the day of the edit takes the places of what is due later; undefined where it does not. */
export function guardWarning(step: Step, now: number): string | undefined {
  const places = usedByEdit(step, now)
  return places && usedPlacesWords(step.name, places, 'what was due earlier today takes')
}

const iso = (at: number) => new Date(at).toISOString()

function minutes(ms: number): string {
  const count = Math.ceil(ms / 60_000)
  return count === 1 ? 'a minute' : `${count} minutes`
}
