/** From a crontab to a schedule file, with what was left out and why, and with the due times of both readings. Pure. */
import { Document, Scalar } from 'yaml'
import { formatProblem } from '../files/problem.ts'
import { audienceOf, type LaunchRequest } from '../launches/launch.ts'
import { readScheduleText } from '../timetable/schedule-file.ts'
import { isZone } from '../timetable/zone.ts'
import { type Comparison, compareWithCron } from './compare-with-cron.ts'
import { type CurlReading, readCurl } from './curl-start.ts'
import { readPlainCron } from './plain-cron.ts'
import { type CrontabJob, readCrontab } from './read-crontab.ts'
import { baseName, readShell, type ShellCommand } from './shell-command.ts'

export interface ImportInput {
  readonly text: string
  /** The name of the crontab, for notes in the file. */
  readonly source: string
  readonly account: string
  /** The zone of the machine that runs cron, for entries below no CRON_TZ. */
  readonly zone: string | undefined
  readonly userColumn: boolean
  /** Epoch milliseconds. */
  readonly now: number
}

export interface ImportedSchedule {
  readonly name: string
  readonly line: number
  readonly zone: string
  readonly pattern: string
  readonly mailing: number
  /** Scheme and host of the installation that was called, where it is known. */
  readonly origin: string | undefined
  readonly token: 'body' | 'address' | 'header' | undefined
  readonly comparison: Comparison
}

export interface Imported {
  /** A whole schedule file that passes `validate`; absent where nothing could be imported. */
  readonly file?: string
  readonly schedules: readonly ImportedSchedule[]
  /** Lines that were not imported, in order. */
  readonly left: readonly { readonly line: number; readonly why: string }[]
  /** Imported lines that start the same mailing for the same people. */
  readonly rivals: readonly { readonly lines: readonly number[]; readonly mailing: number }[]
}

interface Candidate {
  readonly job: CrontabJob
  readonly zone: string
  readonly start: Extract<CurlReading, { kind: 'start' }>
}

/** Reads every line. A line becomes as many schedules as it starts mailings. */
export function importCrontab(input: ImportInput): Imported {
  const { jobs, bad } = readCrontab(input.text, input)
  const left = [...bad]
  const candidates = jobs.flatMap(job => {
    const found = candidatesIn(job, input.zone)
    if (typeof found !== 'string') return found
    left.push({ line: job.line, why: found })
    return []
  })
  const sound = namedBy(candidates).flatMap(named => {
    const schedule = soundSchedule(named, input)
    if (typeof schedule !== 'string') return [{ ...named, schedule }]
    left.push({ line: named.candidate.job.line, why: schedule })
    return []
  })
  return {
    ...(sound.length === 0 ? {} : { file: fileOf(sound, input) }),
    schedules: sound.map(({ schedule }) => schedule),
    rivals: rivalsIn(sound.map(({ candidate }) => candidate)),
    left: left.sort((a, b) => a.line - b.line),
  }
}

function rivalsIn(candidates: readonly Candidate[]): Imported['rivals'] {
  const places = new Map<string, { lines: number[]; mailing: number }>()
  for (const { job, start } of candidates) {
    const place = `${start.origin} ${start.launch.id} ${audienceOf(start.launch)}`
    const same = places.get(place) ?? { lines: [], mailing: start.launch.id }
    same.lines.push(job.line)
    places.set(place, same)
  }
  return [...places.values()].filter(({ lines }) => lines.length > 1)
}

/** The launches of one entry, or why there is none that a file could say. */
function candidatesIn(job: CrontabJob, machineZone: string | undefined): Candidate[] | string {
  const shell = readShell(job.command, job.variables)
  if (!shell.ok) return shell.why
  const candidates: Candidate[] = []
  let why: string | undefined
  for (const [index, command] of shell.commands.entries()) {
    if (baseName(command.words[0]) !== 'curl') continue
    const read = readCurl(command.words.slice(1), inputOf(shell.commands, index, job))
    if (read.kind !== 'start') {
      why ??= read.why
      continue
    }
    const condition = conditionBefore(shell.commands, index)
    if (condition !== undefined) return condition
    const zone = zoneFor(job, machineZone)
    if (!zone.ok) return zone.why
    candidates.push({ job, zone: zone.zone, start: read })
  }
  if (candidates.length > 0) return candidates
  return (
    why ??
    (shell.commands.some(({ words }) => /curl/.test(words.join(' ')))
      ? 'curl is not run as a command of its own'
      : 'it does not run curl')
  )
}

/** What cron gives to the command: all of its input, unless another command or a file stands before. */
function inputOf(commands: readonly ShellCommand[], index: number, { input }: CrontabJob): string | undefined {
  const command = commands[index]
  const readBefore = commands.slice(0, index).some(({ words }) => baseName(words[0]) === 'curl')
  return command?.redirectsInput === true || command?.after === '|' || readBefore ? undefined : input
}

/** Commands that a launch does not depend on. */
const harmless: readonly string[] = [
  '.',
  ':',
  'cd',
  'curl',
  'date',
  'echo',
  'export',
  'logger',
  'printf',
  'set',
  'source',
  'true',
  'umask',
]

function conditionBefore(commands: readonly ShellCommand[], index: number): string | undefined {
  const command = commands[index]
  if (command?.after === '||') return 'it runs only where the command before it fails'
  if (command?.after === '|') return 'its input comes from another command'
  for (const before of commands.slice(0, index)) {
    const name = baseName(before.words[0])
    if (name === 'sleep') return 'it waits (sleep) before it starts the mailing; choose another time'
    if (!harmless.includes(name))
      return `${/^[\w.[-]+$/.test(name) ? name : 'a command'} before it may decide whether it runs`
  }
  return undefined
}

function zoneFor(job: CrontabJob, machineZone: string | undefined) {
  const zone = job.zone ?? machineZone
  const named = job.zone === undefined ? '--timezone' : 'CRON_TZ'
  if (zone === undefined)
    return { ok: false, why: 'its zone is not known: no CRON_TZ above it, and no --timezone' } as const
  if (!isZone(zone)) return { ok: false, why: `${named} ${JSON.stringify(zone)} is not an IANA time zone` } as const
  return { ok: true, zone } as const
}

interface Named {
  readonly name: string
  readonly candidate: Candidate
}

/** `mailing-90`; where several start it, with the pattern: the name of one does not hang on the others' order. */
function namedBy(candidates: readonly Candidate[]): Named[] {
  const taken = new Set<string>()
  return candidates.map(candidate => {
    const { id } = candidate.start.launch
    const alone = candidates.filter(each => each.start.launch.id === id).length === 1
    const base = alone
      ? `mailing-${id}`
      : `mailing-${id}-${wordsOf(candidate.job.pattern)}`.slice(0, 56).replace(/-+$/, '')
    let name = base
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`
    taken.add(name)
    return { name, candidate }
  })
}

/** `0 9 * * 1-5` → `0-9-x-x-1to5` */
function wordsOf(pattern: string): string {
  const words = pattern.toLowerCase().replaceAll('*/', 'every').replaceAll('*', 'x').replaceAll('-', 'to')
  return words.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
}

/** The schedule as our own reader has it, or what that says against it. */
function soundSchedule({ name, candidate }: Named, input: ImportInput): ImportedSchedule | string {
  const { job, zone, start } = candidate
  const text = documentOf([{ name, candidate }], input).toString()
  const nowhere = { from: '/nowhere', within: '/nowhere' }
  const read = readScheduleText(text, input.source, { accounts: [input.account], now: input.now, folders: nowhere })
  const errors = read.problems.filter(({ severity }) => severity === 'error')
  const [schedule] = read.schedules
  if (errors.length > 0 || !schedule)
    return errors.map(problem => formatProblem(problem).replace(/^.*?:\d+:\d+: /, '')).join('; ')
  const comparison = compareWithCron(schedule.when, job.pattern, zone, input.now)
  if (comparison === undefined) return 'cron itself would refuse its time'
  const { origin, token, launch } = start
  return { name, line: job.line, zone, pattern: job.pattern, mailing: launch.id, origin, token, comparison }
}

function fileOf(named: readonly Named[], input: ImportInput): string {
  const document = documentOf(named, input)
  document.commentBefore = ' yaml-language-server: $schema=../config/schedules.schema.json'
  return document.toString({ lineWidth: 0 })
}

function documentOf(named: readonly Named[], { account, source }: ImportInput): Document {
  const schedules = Object.fromEntries(
    named.map(({ name, candidate: { job, zone, start } }) => [
      name,
      {
        description: `Line ${job.line} of ${source}`,
        account,
        when: whenOf(job.pattern, zone),
        launch: ordered(start.launch),
      },
    ]),
  )
  return new Document({ version: 1, schedules })
}

function whenOf(pattern: string, timezone: string) {
  const cron = new Scalar(pattern)
  cron.type = Scalar.QUOTE_DOUBLE
  const plain = readPlainCron(pattern)
  const restricted =
    pattern.split(' ').filter((field, index) => (index === 2 || index === 4) && field !== '*').length === 2
  return { cron, ...(plain && restricted ? { dayMatch: plain.dayMatch } : {}), timezone }
}

function ordered({ id, ...rest }: LaunchRequest): object {
  return { id, ...rest }
}
