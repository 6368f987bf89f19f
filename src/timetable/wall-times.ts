/**
 * From wall-clock labels to due times: what a change of clocks does to each is decided here, for cron and rrule alike. Pure.
 *
 * A label in a gap (clocks go forward over it) fires once, later by the gap; in a fold (clocks go back over it) once, at the
 * first pass. An interval-like set of labels follows elapsed time instead: nothing in a gap, both passes of a fold. `dst` of
 * an entry says otherwise. A gap of more than three hours (Apia's skipped day) fires nothing, whatever was said. Where two
 * labels fall on one instant, it is one due time. docs/decisions/0003-own-due-times.md says why.
 */
import type { Dst } from './schedule.ts'
import { dateText, dayMs } from './wall-clock.ts'
import { type Reading, readLabel, type Zone } from './zone.ts'

const hourMs = 3_600_000
export const longestShiftedGap = 3 * hourMs
/** A Friday the 29th of February is up to forty years after the last; labels silent for longer have no next time. */
export const longestSilence = 41 * 366 * dayMs

/** One time at which an entry is due by its own words. */
export interface EntryTime {
  /** The local label, `20261123T0900`, or a UTC instant for `every`. */
  readonly label: string
  /** Epoch milliseconds. */
  readonly nominal: number
  /** What a change of clocks did to it. */
  readonly clocks?: 'shifted' | 'firstPass' | 'secondPass'
}

/** How the local times of an entry are named, which depends on what stands beside it in the timetable. */
export interface Naming {
  /** Nothing else may be due at a first pass: the second alone, by `fold: last`, keeps the plain label. */
  readonly lastAlone: boolean
  /** Follows every local label where entries have several zones, so that two nine o'clocks stay two. */
  readonly zone: string
}

/** The wall-clock times that an entry stands for, and how it takes a change of clocks. */
export interface WallTimes {
  /** All labels (wall clock as UTC milliseconds) between two, both included, in order. */
  readonly labels: (from: number, to: number) => Iterable<number>
  readonly intervalLike: boolean
  /** Nothing is due at this instant (epoch milliseconds) or later, whatever the labels say. */
  readonly end: number
  readonly dst: Dst
  readonly zone: Zone
}

/** Due times strictly after `after` (epoch milliseconds), in order, each instant once. */
export function* wallTimes(wall: WallTimes, naming: Naming, after: number): Generator<EntryTime> {
  let from = after
  let span = hourMs
  while (from - after < longestSilence && from < wall.end) {
    const found = inWindow(wall, naming, from, Math.min(from + span, wall.end - 1))
    if (found.length > 0) {
      yield* found
      after = from + span
    }
    from += span
    // Sparse labels are searched in growing steps; dense ones keep the step small, so that a caller may stop early.
    if (found.length < 64) span = Math.min(span * 4, 256 * dayMs)
  }
}

/** All times in (from, to]. Labels are taken a little wider than the window, then judged by their instants. */
function inWindow(wall: WallTimes, naming: Naming, from: number, to: number): EntryTime[] {
  const { least, most } = wall.zone.offsetRange(from - dayMs, to + dayMs)
  const found: EntryTime[] = []
  if (least === most) {
    for (const label of wall.labels(from + least + 1, to + least)) {
      found.push({ label: nameOf(label, naming), nominal: label - least })
    }
    return found
  }
  for (const label of wall.labels(from + least, to + most)) {
    for (const time of timesOf(readLabel(wall.zone, label), label, wall, naming)) {
      if (time.nominal > from && time.nominal <= to) found.push(time)
    }
  }
  return onePerInstant(found)
}

/** The due times of one label: none, one or two. */
export function timesOf(
  reading: Reading,
  label: number,
  { intervalLike, dst }: Pick<WallTimes, 'intervalLike' | 'dst'>,
  naming: Naming,
): EntryTime[] {
  const name = nameOf(label, naming)
  switch (reading.kind) {
    case 'exact':
      return [{ label: name, nominal: reading.at }]
    case 'fold': {
      const fold = dst.fold ?? (intervalLike ? 'both' : 'first')
      const first: EntryTime = { label: name, nominal: reading.first, clocks: 'firstPass' }
      const lastName = fold === 'last' && naming.lastAlone ? name : nameOf(label, naming, '~2')
      const last: EntryTime = { label: lastName, nominal: reading.second, clocks: 'secondPass' }
      return fold === 'both' ? [first, last] : [fold === 'first' ? first : last]
    }
    case 'gap': {
      const gap = dst.gap ?? (intervalLike ? 'skip' : 'shift')
      if (gap === 'skip' || reading.length > longestShiftedGap) return []
      return [{ label: name, nominal: reading.at, clocks: 'shifted' }]
    }
  }
}

/** In order of instants, each once. */
export function onePerInstant(found: EntryTime[]): EntryTime[] {
  found.sort(byInstantThenName)
  return found.filter((time, index) => time.nominal !== found[index - 1]?.nominal)
}

/**
 * Orders times; of those at one instant the first carries the identity: an ordinary one before one that clocks shifted,
 * a local label before the instant of an `every`, then the lesser text.
 */
export function byInstantThenName(a: EntryTime, b: EntryTime): number {
  const rank = ({ clocks, label }: EntryTime) => (clocks === 'shifted' ? 2 : 0) + (label.endsWith('Z') ? 1 : 0)
  return a.nominal - b.nominal || rank(a) - rank(b) || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0)
}

/** `20261123T0900`, with seconds and milliseconds only where they are not zero, then the pass and the zone. */
export function nameOf(label: number, { zone }: Naming, pass: '' | '~2' = ''): string {
  return `${plainName(label)}${pass}${zone}`
}

/** The name of an instant, in UTC. */
export function instantName(instant: number): string {
  return `${plainName(instant)}Z`
}

function plainName(label: number): string {
  const day = Math.floor(label / dayMs)
  const date = dateText(day)
  const rest = label - day * dayMs
  const clock = `T${two(Math.floor(rest / hourMs))}${two(Math.floor(rest / 60_000) % 60)}`
  const minute = `${date.slice(0, 4)}${date.slice(5, 7)}${date.slice(8)}${clock}`
  if (rest % 60_000 === 0) return minute
  const second = `${minute}${two(Math.floor(rest / 1_000) % 60)}`
  return rest % 1_000 === 0 ? second : `${second}${String(rest % 1_000).padStart(3, '0')}`
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}
