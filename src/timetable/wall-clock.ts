/** What the wall clock of a zone shows at an instant. Pure. */
import type { Zone } from './zone.ts'

export const dayMs = 86_400_000

export interface WallTime {
  /** Counted from 1970-01-01. */
  readonly day: number
  /** 1 is Monday, 7 Sunday. */
  readonly weekday: number
  /** Milliseconds since the clock showed 00:00. */
  readonly time: number
}

/** `instant` in epoch milliseconds. */
export function wallAt(zone: Zone, instant: number): WallTime {
  const label = instant + zone.offset(instant)
  const day = Math.floor(label / dayMs)
  return {
    day,
    weekday: weekdayOf(day),
    time: label - day * dayMs,
  }
}

/** Dates in words are asked for again and again, of the same days. */
const dateTexts = new Map<number, string>()
const mostDates = 10_000

/** `2027-01-01` of a day counted from 1970-01-01. */
export function dateText(day: number): string {
  const known = dateTexts.get(day)
  if (known !== undefined) return known
  const text = new Date(day * dayMs).toISOString().slice(0, 10)
  if (dateTexts.size >= mostDates) dateTexts.clear()
  dateTexts.set(day, text)
  return text
}

/** Of a day counted from 1970-01-01, a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

/** `22:30` or `24:00` → milliseconds since midnight; undefined where it is no time of day. */
export function readClock(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (match) return (Number(match[1]) * 60 + Number(match[2])) * 60_000
  return text === '24:00' ? dayMs : undefined
}
