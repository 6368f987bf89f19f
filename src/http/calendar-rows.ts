import { calendarInTime } from '../duty/calendar-in-time.ts'
import type { CalendarInput, CalendarRow } from '../timetable/calendar.ts'
import { Problem } from './problem.ts'

/** The rows of a calendar, worked out beside the event loop. Throws Problem where that would take too long. */
export async function calendarRows(input: CalendarInput): Promise<readonly CalendarRow[]> {
  const answer = await calendarInTime(input)
  switch (answer.kind) {
    case 'rows':
      return answer.rows
    case 'tooMuch':
      throw new Problem(
        'tooMuch',
        'So many due times cannot be worked out in time; ask for fewer days, or one schedule',
      )
    case 'busy':
      throw new Problem('timeout', 'Other calendars are being worked out; ask again', {}, { 'retry-after': '5' })
  }
}
