/**
 * Quiet hours and allowed hours. Both are about what the wall clock shows: a moment is quiet while the clock shows a quiet
 * time. So an end in a gap comes when the clock leaps over it, and what the clock shows twice is quiet, or allowed, twice. Pure.
 */
import { dayMs, readClock, type WallTime } from './wall-clock.ts'

/** From one time of day to another, the second not included; one that ends before it begins goes over midnight. */
export interface ClockSpan {
  /** `22:00` */
  readonly from: string
  /** `08:00`, or `24:00`. */
  readonly to: string
}

export interface QuietHours extends ClockSpan {
  /** What becomes of a due time in them. */
  readonly does: 'skip' | 'move'
}

export interface AllowedHours {
  /** `days`: on which they begin, 1 is Monday; without them every day. */
  readonly hours: readonly (ClockSpan & { readonly days?: readonly number[] })[]
  /** What becomes of a due time outside of them. */
  readonly otherwise: 'skip' | 'move'
}

export interface OpenHours {
  readonly quietHours?: QuietHours
  readonly allowed?: AllowedHours
}

export interface Closed {
  readonly by: 'quietHours' | 'allowed'
  readonly does: 'skip' | 'move'
}

/** Which rule lets nothing go at this time: one that leaves it out before one that moves it; undefined where all is open. */
export function closedBy({ quietHours, allowed }: OpenHours, wall: WallTime): Closed | undefined {
  const closed: Closed[] = []
  if (quietHours && isWithin(quietHours, wall)) closed.push({ by: 'quietHours', does: quietHours.does })
  if (allowed && !allowed.hours.some(hours => isWithin(hours, wall))) {
    closed.push({ by: 'allowed', does: allowed.otherwise })
  }
  return closed.find(({ does }) => does === 'skip') ?? closed[0]
}

function isWithin({ from, to, days }: ClockSpan & { readonly days?: readonly number[] }, wall: WallTime): boolean {
  const [begin, end] = [clockOf(from), clockOf(to)]
  const beginsOn = (weekday: number) => days === undefined || days.includes(weekday)
  if (begin < end) return begin <= wall.time && wall.time < end && beginsOn(wall.weekday)
  if (begin <= wall.time) return beginsOn(wall.weekday)
  return wall.time < end && beginsOn(wall.weekday === 1 ? 7 : wall.weekday - 1)
}

/** The times of day at which the answer may change, in milliseconds. */
export function clockTurns({ quietHours, allowed }: OpenHours): number[] {
  const spans = [...(quietHours ? [quietHours] : []), ...(allowed?.hours ?? [])]
  const midnight = allowed?.hours.some(({ days }) => days !== undefined) ? [0] : []
  return [...new Set([...midnight, ...spans.flatMap(({ from, to }) => [clockOf(from), clockOf(to) % dayMs])])]
}

/** Whether the two rules together let anything go in a week without changes of clocks. */
export function isEverOpen(rules: OpenHours): boolean {
  const times = [0, ...clockTurns(rules)]
  return [1, 2, 3, 4, 5, 6, 7].some(weekday =>
    times.some(time => closedBy(rules, { day: 0, weekday, time }) === undefined),
  )
}

function clockOf(text: string): number {
  const clock = readClock(text)
  if (clock === undefined) throw new RangeError(`not a time of day: ${text}`)
  return clock
}
