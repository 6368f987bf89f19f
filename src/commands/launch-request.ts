/** What the flags of `sendoff launch` stand for: the request, its dates and its time. */
import { datesFlaws, instantOf } from '../duty/by-hand.ts'
import { pathInWords } from '../files/finding.ts'
import { shownWhole, unsoundIn } from '../files/unsound.ts'
import { type LaunchRequest, launchRequestSchema } from '../launches/launch.ts'
import { readAttachmentFile } from '../timetable/attachment.ts'
import { isZone } from '../timetable/zone.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import type { OfficeFlags } from './office.ts'

export interface LaunchFlags extends OfficeFlags {
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
  const request = {
    id: mailing,
    ...(source === undefined
      ? {}
      : {
          override_source_type: flags.list === undefined ? ('segment' as const) : ('list' as const),
          override_source_id: source,
        }),
    ...(flags.limit === undefined ? {} : { override_limit: flags.limit }),
    ...(flags.content === undefined ? {} : { content: contentOf(flags.content) }),
    ...(flags.attach === undefined ? {} : { attach: flags.attach.map(attachmentOf) }),
  }
  return checkDates(request, flags.timezone)
}

/** More flaws than this nobody reads. */
const mostFlaws = 20

function contentOf(text: string): NonNullable<LaunchRequest['content']> {
  const value = parsed(text)
  const unsound = unsoundIn(value, mostFlaws)
  if (unsound.length > 0) {
    const flaws = unsound.map(({ path, sentence }) => `--content: ${shownWhole(pathInWords(path))} ${sentence}`)
    throw new CommandEnding(exitCodes.usage, flaws.join('\n'))
  }
  const content = launchRequestSchema.shape.content.safeParse(value)
  if (content.data !== undefined) return content.data
  throw new CommandEnding(exitCodes.usage, `--content must be a JSON object, like '{"city":"Riga"}'`)
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The dates in it are worked out when it is known when the launch is due; here they are only checked. */
function checkDates(request: LaunchRequest, timezone: string | undefined): LaunchRequest {
  const flaws = datesFlaws(request, timezone).map(({ at, sentence }) =>
    at === '' ? `--content ${sentence} with --timezone` : `--content: ${at}, ${sentence}`,
  )
  if (flaws.length > 0) throw new CommandEnding(exitCodes.usage, flaws.join('\n'))
  return request
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
  const reading = instantOf(at, timezone, Date.now())
  if (typeof reading === 'number') return reading
  throw new CommandEnding(exitCodes.usage, `--at ${at}: ${reading}`)
}
