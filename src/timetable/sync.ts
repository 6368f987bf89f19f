/** Bringing stored schedules into step with the files: a difference as data, then its application. */
import { DeclarationError } from '../files/problem.ts'
import { createLaunch } from '../launches/create.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { belatedLaunch } from './minting.ts'
import { mintSchedule, type PlannerListener, queued, serverNow } from './planner.ts'
import type { Schedule } from './schedule.ts'
import { putSchedule, type StoredSchedule, storedSchedules, storedText } from './store.ts'
import { belatedOccurrences, overdueProblems } from './take-over.ts'

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
 * new one takes effect strictly after now. Throws DeclarationError, and changes nothing, where an added or changed schedule
 * holds a time that has passed and does not say what is to become of it.
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
  const taken = [...difference.added, ...difference.changed].flatMap(name => byName.get(name) ?? [])
  const problems = taken.flatMap(schedule => overdueProblems(schedule, stored.get(schedule.name)?.schedule, now))
  if (problems.length > 0) throw new DeclarationError(problems)
  for (const name of [...difference.changed, ...difference.removed]) {
    const before = stored.get(name)
    if (!before) continue
    await mintSchedule(ledger, queues, heard, before, now)
    const after = byName.get(name)
    if (after) await launchBelated(ledger, queues, heard, after, before.schedule, now)
    const gone = await putSchedule(ledger, name, after)
    // The same key may come back at another time, and BullMQ would keep the old job's.
    await queues.remove(before.schedule.account, gone)
  }
  for (const name of difference.added) {
    const schedule = byName.get(name)
    if (schedule) await launchBelated(ledger, queues, heard, schedule, undefined, now)
    await putSchedule(ledger, name, schedule)
  }
}

/** Before the schedule is stored: were it after, a crash between the two would lose them, and a key makes one launch. */
async function launchBelated(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: PlannerListener,
  schedule: Schedule,
  before: Schedule | undefined,
  now: number,
): Promise<void> {
  for (const occurrence of belatedOccurrences(schedule, before, now)) {
    const launch = belatedLaunch(schedule, occurrence, now)
    if (!(await createLaunch(ledger, launch))) continue
    const { key, missed } = launch
    if (missed === undefined) await queues.add([queued(launch, now)])
    heard.minted(schedule.name, missed ? 0 : 1, missed ? [{ key, ...missed }] : [], schedule.account)
  }
}
