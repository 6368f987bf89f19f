import { loadConfig } from '../config/load-config.ts'
import { DeclarationError, formatProblem } from '../files/problem.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { loadSchedules } from '../timetable/schedule-files.ts'
import type { GlobalFlags } from './with-ledger.ts'

/**
 * What the schedule files declare, checked as a whole against the configuration. Warnings go to standard error. Throws a
 * DeclarationError with every problem where one is an error.
 */
export function declaredSchedules(flags: GlobalFlags): readonly Schedule[] {
  const cwd = process.cwd()
  const { config } = loadConfig({ cwd, flags, env: process.env })
  const accounts = Object.keys(config.accounts)
  const { schedules, problems } = loadSchedules({ jobsDir: config.paths.jobs, cwd, accounts, now: Date.now() })
  if (problems.some(({ severity }) => severity === 'error')) throw new DeclarationError(problems)
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  return schedules
}
