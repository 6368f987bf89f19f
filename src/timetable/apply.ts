/**
 * Applying a plan. What was due up to now is minted under the old declarations first; then the change script makes a batch of
 * changes, or none where the stored schedules are no longer those the plan was made from. Killed anywhere, it leaves stored
 * schedules that a new plan brings the rest of the way.
 */
import { DeclarationError, type Problem } from '../files/problem.ts'
import { faultPoint } from '../launches/fault-point.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { carryHistory, changeSchedules, type ScheduleChange } from './change-schedules.ts'
import { decidedTimes } from './decided-times.ts'
import { failuresOf } from './each-by-itself.ts'
import { keptLabels } from './kept-labels.ts'
import { belatedLaunch } from './minting.ts'
import { type Plan, type Step, shownHash } from './plan.ts'
import { mintSchedules, type PlannerListener, plan as planDueTimes, queued, serverNow } from './planner.ts'
import type { Schedule } from './schedule.ts'
import {
  type Stored,
  type StoredSchedule,
  type StoredSet,
  storedName,
  storedSet,
  storedText,
  type UnreadSchedule,
} from './store.ts'
import { belatedOccurrences, overdueProblems } from './take-over.ts'
import { mintableSchedule, unmintable } from './unmintable.ts'

/** Changes per script call: many enough that an ordinary plan is one step, few enough that launches do not wait for it. */
const changedAtOnce = 500
const mostBytesAtOnce = 4 * 1_024 * 1_024
/** Due times that come between minting and changing are minted in another round; a clock that races is not chased for ever. */
const mostRounds = 20

export type Applied =
  | { readonly kind: 'applied' }
  /** Somebody else changed the stored schedules: after this plan was made, or while it was being applied. */
  | { readonly kind: 'overtaken'; readonly done: number }

/**
 * Applies a plan that was made from this stored set. `who` goes to the audit with the plan's hash. Throws DeclarationError, and
 * changes nothing, where a schedule holds a time that has passed and does not say what is to become of it.
 */
export async function applyPlan(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: PlannerListener,
  { schedules, revision: read }: Pick<StoredSet, 'schedules' | 'revision'>,
  plan: Plan,
  who: string,
): Promise<Applied> {
  const why = `plan ${plan.hash.slice(0, shownHash)}`
  let revision = read
  let done = 0
  const overdue = overdueIn(plan, await serverNow(ledger))
  if (overdue.length > 0) throw new DeclarationError(overdue)
  await carryHistory(ledger)
  for (const steps of batches(plan.steps)) {
    const answer = await applyBatch(ledger, queues, heard, { steps, schedules, revision, who, why })
    if (answer === undefined) return { kind: 'overtaken', done }
    revision = answer
    done += steps.length
  }
  await carryHistory(ledger)
  await planDueTimes(ledger, queues, heard, await serverNow(ledger))
  return { kind: 'applied' }
}

/** What keeps the plan from being applied at `now` (epoch milliseconds): times in files that have passed meanwhile. */
export function overdueIn(plan: Plan, now: number): Problem[] {
  return plan.steps.flatMap(step =>
    step.kind === 'removed' ? [] : overdueProblems(step.after, mintableSchedule(beforeOf(step)), now),
  )
}

function beforeOf(step: Step): Stored | undefined {
  return step.kind === 'added' ? undefined : step.before
}

interface Batch {
  readonly steps: readonly Step[]
  readonly schedules: ReadonlyMap<string, Stored>
  readonly revision: string
  readonly who: string
  readonly why: string
}

/** Returns the revision after the batch; undefined where it is no longer the one it was made for. */
async function applyBatch(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: PlannerListener,
  { steps, schedules, revision, who, why }: Batch,
): Promise<string | undefined> {
  let behind = steps.flatMap(step => namesBefore(step))
  let stored = schedules
  const flaws = new Map<string, string>()
  for (let round = 0; round < mostRounds; round++) {
    const now = await serverNow(ledger)
    const toMint = behind.flatMap(name => unread(stored.get(name)))
    const failures = await failuresOf(ledger, toMint, some => mintSchedules(ledger, queues, heard, some, now))
    for (const [name, error] of failures) flaws.set(name, flawOf(stored.get(name), error))
    faultPoint('caughtUp')
    const changes = await Promise.all(steps.map(step => changeOf(ledger, step, now, flaws)))
    const answer = await changeSchedules(ledger, revision, changes, who, why)
    switch (answer.kind) {
      case 'stale':
        return undefined
      case 'behind':
        behind = [...answer.names]
        stored = (await storedSet(ledger)).schedules
        break
      case 'changed':
        faultPoint('changed')
        for (const name of answer.unminted) heard.unminted?.(name, flaws.get(name) ?? '')
        await removeJobs(queues, answer.gone)
        await queueBelated(queues, heard, changes, new Set(answer.created), now)
        return answer.revision
    }
  }
  throw new Error(`the due times of ${behind.join(', ')} come faster than they can be minted`)
}

function namesBefore(step: Step): string[] {
  const before = beforeOf(step)
  return before ? [storedName(before)] : []
}

/** Throws what failed where the plan does not say that the schedule cannot be minted: nobody agreed to lose its due times. */
function flawOf(stored: Stored | undefined, error: unknown): string {
  const flaw = stored && unmintable(stored)
  if (flaw === undefined) throw error
  return flaw
}

function unread(stored: Stored | undefined): UnreadSchedule[] {
  if (!stored) return []
  const read = (): StoredSchedule => {
    if (stored.schedule) return stored
    throw new RangeError(stored.why)
  }
  return [{ name: storedName(stored), read }]
}

async function changeOf(
  ledger: Ledger,
  step: Step,
  now: number,
  flaws: ReadonlyMap<string, string>,
): Promise<ScheduleChange> {
  const stored = beforeOf(step)
  const before = stored && { before: stored, unmintable: flaws.get(storedName(stored)) }
  if (step.kind === 'removed') return { name: step.name, ...before }
  const { name, after } = step
  // Which times an unmintable one had is not known: its keys keep what was launched from being launched again.
  const belated = belatedOccurrences(after, mintableSchedule(stored), now).map(each => belatedLaunch(after, each, now))
  const labels = stored ? await keptLabels(ledger, storedName(stored), after, now) : {}
  return { name, ...before, after, next: nextNominal(after, now), belated, labels }
}

function nextNominal(schedule: Schedule, now: number): number | undefined {
  for (const { nominal } of decidedTimes(schedule, now)) return nominal
  return undefined
}

/** The same key may come back at another time, and BullMQ would keep the old job's. */
async function removeJobs(queues: LaunchQueues, gone: readonly { account: string; key: string }[]): Promise<void> {
  for (const account of new Set(gone.map(each => each.account))) {
    await queues.remove(
      account,
      gone.filter(each => each.account === account).map(({ key }) => key),
    )
  }
}

/** Launches that were made with the change because their time had passed; the sweep would queue them as well, a little later. */
async function queueBelated(
  queues: LaunchQueues,
  heard: PlannerListener,
  changes: readonly ScheduleChange[],
  created: ReadonlySet<string>,
  now: number,
): Promise<void> {
  for (const { name, belated = [] } of changes) {
    for (const launch of belated.filter(({ key }) => created.has(key))) {
      const { key, missed, account } = launch
      if (missed === undefined) await queues.add([queued(launch, now)])
      heard.minted(name, missed ? 0 : 1, missed ? [{ key, ...missed }] : [], account)
    }
  }
}

function* batches(steps: readonly Step[]): Generator<Step[]> {
  let batch: Step[] = []
  let bytes = 0
  for (const step of steps) {
    const size = step.kind === 'removed' ? 0 : storedText(step.after).length
    if (batch.length >= changedAtOnce || (batch.length > 0 && bytes + size > mostBytesAtOnce)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(step)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
