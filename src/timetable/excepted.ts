/** Which calendar holds a moment. Days are those of the wall clock, of events the instants between their ends count. Pure. */
import type { Calendar, Days, TimedEvent } from '../calendars/calendar.ts'
import { dateText, type WallTime, wallAt } from './wall-clock.ts'
import { localTime, type Zone } from './zone.ts'

/** The first of the calendars that holds the instant (epoch milliseconds), in the zone of whoever asks. */
export function exceptedBy(calendars: readonly Calendar[], zone: Zone, instant: number): Calendar | undefined {
  if (calendars.length === 0) return undefined
  const wall = wallAt(zone, instant)
  return calendars.find(calendar => holds(calendar, zone, instant, wall))
}

function holds(calendar: Calendar, zone: Zone, instant: number, wall: WallTime): boolean {
  const { days, yearly, weekdays, not } = calendar
  if (weekdays?.includes(wall.weekday)) return true
  const date = days || yearly ? dateText(wall.day) : ''
  if (days && spanHolding(days, date, (a, b) => a <= b)) return true
  if (yearly?.some(span => isInYear(span, date.slice(5)))) return true
  const [, end] = spanHolding(eventSpans(calendar, zone), instant, (a, b) => a <= b) ?? []
  // Days hold their last one, events not their end.
  if (end !== undefined && instant < end) return true
  return not !== undefined && !not.some(other => holds(other, zone, instant, wall))
}

/** The span with the last beginning that is not after `at`, where it holds it; spans are in order and apart. */
function spanHolding<T>(
  spans: readonly (readonly [T, T])[],
  at: T,
  isUpTo: (a: T, b: T) => boolean,
): readonly [T, T] | undefined {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    const span = spans[middle]
    if (span && isUpTo(span[0], at)) low = middle + 1
    else high = middle
  }
  const span = spans[low - 1]
  return span && isUpTo(at, span[1]) ? span : undefined
}

function isInYear([first, last]: Days, day: string): boolean {
  return first <= last ? first <= day && day <= last : first <= day || day <= last
}

type Span = readonly [from: number, to: number]
const known = new WeakMap<Calendar, Map<string, readonly Span[]>>()

/** The instants of the calendar's own events, in order, those that meet joined. */
function eventSpans(calendar: Calendar, zone: Zone): readonly Span[] {
  if (calendar.events === undefined) return []
  const byZone = known.get(calendar) ?? new Map<string, readonly Span[]>()
  known.set(calendar, byZone)
  const found = byZone.get(zone.name) ?? joined(calendar.events.map(event => spanOf(event, zone)))
  byZone.set(zone.name, found)
  return found
}

/** An end that the clock shows twice is the second, a beginning the first: the event is as long as it may have been meant. */
function spanOf({ start, end, zone: own }: TimedEvent, zone: Zone): Span {
  const [from, to] = [start, end].map(text => localTime(text, own ?? zone.name))
  if (from === undefined || to === undefined || from.kind === 'invalid' || to.kind === 'invalid')
    throw new RangeError(`not the times of an event: ${start}, ${end}`)
  return [from.kind === 'fold' ? from.first : from.at, to.kind === 'fold' ? to.second : to.at]
}

function joined(spans: readonly Span[]): Span[] {
  const found: Span[] = []
  for (const span of spans.toSorted(([a], [b]) => a - b)) {
    const before = found.at(-1)
    if (before && span[0] <= before[1]) found[found.length - 1] = [before[0], Math.max(before[1], span[1])]
    else found.push(span)
  }
  return found
}

/** The instants in (`from`, `to`) at which an event of the calendars, or of those they refer to, begins or ends. */
export function eventTurns(calendars: readonly Calendar[], zone: Zone, from: number, to: number): number[] {
  return calendars.flatMap(calendar => [
    ...eventSpans(calendar, zone)
      .flat()
      .filter(at => at > from && at < to),
    ...eventTurns(calendar.not ?? [], zone, from, to),
  ])
}
