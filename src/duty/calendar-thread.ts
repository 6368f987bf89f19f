/** The thread that works calendars out, one after another: what is due every minute for months takes seconds of a processor. */
import { parentPort } from 'node:worker_threads'
import { type CalendarInput, type CalendarRow, calendarOf } from '../timetable/calendar.ts'

/** A calendar as it crosses to the thread. */
export interface CalendarOrder extends Omit<CalendarInput, 'shown'> {
  /** Names of the schedules that are shown. */
  readonly shown: ReadonlySet<string>
}

/** A row as it comes back; the schedule by its name. */
export interface NamedRow extends Omit<CalendarRow, 'schedule'> {
  readonly schedule: string
}

parentPort?.on('message', ({ shown, ...order }: CalendarOrder) => {
  const rows = calendarOf({ ...order, shown: ({ name }) => shown.has(name) })
  parentPort?.postMessage(rows.map(({ schedule, ...row }): NamedRow => ({ ...row, schedule: schedule.name })))
})
