/** What a service does about a difference between the files and the stored schedules: at its start, and when told to look. */
import { DeclarationError, formatProblem } from '../files/problem.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { applyPlan } from './apply.ts'
import { carryHistory } from './change-schedules.ts'
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

interface StartListener extends FilesListener {
  /** The files are not taken over; the stored schedules stay in force. */
  filesRefused(problems: readonly string[], stored: number): void
}

/** What the files declare, or all that is wrong with them. */
export type Declaration = readonly Schedule[] | DeclarationError

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
  // Where a process was killed between a change and this, no difference is left that would lead here again.
  await carryHistory(ledger)
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

/**
 * The same at the start of a service. Files that are wrong, or hold what cannot be applied, stop nothing that is in force: they are
 * announced. Throws DeclarationError where no schedules are stored.
 */
export async function startFromFiles(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: StartListener,
  { declared, apply }: { readonly declared: Declaration; readonly apply: boolean },
): Promise<void> {
  try {
    if (declared instanceof DeclarationError) throw declared
    await stepIntoFiles(ledger, queues, heard, { declared, apply })
  } catch (error) {
    const stored = await ledger.redis.hlen(ledger.keys.schedules)
    if (!(error instanceof DeclarationError) || stored === 0) throw error
    heard.filesRefused(error.problems.map(formatProblem), stored)
  }
}

function planNames(plan: Plan): PlanNames {
  return {
    added: namesOf(plan, 'added'),
    changed: namesOf(plan, 'changed'),
    renamed: namesOf(plan, 'renamed'),
    removed: namesOf(plan, 'removed'),
  }
}
