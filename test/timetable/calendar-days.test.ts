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
  const rows = calendarOf({
    schedules,
    pauses: new Map(),
    skips,
    stops: [],
    ...span,
    shown: ({ name }) => name !== 'c',
  })
  const bounds = [monday, monday + day - 2 * hour, monday + 2 * day]
  const days = calendarDays(rows, { bounds, mostOfDay: 3, rareFirst: false })
  const told = days.map(({ entries, more }) => [
    ...entries.map(({ schedule, goes, times, rows }) => `${schedule.name} ${goes} ${times} of ${rows.length}`),
    more,
  ])
  expect(told).toEqual([
    ['d false 24 of 1', 'b true 1 of 1', 'a true 1 of 1', 1],
    ['d true 24 of 1', 'b true 1 of 1', 'a true 2 of 2', 0],
  ])
  expect(calendarDays([], { bounds, mostOfDay: 3, rareFirst: false })).toEqual([
    { entries: [], more: 0 },
    { entries: [], more: 0 },
  ])
})

it('of each day what is rare comes first where that is asked for, and what is due every day or often after it', () => {
  const schedules = [
    scheduleOf('daily', at(8), {}, 1),
    scheduleOf('often', at(7, 8, 9, 10, 11), {}, 2),
    scheduleOf(
      'monday',
      { timezone: 'UTC', entries: [{ kind: 'cron', pattern: '0 18 * * 1', timezone: 'UTC' }] },
      {},
      3,
    ),
  ]
  const span = { from: monday, to: monday + 7 * day }
  const rows = calendarOf({ schedules, pauses: new Map(), skips: new Map(), stops: [], ...span, shown: () => true })
  const bounds = Array.from({ length: 8 }, (_, index) => monday + index * day)
  const [first] = calendarDays(rows, { bounds, mostOfDay: 9, rareFirst: true })
  expect(first?.entries.map(({ schedule, isRoutine }) => `${schedule.name} ${isRoutine}`)).toEqual([
    'monday false',
    'daily true',
    'often true',
  ])
})
