/** The thread that works calendars out, one after another: what is due every minute for months takes seconds of a processor. */
import { parentPort } from 'node:worker_threads'
import { type CalendarInput, calendarOf } from '../timetable/calendar.ts'
import { type CalendarDay, calendarDays, type DaysAsked, type NumberedRow } from '../timetable/calendar-days.ts'
import type { Schedule } from '../timetable/schedule.ts'

/** A calendar as it crosses to the thread. Schedules cross once: what is worked out of each is kept with it, on either side. */
export interface CalendarOrder extends Omit<CalendarInput, 'schedules' | 'shown' | 'cuts'> {
  /** Those that were not among the schedules of the last order, with the numbers that they have from now on. */
  readonly fresh: readonly (readonly [number, Schedule])[]
  /** All, in order; others are forgotten. */
  readonly schedules: readonly number[]
  readonly shown: ReadonlySet<number>
  /** Where days are asked for instead of rows. */
  readonly days: DaysAsked | undefined
}

/** As it comes back; only what was asked for is there. */
export interface CalendarAnswer {
  readonly rows: readonly NumberedRow[]
  readonly days: readonly CalendarDay<NumberedRow>[]
}

let known: ReadonlyMap<number, Schedule> = new Map()

parentPort?.on('message', ({ fresh, schedules: numbers, shown, days, ...order }: CalendarOrder) => {
  const all = new Map([...known, ...fresh])
  const schedules = numbers.flatMap(number => all.get(number) ?? [])
  known = new Map(schedules.map((schedule, index) => [numbers[index] ?? 0, schedule]))
  const numberOf = new Map(schedules.map((schedule, index) => [schedule, numbers[index] ?? 0]))
  const isShown = (schedule: Schedule) => shown.has(numberOf.get(schedule) ?? 0)
  const rows = calendarOf({ ...order, schedules, shown: isShown, cuts: days?.bounds ?? [] }).map(
    (row): NumberedRow => ({ ...row, schedule: numberOf.get(row.schedule) ?? 0 }),
  )
  const answer: CalendarAnswer = days === undefined ? { rows, days: [] } : { rows: [], days: calendarDays(rows, days) }
  parentPort?.postMessage(answer)
})
