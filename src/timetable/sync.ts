/** Bringing stored schedules into step with the files: a difference as data, then its application. */
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { mintSchedule, type PlannerListener, serverNow } from './planner.ts'
import type { Schedule } from './schedule.ts'
import { putSchedule, type StoredSchedule, storedSchedules, storedText } from './store.ts'

export interface Difference {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

export function isEmpty(difference: Difference): boolean {
  return difference.added.length + difference.changed.length + difference.removed.length === 0
}

/** What would have to happen to the stored schedules so that they say what the files say. Pure. */
export function differenceBetween(
  stored: ReadonlyMap<string, StoredSchedule>,
  declared: readonly Schedule[],
): Difference {
  const names = new Set(declared.map(schedule => schedule.name))
  return {
    added: declared.filter(({ name }) => !stored.has(name)).map(({ name }) => name),
    changed: declared
      .filter(schedule => {
        const before = stored.get(schedule.name)
        return before !== undefined && meaning(before.schedule) !== meaning(schedule)
      })
      .map(({ name }) => name),
    removed: [...stored.keys()].filter(name => !names.has(name)),
  }
}

/** Moving a schedule to another file or line changes nothing about it. */
function meaning(schedule: Schedule): string {
  return storedText({ ...schedule, source: { file: '', line: 0 } })
}

/**
 * Applies a difference. What was due up to now is minted under the old declaration first, so nothing due is dropped; the
 * new one takes effect strictly after now.
 */
export async function applyDifference(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: PlannerListener,
  declared: readonly Schedule[],
  difference: Difference,
): Promise<void> {
  const stored = await storedSchedules(ledger)
  const now = await serverNow(ledger)
  const byName = new Map(declared.map(schedule => [schedule.name, schedule]))
  for (const name of [...difference.changed, ...difference.removed]) {
    const before = stored.get(name)
    if (!before) continue
    await mintSchedule(ledger, queues, heard, before, now)
    const gone = await putSchedule(ledger, name, byName.get(name))
    // The same key may come back at another time, and BullMQ would keep the old job's.
    await queues.remove(before.schedule.account, gone)
  }
  for (const name of difference.added) await putSchedule(ledger, name, byName.get(name))
}
