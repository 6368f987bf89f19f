/**
 * iCalendar files (RFC 5545) as days and timed events. ical.js reads and expands them; where its reading is lenient or says
 * no place, ics-lines.ts has looked before.
 */
import ICAL from 'ical.js'
import { IANAZone } from 'luxon'
import { type Days, joinedDays, type TimedEvent } from './calendar.ts'
import { contentLines, type IcsFlaw, lookAtLines } from './ics-lines.ts'

/** Occurrences of one event that are looked at: an event of every minute is no calendar. */
const mostOccurrences = 20_000

export interface IcsReading {
  readonly days: readonly Days[]
  readonly events: readonly TimedEvent[]
  readonly flaws: readonly IcsFlaw[]
}

/**
 * Reads the text of a file. Events that repeat are expanded from the beginning of the year `from` to the end of the year `to`;
 * single ones count whenever they are. Cancelled events and those of no length hold nothing.
 */
export function readIcs(text: string, from: number, to: number): IcsReading {
  const lines = lookAtLines(text)
  if (lines.flaws.length > 0) return { days: [], events: [], flaws: lines.flaws }
  const days: Days[] = []
  const events: TimedEvent[] = []
  const flaws: IcsFlaw[] = []
  try {
    for (const [index, component] of eventsIn(text).entries()) {
      const read = readEvent(component, from, to)
      if (read.kind === 'flaw') flaws.push({ line: lines.events[index] ?? 1, sentence: read.sentence })
      else {
        days.push(...read.days)
        events.push(...read.events)
      }
    }
  } catch (error) {
    flaws.push(refusedLine(text) ?? { line: 1, sentence: `cannot be read as iCalendar${saidBy(error)}` })
  }
  return { days: joinedDays(days), events: events.toSorted((a, b) => (a.start < b.start ? -1 : 1)), flaws }
}

/** The first line that the library cannot read by itself. */
function refusedLine(text: string): IcsFlaw | undefined {
  for (const { line, content } of contentLines(text)) {
    try {
      if (!/^(BEGIN|END):/i.test(content)) ICAL.parse.property(content)
    } catch (error) {
      return { line, sentence: `cannot be read as iCalendar${saidBy(error)}` }
    }
  }
  return undefined
}

/** The events of every calendar of the file, in their order. */
function eventsIn(text: string): ICAL.Component[] {
  const parsed = ICAL.parse(text)
  const calendars: unknown[] = typeof parsed[0] === 'string' ? [parsed] : parsed
  return calendars.flatMap(jcal => {
    return Array.isArray(jcal) ? new ICAL.Component(jcal).getAllSubcomponents('vevent') : []
  })
}

type EventReading =
  | { readonly kind: 'read'; readonly days: readonly Days[]; readonly events: readonly TimedEvent[] }
  | { readonly kind: 'flaw'; readonly sentence: string }

const nothing: EventReading = { kind: 'read', days: [], events: [] }

function readEvent(component: ICAL.Component, from: number, to: number): EventReading {
  // What replaces one occurrence of another event is read with that event, and by itself where that is missing.
  if (isCancelled(component)) return nothing
  if (!component.hasProperty('dtstart')) return { kind: 'flaw', sentence: 'this event has no DTSTART' }
  const days: Days[] = []
  const events: TimedEvent[] = []
  try {
    for (const occurrence of occurrencesOf(new ICAL.Event(component), from, to)) {
      const { start, end } = occurrence
      if (start.isDate) {
        if (end.compare(start) > 0) days.push([dayText(start), dayBefore(end)])
        continue
      }
      const timed = timedEvent(occurrence)
      if (typeof timed === 'string') return { kind: 'flaw', sentence: timed }
      if (timed.start < timed.end) events.push(timed)
    }
  } catch (error) {
    return { kind: 'flaw', sentence: `this event cannot be read${saidBy(error)}` }
  }
  return { kind: 'read', days, events }
}

interface Occurrence {
  readonly start: ICAL.Time
  readonly end: ICAL.Time
  /** Where it is written: the event's own, or what replaces this one occurrence of it. */
  readonly component: ICAL.Component
}

function occurrencesOf(event: ICAL.Event, from: number, to: number): Occurrence[] {
  const { startDate, endDate, component } = event
  if (!event.isRecurring()) return [{ start: startDate, end: endDate, component }]
  const found = new Map<string, Occurrence>()
  const add = (at: ICAL.Time) => {
    const { startDate: start, endDate: end, item } = event.getOccurrenceDetails(at)
    if (start.year >= from && !isCancelled(item.component))
      found.set(start.toString(), { start, end, component: item.component })
  }
  // DTSTART is an occurrence (RFC 5545, 3.8.5.2) that the library leaves out where there are RDATEs alone.
  if (!component.hasProperty('rrule') && startDate.year <= to) add(startDate)
  const iterator = event.iterator()
  let looked = 0
  for (let at = iterator.next(); at && at.year <= to; at = iterator.next()) {
    looked += 1
    if (looked > mostOccurrences) throw new RangeError(`it repeats more than ${mostOccurrences} times until ${to}`)
    if (at.year >= from - 1 && isOnItsDay(at, event)) add(at)
  }
  return [...found.values()]
}

/** 29 February of an ordinary year is no occurrence (RFC 5545, 3.3.10); the library makes it 1 March. */
function isOnItsDay(at: ICAL.Time, { startDate, component }: ICAL.Event): boolean {
  const rule = component.getFirstPropertyValue('rrule')
  if (!(rule instanceof ICAL.Recur) || component.hasProperty('rdate')) return true
  const days: readonly unknown[] = rule.parts.BYMONTHDAY ?? [startDate.day]
  const others = ['BYDAY', 'BYYEARDAY', 'BYWEEKNO'].some(part => part in rule.parts)
  return rule.freq !== 'YEARLY' || others || days.some(day => Number(day) < 0 || Number(day) === at.day)
}

function isCancelled(component: ICAL.Component): boolean {
  return component.getFirstPropertyValue('status') === 'CANCELLED'
}

/** Or why its zone is not known. */
function timedEvent({ start, end, component }: Occurrence): TimedEvent | string {
  const zone = zoneOf(start, component)
  switch (zone.kind) {
    case 'floating':
      return { start: timeText(start), end: timeText(end) }
    case 'iana':
      return { start: timeText(start), end: timeText(end), zone: zone.name }
    case 'file': {
      const utc = ICAL.Timezone.utcTimezone
      return { start: timeText(start.convertToZone(utc)), end: timeText(end.convertToZone(utc)), zone: 'UTC' }
    }
    case 'unknown':
      return `the time zone ${JSON.stringify(zone.name)} is neither an IANA zone nor declared in the file (VTIMEZONE)`
  }
}

/** An IANA name means that zone, whatever the file says of its rules: they may be older than ours. */
function zoneOf(
  time: ICAL.Time,
  component: ICAL.Component,
): { readonly kind: 'floating' | 'iana' | 'file' | 'unknown'; readonly name: string } {
  if (time.zone === ICAL.Timezone.utcTimezone) return { kind: 'iana', name: 'UTC' }
  const name = component.getFirstProperty('dtstart')?.getFirstParameter('tzid') ?? ''
  if (name === '') return { kind: 'floating', name }
  if (IANAZone.isValidZone(name)) return { kind: 'iana', name }
  return { kind: time.zone === ICAL.Timezone.localTimezone ? 'unknown' : 'file', name }
}

function dayText(day: ICAL.Time): string {
  return day.toString().slice(0, 10)
}

function dayBefore(day: ICAL.Time): string {
  const before = day.clone()
  before.adjust(-1, 0, 0, 0)
  return dayText(before)
}

/** `2027-01-01T09:00:00`, as its own clock says. */
function timeText(time: ICAL.Time): string {
  return time.toString().slice(0, 19)
}

/** What a library says of a text is worth repeating; what the runtime says of the library is not. */
function saidBy(error: unknown): string {
  return error instanceof Error && !(error instanceof TypeError) ? ` (${error.message.slice(0, 120)})` : ''
}
