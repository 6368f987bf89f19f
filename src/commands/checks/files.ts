/** The configuration and the schedule files: what `sendoff validate` finds, as checks. */
import type { Config } from '../../config/config.ts'
import { chosenFiles, type LoadInput, loadConfig } from '../../config/load-config.ts'
import { type CalendarsReading, readCalendars } from '../../config/read-calendars.ts'
import { fileName } from '../../files/file-name.ts'
import { DeclarationError, formatProblem, type Problem } from '../../files/problem.ts'
import type { Schedule } from '../../timetable/schedule.ts'
import { loadSchedules } from '../../timetable/schedule-files.ts'
import { bad, type Check, ok, warn } from './check.ts'

export interface FilesLook {
  readonly checks: readonly Check[]
  /** Absent where the configuration cannot be read. */
  readonly config?: Config
  /** Those without problems. */
  readonly schedules: readonly Schedule[]
  readonly areRight: boolean
}

/** Reads both; `now` in epoch milliseconds. */
export function lookAtFiles(input: LoadInput, now: number): FilesLook {
  const { config, calendars, problems } = tryConfig(input, now)
  const jobsDir = config?.paths.jobs ?? chosenFiles(input).jobs.path
  const accounts = config && Object.keys(config.accounts)
  const read = loadSchedules({ jobsDir, cwd: input.cwd, accounts, calendars, now })
  const counts = `${counted(read.schedules.length, 'schedule')} in ${counted(read.files, 'file')} below ${fileName(jobsDir, input.cwd)}`
  return {
    checks: [
      ...checksOf('configuration', problems, config === undefined ? '' : configInWords(config, input.cwd)),
      ...checksOf('schedules', read.problems, counts),
    ],
    ...(config === undefined ? {} : { config }),
    schedules: read.schedules,
    areRight: ![...problems, ...read.problems].some(({ severity }) => severity === 'error'),
  }
}

function tryConfig(
  input: LoadInput,
  now: number,
): { config?: Config; calendars?: CalendarsReading['calendars']; problems: readonly Problem[] } {
  try {
    const loaded = loadConfig(input)
    const { calendars, problems } = readCalendars(loaded, input.cwd, now)
    return { config: loaded.config, calendars, problems: [...loaded.warnings, ...problems] }
  } catch (error) {
    if (error instanceof DeclarationError) return { problems: error.problems }
    throw error
  }
}

function configInWords({ paths, accounts }: Config, cwd: string): string {
  const from = paths.config === undefined ? 'no file' : fileName(paths.config, cwd)
  return `${from}, accounts: ${Object.keys(accounts).join(', ') || 'none'}`
}

function checksOf(name: string, problems: readonly Problem[], well: string): Check[] {
  if (problems.length === 0) return [ok(name, well)]
  return problems.map(problem => {
    const make = problem.severity === 'error' ? bad : warn
    return make(name, formatProblem(problem), 'Correct it; sendoff validate checks again')
  })
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
