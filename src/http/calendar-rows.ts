import { type CalendarInTime, calendarDaysInTime, calendarInTime } from '../duty/calendar-in-time.ts'
import type { CalendarInput, CalendarRow } from '../timetable/calendar.ts'
import type { CalendarDay, DaysAsked } from '../timetable/calendar-days.ts'
import { Problem } from './problem.ts'

/** The rows of a calendar, worked out beside the event loop. Throws Problem where that would take too long. */
export async function calendarRows(input: CalendarInput): Promise<readonly CalendarRow[]> {
  return done(await calendarInTime(input))
}

/** The same day by day. */
export async function calendarByDay(input: CalendarInput, days: DaysAsked): Promise<readonly CalendarDay[]> {
  return done(await calendarDaysInTime(input, days))
}

function done<Done>(answer: CalendarInTime<Done>): Done {
  switch (answer.kind) {
    case 'done':
      return answer.value
    case 'tooMuch':
      throw new Problem(
        'tooMuch',
        'So many due times cannot be worked out in time; ask for fewer days, or one schedule',
      )
    case 'busy':
      throw new Problem('timeout', 'Other calendars are being worked out; ask again', {}, { 'retry-after': '5' })
  }
}
