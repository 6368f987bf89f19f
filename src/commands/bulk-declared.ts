/** What the flags of `sendoff bulk submit` stand for: how the file is read, the base launch, and the brakes. */
import { basename, extname } from 'node:path'
import { z } from 'zod'
import type { BatchDeclaration } from '../bulk/batch.ts'
import type { RowsReading } from '../bulk/read-rows.ts'
import { hoursOf, latenessPolicy } from '../duty/batches.ts'
import { sentenceOf } from '../files/finding.ts'
import { findingsIn } from '../files/issues.ts'
import type { LaunchRequest } from '../launches/launch.ts'
import { resolvePolicy } from '../launches/policy.ts'
import type { RowFormat } from '../launches/row-field.ts'
import { paceInput, rowsInput, stopAfterInput } from '../timetable/bulk-schema.ts'
import { hasExpressions } from '../timetable/content.ts'
import { scheduleName } from '../timetable/schedule-schema.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { type LaunchFlags, requestOf } from './launch-request.ts'
import { person } from './person.ts'

export interface SubmitFlags extends Omit<LaunchFlags, 'wait' | 'at' | 'confirmDuplicate'> {
  readonly name?: string
  readonly format?: string
  readonly delimiter?: string
  readonly key?: string
  readonly column: Readonly<Record<string, string>>
  readonly ignore: readonly string[]
  readonly partial: boolean
  readonly mailing?: number
  readonly sourceType?: string
  readonly perMinute?: number
  readonly concurrency?: number
  readonly hours: readonly string[]
  readonly maxLateness?: string
  readonly stopAfterConsecutive?: number
  readonly stopAfterFailures?: number
  readonly stopAfterPercent?: number
  /** Ids of batches and times (UTC, HH:MM) of launches that, as the person has said, are repeated. */
  readonly confirmDuplicate: readonly string[]
  readonly validateOnly: boolean
  readonly dryRun: boolean
  readonly watch: boolean
}

const flagsSchema = z.object({ ...rowsInput, pace: paceInput, stopAfter: stopAfterInput })

/** As people know the flags that have no key of their own name. */
const flagNames: Readonly<Record<string, string>> = {
  columns: '--column',
  'pace.perMinute': '--per-minute',
  'pace.concurrency': '--concurrency',
  'stopAfter.consecutive': '--stop-after-consecutive',
  'stopAfter.failures': '--stop-after-failures',
  'stopAfter.percent': '--stop-after-percent',
}

/** How the file is to be read, and how fast its rows may go. Throws CommandEnding with code 2, all that is wrong in it. */
export function rulesOf(flags: SubmitFlags) {
  const { format, key, column, ignore } = flags
  const declared = {
    format,
    delimiter: flags.delimiter === 'tab' ? '\t' : flags.delimiter,
    key,
    columns: column,
    ignore,
    partial: flags.partial,
    pace: present({ perMinute: flags.perMinute, concurrency: flags.concurrency }),
    stopAfter: present({
      consecutive: flags.stopAfterConsecutive,
      failures: flags.stopAfterFailures,
      percent: flags.stopAfterPercent,
    }),
  }
  const read = flagsSchema.safeParse(declared)
  if (read.success) return read.data
  const said = findingsIn(flagsSchema, declared).map(finding =>
    sentenceOf(
      finding,
      path =>
        flagNames[path.join('.')] ??
        `${flagNames[String(path[0])] ?? `--${path[0]}`} ${path.slice(1).join('.')}`.trim(),
    ),
  )
  throw new CommandEnding(exitCodes.usage, said.join('\n'))
}

function present<T extends Record<string, number | undefined>>(map: T): { [name: string]: number } {
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** What holds for every row. Throws CommandEnding with code 2. */
export function baseOf(flags: SubmitFlags): Partial<LaunchRequest> {
  const { mailing, sourceType } = flags
  const { id, ...rest } = requestOf(mailing ?? 1, flags)
  // The same file must be the same batch tomorrow.
  if (hasExpressions(rest.content)) throw usage('--content cannot hold dates here: write them into the rows')
  if (sourceType === undefined) return mailing === undefined ? rest : { id, ...rest }
  if (sourceType !== 'list' && sourceType !== 'segment') throw usage('--source-type must be list or segment')
  if (rest.override_source_id !== undefined) throw usage('--source-type does not go with --list or --segment')
  return { ...(mailing === undefined ? {} : { id }), ...rest, override_source_type: sourceType }
}

export function readingOf(flags: SubmitFlags, format: RowFormat): RowsReading {
  const { delimiter, key, columns, ignore } = rulesOf(flags)
  return { format, delimiter, key, columns: columns ?? {}, ignore, writtenIn: 'flags', base: baseOf(flags) }
}

/** The declaration of the batch. Throws CommandEnding with code 2. */
export function declarationOf(file: string, account: string, flags: SubmitFlags): BatchDeclaration {
  const { pace, stopAfter } = rulesOf(flags)
  const hours = chosenHours(flags)
  const rules = {
    ...(stopAfter.consecutive === undefined ? {} : { consecutive: stopAfter.consecutive }),
    ...(stopAfter.failures === undefined ? {} : { failures: stopAfter.failures }),
    ...(stopAfter.percent === undefined ? {} : { percent: stopAfter.percent }),
  }
  return {
    name: nameOf(file, flags),
    account,
    policy: resolvePolicy(latenessOf(flags)),
    pace: {
      ...(pace.perMinute === undefined ? {} : { perMinute: pace.perMinute }),
      ...(pace.concurrency === undefined ? {} : { concurrency: pace.concurrency }),
    },
    ...(hours === undefined ? {} : { hours }),
    ...(Object.keys(rules).length === 0 ? {} : { stopAfter: rules }),
    source: file,
    by: person(),
    ...(flags.reason === undefined ? {} : { why: flags.reason }),
  }
}

/** `Black Friday.csv` is called black-friday unless it is given a name. */
export function nameOf(file: string, { name }: SubmitFlags): string {
  const words = basename(file, extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  const chosen = name ?? words
  if (scheduleName.test(chosen)) return chosen
  const rule = 'small letters, digits and hyphens, not digits alone, at most 63'
  throw usage(
    name === undefined ? `give the batch a name with --name (${rule})` : `--name ${name} cannot be used: ${rule}`,
  )
}

function latenessOf({ maxLateness }: SubmitFlags) {
  if (maxLateness === undefined) return undefined
  const policy = latenessPolicy(maxLateness)
  if (policy) return policy
  throw usage(`--max-lateness ${maxLateness} is not a duration above 0 and of at most 7d, such as 15m`)
}

function chosenHours({ hours, timezone }: SubmitFlags): BatchDeclaration['hours'] {
  if (hours.length > 0 && timezone === undefined) throw usage('say in which zone --hours are with --timezone')
  const chosen = hoursOf(hours, timezone)
  if (typeof chosen !== 'string') return chosen
  throw usage(`--hours ${chosen}`)
}

export function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}
