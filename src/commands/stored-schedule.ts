/** A stored schedule by the name that a person gives. */
import { unmintableWords } from '../duty/schedules.ts'
import { nearest } from '../files/suggestion.ts'
import type { Ledger } from '../launches/ledger.ts'
import { type Stored, type StoredSchedule, storedSet } from '../timetable/store.ts'
import { unmintable } from '../timetable/unmintable.ts'
import { CommandEnding, exitCodes } from './ending.ts'

/** Whatever is stored under the name. Throws CommandEnding with code 2, and what may have been meant, where nothing is. */
export async function storedNamed(ledger: Ledger, name: string): Promise<Stored> {
  const { schedules } = await storedSet(ledger)
  const stored = schedules.get(name)
  if (stored) return stored
  throw noSchedule(name, [...schedules.keys()])
}

/** The same where its due times are asked for. Throws CommandEnding with code 1 where they cannot be worked out here. */
export async function scheduleNamed(ledger: Ledger, name: string): Promise<StoredSchedule> {
  const stored = await storedNamed(ledger, name)
  const flaw = unmintable(stored)
  if (flaw === undefined && stored.schedule) return stored
  throw new CommandEnding(exitCodes.failed, unmintableWords(name, flaw))
}

/** The same for a name that is looked up elsewhere. */
export function noSchedule(name: string, known: readonly string[]): CommandEnding {
  const meant = nearest(name, known)
  const there = known.length === 0 ? 'there are none' : `there are ${known.toSorted().slice(0, 8).join(', ')}`
  const hint = meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : `; ${there}`
  return new CommandEnding(exitCodes.usage, `there is no schedule ${name}${hint}`)
}
