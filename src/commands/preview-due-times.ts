import { DateTime } from 'luxon'
import { loadConfig } from '../config/load-config.ts'
import { DeclarationError, formatProblem } from '../files/problem.ts'
import { nearest } from '../files/suggestion.ts'
import { parseCron } from '../timetable/cron.ts'
import { type Occurrence, occurrences } from '../timetable/due-times.ts'
import type { Timetable } from '../timetable/schedule.ts'
import { loadSchedules } from '../timetable/schedule-files.ts'
import { isZone, localTime, suggestZones } from '../timetable/zone.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import type { GlobalFlags } from './with-ledger.ts'

interface PreviewFlags extends GlobalFlags {
  readonly cron?: string
  readonly timezone?: string
  readonly seconds: boolean
  readonly dayMatch?: 'any' | 'all'
  readonly from?: string
  readonly next: number
  readonly json: boolean
}

interface Previewed {
  readonly name: string
  readonly when: Timetable
}

/** `sendoff preview`: throws CommandEnding with code 2 for a pattern, zone, time or name that is refused. */
export async function preview(names: readonly string[], flags: PreviewFlags): Promise<void> {
  const from = fromOf(flags)
  const chosen = flags.cron === undefined ? fromFiles(names, flags) : [fromPattern(flags.cron, names, flags)]
  const rows = chosen.flatMap(({ name, when }) =>
    firstOf(when, from, flags.next).map(occurrence => row(name, when, occurrence)),
  )
  if (flags.json) return void process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  for (const { name, when } of chosen) {
    const own = rows.filter(each => each.schedule === name)
    process.stdout.write(`${name}  (${when.timezone})\n`)
    if (own.length === 0) process.stdout.write('  never again\n')
    for (const { local, due, note } of own)
      process.stdout.write(`  ${local}  ${due}${note === null ? '' : `  ${note}`}\n`)
  }
}

function firstOf(when: Timetable, after: number, count: number): Occurrence[] {
  const found: Occurrence[] = []
  for (const occurrence of occurrences(when, after)) {
    found.push(occurrence)
    if (found.length === count) break
  }
  return found
}

const notes = {
  shifted: 'clocks go forward over this time: it fires after the gap',
  firstPass: 'clocks go back over this time: the first of the two',
  secondPass: 'clocks go back over this time: the second of the two',
} as const

function row(name: string, when: Timetable, { nominal, due, label, clocks }: Occurrence) {
  return {
    schedule: name,
    nominal: new Date(nominal).toISOString(),
    due: new Date(due).toISOString(),
    local: DateTime.fromMillis(due, { zone: when.timezone }).toFormat("ccc yyyy-MM-dd'T'HH:mm:ssZZ", { locale: 'en' }),
    timezone: when.timezone,
    key: `${name}@${label}`,
    note: clocks === undefined ? null : notes[clocks],
  }
}

function fromOf({ from }: PreviewFlags): number {
  if (from === undefined) return Date.now()
  // Without an offset it is UTC: the host's own zone must not decide what is shown.
  const reading = localTime(from, 'UTC')
  if (reading.kind === 'exact') return reading.at
  throw new CommandEnding(exitCodes.usage, `--from ${from} is not a time; write it like 2027-03-27T00:00:00Z`)
}

function fromPattern(pattern: string, names: readonly string[], flags: PreviewFlags): Previewed {
  const problems: string[] = []
  if (names.length > 0) problems.push('give names of schedules or --cron, not both')
  const reading = parseCron(pattern, { seconds: flags.seconds })
  if (!reading.ok) problems.push(...reading.problems.map(problem => `--cron "${pattern}": ${problem}`))
  if (flags.timezone === undefined) problems.push('--cron needs --timezone, like --timezone Europe/Riga')
  else if (!isZone(flags.timezone)) problems.push(unknownZone(flags.timezone))
  if (problems.length > 0) throw new CommandEnding(exitCodes.usage, problems.join('\n'))
  if (reading.ok && reading.cron.bothDaysRestricted && flags.dayMatch === undefined) {
    process.stderr.write(
      'warning: the pattern restricts day of month and weekday; this shows days that match either. Say --day-match any or all.\n',
    )
  }
  const timezone = flags.timezone ?? 'UTC'
  const dayMatch = flags.dayMatch ?? 'any'
  const entry = { kind: 'cron', pattern, timezone, seconds: flags.seconds, dayMatch } as const
  return { name: pattern, when: { timezone, entries: [entry] } }
}

function unknownZone(zone: string): string {
  const meant = suggestZones(zone)
  return `--timezone ${zone} is not an IANA zone${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`
}

function fromFiles(names: readonly string[], flags: PreviewFlags): Previewed[] {
  const cwd = process.cwd()
  const { config } = loadConfig({ cwd, flags, env: process.env })
  const { schedules, problems } = loadSchedules({ jobsDir: config.paths.jobs, cwd, now: Date.now() })
  if (problems.some(problem => problem.severity === 'error')) throw new DeclarationError(problems)
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  const known = schedules.map(schedule => schedule.name)
  const missing = names.filter(name => !known.includes(name))
  if (missing.length > 0) {
    const sentences = missing.map(name => {
      const meant = nearest(name, known)
      return `there is no schedule ${name}${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`
    })
    throw new CommandEnding(exitCodes.usage, sentences.join('\n'))
  }
  if (schedules.length === 0) process.stderr.write(`No schedules in ${config.paths.jobs}.\n`)
  return schedules.filter(({ name }) => names.length === 0 || names.includes(name))
}
