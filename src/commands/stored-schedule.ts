/** A stored schedule by the name that a person gives. */
import { nearest } from '../files/suggestion.ts'
import type { Ledger } from '../launches/ledger.ts'
import { type StoredSchedule, storedSchedules } from '../timetable/store.ts'
import { CommandEnding, exitCodes } from './ending.ts'

/** Throws CommandEnding with code 2, and what may have been meant, where there is none of that name. */
export async function scheduleNamed(ledger: Ledger, name: string): Promise<StoredSchedule> {
  const stored = await storedSchedules(ledger)
  const schedule = stored.get(name)
  if (schedule) return schedule
  throw noSchedule(name, [...stored.keys()])
}

/** The same for a name that is looked up elsewhere. */
export function noSchedule(name: string, known: readonly string[]): CommandEnding {
  const meant = nearest(name, known)
  const there = known.length === 0 ? 'there are none' : `there are ${known.toSorted().slice(0, 8).join(', ')}`
  const hint = meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : `; ${there}`
  return new CommandEnding(exitCodes.usage, `there is no schedule ${name}${hint}`)
}
