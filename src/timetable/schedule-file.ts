/** One schedule file: from YAML to schedules, with everything that is wrong with it. */
import type { z } from 'zod'
import type { Calendars } from '../calendars/calendar.ts'
import { type Finding, pathInWords, problemsIn } from '../files/finding.ts'
import { findingsIn } from '../files/issues.ts'
import { withoutNotes } from '../files/notes.ts'
import { inOrder, type Problem } from '../files/problem.ts'
import { type Path, shapeOf } from '../files/shape.ts'
import { keysOf, textAt, valueAt } from '../files/value.ts'
import { readYaml, type Yaml } from '../files/yaml.ts'
import { submissionSchema } from '../launches/submission.ts'
import { type AttachmentFolders, readAttach } from './attachment.ts'
import { contentFlaws } from './content.ts'
import { anythingGoes, countingFlaw } from './decided-times.ts'
import { isEverOpen } from './open-hours.ts'
import { readAllowance } from './read-allowance.ts'
import { readTimetable } from './read-timetable.ts'
import type { Schedule, ScheduledFile } from './schedule.ts'
import {
  accountFlaws,
  audienceFlaws,
  formerNameFlaws,
  formerNames,
  isToken,
  nameFlaws,
  policyFlaws,
  tokenFlaws,
} from './schedule-rules.ts'
import { scheduleFileSchema, scheduleSchema } from './schedule-schema.ts'
import { dayMs } from './wall-clock.ts'

export interface ScheduleContext {
  /** Names of the accounts in the configuration; absent where it is not known. */
  readonly accounts?: readonly string[] | undefined
  /** Those of the configuration; absent where it is not known. */
  readonly calendars?: Calendars | undefined
  /** Epoch milliseconds. */
  readonly now: number
  /** Whether times that have passed are judged beside the stored schedules (take-over.ts), and nothing is said of them here. */
  readonly besideStore?: boolean | undefined
  readonly folders: AttachmentFolders
}

/** A name that is written somewhere, and where. */
export interface NamePlace {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ScheduleFile {
  /** Those with nothing wrong about them, in a file whose head is right. */
  readonly schedules: readonly Schedule[]
  readonly problems: readonly Problem[]
  /** Every name the file declares and its line, right or wrong. */
  readonly names: readonly NamePlace[]
  /** Every name that one of them had before, as far as it can be read; `of` is the schedule that had it. */
  readonly formerNames: readonly (NamePlace & { readonly of: string })[]
}

/** Reads schedules from text; `where` is its name in problems, `-` for standard input. */
export function readScheduleText(text: string, where: string, context: ScheduleContext): ScheduleFile {
  return readSchedules(readYaml(text, where), context)
}

/** Reads schedules from YAML that was read already. Never throws for what a person may have written. */
export function readSchedules(yaml: Yaml, context: ScheduleContext): ScheduleFile {
  if (yaml.value === undefined) return { schedules: [], problems: yaml.problems, names: [], formerNames: [] }
  const declared = withoutNotes(yaml.value ?? {}, shapeOf(scheduleFileSchema))
  const head = [
    ...tokenFlaws(yaml.value),
    ...findingsIn(scheduleFileSchema, declared).filter(({ path }) => !isToken(String(path.at(-1)))),
    ...defaultsFlaws(declared, context),
  ]
  const read = keysOf(valueAt(declared, ['schedules'])).map(name => readSchedule(name, declared, yaml, context, head))
  const findings = [...head, ...read.flatMap(each => each.findings)]
  const sound = yaml.problems.length === 0 && !head.some(({ path }) => path[0] !== 'schedules' || path.length < 2)
  return {
    schedules: sound ? read.flatMap(({ schedule }) => (schedule ? [schedule] : [])) : [],
    problems: inOrder([...yaml.problems, ...problemsIn(yaml, findings, nameOf)]),
    names: read.map(({ name }) => ({ name, file: yaml.where, ...yaml.locate(['schedules', name], 'key') })),
    formerNames: read.flatMap(({ name: of }) =>
      formerNames(valueAt(declared, ['schedules', of])).map(({ name, path }) => {
        return { name, of, file: yaml.where, ...yaml.locate(['schedules', of, ...path]) }
      }),
    ),
  }
}

function defaultsFlaws(declared: unknown, { accounts, calendars }: ScheduleContext): Finding[] {
  return [
    ...readAllowance(undefined, valueAt(declared, ['defaults']), calendars, ['defaults']).findings,
    ...accountFlaws(textAt(declared, ['defaults', 'account']), accounts, ['defaults', 'account']),
    ...policyFlaws(undefined, valueAt(declared, ['defaults', 'policy']), ['defaults', 'policy']).findings,
  ]
}

interface Reading {
  readonly name: string
  readonly schedule?: Schedule
  readonly findings: readonly Finding[]
}

function readSchedule(
  name: string,
  file: unknown,
  yaml: Yaml,
  context: ScheduleContext,
  head: readonly Finding[],
): Reading {
  const path = ['schedules', name]
  const declared = valueAt(file, path)
  const defaults = valueAt(file, ['defaults'])
  const account = valueAt(declared, ['account'])
  const timetable = readTimetable({
    name,
    declared,
    defaults,
    path,
    now: context.now,
    besideStore: context.besideStore,
  })
  const attach = readAttach(valueAt(declared, ['launch', 'attach']) ?? [], context.folders, [
    ...path,
    'launch',
    'attach',
  ])
  const { allowance, ...allowed } = readAllowance(defaults, declared, context.calendars, path)
  const policy = policyFlaws(valueAt(defaults, ['policy']), valueAt(declared, ['policy']), [...path, 'policy'])
  const findings = [
    ...nameFlaws(name, path),
    ...formerNameFlaws(declared, path),
    ...(account === undefined ? accountMissing(defaults, path) : []),
    ...accountFlaws(textAt(declared, ['account']), context.accounts, [...path, 'account']),
    ...timetable.findings,
    ...allowed.findings,
    ...audienceFlaws(valueAt(declared, ['launch']), [...path, 'launch']),
    ...attach.findings,
    ...contentFlaws(valueAt(declared, ['launch', 'content']), [...path, 'launch', 'content']),
    ...policy.findings,
  ]
  const broken = [...head.filter(finding => isBelow(finding.path, path)), ...findings].some(isError)
  const parsed = broken ? undefined : scheduleSchema.safeParse(declared)
  const by = parsed?.data?.account ?? textAt(defaults, ['account'])
  if (!parsed?.success || by === undefined) return { name, findings }
  if (!timetable.timetable || !allowance || !policy.policy) return { name, findings }
  const { description, launch, bulk } = parsed.data
  const { line } = yaml.locate(path, 'key')
  const before = formerNames(declared).map(former => former.name)
  const schedule: Schedule = {
    name,
    ...(description === undefined ? {} : { description }),
    ...(before.length === 0 ? {} : { formerly: before }),
    account: by,
    when: timetable.timetable,
    launch: { ...launch, ...(launch.attach && attach.attach ? { attach: attach.attach } : {}) },
    ...(bulk === undefined ? {} : { bulk: scheduledFile(bulk) }),
    ...allowance,
    policy: policy.policy,
    source: { file: yaml.where, line },
  }
  const uncountable = countingFlaw(schedule)
  if (uncountable !== undefined) {
    const finding: Finding = { path: [...path, 'maxRuns'], about: path, spot: 'key', sentence: uncountable }
    return { name, findings: [...findings, finding] }
  }
  return { name, schedule, findings: [...findings, ...neverGoes(schedule, context.now, path)] }
}

/** Without what was not written. */
function scheduledFile(bulk: NonNullable<z.output<typeof scheduleSchema>['bulk']>): ScheduledFile {
  return submissionSchema.omit({ lateness: true, hours: true }).parse(JSON.parse(JSON.stringify(bulk)))
}

/** Rules that leave out all that is due within a year are hardly meant. */
function neverGoes(schedule: Schedule, now: number, path: Path): Finding[] {
  if (!isEverOpen(schedule) || anythingGoes(schedule, now, now + 366 * dayMs) !== false) return []
  const sentence = 'nothing that is due within a year may go: except, quietHours and allowed leave all of it out'
  return [{ path: [...path, 'when'], about: path, spot: 'key', severity: 'warning', sentence }]
}

function accountMissing(defaults: unknown, path: Path): Finding[] {
  if (valueAt(defaults, ['account']) !== undefined) return []
  return [
    {
      path,
      spot: 'key',
      sentence: 'account is missing, here or in defaults (the name of an account in the configuration)',
    },
  ]
}

function isBelow(path: Path, top: Path): boolean {
  return top.every((key, depth) => path[depth] === key)
}

function isError({ severity }: Finding): boolean {
  return severity !== 'warning'
}

/** `weekly-digest.launch.id`: people know a schedule by its name. */
function nameOf(path: Path): string {
  return pathInWords(path[0] === 'schedules' && path.length > 1 ? path.slice(1) : path)
}
