import { formatProblem } from '../files/problem.ts'
import { overdueIn } from '../timetable/apply.ts'
import { pausedSchedules } from '../timetable/paused.ts'
import { planBetween } from '../timetable/plan.ts'
import { serverNow } from '../timetable/planner.ts'
import { storedSet } from '../timetable/store.ts'
import { declaredSchedules } from './declared.ts'
import { exitCodes } from './ending.ts'
import { applyLine, consequences, planLines, planObject } from './plan-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface PlanFlags extends GlobalFlags {
  readonly exitCode: boolean
  readonly json: boolean
}

/**
 * `sendoff plan`. Returns the exit code: 2 where apply would refuse the plan, with `--exit-code` 3 where there is something to apply,
 * else 0.
 */
export async function showPlan(flags: PlanFlags): Promise<number> {
  const declared = declaredSchedules(flags)
  return withLedger(flags, async ({ ledger }) => {
    const plan = planBetween((await storedSet(ledger)).schedules, declared)
    const now = await serverNow(ledger)
    const steps = consequences(plan, now, await pausedSchedules(ledger, now))
    const overdue = overdueIn(plan, now)
    if (flags.json) process.stdout.write(`${JSON.stringify(planObject(plan, steps, overdue), null, 2)}\n`)
    else process.stdout.write(`${planLines(plan, steps, process.stdout.isTTY && process.stdout.hasColors())}\n`)
    for (const problem of overdue) process.stderr.write(`${formatProblem(problem)}\n`)
    if (steps.length === 0) {
      process.stderr.write('The stored schedules say what the files say.\n')
      return 0
    }
    if (overdue.length > 0) {
      process.stderr.write('Nothing was changed, and sendoff apply refuses this plan.\n')
      return exitCodes.usage
    }
    process.stderr.write(`Nothing was changed. To apply it: ${applyLine(plan)}\n`)
    return flags.exitCode ? exitCodes.changes : 0
  })
}
