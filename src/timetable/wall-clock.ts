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

/** `2027-01-01` of a day counted from 1970-01-01. */
export function dateText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
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
