/** Which schedules are paused at the moment. */
import type { Ledger } from '../launches/ledger.ts'
import { pauseAt } from '../launches/pause.ts'
import { allPauses } from './pausing.ts'

/** Schedule → the reason of the pause that is in force at `now` (epoch milliseconds). */
export async function pausedSchedules(ledger: Ledger, now: number): Promise<ReadonlyMap<string, string>> {
  const reasons = [...(await allPauses(ledger))].map(([name, pauses]) => [name, pauseAt(pauses, now)?.reason] as const)
  return new Map(reasons.flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason]])))
}
