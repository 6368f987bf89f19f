/** The calendar as an iCalendar file (RFC 5545), which calendar programs subscribe to. Pure; the library is ical.js. */
import ICAL from 'ical.js'
import { formatDuration } from '../files/duration.ts'
import type { CalendarRow } from './calendar.ts'
import { noteWords } from './note-words.ts'

// RFC 5545, 3.1: a line has 75 octets at most. The library does not count the space that a folded line begins with.
ICAL.foldLength = 74

/**
 * One event per row. Its UID is made from the launch key, so a file that is made again changes events and does not add
 * them; the row of a whole day is named after the day. `now`: when the file is made, epoch milliseconds.
 */
export function calendarFile(rows: readonly CalendarRow[], now: number): string {
  const calendar = new ICAL.Component('vcalendar')
  calendar.addPropertyWithValue('prodid', '-//Sendoff//Calendar//EN')
  calendar.addPropertyWithValue('version', '2.0')
  for (const row of rows) calendar.addSubcomponent(eventOf(row, now))
  return `${calendar.toString()}\r\n`
}

function eventOf(row: CalendarRow, now: number): ICAL.Component {
  const { schedule, times, going } = row
  const event = new ICAL.Component('vevent')
  const often = times > 1 ? ` (${oftenWords(row)})` : ''
  event.addPropertyWithValue('uid', times > 1 ? `${schedule.name}@${row.day}.sendoff` : `${row.key}.sendoff`)
  event.addPropertyWithValue('dtstamp', utc(now))
  event.addPropertyWithValue('dtstart', utc(row.due))
  if (row.last > row.due) event.addPropertyWithValue('dtend', utc(row.last))
  event.addPropertyWithValue('summary', `${schedule.name}: mailing ${schedule.launch.id}${often}`)
  const lines = [schedule.description, `${schedule.when.timezone}, account ${schedule.account}`, ...notesOf(row)]
  event.addPropertyWithValue('description', lines.filter(line => line !== undefined).join('\n'))
  event.addPropertyWithValue('status', going > 0 ? 'CONFIRMED' : 'CANCELLED')
  event.addPropertyWithValue('transp', 'TRANSPARENT')
  return event
}

/** `every 5m, 288 times`. */
export function oftenWords({ every, times, more }: CalendarRow): string {
  const step = every === undefined ? '' : `every ${formatDuration(every)}, `
  return `${step}${more ? 'more than ' : ''}${times} times`
}

/** The notes of a row as sentences; in the row of a whole day with how many due times each is true of. */
export function notesOf({ notes, times: all }: CalendarRow): string[] {
  return notes.map(({ note, times }) =>
    all === 1 || times === all ? noteWords(note) : `${times} of them: ${noteWords(note)}`,
  )
}

function utc(at: number): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(at), true)
}
