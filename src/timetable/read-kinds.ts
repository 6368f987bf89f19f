/** The four kinds of entry that may stand under `when:`, each from its words. Pure. */
import { parseDuration } from '../files/duration.ts'
import type { Path } from '../files/shape.ts'
import { valueAt } from '../files/value.ts'
import { parseCron } from './cron.ts'
import { readMoment } from './moment.ts'
import { rruleFlaws } from './rrule.ts'
import { readRruleText } from './rrule-parts.ts'
import type { Dst, When } from './schedule.ts'
import { whenSchema } from './schedule-schema.ts'
import { ifPastHint } from './take-over.ts'
import { longestShiftedGap } from './wall-times.ts'
import type { WhenPlace } from './when-place.ts'
import { hasOffset, isZone, localTime, readLocalLabel } from './zone.ts'

export type Span = Pick<When, 'timezone' | 'from' | 'until'>

/** `cron:` with `seconds`, `dayMatch` and `dst`. */
export function readCron(place: WhenPlace, span: Span): When | undefined {
  const pattern = place.text('cron')
  if (pattern === undefined) return undefined
  const seconds = valueAt(place.declared, ['seconds']) === true
  const dayMatch = whenSchema.shape.dayMatch.safeParse(valueAt(place.declared, ['dayMatch'])).data
  const reading = parseCron(pattern, { seconds, ...(dayMatch ? { dayMatch } : {}) })
  if (!reading.ok) for (const problem of reading.problems) place.find(['cron'], problem)
  else if (reading.cron.bothDaysRestricted && !place.has('dayMatch')) {
    place.find(
      ['cron'],
      `"${pattern}" restricts the day of the month and the weekday: write dayMatch: any for days that match either, as cron does, or dayMatch: all for days that match both`,
    )
  }
  const options = { ...(seconds ? { seconds } : {}), ...(dayMatch ? { dayMatch } : {}), ...dstOf(place) }
  return { kind: 'cron', pattern, ...options, ...span }
}

/** `every:` with its `anchor`. */
export function readEvery(place: WhenPlace, span: Span): When | undefined {
  const every = parseDuration(place.text('every') ?? '')
  const anchor = Date.parse(place.text('anchor') ?? '1970-01-01T00:00:00Z')
  return every === undefined || Number.isNaN(anchor) ? undefined : { kind: 'every', every, anchor, ...span }
}

/** `at:`, one time or a list, with `ifPast` and `dst`. */
export function readAt(place: WhenPlace, span: Span): When {
  const declared = valueAt(place.declared, ['at'])
  const times: unknown[] = Array.isArray(declared) ? declared : [declared]
  const ifPast = whenSchema.shape.ifPast.safeParse(valueAt(place.declared, ['ifPast'])).data
  const seen = new Map<number, string>()
  times.forEach((text, index) => {
    if (typeof text !== 'string') return
    const where = Array.isArray(declared) ? ['at', index] : ['at']
    const moment = readTime(place, where, text, span.timezone)
    if (moment !== undefined) judgeTime(place, where, { text, moment, span, seen, ifPast })
  })
  const texts = times.filter(text => typeof text === 'string')
  return { kind: 'at', times: texts, ...(ifPast ? { ifPast } : {}), ...dstOf(place), ...span }
}

/** The one moment that a time names, by itself or because `dst` says which. */
function readTime(place: WhenPlace, where: Path, text: string, timezone: string): number | undefined {
  const { dst = {} } = dstOf(place)
  const reading = localTime(text, timezone)
  if (reading.kind === 'fold' && dst.fold !== undefined) return dst.fold === 'last' ? reading.second : reading.first
  if (reading.kind === 'gap' && dst.gap === 'shift' && reading.length <= longestShiftedGap) return reading.at
  const moment = readMoment(text, timezone)
  if (typeof moment === 'number') return moment
  place.find(where, moment)
  return undefined
}

interface Time {
  readonly text: string
  readonly moment: number
  readonly span: Span
  readonly seen: Map<number, string>
  readonly ifPast: 'skip' | 'now' | undefined
}

function judgeTime(place: WhenPlace, where: Path, { text, moment, span, seen, ifPast }: Time): void {
  const same = seen.get(moment)
  seen.set(moment, text)
  if (same !== undefined) place.find(where, `"${text}" is the same moment as "${same}"`)
  else if (moment < (span.from ?? moment) || moment >= (span.until ?? Number.POSITIVE_INFINITY)) {
    place.find(where, `"${text}" lies outside of from and until`)
  } else if (moment <= place.now && ifPast === undefined && !place.besideStore) {
    // No error yet: whether it was taken over in time is known only beside the stored schedule (take-over.ts).
    place.find(
      where,
      `"${text}" is in the past: it is refused unless it was taken over before; ${ifPastHint}`,
      'warning',
    )
  }
}

/** `rrule:` with `start`, or DTSTART in the rule's text, and `dst`. */
export function readRrule(place: WhenPlace, span: Span): When | undefined {
  const text = place.text('rrule')
  if (text === undefined) return undefined
  const reading = readRruleText(text)
  for (const problem of reading.problems) place.find(['rrule'], problem)
  const start = startOf(place, reading.start)
  const { zone } = reading
  if (zone !== undefined && !isZone(zone)) place.find(['rrule'], `TZID=${zone} is not an IANA time zone`)
  else if (zone !== undefined && place.has('timezone') && zone !== span.timezone) {
    place.find(['rrule'], `TZID=${zone} is not the time zone of the entry, ${span.timezone}: write one of them`)
  }
  if (start === undefined || reading.problems.length > 0) return undefined
  for (const flaw of rruleFlaws(reading.rule, readLocalLabel(start))) place.find(['rrule'], flaw)
  return { kind: 'rrule', rule: reading.rule, start, ...dstOf(place), ...span }
}

/** The zone that DTSTART of an `rrule` names, where it names a good one. */
export function rruleZone(place: WhenPlace): string | undefined {
  const zone = readRruleText(place.text('rrule') ?? '').zone
  return zone !== undefined && isZone(zone) ? zone : undefined
}

function startOf(place: WhenPlace, inText: string | undefined): string | undefined {
  const start = place.text('start')
  if (start !== undefined && inText !== undefined)
    place.findKey('start', 'start and DTSTART are both given; choose one')
  const text = start ?? inText
  if (text === undefined) {
    if (!place.has('start') && !place.mistyped(['start'])) {
      place.findHere('start is missing: the local time that the rrule begins at, such as 2026-12-24T09:00')
    }
    return undefined
  }
  const where = start === undefined ? ['rrule'] : ['start']
  const valid = /\d[T ]\d/.test(text) && localTime(text, 'UTC').kind !== 'invalid'
  if (valid && !hasOffset(text)) return text
  place.find(where, `"${text.slice(0, 60)}" is not a local time: write 2026-12-24T09:00, without an offset`)
  return undefined
}

function dstOf(place: WhenPlace): { dst?: Dst } {
  const dst = whenSchema.shape.dst.safeParse(valueAt(place.declared, ['dst'])).data
  if (dst === undefined) return {}
  const { gap, fold } = dst
  return { dst: { ...(gap ? { gap } : {}), ...(fold ? { fold } : {}) } }
}
