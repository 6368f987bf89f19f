/** Which part of the calendar is asked for. Pure. */
import type { Schedule } from '../timetable/schedule.ts'
import type { CalendarAsked } from './office/desk.ts'

const dayMs = 86_400_000

/** From its beginning, `now` unless it is given, to its end; epoch milliseconds. */
export function calendarSpan({ from, days }: CalendarAsked, now: number) {
  const start = from ?? now
  return { from: start, to: start + days * dayMs }
}

export function isAskedFor({ account, schedule: name }: CalendarAsked) {
  return (each: Pick<Schedule, 'name' | 'account'>) =>
    (account === undefined || each.account === account) && (name === undefined || each.name === name)
}
