import fc from 'fast-check'
import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { calendarFile, notesOf, oftenWords } from '../../src/duty/calendar-file.ts'
import { calendarRow } from '../../src/duty/calendar-shape.ts'
import type { Pause } from '../../src/launches/pause.ts'
import { type CalendarInput, type CalendarRow, calendarOf, mostPerDay } from '../../src/timetable/calendar.ts'
import { occurrencesBetween } from '../../src/timetable/due-times.ts'
import type { Schedule, Timetable } from '../../src/timetable/schedule.ts'
import { day, hour, minute, scheduleOf } from './stage.ts'

const monday = Date.UTC(2026, 10, 23)

const cron = (pattern: string, timezone = 'UTC'): Timetable => ({
  timezone,
  entries: [{ kind: 'cron', pattern, timezone }],
})
const every = (ms: number): Timetable => ({
  timezone: 'UTC',
  entries: [{ kind: 'every', every: ms, anchor: 0, timezone: 'UTC' }],
})

const everySecond: Timetable = {
  timezone: 'UTC',
  entries: [{ kind: 'cron', pattern: '* * * * * *', seconds: true, timezone: 'UTC' }],
}

function calendar(schedules: readonly Schedule[], over: Partial<CalendarInput> = {}): CalendarRow[] {
  const input = {
    pauses: new Map(),
    skips: new Map(),
    stops: [],
    from: monday,
    to: monday + day,
    shown: () => true,
    ...over,
  }
  return calendarOf({ schedules, ...input })
}

/** `name hh:mm` in UTC, and what is said of it. */
const lines = (rows: readonly CalendarRow[]) =>
  rows.map(row =>
    [row.schedule.name, new Date(row.due).toISOString().slice(11, 16), ...notesOf(calendarRow(row))].join(' '),
  )

describe('the calendar', () => {
  it('has the due times of all schedules in the order of their instants, whatever their zones', () => {
    const rows = calendar([
      scheduleOf('a', cron('0 9 * * *', 'Europe/Berlin'), {}, 1),
      scheduleOf('b', cron('0 9 * * *', 'Asia/Tokyo'), {}, 2),
      scheduleOf('c', cron('0 9 * * *'), {}, 3),
    ])
    expect(lines(rows)).toEqual(['b 00:00', 'a 08:00', 'c 09:00'])
  })

  it.each([
    [
      'Europe/Berlin',
      '30 2 * * *',
      Date.UTC(2027, 2, 28),
      ['01:30 clocks go forward over this time: it fires after the gap'],
    ],
    [
      'Europe/Berlin',
      '30 2 * * *',
      Date.UTC(2027, 9, 31),
      ['00:30 clocks go back over this time: the first of the two'],
    ],
    [
      'Europe/Berlin',
      '30 * * * *',
      Date.UTC(2027, 9, 31, 0, 15),
      [
        '00:30 clocks go back over this time: the first of the two',
        '01:30 clocks go back over this time: the second of the two',
        '02:30',
      ],
    ],
  ])('marks the night in which clocks change: %s %s', (zone, pattern, from, expected) => {
    const rows = calendar([scheduleOf('s', cron(pattern, zone))], { from, to: from + 3 * hour })
    expect(lines(rows)).toEqual(expected.map(line => `s ${line}`))
  })

  it('says why a due time is left out: its schedule is paused, or a person skips it', () => {
    const pause: Pause = { from: monday + 3 * hour, until: monday + 12 * hour, reason: 'new template', by: 'somebody' }
    const rows = calendar([scheduleOf('s', cron('0 6,12,18 * * *'))], {
      pauses: new Map([['s', [pause]]]),
      skips: new Map([['s@20261123T1800', 'person: holiday']]),
    })
    expect(lines(rows)).toEqual([
      's 06:00 left out, paused: new template (somebody)',
      's 12:00',
      's 18:00 left out, person: holiday',
    ])
    expect(rows.map(({ going }) => going)).toEqual([0, 1, 0])
  })

  it('shows when it really goes where jitter moves it, and says so', () => {
    const when = { ...cron('0 9 * * *'), jitter: { upTo: 600_000, shift: 150_000 } }
    expect(lines(calendar([scheduleOf('s', when)]))).toEqual(['s 09:02 2 minutes and 30 seconds of jitter'])
  })

  it('says what a calendar or hours leave out or move, and shows a moved one when it goes', () => {
    const holidays = { name: 'holidays', days: [['2026-11-24', '2026-11-24']] } as const
    const quietHours = { from: '22:00', to: '08:00', does: 'move' } as const
    const schedule = { ...scheduleOf('s', cron('0 7,12,23 * * *')), except: [holidays], quietHours }
    expect(lines(calendar([schedule], { to: monday + 3 * day }))).toEqual([
      's 08:00 moved out of quiet hours: due 2026-11-23T07:00Z',
      's 12:00',
      's 23:00 left out, calendar: it would have gone out in holidays',
      's 07:00 left out, calendar: it would have gone out in holidays',
      's 12:00 left out, calendar: it would have gone out in holidays',
      's 23:00 left out, calendar: it would have gone out in holidays',
      's 08:00 moved out of quiet hours: due 2026-11-25T07:00Z',
      's 12:00',
      's 23:00 left out, hours: it was moved to a moment at which a newer due time of its schedule goes',
    ])
  })

  it('gives a day with many due times one row, with what is true of how many', () => {
    const pause: Pause = { from: monday, to: monday + 4 * hour, reason: 'new template', by: 'somebody' }
    const [row, ...rest] = calendar([scheduleOf('s', every(5 * minute))], { pauses: new Map([['s', [pause]]]) })
    expect(rest).toEqual([])
    expect(row).toMatchObject({
      times: 288,
      going: 240,
      every: 5 * minute,
      due: monday,
      last: monday + day - 5 * minute,
    })
    if (!row) return
    expect(oftenWords(calendarRow(row))).toBe('every 5m, 288 times')
    expect(notesOf(calendarRow(row))).toEqual(['48 of them: left out, paused: new template (somebody)'])
  })

  it(`has a row each up to ${mostPerDay} due times a day`, () => {
    expect(calendar([scheduleOf('s', cron('0 0-11 * * *'))])).toHaveLength(mostPerDay)
    expect(calendar([scheduleOf('s', cron('0 0-12 * * *'))])).toHaveLength(1)
  })

  it('counts what keeps one step to its end, and cuts its rows where days are said to begin', () => {
    const flash = [scheduleOf('flash', every(2_000))]
    const told = (rows: readonly CalendarRow[]) => rows.map(({ times, going, more }) => [times, going, more])
    expect(told(calendar(flash))).toEqual([[43_200, 43_200, false]])
    const cuts = [monday, monday + 21 * hour, monday + 45 * hour]
    const rows = calendar(flash, { to: monday + 45 * hour, cuts })
    expect(told(rows)).toEqual([
      [37_800, 37_800, false],
      [5_400, 5_400, false],
      [37_800, 37_800, false],
    ])
    expect(rows.map(({ due, last }) => [due, last])[0]).toEqual([monday, monday + 21 * hour - 2_000])
    const skips = new Map([['flash@x', 'person: no']])
    expect(told(calendar(flash, { skips }))).toEqual([[1_500, 1_500, true]])
  })

  it('says what a stop holds, of what is due since it began', () => {
    const schedules = [scheduleOf('a', cron('0 9,12 * * *'), {}, 64), scheduleOf('b', cron('0 10 * * *'), {}, 65)]
    const stops = [{ scope: 'mailing:main:64', reason: 'wrong segment', by: 'key anna', at: monday + 10 * hour }]
    const rows = calendar(schedules, { stops })
    expect(lines(rows)).toEqual(['a 09:00', 'b 10:00', 'a 12:00 held while the stop lasts: wrong segment (key anna)'])
    expect(rows.map(({ going }) => going)).toEqual([1, 1, 0])
  })

  it('does not count beyond what anybody would read, and goes on with the next day', () => {
    const rows = calendar([scheduleOf('s', everySecond)], { to: monday + 3 * day })
    expect(rows.map(({ day, more, times }) => [day, more, times])).toEqual([
      ['2026-11-23', true, 1_500],
      ['2026-11-24', true, 1_500],
      ['2026-11-25', true, 1_500],
    ])
    expect(rows.map(calendarRow).map(oftenWords)[0]).toBe('every 1s, more than 1500 times')
  })

  it('loses and doubles no due time, however patterns, zones and spans lie', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'America/New_York',
      'Africa/Casablanca',
    )
    const patterns = fc.constantFrom('30 2 * * *', '*/30 * * * *', '0 3 * * 1', '*/7 1-4 * * *', '0 0 1 * *')
    const spans = fc.record({ start: fc.integer({ min: 0, max: 700 }), days: fc.integer({ min: 1, max: 40 }) })
    fc.assert(
      fc.property(zones, patterns, spans, fc.integer({ min: 0, max: 5_400_000 }), (zone, pattern, span, shift) => {
        const when = { ...cron(pattern, zone), jitter: { upTo: 5_400_000, shift } }
        const from = Date.UTC(2026, 0, 1) + span.start * day + shift
        const to = from + span.days * day
        const rows = calendar([scheduleOf('s', when)], { from, to })
        const dues = occurrencesBetween(when, from - 2 * day, to).map(({ due }) => due)
        const within = dues.filter(due => due >= from && due < to)
        expect(rows.reduce((sum, { times }) => sum + times, 0)).toBe(within.length)
        expect(rows.flatMap(({ times, due }) => (times === 1 ? [due] : []))).toEqual(
          within.filter(due => rows.some(row => row.times === 1 && row.due === due)),
        )
      }),
      { numRuns: 100 },
    )
  })
})

describe('a collision', () => {
  const at = (name: string, time: string, policy = {}, id = 90) =>
    scheduleOf(name, cron(time), { maxPerDay: 9, ...policy }, id)
  const near = 'same mailing and audience within'

  it.each([
    [
      'two schedules within two hours where no cool-down is declared',
      [at('a', '0 9 * * *'), at('b', '59 10 * * *')],
      [
        `a 09:00 collides with b at 2026-11-23T10:59Z: ${near} 2h`,
        `b 10:59 collides with a at 2026-11-23T09:00Z: ${near} 2h`,
      ],
    ],
    ['not at two hours', [at('a', '0 9 * * *'), at('b', '0 11 * * *')], ['a 09:00', 'b 11:00']],
    [
      'the declared cool-down of the later of two',
      [at('a', '0 1 * * *'), at('b', '0 9 * * *', { coolDown: 9 * hour })],
      [
        `a 01:00 collides with b at 2026-11-23T09:00Z: ${near} a cool-down of 9h`,
        `b 09:00 collides with a at 2026-11-23T01:00Z: ${near} a cool-down of 9h`,
      ],
    ],
    [
      'none where the later declares none',
      [at('a', '0 9 * * *'), at('b', '30 9 * * *', { coolDown: 0 })],
      ['a 09:00', 'b 09:30'],
    ],
    ['none of other mailings', [at('a', '0 9 * * *'), at('b', '0 9 * * *', {}, 91)], ['a 09:00', 'b 09:00']],
    ['none within a schedule that declares no cool-down', [at('a', '0,30 9 * * *')], ['a 09:00', 'a 09:30']],
    [
      'one within a schedule that breaks its own',
      [at('a', '0,30 9 * * *', { coolDown: hour })],
      [
        `a 09:00 collides with a at 2026-11-23T09:30Z: ${near} a cool-down of 1h`,
        `a 09:30 collides with a at 2026-11-23T09:00Z: ${near} a cool-down of 1h`,
      ],
    ],
  ])('is %s', (_, schedules, expected) => {
    expect(lines(calendar(schedules))).toEqual(expected)
  })

  it('is none of another audience, nor with a due time that is left out', () => {
    const list: Schedule = {
      ...at('b', '0 10 * * *'),
      launch: { id: 90, override_source_type: 'list', override_source_id: 5 },
    }
    expect(lines(calendar([at('a', '0 9 * * *'), list]))).toEqual(['a 09:00', 'b 10:00'])
    const skips = new Map([['b@20261123T1000', 'person: holiday']])
    expect(lines(calendar([at('a', '0 9 * * *'), at('b', '0 10 * * *')], { skips }))[0]).toBe('a 09:00')
  })

  it('is found where the other schedule is not shown', () => {
    const shown = ({ name }: Schedule) => name === 'b'
    const rows = calendar([at('a', '0 9 * * *'), at('b', '0 10 * * *')], { shown })
    expect(lines(rows)).toEqual([`b 10:00 collides with a at 2026-11-23T09:00Z: ${near} 2h`])
  })
})

describe('the guard of a day', () => {
  const daily = (name: string, time: string, policy = {}, zone = 'UTC') => scheduleOf(name, cron(time, zone), policy)
  const stopped = (count: number, by: string) => `guard: maxPerDay ${count} is used up on its day, by ${by}`

  it.each([
    [
      'the later of two that are due once a day',
      [daily('a', '0 9 * * *'), daily('b', '0 18 * * *')],
      ['a 09:00', `b 18:00 will be left out, ${stopped(1, 'a at 2026-11-23T09:00Z')}`],
    ],
    [
      'none where the later says twice',
      [daily('a', '0 9 * * *'), daily('b', '0 18 * * *', { maxPerDay: 2 })],
      ['a 09:00', 'b 18:00'],
    ],
    [
      'the last of one that is due twice, and holds it where that is said',
      [daily('a', '0 9 * * *'), daily('b', '0 12,18 * * *', { onGuard: 'hold' })],
      ['a 09:00', 'b 12:00', `b 18:00 will be held, ${stopped(2, 'b at 2026-11-23T12:00Z')}`],
    ],
    [
      'what a schedule declares beyond its own maxPerDay',
      [daily('a', '0 9,12 * * *', { maxPerDay: 1 })],
      ['a 09:00', `a 12:00 will be left out, ${stopped(1, 'a at 2026-11-23T09:00Z')}`],
    ],
    [
      'none that goes on another day of its own zone',
      [daily('a', '0 5 * * *'), daily('b', '0 23 * * *', {}, 'Asia/Tokyo')],
      ['a 05:00', `b 14:00 will be left out, ${stopped(1, 'a at 2026-11-23T05:00Z')}`],
    ],
    [
      'none before midnight of its own zone',
      [daily('a', '0 14 * * *'), daily('b', '0 5 * * *', {}, 'Asia/Tokyo')],
      ['a 14:00', 'b 20:00'],
    ],
  ])('stops %s', (_, schedules, expected) => {
    expect(lines(calendar(schedules))).toEqual(expected)
  })

  it('counts what goes before the span begins on its first day, and not what a person skips', () => {
    const two = [daily('a', '0 9 * * *'), daily('b', '0 18 * * *')]
    const from = monday + 12 * hour
    expect(lines(calendar(two, { from, to: from + 10 * hour }))).toEqual([
      `b 18:00 will be left out, ${stopped(1, 'a at 2026-11-23T09:00Z')}`,
    ])
    const skips = new Map([['a@20261123T0900', 'person: holiday']])
    expect(lines(calendar(two, { skips }))[1]).toBe('b 18:00')
  })
})

describe('the iCalendar file', () => {
  const schedules = [
    {
      ...scheduleOf('digest', cron('0 9 * * *', 'Europe/Berlin')),
      description: 'Digest; for all, "weekly"\\ \nÄ'.repeat(4),
    },
    scheduleOf('often', every(5 * minute), {}, 91),
  ]
  const skips = new Map([['digest@20261124T0900', 'person: holiday, at last']])
  const rows = calendar(schedules, { skips, to: monday + 2 * day }).map(calendarRow)
  const text = calendarFile(rows, monday + 123)
  const component = new ICAL.Component(ICAL.parse(text))
  const events = component.getAllSubcomponents('vevent').map(each => new ICAL.Event(each))

  it('is read again as it was meant: one event per due time or full day, texts unharmed', () => {
    expect(events.map(({ uid }) => uid).toSorted()).toEqual([
      'digest@20261123T0900.sendoff',
      'digest@20261124T0900.sendoff',
      'often@2026-11-23.sendoff',
      'often@2026-11-24.sendoff',
    ])
    const digest = events.find(({ uid }) => uid === 'digest@20261123T0900.sendoff')
    expect(digest?.startDate.toJSDate().toISOString()).toBe('2026-11-23T08:00:00.000Z')
    expect(digest?.summary).toBe('digest: mailing 90')
    expect(digest?.description).toBe(`${schedules[0]?.description}\nEurope/Berlin, account main`)
    const often = events.find(({ uid }) => uid === 'often@2026-11-23.sendoff')
    expect(often?.summary).toBe('often: mailing 91 (every 5m, 288 times)')
    expect(often?.endDate.toJSDate().toISOString()).toBe('2026-11-23T23:55:00.000Z')
  })

  it('says what is left out as cancelled, with the reason', () => {
    const skipped = component
      .getAllSubcomponents('vevent')
      .find(each => each.getFirstPropertyValue('uid') === 'digest@20261124T0900.sendoff')
    expect(skipped?.getFirstPropertyValue('status')).toBe('CANCELLED')
    expect(skipped?.getFirstPropertyValue('description')).toContain('left out, person: holiday, at last')
  })

  it('keeps to RFC 5545: lines of at most 75 octets that end in CRLF, the version, no METHOD', () => {
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
    const all = text.slice(0, -2).split('\r\n')
    expect(all.filter(line => Buffer.byteLength(line) > 75 || line.includes('\n'))).toEqual([])
    expect(all.slice(0, 3)).toEqual(['BEGIN:VCALENDAR', 'PRODID:-//Sendoff//Calendar//EN', 'VERSION:2.0'])
    expect(text).not.toContain('METHOD')
  })

  it('has the same identities whenever it is made', () => {
    const uids = (file: string) => file.match(/^UID:.*$/gm)
    expect(uids(calendarFile(rows, monday + day))).toEqual(uids(text))
  })
})
