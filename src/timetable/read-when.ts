/** From the words of `when:` to a timetable, judged even where other keys are wrong. Pure: takes the time as `now`. */
import { parseDuration } from '../files/duration.ts'
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { nearest } from '../files/suggestion.ts'
import { keysOf, textAt, valueAt } from '../files/value.ts'
import { parseCron } from './cron.ts'
import { readMoment, readSpanEnd } from './moment.ts'
import type { When } from './schedule.ts'
import { whenSchema } from './schedule-schema.ts'
import { isZone } from './zone.ts'

const kinds = ['cron', 'every', 'at'] as const
type Kind = (typeof kinds)[number]
/** Keys that mean something beside one kind only. */
const companions: Readonly<Record<string, Kind>> = { seconds: 'cron', dayMatch: 'cron', anchor: 'every' }
type Span = Pick<When, 'timezone' | 'from' | 'until'>

export interface WhenReading {
  /** Absent where something keeps it from being a timetable; the schema or a finding says what. */
  readonly when?: When
  readonly findings: readonly Finding[]
}

/** Reads what is declared under `when:` at `path`; `defaultZone` stands in for a zone of its own. */
export function readWhen(declared: unknown, defaultZone: string | undefined, now: number, path: Path): WhenReading {
  const reader = new WhenReader(declared, path, now)
  const when = reader.read(defaultZone)
  const broken = reader.findings.some(({ severity }) => severity !== 'warning')
  return { findings: reader.findings, ...(when && !broken ? { when } : {}) }
}

class WhenReader {
  readonly findings: Finding[] = []
  readonly #declared: unknown
  readonly #path: Path
  readonly #now: number

  constructor(declared: unknown, path: Path, now: number) {
    this.#declared = declared
    this.#path = path
    this.#now = now
  }

  read(defaultZone: string | undefined): When | undefined {
    const kind = this.#kind()
    for (const [key, owner] of Object.entries(companions)) {
      const given = valueAt(this.#declared, [key]) !== undefined
      if (kind && given && kind !== owner) this.#findKey(key, `${key} belongs to ${owner}, not to ${kind}`)
    }
    const timezone = this.#zone(defaultZone, kind)
    // Without a zone there is no timetable, but a bad pattern is one in any zone.
    if (timezone === undefined && kind === 'cron') this.#cron({ timezone: 'UTC' })
    if (timezone === undefined) return undefined
    const span = { timezone, ...this.#span(timezone) }
    switch (kind) {
      case 'cron':
        return this.#cron(span)
      case 'every':
        return this.#every(span)
      case 'at':
        return this.#at(span)
      case undefined:
        return undefined
    }
  }

  #kind(): Kind | undefined {
    const [kind, second] = kinds.filter(each => valueAt(this.#declared, [each]) !== undefined)
    if (second) this.#findKey(second, `${kind} and ${second} are both given; choose one, or write two schedules`)
    if (!kind && typeof this.#declared === 'object' && !this.#mistyped(kinds)) {
      this.findings.push({ path: this.#path, spot: 'key', sentence: 'one of cron, every and at is missing' })
    }
    return kind
  }

  #zone(defaultZone: string | undefined, kind: Kind | undefined): string | undefined {
    const zone = valueAt(this.#declared, ['timezone']) ?? defaultZone
    if (zone !== undefined) return typeof zone === 'string' && isZone(zone) ? zone : undefined
    if (kind === 'every') return 'UTC'
    if (kind && !this.#mistyped(['timezone'])) {
      const sentence = 'timezone is missing, here or in defaults (an IANA time zone such as Europe/Berlin)'
      this.findings.push({ path: this.#path, spot: 'key', sentence })
    }
    return undefined
  }

  #span(timezone: string): Omit<Span, 'timezone'> {
    const [from, until] = (['from', 'until'] as const).map(key => {
      const text = textAt(this.#declared, [key])
      const end = text === undefined ? undefined : readSpanEnd(text, timezone)
      if (typeof end === 'string') this.#find([key], end)
      return typeof end === 'string' ? undefined : end
    })
    if (from !== undefined && until !== undefined && until <= from) {
      this.#find(['until'], 'is not after from: nothing would ever be due')
    } else if (until !== undefined && until <= this.#now) {
      this.#find(['until'], 'has passed: nothing is due any more', 'warning')
    }
    return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
  }

  #cron(span: Span): When | undefined {
    const pattern = textAt(this.#declared, ['cron'])
    if (pattern === undefined) return undefined
    const seconds = valueAt(this.#declared, ['seconds']) === true
    const dayMatch = whenSchema.shape.dayMatch.safeParse(valueAt(this.#declared, ['dayMatch'])).data
    const reading = parseCron(pattern, { seconds })
    if (!reading.ok) for (const problem of reading.problems) this.#find(['cron'], problem)
    else if (reading.cron.bothDaysRestricted && valueAt(this.#declared, ['dayMatch']) === undefined) {
      const sentence = `"${pattern}" restricts the day of the month and the weekday, and is due on either of them: write dayMatch: any if that is meant, or dayMatch: all`
      this.#find(['cron'], sentence, 'warning')
    }
    return { kind: 'cron', pattern, ...(seconds ? { seconds } : {}), ...(dayMatch ? { dayMatch } : {}), ...span }
  }

  #every(span: Span): When | undefined {
    const every = parseDuration(textAt(this.#declared, ['every']) ?? '')
    const anchor = Date.parse(textAt(this.#declared, ['anchor']) ?? '1970-01-01T00:00:00Z')
    return every === undefined || Number.isNaN(anchor) ? undefined : { kind: 'every', every, anchor, ...span }
  }

  #at(span: Span): When {
    const declared = valueAt(this.#declared, ['at'])
    const times: unknown[] = Array.isArray(declared) ? declared : [declared]
    const seen = new Map<number, string>()
    times.forEach((text, index) => {
      if (typeof text === 'string') this.#time(text, Array.isArray(declared) ? ['at', index] : ['at'], span, seen)
    })
    return { kind: 'at', times: times.filter(text => typeof text === 'string'), ...span }
  }

  #time(text: string, place: Path, { timezone, from, until }: Span, seen: Map<number, string>): void {
    const at = readMoment(text, timezone)
    if (typeof at === 'string') {
      this.#find(place, at)
      return
    }
    const same = seen.get(at)
    seen.set(at, text)
    if (same !== undefined) this.#find(place, `"${text}" is the same moment as "${same}"`)
    else if (at < (from ?? at) || at >= (until ?? Number.POSITIVE_INFINITY)) {
      this.#find(place, `"${text}" lies outside of from and until`)
    } else if (at <= this.#now) this.#find(place, `"${text}" is in the past`, 'warning')
  }

  /** Whether an unknown key is likely to be one of these: then the schema's "did you mean" says enough. */
  #mistyped(meant: readonly string[]): boolean {
    const known = Object.keys(whenSchema.shape)
    const unknown = keysOf(this.#declared).filter(key => !known.includes(key))
    return unknown.some(key => meant.includes(nearest(key, known)[0] ?? ''))
  }

  #find(place: Path, sentence: string, severity: 'error' | 'warning' = 'error'): void {
    this.findings.push({ path: [...this.#path, ...place], severity, sentence })
  }

  #findKey(key: string, sentence: string): void {
    this.findings.push({ path: [...this.#path, key], about: this.#path, spot: 'key', sentence })
  }
}
