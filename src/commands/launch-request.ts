/** What the flags of `sendoff launch` stand for: the request, its dates and its time. */
import { pathInWords } from '../files/finding.ts'
import { type LaunchRequest, launchRequestSchema } from '../launches/launch.ts'
import { readAttachmentFile } from '../timetable/attachment.ts'
import { contentFlaws, hasExpressions, renderRequest } from '../timetable/content.ts'
import { isZone, localTime } from '../timetable/zone.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import type { GlobalFlags } from './with-ledger.ts'

export interface LaunchFlags extends GlobalFlags {
  readonly account?: string
  readonly list?: number
  readonly segment?: number
  readonly limit?: number
  readonly content?: string
  readonly attach?: readonly string[]
  readonly at?: string
  readonly timezone?: string
  readonly reason?: string
  readonly confirmDuplicate?: string
  readonly yes: boolean
  readonly wait: boolean
  readonly json: boolean
}

/** The parameters that the flags stand for, dates in the content not yet written out. Throws CommandEnding with code 2. */
export function requestOf(
  mailing: number,
  flags: Omit<LaunchFlags, 'confirmDuplicate' | 'wait' | 'at'>,
): LaunchRequest {
  if (flags.list !== undefined && flags.segment !== undefined) {
    throw new CommandEnding(exitCodes.usage, '--list and --segment exclude each other: a launch has one audience')
  }
  const source = flags.list ?? flags.segment
  return {
    id: mailing,
    ...(source === undefined
      ? {}
      : {
          override_source_type: flags.list === undefined ? ('segment' as const) : ('list' as const),
          override_source_id: source,
        }),
    ...(flags.limit === undefined ? {} : { override_limit: flags.limit }),
    ...(flags.content === undefined ? {} : { content: contentOf(flags.content, flags.timezone) }),
    ...(flags.attach === undefined ? {} : { attach: flags.attach.map(attachmentOf) }),
  }
}

function contentOf(text: string, timezone: string | undefined): NonNullable<LaunchRequest['content']> {
  try {
    const content = launchRequestSchema.shape.content.parse(JSON.parse(text))
    if (content !== undefined) return contentWithDates(content, timezone)
  } catch (error) {
    if (error instanceof CommandEnding) throw error
    // Not JSON, or JSON of another shape: one sentence serves both.
  }
  throw new CommandEnding(exitCodes.usage, `--content must be a JSON object, like '{"city":"Riga"}'`)
}

/** The dates in it are worked out when it is known when the launch is due; here they are only checked. */
function contentWithDates<T extends NonNullable<LaunchRequest['content']>>(
  content: T,
  timezone: string | undefined,
): T {
  const flaws = contentFlaws(content, []).map(
    ({ path, offset = 0, sentence }) => `--content: ${pathInWords(path)}, character ${offset + 1}: ${sentence}`,
  )
  if (flaws.length === 0 && hasExpressions(content) && timezone === undefined)
    flaws.push('--content holds dates: say in which zone with --timezone')
  if (flaws.length > 0) throw new CommandEnding(exitCodes.usage, flaws.join('\n'))
  return content
}

function attachmentOf(file: string) {
  const read = readAttachmentFile(file)
  if (typeof read === 'string') throw new CommandEnding(exitCodes.usage, `--attach ${file} ${read}`)
  return read
}

/** The instant of `--at` in epoch milliseconds; undefined without it. Throws CommandEnding with code 2. */
export function timeOf({ at, timezone }: LaunchFlags): number | undefined {
  if (timezone !== undefined && !isZone(timezone))
    throw new CommandEnding(exitCodes.usage, `--timezone ${timezone} is not an IANA zone`)
  if (at === undefined) return undefined
  const fail = (why: string) => new CommandEnding(exitCodes.usage, `--at ${at}: ${why}`)
  const hasOffset = /(Z|[+-]\d\d:\d\d)$/.test(at)
  if (!hasOffset && timezone === undefined) throw fail('say which zone with --timezone, or end it with Z or an offset')
  const reading = localTime(at, timezone ?? 'UTC')
  if (reading.kind === 'invalid') throw fail('is not a time; write it like 2026-12-24T09:00+01:00')
  if (reading.kind !== 'exact') throw fail(`clocks change at that hour in ${timezone}; end it with an offset`)
  if (reading.at < Date.now()) throw fail('has passed')
  return reading.at
}

/** The request with the dates of its content written out for a due time in epoch milliseconds. */
export function datedRequest(request: LaunchRequest, due: number, { timezone }: LaunchFlags): LaunchRequest {
  return renderRequest(request, due, timezone ?? 'UTC')
}
