/**
 * The due times of one entry of a timetable. due-times.ts unites entries; nobody else asks here. Pure.
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

/** One time at which an entry is due by its own words. */
export interface EntryTime {
  /** The local label, `20261123T0900`, or a UTC instant for `every`. */
  readonly label: string
  /** Epoch milliseconds. */
  readonly nominal: number
  /** What a change of clocks did to it. */
  readonly clocks?: 'shifted' | 'firstPass' | 'secondPass'
}

/** Times of one entry strictly after `after`, in order, each instant once, without end where the entry has none. */
export function* entryTimes(when: When, after: number): Generator<EntryTime> {
  const start = when.from === undefined ? after : Math.max(after, when.from - 1)
  for (const time of timesOf(when, start)) {
    if (when.until !== undefined && time.nominal >= when.until) return
    yield time
  }
}

function timesOf(when: When, after: number): Iterable<EntryTime> {
  switch (when.kind) {
    case 'every':
      return everyTimes(when.every, when.anchor, after)
    case 'at':
      return atTimes(when.times, when.timezone, after)
    case 'cron': {
      const reading = parseCron(when.pattern, { seconds: when.seconds === true })
      if (!reading.ok) throw new RangeError(`not a cron pattern: ${reading.problems.join('; ')}`)
      const labels = (from: number, to: number) => labelsBetween(reading.cron, when.dayMatch ?? 'any', from, to)
      return cronTimes({ labels, intervalLike: reading.cron.intervalLike }, zoneNamed(when.timezone), after)
    }
  }
}

function* everyTimes(every: number, anchor: number, after: number): Generator<EntryTime> {
  for (let count = Math.floor((after - anchor) / every) + 1; ; count++) {
    const nominal = anchor + count * every
    yield { label: instantLabel(nominal), nominal }
  }
}

function atTimes(times: readonly string[], timezone: string, after: number): EntryTime[] {
  const all = times.map(text => atTime(text, timezone))
  return onePerInstant(all.filter(time => time.nominal > after))
}

function atTime(text: string, timezone: string): EntryTime {
  const reading = localTime(text, timezone)
  const written = wallLabel(Date.parse(`${text.slice(0, 16)}Z`))
  switch (reading.kind) {
    case 'exact':
      return { label: wallLabel(reading.at + zoneNamed(timezone).offset(reading.at)), nominal: reading.at }
    // The border refuses these two; a zone table that changes later can still make them.
    case 'gap':
      return { label: written, nominal: reading.at, clocks: 'shifted' }
    case 'fold':
      return { label: written, nominal: reading.first, clocks: 'firstPass' }
    case 'invalid':
      throw new RangeError(`not a local time: ${text}`)
  }
}

/** A pattern as the rules below need it: the labels it stands for, and how it takes a change of clocks. */
interface Labels {
  readonly labels: (from: number, to: number) => Iterable<number>
  readonly intervalLike: boolean
}

function* cronTimes(cron: Labels, zone: Zone, after: number): Generator<EntryTime> {
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

/** All times in (from, to]. Labels are taken a little wider than the window, then judged by their instants. */
function inWindow(cron: Labels, zone: Zone, from: number, to: number): EntryTime[] {
  const { least, most } = zone.offsetRange(from - dayMs, to + dayMs)
  const found: EntryTime[] = []
  if (least === most) {
    for (const label of cron.labels(from + least + 1, to + least)) {
      found.push({ label: wallLabel(label), nominal: label - least })
    }
    return found
  }
  for (const label of cron.labels(from + least, to + most)) {
    for (const time of instantsOf(cron, zone, label)) {
      if (time.nominal > from && time.nominal <= to) found.push(time)
    }
  }
  return onePerInstant(found)
}

function instantsOf(cron: Labels, zone: Zone, label: number): EntryTime[] {
  const name = wallLabel(label)
  const reading = readLabel(zone, label)
  switch (reading.kind) {
    case 'exact':
      return [{ label: name, nominal: reading.at }]
    case 'fold': {
      const first: EntryTime = { label: name, nominal: reading.first, clocks: 'firstPass' }
      return cron.intervalLike
        ? [first, { label: `${name}~2`, nominal: reading.second, clocks: 'secondPass' }]
        : [first]
    }
    case 'gap':
      if (cron.intervalLike || reading.length > longestShiftedGap) return []
      return [{ label: name, nominal: reading.at, clocks: 'shifted' }]
  }
}

/** In order of instants; where a shifted label meets an ordinary one, the ordinary one carries the identity. */
function onePerInstant(found: EntryTime[]): EntryTime[] {
  const rank = (time: EntryTime) => (time.clocks === 'shifted' ? 1 : 0)
  found.sort((a, b) => a.nominal - b.nominal || rank(a) - rank(b) || (a.label < b.label ? -1 : 1))
  return found.filter((time, index) => time.nominal !== found[index - 1]?.nominal)
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
