/** All schedule files of a folder, read together: a name may be declared only once among them. */
import { readdirSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { Calendars } from '../calendars/calendar.ts'
import { fileName } from '../files/file-name.ts'
import { inOrder, type Problem } from '../files/problem.ts'
import { codeOf } from '../files/text-file.ts'
import { readYamlFile } from '../files/yaml.ts'
import { rivalWarnings } from './rival-schedules.ts'
import type { Schedule } from './schedule.ts'
import { type NamePlace, readSchedules, type ScheduleFile } from './schedule-file.ts'

export interface SchedulesInput {
  /** The folder of schedule files, absolute or relative to `cwd`. */
  readonly jobsDir: string
  readonly cwd: string
  /** Names of the accounts in the configuration; absent where it is not known. */
  readonly accounts?: readonly string[] | undefined
  /** Those of the configuration; absent where it is not known. */
  readonly calendars?: Calendars | undefined
  /** Epoch milliseconds. */
  readonly now: number
  /** Whether times that have passed are judged beside the stored schedules (take-over.ts), and nothing is said of them here. */
  readonly besideStore?: boolean | undefined
}

export interface Schedules {
  /** Those with nothing wrong about them; complete only where no problem is an error. */
  readonly schedules: readonly Schedule[]
  readonly problems: readonly Problem[]
  /** How many files were read. */
  readonly files: number
}

/** Reads every `.yaml` and `.yml` file below the folder. A folder that is empty or missing holds no schedules. */
export function loadSchedules(input: SchedulesInput): Schedules {
  return together(readScheduleFolder(resolve(input.cwd, input.jobsDir), input))
}

/** Files that were read one by one, as if they were all there is. */
export function together(read: readonly ScheduleFile[]): Schedules {
  const first = new Map<string, string>()
  const repeated = new Set<string>()
  const former = formerNameProblems(read)
  const problems = read.flatMap(({ names, problems, formerNames }) => {
    const repeats = names.flatMap(({ name, file, line, column }): Problem[] => {
      const before = first.get(name)
      first.set(name, before ?? `${file}:${line}`)
      if (before === undefined) return []
      repeated.add(name)
      const sentence = `the schedule ${JSON.stringify(name)} is declared here and at ${before}; give one of them another name`
      return [{ severity: 'error', where: file, line, column, sentence }]
    })
    return inOrder([...problems, ...repeats, ...formerNames.flatMap(each => former.get(each) ?? [])])
  })
  const schedules = read.flatMap(each => each.schedules).filter(({ name }) => !repeated.has(name))
  return { schedules, problems: [...problems, ...rivalWarnings(schedules)], files: read.length }
}

/** A former name can be taken over by one schedule, and only where nothing is declared under it any more. */
function formerNameProblems(read: readonly ScheduleFile[]): Map<NamePlace, Problem> {
  const declared = new Map(read.flatMap(({ names }) => names).map(each => [each.name, each]))
  const heirs = new Map<string, NamePlace & { readonly of: string }>()
  const problems = new Map<NamePlace, Problem>()
  for (const each of read.flatMap(({ formerNames }) => formerNames)) {
    const { name, of, file: where, line, column } = each
    const same = declared.get(name)
    const heir = heirs.get(name) ?? each
    heirs.set(name, heir)
    const wrong = (why: string) => {
      const sentence = `${of}.formerly: ${JSON.stringify(name)} ${why}`
      problems.set(each, { severity: 'error', where, line, column, sentence })
    }
    if (same)
      wrong(`is declared at ${same.file}:${same.line}; only a name that nothing has any more can be a former one`)
    else if (heir.of !== of)
      wrong(`is a former name of ${heir.of} at ${heir.file}:${heir.line} already; one of them can have it`)
  }
  return problems
}

/** Every schedule file below the folder (an absolute path), in order of their names. */
export function readScheduleFolder(folder: string, input: SchedulesInput): ScheduleFile[] {
  const found = filesBelow(folder)
  if (typeof found !== 'string') return found.map(path => readScheduleFile(path, input))
  const where = fileName(folder, input.cwd)
  const problem: Problem = { severity: 'error', where, line: 1, column: 1, sentence: `the folder ${found}` }
  return [{ schedules: [], problems: [problem], names: [], formerNames: [] }]
}

/** One file by its absolute path; a file outside of the folder of schedule files may attach files of its own folder. */
export function readScheduleFile(
  path: string,
  { jobsDir, cwd, accounts, calendars, now, besideStore }: SchedulesInput,
): ScheduleFile {
  const file = readYamlFile(path, fileName(path, cwd))
  if (!file.ok) return { schedules: [], problems: [file.problem], names: [], formerNames: [] }
  const from = dirname(path)
  const jobs = resolve(cwd, jobsDir)
  const within = `${from}${sep}`.startsWith(`${jobs}${sep}`) ? jobs : from
  return readSchedules(file.yaml, { accounts, calendars, now, besideStore, folders: { from, within } })
}

/** Absolute paths, or why the folder cannot be listed. Hidden entries are left out; linked files count, linked folders do not. */
function filesBelow(folder: string): string[] | string {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const paths: string[] = []
    for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
      const path = join(folder, entry.name)
      const below = entry.isDirectory() ? filesBelow(path) : /\.ya?ml$/i.test(entry.name) ? [path] : []
      if (typeof below === 'string') return below
      paths.push(...below)
    }
    return paths
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return []
    return code === 'ENOTDIR' ? 'is not a folder' : `cannot be listed (${code})`
  }
}
