import { createInterface } from 'node:readline/promises'
import type { OpenLedger } from '../duty/open-ledger.ts'
import { DeclarationError } from '../files/problem.ts'
import { applyPlan, overdueIn } from '../timetable/apply.ts'
import { pausedSchedules } from '../timetable/paused.ts'
import { namesOf, type Plan, planBetween, shortestHash, shownHash } from '../timetable/plan.ts'
import { guardWarning } from '../timetable/plan-warnings.ts'
import { type PlannerListener, serverNow } from '../timetable/planner.ts'
import { type StoredSet, storedSet } from '../timetable/store.ts'
import { declaredSchedules } from './declared.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { person } from './person.ts'
import { applyLine, consequences, countsOf, planLines } from './plan-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface ApplyFlags extends GlobalFlags {
  readonly plan?: string
  readonly confirmRemove?: readonly string[]
  readonly yes: boolean
}

/**
 * `sendoff apply`. Throws CommandEnding with code 2 where something is not confirmed, with 1 where the plan is no longer the
 * one that was named, or somebody else changes the stored schedules at the same time.
 */
export async function applyFiles(flags: ApplyFlags): Promise<void> {
  const wanted = wantedHash(flags.plan)
  const declared = declaredSchedules(flags)
  await withLedger(flags, async open => {
    const stored = await storedSet(open.ledger)
    const plan = planBetween(stored.schedules, declared)
    if (wanted !== undefined && !plan.hash.startsWith(wanted))
      throw new CommandEnding(exitCodes.failed, notThis(wanted, plan))
    // Nobody is asked about what would be refused afterwards.
    const overdue = overdueIn(plan, await serverNow(open.ledger))
    if (overdue.length > 0) throw new DeclarationError(overdue)
    await confirm(open, flags, plan)
    await apply(open, stored, plan)
  })
}

function wantedHash(given: string | undefined): string | undefined {
  if (given === undefined || new RegExp(`^[0-9a-f]{${shortestHash},64}$`).test(given)) return given
  const sentence = `--plan ${given.slice(0, 80)} is not a plan: write the ${shownHash} digits that sendoff plan shows, or at least the first ${shortestHash}`
  throw new CommandEnding(exitCodes.usage, sentence)
}

function notThis(wanted: string, plan: Plan): string {
  const now =
    plan.steps.length === 0
      ? 'there is nothing to apply any more'
      : `the plan is ${plan.hash.slice(0, shownHash)} now (${countsOf(plan)})`
  return `plan ${wanted.slice(0, shownHash)} no longer holds: the files or the stored schedules have changed since, and ${now}. Nothing was changed; see sendoff plan.`
}

/** Asks on a terminal what the flags leave open; elsewhere the flags must say it. */
async function confirm(open: OpenLedger, flags: ApplyFlags, plan: Plan): Promise<void> {
  const removed = namesOf(plan, 'removed')
  const confirmed = flags.confirmRemove ?? []
  const strangers = confirmed.filter(name => !removed.includes(name))
  if (strangers.length > 0) {
    throw new CommandEnding(exitCodes.usage, `--confirm-remove: the plan does not remove ${strangers.join(', ')}`)
  }
  if (plan.steps.length === 0) return
  const shown = flags.plan !== undefined || flags.yes
  const unconfirmed = removed.filter(name => !confirmed.includes(name))
  if (shown && unconfirmed.length === 0) return
  const now = await serverNow(open.ledger)
  const steps = consequences(plan, now, await pausedSchedules(open.ledger, now))
  process.stderr.write(`${planLines(plan, steps, process.stderr.isTTY && process.stderr.hasColors())}\n`)
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandEnding(
      exitCodes.usage,
      `Nothing was changed: there is no terminal to ask. To apply it: ${applyLine(plan)}`,
    )
  }
  if (!shown) await typed('Apply this plan? Type yes: ', 'yes')
  for (const name of unconfirmed) await typed(`This removes ${name}. Type its name to confirm: `, name)
}

async function typed(question: string, wanted: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(question)
  terminal.close()
  if (answer.trim() !== wanted) throw new CommandEnding(exitCodes.failed, 'Not confirmed; nothing was changed.')
}

async function apply({ ledger, queues }: OpenLedger, stored: StoredSet, plan: Plan): Promise<void> {
  const missed = new Map<string, number>()
  const heard: PlannerListener = {
    minted: (schedule, _planned, ended) => missed.set(schedule, (missed.get(schedule) ?? 0) + ended.length),
    unminted: (schedule, why) =>
      say(`WARNING: ${schedule}: what was due under its old declaration has no record, because ${why}.`),
  }
  const now = await serverNow(ledger)
  const applied = await applyPlan(ledger, queues, heard, stored, plan, person())
  for (const [schedule, count] of missed) {
    if (count > 0)
      say(`${schedule}: ${count} due times were missed, as sendoff launches list --schedule ${schedule} shows.`)
  }
  if (applied.kind === 'overtaken') {
    const done =
      applied.done === 0 ? 'Nothing was changed' : `${applied.done} of ${plan.steps.length} changes were made`
    const sentence = `Somebody else changed the stored schedules at the same time. ${done}; see sendoff plan.`
    throw new CommandEnding(exitCodes.failed, sentence)
  }
  // Said again: with --plan and with --yes no plan was shown.
  for (const step of plan.steps) {
    const warning = guardWarning(step, now)
    if (warning !== undefined) say(`WARNING: ${warning}.`)
  }
  if (plan.steps.length === 0) say('Nothing to do: the stored schedules say what the files say.')
  else say(`Applied ${plan.hash.slice(0, shownHash)}: ${countsOf(plan)}.`)
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}
