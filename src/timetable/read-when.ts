/** From the words of one entry of `when:` to the entry, judged even where other keys are wrong. Pure: takes `now`. */
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { valueAt } from '../files/value.ts'
import { readSpanEnd } from './moment.ts'
import { readAt, readCron, readEvery, readRrule, rruleZone, type Span } from './read-kinds.ts'
import type { When } from './schedule.ts'
import { WhenPlace } from './when-place.ts'
import { isZone } from './zone.ts'

const kinds = ['cron', 'every', 'at', 'rrule'] as const
type Kind = (typeof kinds)[number]
/** Keys that mean something beside some kinds only. */
const companions: Readonly<Record<string, readonly Kind[]>> = {
  seconds: ['cron'],
  dayMatch: ['cron'],
  anchor: ['every'],
  ifPast: ['at'],
  start: ['rrule'],
  dst: ['cron', 'at', 'rrule'],
}

export interface WhenReading {
  /** Absent where something keeps it from being an entry; the schema or a finding says what. */
  readonly when?: When
  readonly findings: readonly Finding[]
}

/** Reads the entry that is declared at `path`; `defaultZone` stands in for a zone of its own. */
export function readWhen(
  declared: unknown,
  defaultZone: string | undefined,
  now: number,
  path: Path,
  besideStore = false,
): WhenReading {
  const place = new WhenPlace(declared, path, now, besideStore)
  const when = readEntry(place, defaultZone)
  const broken = place.findings.some(({ severity }) => severity !== 'warning')
  return { findings: place.findings, ...(when && !broken ? { when } : {}) }
}

function readEntry(place: WhenPlace, defaultZone: string | undefined): When | undefined {
  const kind = kindOf(place)
  for (const [key, owners] of Object.entries(companions)) {
    if (kind && place.has(key) && !owners.includes(kind)) {
      place.findKey(key, `${key} belongs to ${owners.join(', ').replace(/, (?=\w+$)/, ' and ')}, not to ${kind}`)
    }
  }
  const timezone = zoneOf(place, defaultZone, kind)
  // Without a zone there is no timetable, but a bad pattern or rule is one in any zone.
  const span = { timezone: timezone ?? 'UTC', ...(timezone === undefined ? {} : spanOf(place, timezone)) }
  const when =
    kind && (timezone !== undefined || kind === 'cron' || kind === 'rrule') ? readers[kind](place, span) : undefined
  return timezone === undefined ? undefined : when
}

const readers: Readonly<Record<Kind, (place: WhenPlace, span: Span) => When | undefined>> = {
  cron: readCron,
  every: readEvery,
  at: readAt,
  rrule: readRrule,
}

function kindOf(place: WhenPlace): Kind | undefined {
  const [kind, second] = kinds.filter(each => place.has(each))
  if (second) place.findKey(second, `${kind} and ${second} are both given; choose one, or write a list of two entries`)
  if (!kind && typeof place.declared === 'object' && !place.mistyped(kinds)) {
    place.findHere('one of cron, every, at and rrule is missing')
  }
  return kind
}

function zoneOf(place: WhenPlace, defaultZone: string | undefined, kind: Kind | undefined): string | undefined {
  const zone = valueAt(place.declared, ['timezone']) ?? rruleZone(place) ?? defaultZone
  if (zone !== undefined) return typeof zone === 'string' && isZone(zone) ? zone : undefined
  if (kind === 'every') return 'UTC'
  if (kind && !place.mistyped(['timezone'])) {
    place.findHere('timezone is missing, here or in defaults (an IANA time zone such as Europe/Berlin)')
  }
  return undefined
}

function spanOf(place: WhenPlace, timezone: string): Omit<Span, 'timezone'> {
  const [from, until] = (['from', 'until'] as const).map(key => {
    const text = place.text(key)
    const end = text === undefined ? undefined : readSpanEnd(text, timezone)
    if (typeof end === 'string') place.find([key], end)
    return typeof end === 'string' ? undefined : end
  })
  if (from !== undefined && until !== undefined && until <= from) {
    place.find(['until'], 'is not after from: nothing would ever be due')
  } else if (until !== undefined && until <= place.now) {
    place.find(['until'], 'has passed: nothing is due any more', 'warning')
  }
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
}
