/** The calendar as an iCalendar file (RFC 5545), which calendar programs subscribe to. Pure; the library is ical.js. */
import ICAL from 'ical.js'
import { formatDuration } from '../files/duration.ts'
import type { ShownCalendarRow } from './calendar-shape.ts'

// RFC 5545, 3.1: a line has 75 octets at most. The library does not count the space that a folded line begins with.
ICAL.foldLength = 74

/**
 * One event per row. Its UID is made from the launch key, so a file that is made again changes events and does not add
 * them; the row of a whole day is named after the day. `now`: when the file is made, epoch milliseconds.
 */
export function calendarFile(rows: readonly ShownCalendarRow[], now: number): string {
  const calendar = new ICAL.Component('vcalendar')
  calendar.addPropertyWithValue('prodid', '-//Sendoff//Calendar//EN')
  calendar.addPropertyWithValue('version', '2.0')
  for (const row of rows) calendar.addSubcomponent(eventOf(row, now))
  return `${calendar.toString()}\r\n`
}

function eventOf(row: ShownCalendarRow, now: number): ICAL.Component {
  const { schedule, times, going } = row
  const event = new ICAL.Component('vevent')
  const often = times > 1 ? ` (${oftenWords(row)})` : ''
  event.addPropertyWithValue('uid', row.key === null ? `${schedule}@${row.day}.sendoff` : `${row.key}.sendoff`)
  event.addPropertyWithValue('dtstamp', utc(now))
  event.addPropertyWithValue('dtstart', utc(Date.parse(row.due)))
  if (row.last > row.due) event.addPropertyWithValue('dtend', utc(Date.parse(row.last)))
  event.addPropertyWithValue('summary', `${schedule}: mailing ${row.mailing}${often}`)
  const lines = [row.description, `${row.timezone}, account ${row.account}`, ...notesOf(row)]
  event.addPropertyWithValue('description', lines.filter(line => line !== null).join('\n'))
  const isHeld = row.notes.some(({ kind }) => kind === 'stopped')
  event.addPropertyWithValue('status', going > 0 ? 'CONFIRMED' : isHeld ? 'TENTATIVE' : 'CANCELLED')
  event.addPropertyWithValue('transp', 'TRANSPARENT')
  return event
}

/** `every 5m, 288 times`. */
export function oftenWords({ every, times, more }: ShownCalendarRow): string {
  const step = every === null ? '' : `every ${formatDuration(every)}, `
  return `${step}${more ? 'more than ' : ''}${times} times`
}

/** The notes of a row as sentences; in the row of a whole day with how many due times each is true of. */
export function notesOf({ notes, times: all }: ShownCalendarRow): string[] {
  return notes.map(({ words, times }) => (all === 1 || times === all ? words : `${times} of them: ${words}`))
}

function utc(at: number): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(at), true)
}
