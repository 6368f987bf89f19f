/** What a preview is of: schedules from files, or one pattern or rule from the command line. */
import { nearest } from '../files/suggestion.ts'
import type { LaunchRequest } from '../launches/launch.ts'
import type { Timing } from '../timetable/decided-times.ts'
import { readWhen } from '../timetable/read-when.ts'
import type { Language } from '../timetable/words-language.ts'
import { isZone, suggestZones } from '../timetable/zone.ts'
import { declaredSchedules } from './declared.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import type { GlobalFlags } from './with-ledger.ts'

export interface PreviewFlags extends GlobalFlags {
  readonly cron?: string
  readonly rrule?: string
  readonly start?: string
  readonly timezone?: string
  readonly seconds: boolean
  readonly dayMatch?: 'any' | 'all'
  readonly from?: string
  readonly next: number
  readonly lang: Language
  readonly json: boolean
}

export interface Previewed extends Timing {
  readonly name: string
  /** Absent for what the command line declares. */
  readonly launch?: LaunchRequest
}

/** Throws CommandEnding with code 2, or DeclarationError, with everything that is wrong. */
export function previewed(names: readonly string[], flags: PreviewFlags): Previewed[] {
  return flags.cron === undefined && flags.rrule === undefined ? fromFiles(names, flags) : [fromFlags(names, flags)]
}

/** The pattern or rule is read exactly as under `when:` in a file; what is wrong is told by its flag. */
function fromFlags(
  names: readonly string[],
  { cron, rrule, start, timezone, seconds, dayMatch }: PreviewFlags,
): Previewed {
  const problems: string[] = []
  if (names.length > 0) problems.push('give names of schedules, or --cron or --rrule, not both')
  if (cron !== undefined && rrule !== undefined) problems.push('--cron and --rrule are both given; choose one')
  const kind = cron === undefined ? '--rrule' : '--cron'
  const text = cron ?? rrule ?? ''
  if (timezone === undefined) problems.push(`${kind} needs --timezone, like --timezone Europe/Riga`)
  else if (!isZone(timezone)) problems.push(unknownZone(timezone))
  const declared = {
    ...(cron === undefined ? { rrule } : { cron }),
    ...(start === undefined ? {} : { start }),
    ...(seconds ? { seconds } : {}),
    ...(dayMatch === undefined ? {} : { dayMatch }),
  }
  const reading = readWhen(declared, timezone !== undefined && isZone(timezone) ? timezone : 'UTC', 0, [])
  problems.push(...reading.findings.map(({ sentence }) => `${kind} "${text}": ${inFlags(sentence)}`))
  const { when } = reading
  if (problems.length > 0 || when === undefined) throw new CommandEnding(exitCodes.usage, problems.join('\n'))
  return { name: text, when: { timezone: when.timezone, entries: [when] } }
}

/** The keys of a file that a sentence asks for, as the flags that stand for them. */
function inFlags(sentence: string): string {
  return sentence.replaceAll(/\bdayMatch: (any|all)\b/g, '--day-match $1').replace('seconds: true', '--seconds')
}

function unknownZone(zone: string): string {
  const meant = suggestZones(zone)
  return `--timezone ${zone} is not an IANA zone${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`
}

function fromFiles(names: readonly string[], flags: PreviewFlags): Previewed[] {
  const schedules = declaredSchedules(flags, false)
  const known = schedules.map(schedule => schedule.name)
  const missing = names.filter(name => !known.includes(name))
  if (missing.length > 0) {
    const sentences = missing.map(name => {
      const meant = nearest(name, known)
      return `there is no schedule ${name}${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`
    })
    throw new CommandEnding(exitCodes.usage, sentences.join('\n'))
  }
  if (schedules.length === 0) process.stderr.write('No schedules are declared.\n')
  return schedules.filter(({ name }) => names.length === 0 || names.includes(name))
}
