import type { Ledger } from '../launches/ledger.ts'
import type { Pause } from '../launches/pause.ts'
import { allPauses } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { comingSkips } from '../timetable/skipping.ts'
import { storedSchedules } from '../timetable/store.ts'

/** What a calendar is made of. */
export interface KnownCalendar {
  readonly schedules: readonly Schedule[]
  readonly pauses: ReadonlyMap<string, readonly Pause[]>
  /** Why a person has left out a due time, by launch key. */
  readonly skips: ReadonlyMap<string, string>
  /** Epoch milliseconds. */
  readonly now: number
}

/** What is in force: the stored schedules with their pauses, and the due times that people have left out. */
export async function knownCalendar(ledger: Ledger): Promise<KnownCalendar> {
  const now = await serverNow(ledger)
  const [stored, pauses, skips] = await Promise.all([
    storedSchedules(ledger),
    allPauses(ledger),
    comingSkips(ledger, now),
  ])
  return {
    schedules: [...stored.values()].map(({ schedule }) => schedule),
    pauses,
    skips: new Map(skips.map(({ key, reason }) => [key, reason])),
    now,
  }
}
