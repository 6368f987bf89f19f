import { holdsInForce } from '../launches/hold.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { Pause } from '../launches/pause.ts'
import { allPauses } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { comingSkips } from '../timetable/skipping.ts'
import type { Stop } from '../timetable/stops.ts'
import { type Stored, storedSet } from '../timetable/store.ts'
import { mintableSchedule, unmintable } from '../timetable/unmintable.ts'

/** What a calendar is made of. */
export interface KnownCalendar {
  readonly schedules: readonly Schedule[]
  /** Why the due times of stored schedules cannot be worked out here, by name: they are not among the schedules. */
  readonly unmintable: ReadonlyMap<string, string>
  readonly pauses: ReadonlyMap<string, readonly Pause[]>
  /** Why a person has left out a due time, by launch key. */
  readonly skips: ReadonlyMap<string, string>
  readonly stops: readonly Stop[]
  /** Epoch milliseconds. */
  readonly now: number
}

/** What is in force: the stored schedules with their pauses, and the due times that people have left out. */
export async function knownCalendar(ledger: Ledger): Promise<KnownCalendar> {
  const now = await serverNow(ledger)
  const [stored, pauses, skips, stops] = await Promise.all([
    storedSet(ledger),
    allPauses(ledger),
    comingSkips(ledger, now),
    holdsInForce(ledger),
  ])
  const all = [...stored.schedules]
  return {
    schedules: all.flatMap(([, each]) => mintableSchedule(each) ?? []),
    unmintable: new Map(all.flatMap(([name, each]) => withFlaw(name, each))),
    pauses,
    skips: new Map(skips.map(({ key, reason }) => [key, reason])),
    stops: stops.map(({ scope, reason, by, at }) => ({ scope, reason, by, at })),
    now,
  }
}

function withFlaw(name: string, stored: Stored): [string, string][] {
  const flaw = unmintable(stored)
  return flaw === undefined ? [] : [[name, flaw]]
}
