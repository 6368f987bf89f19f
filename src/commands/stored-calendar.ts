import { allPauses } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import { comingSkips } from '../timetable/skipping.ts'
import { storedSchedules } from '../timetable/store.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

/** What is in force: the stored schedules with their pauses, and the due times that people have left out. */
export function knownFromStore(flags: GlobalFlags) {
  return withLedger(flags, async ({ ledger }) => {
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
  })
}
