import { allPauses } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import { comingSkips } from '../timetable/skipping.ts'
import { type Stored, storedSet } from '../timetable/store.ts'
import { mintableSchedule, unmintable } from '../timetable/unmintable.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

/** What is in force: the stored schedules with their pauses, and the due times that people have left out. */
export function knownFromStore(flags: GlobalFlags) {
  return withLedger(flags, async ({ ledger }) => {
    const now = await serverNow(ledger)
    const [stored, pauses, skips] = await Promise.all([storedSet(ledger), allPauses(ledger), comingSkips(ledger, now)])
    const all = [...stored.schedules]
    return {
      schedules: all.flatMap(([, each]) => mintableSchedule(each) ?? []),
      unmintable: new Map(all.flatMap(([name, each]) => withFlaw(name, each))),
      pauses,
      skips: new Map(skips.map(({ key, reason }) => [key, reason])),
      now,
    }
  })
}

function withFlaw(name: string, stored: Stored): [string, string][] {
  const flaw = unmintable(stored)
  return flaw === undefined ? [] : [[name, flaw]]
}
