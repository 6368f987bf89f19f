/**
 * Zones and wall-clock labels. A *label* is a wall-clock reading written as if it were UTC, in milliseconds; which instants
 * it names in a zone is decided here and nowhere else. Offsets come from the runtime's own zone table through luxon.
 */
import { IANAZone } from 'luxon'
import { nearest } from '../files/suggestion.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
/** No zone is, or was since 1900, further from UTC than this; labels and instants differ by at most as much. */
export const widestOffset = 16 * hourMs

/** Whether the runtime knows this IANA zone. Offsets such as `+03:00` are not zones. */
export function isZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name)
}

/** Up to three zone names that `name` may have been meant to be. */
export function suggestZones(name: string): string[] {
  const known = Intl.supportedValuesOf('timeZone')
  const city = known.filter(zone => zone.toLowerCase().endsWith(`/${name.toLowerCase()}`))
  return city.length > 0 ? city.slice(0, 3) : nearest(name, [...known, 'UTC'])
}

interface Day {
  readonly offset: number
  /** The instant inside this UTC day at which the offset changes, and what it changes to. */
  readonly change: { readonly at: number; readonly offset: number } | undefined
}

/** Its first instant, and that of the next day; epoch milliseconds. */
interface LocalDay {
  readonly start: number
  readonly end: number
}

/** So many are kept. */
const mostDays = 20_000

/** Offsets of one zone, looked up in the zone table once per UTC day: the table's own look-up is too slow to ask per label. */
export class Zone {
  readonly name: string
  readonly #table: IANAZone
  readonly #days = new Map<number, Day>()
  readonly #localDays = new Map<number, LocalDay>()

  constructor(name: string) {
    this.name = name
    this.#table = IANAZone.create(name)
  }

  /** Milliseconds to add to the instant (epoch milliseconds) to get its label. */
  offset(instant: number): number {
    const day = this.#day(Math.floor(instant / dayMs))
    return day.change !== undefined && instant >= day.change.at ? day.change.offset : day.offset
  }

  /** The smallest and the largest offset in force between two instants. */
  offsetRange(from: number, to: number): { readonly least: number; readonly most: number } {
    let least = this.offset(from)
    let most = least
    for (let index = Math.floor(from / dayMs); index <= Math.floor(to / dayMs) + 1; index++) {
      const { offset } = this.#day(index)
      least = Math.min(least, offset)
      most = Math.max(most, offset)
    }
    return { least, most }
  }

  /** The instants in (`from`, `to`) at which the offset changes, in order. */
  changesBetween(from: number, to: number): number[] {
    const found: number[] = []
    for (let index = Math.floor(from / dayMs); index <= Math.floor(to / dayMs); index++) {
      const at = this.#day(index).change?.at
      if (at !== undefined && at > from && at < to) found.push(at)
    }
    return found
  }

  /** The local day that an instant falls on. */
  localDay(instant: number): LocalDay {
    const midnight = Math.floor((instant + this.offset(instant)) / dayMs) * dayMs
    const known = this.#localDays.get(midnight)
    if (known) return known
    if (this.#localDays.size > mostDays) this.#localDays.clear()
    const startOf = (label: number) => {
      const reading = readLabel(this, label)
      return reading.kind === 'fold' ? reading.first : reading.at
    }
    const day = { start: startOf(midnight), end: startOf(midnight + dayMs) }
    this.#localDays.set(midnight, day)
    return day
  }

  #day(index: number): Day {
    const known = this.#days.get(index)
    if (known) return known
    if (this.#days.size > mostDays) this.#days.clear()
    const start = index * dayMs
    const before = this.#days.get(index - 1)
    const offset = before ? (before.change?.offset ?? before.offset) : this.#lookUp(start)
    const next = this.#lookUp(start + dayMs)
    const day = { offset, change: offset === next ? undefined : { at: this.#changeAt(start, offset), offset: next } }
    this.#days.set(index, day)
    return day
  }

  #changeAt(start: number, before: number): number {
    let low = start
    let high = start + dayMs
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000
      if (this.#lookUp(middle) === before) low = middle
      else high = middle
    }
    return high
  }

  #lookUp(instant: number): number {
    return Math.round(this.#table.offset(instant) * 60_000)
  }
}

const zones = new Map<string, Zone>()

/** Version of the runtime's zone table: what was worked out under another one may no longer hold. */
export const zoneTable: string = process.versions.tz ?? 'unknown'

/** The one `Zone` per name of this process. Throws where its zone table has none: a stored name may be of a newer one. */
export function zoneNamed(name: string): Zone {
  let zone = zones.get(name)
  if (!zone) {
    if (!isZone(name)) throw new RangeError(`${name} is no time zone in the zone table of this Node (${zoneTable})`)
    zone = new Zone(name)
    zones.set(name, zone)
  }
  return zone
}

/** For showing times: a stored schedule may be of a zone that this Node does not know, and its times are those of UTC then. */
export function zoneOrUtc(name: string): Zone {
  try {
    return zoneNamed(name)
  } catch (error) {
    if (error instanceof RangeError) return zoneNamed('UTC')
    throw error
  }
}

/** `+03:00` of an offset in milliseconds. */
export function offsetText(offset: number): string {
  const minutes = Math.abs(Math.trunc(offset / 60_000))
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map(part => String(part).padStart(2, '0'))
  return `${offset < 0 ? '-' : '+'}${hour}:${minute}`
}

/** What a label names: one instant; two (clocks went back over it); or none, where the label lies in a gap. */
export type Reading =
  | { readonly kind: 'exact'; readonly at: number }
  | { readonly kind: 'fold'; readonly first: number; readonly second: number }
  /** `at`: the label read with the offset in force before the gap (RFC 5545, 3.3.5); `length` of the gap. */
  | { readonly kind: 'gap'; readonly at: number; readonly length: number }

/** Reads a label (wall clock as UTC milliseconds) in a zone. */
export function readLabel(zone: Zone, label: number): Reading {
  const before = zone.offset(label - widestOffset)
  const after = zone.offset(label + widestOffset)
  const early = label - before
  if (before === after) return { kind: 'exact', at: early }
  const late = label - after
  const earlyHolds = zone.offset(early) === before
  const lateHolds = zone.offset(late) === after
  if (earlyHolds && lateHolds) return { kind: 'fold', first: Math.min(early, late), second: Math.max(early, late) }
  if (earlyHolds) return { kind: 'exact', at: early }
  if (lateHolds) return { kind: 'exact', at: late }
  return { kind: 'gap', at: early, length: after - before }
}

/** The local day that an instant falls on: its first instant, and that of the next day; epoch milliseconds. */
export function dayOf(zone: string, instant: number): LocalDay {
  return zoneNamed(zone).localDay(instant)
}

const localPattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?(Z|[+-]\d\d:\d\d)?$/

interface Written {
  readonly label: number
  readonly offset: string | undefined
}

function readWritten(text: string): Written | undefined {
  const match = localPattern.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(part => Number(part ?? 0))
  const label = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
  const roundTrip = new Date(label).toISOString().slice(0, 19)
  const written = `${match[1]}-${match[2]}-${match[3]}T${match[4] ?? '00'}:${match[5] ?? '00'}:${match[6] ?? '00'}`
  return roundTrip === written ? { label, offset: match[7] } : undefined
}

/**
 * Reads a date and time as people write it: `2026-12-24T09:00` in the zone, or with `Z` or an offset of its own.
 * A date alone is its midnight. Instants are epoch milliseconds.
 */
export function localTime(text: string, zone: string): Reading | { readonly kind: 'invalid' } {
  const written = readWritten(text)
  if (!written) return { kind: 'invalid' }
  const { label, offset } = written
  if (offset === undefined) return readLabel(zoneNamed(zone), label)
  const at = Date.parse(`${new Date(label).toISOString().slice(0, 19)}${offset}`)
  return Number.isNaN(at) ? { kind: 'invalid' } : { kind: 'exact', at }
}

/** Whether a time is written with `Z` or an offset of its own. */
export function hasOffset(text: string): boolean {
  return readWritten(text)?.offset !== undefined
}

/** The label that a time shows, whatever its zone or offset; throws RangeError where it is none. */
export function readLocalLabel(text: string): number {
  const written = readWritten(text)
  if (!written) throw new RangeError(`not a local time: ${text}`)
  return written.label
}
