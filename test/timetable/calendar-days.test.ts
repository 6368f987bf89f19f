import { expect, it } from 'vitest'
import { calendarOf } from '../../src/timetable/calendar.ts'
import { calendarDays } from '../../src/timetable/calendar-days.ts'
import { day, hour, hourly, scheduleOf } from './stage.ts'

const monday = Date.UTC(2026, 10, 23)
const at = (...hours: number[]) => ({
  timezone: 'UTC',
  entries: [{ kind: 'cron' as const, pattern: `0 ${hours.join(',')} * * *`, timezone: 'UTC' }],
})

it('days begin where they are said to; of each the earliest entries are there, and how many more there are', () => {
  const schedules = [
    scheduleOf('a', at(9, 12), {}, 1),
    scheduleOf('b', at(8), {}, 2),
    scheduleOf('c', at(10), {}, 3),
    { ...scheduleOf('d', hourly, {}, 4), except: [{ name: 'mondays', weekdays: [1] }] },
  ]
  const skips = new Map([['a@20261123T1200', 'person: no']])
  const span = { from: monday, to: monday + 2 * day }
  const rows = calendarOf({ schedules, pauses: new Map(), skips, ...span, shown: ({ name }) => name !== 'c' })
  const bounds = [monday, monday + day - 2 * hour, monday + 2 * day]
  const days = calendarDays(rows, { bounds, mostOfDay: 3 })
  const told = days.map(({ entries, more }) => [
    ...entries.map(({ schedule, goes, times, rows }) => `${schedule.name} ${goes} ${times} of ${rows.length}`),
    more,
  ])
  expect(told).toEqual([
    ['d false 24 of 1', 'b true 1 of 1', 'a true 1 of 1', 1],
    ['d true 24 of 1', 'b true 1 of 1', 'a true 2 of 2', 0],
  ])
  expect(calendarDays([], { bounds, mostOfDay: 3 })).toEqual([
    { entries: [], more: 0 },
    { entries: [], more: 0 },
  ])
})
