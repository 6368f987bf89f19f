/** What a service does about a difference between the files and the stored schedules: at its start, and when told to look. */
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { applyPlan } from './apply.ts'
import { namesOf, type Plan, planBetween } from './plan.ts'
import type { PlannerListener } from './planner.ts'
import type { Schedule } from './schedule.ts'
import { storedSet } from './store.ts'

/** The names in a plan, by what happens to them. */
interface PlanNames {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly renamed: readonly string[]
  readonly removed: readonly string[]
}

interface FilesListener extends PlannerListener {
  schedulesSynced(names: PlanNames, total: number): void
  /** The files say something else; the stored schedules stay in force. */
  schedulesDiffer(names: PlanNames): void
  /** The files declare nothing at all: a wrong folder is likelier than a wish to stop everything. */
  schedulesKept(stored: number): void
}

/** Services that start together apply the same files; whoever comes second looks again. */
const mostLooks = 10

/**
 * An empty store is filled from the files. Any other difference is applied where `apply` says so, else announced. All stored
 * schedules at once are never removed: that takes `sendoff apply`, and their names.
 */
export async function stepIntoFiles(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: FilesListener,
  { declared, apply }: { readonly declared: readonly Schedule[]; readonly apply: boolean },
): Promise<void> {
  for (let look = 0; look < mostLooks; look++) {
    const stored = await storedSet(ledger)
    const plan = planBetween(stored.schedules, declared)
    if (plan.steps.length === 0) return
    if (!apply && stored.schedules.size > 0) return heard.schedulesDiffer(planNames(plan))
    if (declared.length === 0) return heard.schedulesKept(stored.schedules.size)
    const applied = await applyPlan(ledger, queues, heard, stored, plan, 'service')
    if (applied.kind === 'applied') return heard.schedulesSynced(planNames(plan), declared.length)
  }
  throw new Error('the stored schedules were changed by others all the time; none of the files could be applied')
}

function planNames(plan: Plan): PlanNames {
  return {
    added: namesOf(plan, 'added'),
    changed: namesOf(plan, 'changed'),
    renamed: namesOf(plan, 'renamed'),
    removed: namesOf(plan, 'removed'),
  }
}
