/**
 * The one engine of due times: preview, planner and calendar all ask it, so what is shown is what fires. Pure.
 *
 * A label in a gap (clocks go forward over it) fires once, shifted by the gap; in a fold (clocks go back over it) once, at
 * the first pass. An interval-like pattern follows elapsed time instead: nothing in a gap, both passes of a fold. A gap of
 * more than three hours (Apia's skipped day) fires nothing. Where two labels fall on one instant, it is one occurrence.
 * docs/decisions/0003-own-due-times.md says why.
 */
import { labelsBetween, parseCron } from './cron.ts'
import type { When } from './schedule.ts'
import { localTime, readLabel, type Zone, zoneNamed } from './zone.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const longestShiftedGap = 3 * hourMs
/** Feb 29 is eight years apart around 2100; a pattern silent for longer has no next time. */
const longestSilence = 9 * 366 * dayMs

/** One due time of a schedule. */
export interface Occurrence {
  /** Identity of the due time within its schedule: the local label, `20261123T0900`, or a UTC instant for `every`. */
  readonly label: string
  /** Epoch milliseconds. */
  readonly due: number
  /** What a change of clocks did to it. */
  readonly clocks?: 'shifted' | 'firstPass' | 'secondPass'
}

/** Due times strictly after `after`, in order, without end for patterns that have none. Times are epoch milliseconds. */
export function* occurrences(when: When, after: number): Generator<Occurrence> {
  const start = when.from === undefined ? after : Math.max(after, when.from - 1)
  for (const occurrence of occurrencesOf(when, start)) {
    if (when.until !== undefined && occurrence.due >= when.until) return
    yield occurrence
  }
}

/** Due times in (`after`, `to`], at most `limit`. Splitting the interval anywhere gives the same due times. */
export function occurrencesBetween(
  when: When,
  after: number,
  to: number,
  limit = Number.POSITIVE_INFINITY,
): Occurrence[] {
  const found: Occurrence[] = []
  for (const occurrence of occurrences(when, after)) {
    if (occurrence.due > to || found.length >= limit) break
    found.push(occurrence)
  }
  return found
}

function occurrencesOf(when: When, after: number): Iterable<Occurrence> {
  switch (when.kind) {
    case 'every':
      return everyOccurrences(when.every, when.anchor, after)
    case 'at':
      return atOccurrences(when.times, when.timezone, after)
    case 'cron': {
      const reading = parseCron(when.pattern, { seconds: when.seconds === true })
      if (!reading.ok) throw new RangeError(`not a cron pattern: ${reading.problems.join('; ')}`)
      const labels = (from: number, to: number) => labelsBetween(reading.cron, when.dayMatch ?? 'any', from, to)
      return cronOccurrences({ labels, intervalLike: reading.cron.intervalLike }, zoneNamed(when.timezone), after)
    }
  }
}

function* everyOccurrences(every: number, anchor: number, after: number): Generator<Occurrence> {
  for (let count = Math.floor((after - anchor) / every) + 1; ; count++) {
    const due = anchor + count * every
    yield { label: instantLabel(due), due }
  }
}

function atOccurrences(times: readonly string[], timezone: string, after: number): Occurrence[] {
  const all = times.map(text => atOccurrence(text, timezone))
  return onePerInstant(all.filter(occurrence => occurrence.due > after))
}

function atOccurrence(text: string, timezone: string): Occurrence {
  const reading = localTime(text, timezone)
  const written = wallLabel(Date.parse(`${text.slice(0, 16)}Z`))
  switch (reading.kind) {
    case 'exact':
      return { label: wallLabel(reading.at + zoneNamed(timezone).offset(reading.at)), due: reading.at }
    // The border refuses these two; a zone table that changes later can still make them.
    case 'gap':
      return { label: written, due: reading.at, clocks: 'shifted' }
    case 'fold':
      return { label: written, due: reading.first, clocks: 'firstPass' }
    case 'invalid':
      throw new RangeError(`not a local time: ${text}`)
  }
}

/** A pattern as the rules below need it: the labels it stands for, and how it takes a change of clocks. */
interface Labels {
  readonly labels: (from: number, to: number) => Iterable<number>
  readonly intervalLike: boolean
}

function* cronOccurrences(cron: Labels, zone: Zone, after: number): Generator<Occurrence> {
  let from = after
  let span = dayMs
  while (from - after < longestSilence) {
    const found = inWindow(cron, zone, from, from + span)
    if (found.length > 0) {
      yield* found
      after = from + span
    }
    from += span
    // Sparse patterns are searched in growing steps; dense ones keep the step small, so that a caller may stop early.
    if (found.length < 64) span = Math.min(span * 2, 256 * dayMs)
  }
}

/** All occurrences in (from, to]. Labels are taken a little wider than the window, then judged by their instants. */
function inWindow(cron: Labels, zone: Zone, from: number, to: number): Occurrence[] {
  const { least, most } = zone.offsetRange(from - dayMs, to + dayMs)
  const found: Occurrence[] = []
  if (least === most) {
    for (const label of cron.labels(from + least + 1, to + least)) {
      found.push({ label: wallLabel(label), due: label - least })
    }
    return found
  }
  for (const label of cron.labels(from + least, to + most)) {
    for (const occurrence of instantsOf(cron, zone, label)) {
      if (occurrence.due > from && occurrence.due <= to) found.push(occurrence)
    }
  }
  return onePerInstant(found)
}

function instantsOf(cron: Labels, zone: Zone, label: number): Occurrence[] {
  const name = wallLabel(label)
  const reading = readLabel(zone, label)
  switch (reading.kind) {
    case 'exact':
      return [{ label: name, due: reading.at }]
    case 'fold': {
      const first: Occurrence = { label: name, due: reading.first, clocks: 'firstPass' }
      return cron.intervalLike ? [first, { label: `${name}~2`, due: reading.second, clocks: 'secondPass' }] : [first]
    }
    case 'gap':
      if (cron.intervalLike || reading.length > longestShiftedGap) return []
      return [{ label: name, due: reading.at, clocks: 'shifted' }]
  }
}

/** In order of instants; where a shifted label meets an ordinary one, the ordinary one carries the identity. */
function onePerInstant(found: Occurrence[]): Occurrence[] {
  const rank = (occurrence: Occurrence) => (occurrence.clocks === 'shifted' ? 1 : 0)
  found.sort((a, b) => a.due - b.due || rank(a) - rank(b) || (a.label < b.label ? -1 : 1))
  return found.filter((occurrence, index) => occurrence.due !== found[index - 1]?.due)
}

/** `20261123T0900`, with seconds and milliseconds only where they are not zero. */
function wallLabel(label: number): string {
  const [date = '', time = ''] = new Date(label).toISOString().split('T')
  const day = date.replaceAll('-', '')
  const clock = time.slice(0, 5).replace(':', '')
  const seconds = time.slice(6, 8)
  const fraction = time.slice(9, 12)
  if (fraction !== '000') return `${day}T${clock}${seconds}${fraction}`
  return seconds === '00' ? `${day}T${clock}` : `${day}T${clock}${seconds}`
}

function instantLabel(instant: number): string {
  return `${wallLabel(instant)}Z`
}
