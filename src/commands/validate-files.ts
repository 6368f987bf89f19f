/** What `sendoff validate` does. */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { chosenFiles, type LoadInput, loadConfig } from '../config/load-config.ts'
import { type CalendarsReading, readCalendars } from '../config/read-calendars.ts'
import { DeclarationError, formatProblem, type Problem } from '../files/problem.ts'
import { readScheduleText, type ScheduleFile } from '../timetable/schedule-file.ts'
import { readScheduleFile, readScheduleFolder, together } from '../timetable/schedule-files.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { standardInput } from './standard-input.ts'

const largestInput = 256 * 1_024

export interface ValidateFlags {
  readonly config?: string
  readonly jobs?: string
  readonly json: boolean
}

interface Checked {
  readonly problems: readonly Problem[]
  readonly schedules: number
  /** How many files were looked at. */
  readonly files: number
}

/** Prints problems on stdout and a summary on stderr. Throws CommandEnding with code 2 where one is an error. */
export async function validate(files: readonly string[], flags: ValidateFlags): Promise<void> {
  const checked = await check(files, flags)
  if (flags.json) process.stdout.write(`${JSON.stringify(checked.problems, null, 2)}\n`)
  else for (const problem of checked.problems) process.stdout.write(`${formatProblem(problem)}\n`)
  const summary = inWords(checked)
  if (checked.problems.some(({ severity }) => severity === 'error')) throw new CommandEnding(exitCodes.usage, summary)
  process.stderr.write(`${summary}\n`)
}

async function check(files: readonly string[], flags: ValidateFlags): Promise<Checked> {
  const cwd = process.cwd()
  const input = { cwd, flags, env: process.env }
  const chosen = chosenFiles(input)
  const now = Date.now()
  const { config, calendars, problems } = tryConfig(input, now)
  const isSaid = config?.paths.config !== undefined
  const accounts = config && knownAccounts(config)
  const context = { jobsDir: chosen.jobs.path, cwd, accounts, calendars: isSaid ? calendars : undefined, now }
  const read: ScheduleFile[] = []
  for (const file of files.length === 0 ? [chosen.jobs.path] : files) {
    const path = resolve(cwd, file)
    if (file === '-') {
      const folders = { from: chosen.jobs.path, within: chosen.jobs.path }
      read.push(readScheduleText(await standardInput('sendoff validate -', largestInput), '-', { ...context, folders }))
    } else if (path !== chosen.config.path) {
      const folder = files.length === 0 || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
      read.push(...(folder ? readScheduleFolder(path, context) : [readScheduleFile(path, context)]))
    }
  }
  const schedules = together(read)
  return {
    problems: [...problems, ...schedules.problems],
    schedules: schedules.schedules.length,
    files: read.length + (existsSync(chosen.config.path) ? 1 : 0),
  }
}

/** The configuration, or what is wrong with it: schedule files are worth checking either way. */
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

/** Without a config file and without accounts, nobody has said yet which accounts there are. */
function knownAccounts({ paths, accounts }: Config): string[] | undefined {
  const names = Object.keys(accounts)
  return paths.config === undefined && names.length === 0 ? undefined : names
}

function inWords({ problems, schedules, files }: Checked): string {
  const looked = counted(files, 'file')
  if (problems.length === 0) return `${counted(schedules, 'schedule')} in ${looked}, no problems`
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const counts = [errors > 0 ? counted(errors, 'error') : '', counted(problems.length - errors, 'warning')]
  const places = new Set(problems.filter(({ line }) => line !== undefined).map(({ where }) => where)).size
  const where = places === 0 ? looked : `${places} of ${looked}`
  return `${counts.filter(count => !count.startsWith('0') && count !== '').join(', ')} in ${where}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
