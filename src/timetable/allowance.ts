/**
 * When a schedule's launches may go: calendars leave days and spans out, quiet and allowed hours leave out or move. What is
 * decided when a due time is minted is asked again when it is sent (launches/opening.ts), from the same answer. Pure.
 */
import type { Calendar } from '../calendars/calendar.ts'
import { reasons } from '../launches/launch.ts'
import type { OpenSpan } from '../launches/opening.ts'
import { eventTurns, exceptedBy } from './excepted.ts'
import { type Closed, clockTurns, closedBy, type OpenHours } from './open-hours.ts'
import { dayMs, wallAt } from './wall-clock.ts'
import { readLabel, type Zone, zoneNamed } from './zone.ts'

export interface Allowance extends OpenHours {
  /** Nothing goes at a moment that one of these holds. */
  readonly except?: readonly Calendar[]
}

type Verdict =
  | { readonly kind: 'goes' }
  /** To the first moment (epoch milliseconds) at which the hours are open again. */
  | { readonly kind: 'moved'; readonly to: number; readonly by: Closed['by'] }
  /** `reason`: one of launches/launch.ts. */
  | { readonly kind: 'leftOut'; readonly reason: string }

/** Weekly hours that a change of clocks swallows are open a week later; longer than this, and they never are. */
const longestClosed = 15 * dayMs

/** Decides over one instant (epoch milliseconds) after another; asked in order it is quick. */
export type Judge = (instant: number) => Verdict

/**
 * What the rules make of a launch that would go at an instant. Calendars, and hours that leave out, are asked first; hours
 * that move look only at hours, and a calendar that holds the moment they lead to leaves it out.
 */
export function judgeBy(rules: Allowance, timezone: string): Judge {
  const zone = zoneNamed(timezone)
  const exceptAt = (instant: number): Verdict | undefined => {
    const calendar = exceptedBy(rules.except ?? [], zone, instant)
    return calendar && { kind: 'leftOut', reason: `${reasons.calendar}${calendar.name}` }
  }
  const nextOpen = openingAfter(rules, zone)
  return instant => {
    const excepted = exceptAt(instant)
    if (excepted) return excepted
    const closed = closedBy(rules, wallAt(zone, instant))
    if (!closed) return { kind: 'goes' }
    const to = closed.does === 'move' ? nextOpen(instant) : undefined
    if (to === undefined) return { kind: 'leftOut', reason: reasons[closed.by] }
    return exceptAt(to) ?? { kind: 'moved', to, by: closed.by }
  }
}

/** The first instant, after one at which they are closed, at which the hours are open; calendars are not asked. */
function openingAfter(hours: OpenHours, zone: Zone): (closed: number) => number | undefined {
  let known: { readonly from: number; readonly to: number } | undefined
  return closed => {
    // Whatever lies between a closed instant and the opening after it has the same opening.
    if (known && known.from <= closed && closed < known.to) return known.to
    for (let from = closed; from < closed + longestClosed; from += dayMs) {
      const turns = turnsBetween(hours, zone, from, from + dayMs + 1)
      const to = turns.find(at => !closedBy(hours, wallAt(zone, at)))
      if (to === undefined) continue
      known = { from: closed, to }
      return to
    }
    return undefined
  }
}

/** The spans within [`from`, `to`) in which a launch may leave, in order and apart from each other. */
export function openBetween(rules: Allowance, timezone: string, from: number, to: number): OpenSpan[] {
  const zone = zoneNamed(timezone)
  const spans: OpenSpan[] = []
  const turns = [from, ...turnsBetween(rules, zone, from, to), to]
  for (const [index, start] of turns.slice(0, -1).entries()) {
    if (exceptedBy(rules.except ?? [], zone, start) || closedBy(rules, wallAt(zone, start))) continue
    const end = turns[index + 1] ?? to
    const before = spans.at(-1)
    if (before?.[1] === start) spans[spans.length - 1] = [before[0], end]
    else spans.push([start, end])
  }
  return spans
}

/**
 * Since when the hours have been closed at the millisecond before `instant`, or `instant` itself where they were open: what
 * hours move to `instant` or later was due no earlier. Epoch milliseconds.
 */
export function closedSince({ quietHours, allowed }: Allowance, timezone: string, instant: number): number {
  const hours = { ...(quietHours && { quietHours }), ...(allowed && { allowed }) }
  if (!quietHours && !allowed) return instant
  if (!closedBy(hours, wallAt(zoneNamed(timezone), instant - 1))) return instant
  for (let to = instant; to > instant - longestClosed; to -= dayMs) {
    const last = openBetween(hours, timezone, to - dayMs, to).at(-1)
    if (last) return last[1]
  }
  return instant - longestClosed
}

/** The first instant after this one at which the answer may be another, or `until`, whichever is earlier. */
export function nextTurn(rules: Allowance, timezone: string, after: number, until: number): number {
  for (let from = after; from < until; from += dayMs) {
    const [turn] = turnsBetween(rules, zoneNamed(timezone), from, from + dayMs + 1)
    if (turn !== undefined) return Math.min(turn, until)
  }
  return until
}

/** The instants in (`from`, `to`) at which the answer may become another: between them it does not change. */
function turnsBetween(rules: Allowance, zone: Zone, from: number, to: number): number[] {
  const { except = [] } = rules
  const found = new Set([...zone.changesBetween(from, to), ...eventTurns(except, zone, from, to)])
  const clocks = new Set([...(except.length > 0 ? [0] : []), ...clockTurns(rules)])
  const lastDay = dayOf(zone, to) + 1
  for (let day = dayOf(zone, from) - 1; day <= lastDay; day++) {
    for (const clock of clocks) {
      const reading = readLabel(zone, day * dayMs + clock)
      // In a gap the clock leaps over it, and the answer may change at the leap.
      for (const at of reading.kind === 'fold' ? [reading.first, reading.second] : [reading.at]) found.add(at)
    }
  }
  return [...found].filter(at => at > from && at < to).sort((a, b) => a - b)
}

/** The day that the clock shows, counted from 1970-01-01. */
function dayOf(zone: Zone, instant: number): number {
  return Math.floor((instant + zone.offset(instant)) / dayMs)
}
