import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { readCalendars } from '../config/read-calendars.ts'
import { DeclarationError, formatProblem, type Problem } from '../files/problem.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { loadSchedules } from '../timetable/schedule-files.ts'
import type { GlobalFlags } from './with-ledger.ts'

export interface Declared {
  readonly schedules: readonly Schedule[]
  /** None of them is an error. */
  readonly problems: readonly Problem[]
}

/**
 * What the schedule files declare, with the calendars of the configuration. `accounts` are the names that they may use; absent where
 * nobody knows them. Throws a DeclarationError with every problem where one is an error.
 */
export function readDeclared(loaded: LoadedConfig, cwd: string, accounts: readonly string[] | undefined): Declared {
  const now = Date.now()
  const { calendars, problems: inCalendars } = readCalendars(loaded, cwd, now)
  const read = loadSchedules({ jobsDir: loaded.config.paths.jobs, cwd, accounts, calendars, now, besideStore: true })
  const problems = [...inCalendars, ...read.problems]
  if (problems.some(({ severity }) => severity === 'error')) throw new DeclarationError(problems)
  return { schedules: read.schedules, problems }
}

/**
 * The same for one command of a person: warnings go to standard error, and accounts are held against the configuration unless the
 * command needs none.
 */
export function declaredSchedules(flags: GlobalFlags, accountsMatter = true): readonly Schedule[] {
  const cwd = process.cwd()
  const loaded = loadConfig({ cwd, flags, env: process.env })
  const accounts = accountsMatter ? Object.keys(loaded.config.accounts) : undefined
  const { schedules, problems } = readDeclared(loaded, cwd, accounts)
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  return schedules
}
