import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { occurrencesBetween } from '../../src/timetable/due-times.ts'
import { rruleFlaws, rruleLabels } from '../../src/timetable/rrule.ts'
import { readRruleText } from '../../src/timetable/rrule-parts.ts'
import type { Timetable, When } from '../../src/timetable/schedule.ts'
import { someInstant } from './arbitraries.ts'

const day = 86_400_000
const start = Date.UTC(2026, 0, 15, 9, 30)
const labels = (rule: string, from: number, to: number, begins = start) => [
  ...rruleLabels(rule, begins).labels(from, to),
]
const shown = (rule: string, count: number, begins = start) =>
  labels(rule, begins, begins + 4_000 * day, begins)
    .slice(0, count)
    .map(label => new Date(label).toISOString().slice(0, 16))

describe('the labels of a rule', () => {
  // Dates read off a calendar.
  it.each([
    ['FREQ=DAILY;COUNT=3', ['2026-01-15T09:30', '2026-01-16T09:30', '2026-01-17T09:30']],
    ['FREQ=DAILY;UNTIL=20260116', ['2026-01-15T09:30', '2026-01-16T09:30']],
    ['FREQ=DAILY;UNTIL=20260116T093000', ['2026-01-15T09:30', '2026-01-16T09:30']],
    ['FREQ=DAILY;UNTIL=20260116T092959', ['2026-01-15T09:30']],
    ['FREQ=MONTHLY;BYDAY=-1FR', ['2026-01-30T09:30', '2026-02-27T09:30', '2026-03-27T09:30']],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', ['2026-01-30T09:30', '2026-02-27T09:30', '2026-03-31T09:30']],
    ['FREQ=MONTHLY;BYMONTHDAY=31', ['2026-01-31T09:30', '2026-03-31T09:30', '2026-05-31T09:30']],
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', ['2026-05-11T09:30', '2027-05-17T09:30', '2028-05-15T09:30']],
    ['FREQ=YEARLY;INTERVAL=2;BYYEARDAY=-1', ['2026-12-31T09:30', '2028-12-31T09:30', '2030-12-31T09:30']],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU', ['2026-01-25T09:30', '2026-01-27T09:30', '2026-02-08T09:30']],
    ['FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0', ['2026-01-15T20:00', '2026-01-16T08:00', '2026-01-16T20:00']],
  ])('%s', (rule, expected) => {
    // One more than is expected of a rule that ends.
    const asked = /COUNT|UNTIL/.test(rule) ? expected.length + 1 : expected.length
    expect(shown(rule, asked)).toEqual(expected)
  })

  it('agree with counting, for rules so simple that they can be counted', () => {
    const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
    fc.assert(
      fc.property(
        someInstant.map(at => Math.floor(at / 1_000) * 1_000),
        fc.integer({ min: 1, max: 9 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 3_000 }),
        (begins, interval, days, later) => {
          const from = begins + later * day
          const to = from + 60 * day
          const every = (step: number) => {
            const counted: number[] = []
            for (let at = begins; at <= to; at += step) if (at >= from) counted.push(at)
            return counted
          }
          expect(labels(`FREQ=DAILY;INTERVAL=${interval}`, from, to, begins)).toEqual(every(interval * day))
          expect(labels(`FREQ=HOURLY;INTERVAL=${interval}`, from, to, begins)).toEqual(every(interval * 3_600_000))
          const names = days.map(each => weekdays[each]).join(',')
          expect(labels(`FREQ=WEEKLY;BYDAY=${names}`, from, to, begins)).toEqual(
            every(day).filter(at => days.includes(new Date(at).getUTCDay())),
          )
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a rule in a zone', () => {
  const entry = (rule: string, begins: string, more: Partial<Extract<When, { kind: 'rrule' }>> = {}): Timetable => ({
    timezone: 'Europe/Berlin',
    entries: [{ kind: 'rrule', rule, start: begins, timezone: 'Europe/Berlin', ...more }],
  })
  const due = (when: Timetable, from: string, to: string) =>
    occurrencesBetween(when, Date.parse(from), Date.parse(to)).map(
      ({ label, nominal }) => `${label} ${new Date(nominal).toISOString().slice(5, 16)}`,
    )

  it('keeps its wall-clock time: a gap moves it, a fold takes the first pass', () => {
    const daily = entry('FREQ=DAILY', '2027-03-20T02:30')
    expect(due(daily, '2027-03-27T12:00Z', '2027-03-29T12:00Z')).toEqual([
      '20270328T0230 03-28T01:30',
      '20270329T0230 03-29T00:30',
    ])
    expect(due(daily, '2027-10-30T12:00Z', '2027-10-31T12:00Z')).toEqual(['20271031T0230 10-31T00:30'])
  })

  it('that repeats by the hour follows elapsed time', () => {
    const hourly = entry('FREQ=HOURLY', '2027-01-01T00:30')
    expect(due(hourly, '2027-03-28T00:00Z', '2027-03-28T02:00Z')).toEqual([
      '20270328T0130 03-28T00:30',
      '20270328T0330 03-28T01:30',
    ])
    expect(due(hourly, '2027-10-31T00:00Z', '2027-10-31T02:00Z')).toEqual([
      '20271031T0230 10-31T00:30',
      '20271031T0230~2 10-31T01:30',
    ])
  })

  it('ends with an UNTIL in UTC at that instant, also between the passes of a fold', () => {
    const hourly = entry('FREQ=HOURLY;UNTIL=20271031T010000Z', '2027-01-01T00:30')
    expect(due(hourly, '2027-10-31T00:00Z', '2027-11-30T02:00Z')).toEqual(['20271031T0230 10-31T00:30'])
  })

  it('counts local times for COUNT, and due times for maxRuns', () => {
    const skipping = { dst: { gap: 'skip' } } as const
    const counted = entry('FREQ=DAILY;COUNT=3', '2027-03-27T02:30', skipping)
    expect(due(counted, '2027-01-01T00:00Z', '2028-01-01T00:00Z')).toHaveLength(2)
    const limited = { ...entry('FREQ=DAILY', '2027-03-27T02:30', skipping), maxRuns: 3 }
    expect(due(limited, '2027-01-01T00:00Z', '2028-01-01T00:00Z')).toHaveLength(3)
  })
})

describe('the text of a rule', () => {
  it.each([
    ['RRULE:FREQ=DAILY', { rule: 'FREQ=DAILY' }],
    ['freq=daily;byday=mo', { rule: 'FREQ=DAILY;BYDAY=MO' }],
    ['DTSTART:20260101T090000\nRRULE:FREQ=DAILY', { rule: 'FREQ=DAILY', start: '2026-01-01T09:00:00' }],
    [
      'DTSTART;TZID=Europe/Riga:20260101T090000\r\nRRULE:FREQ=DAILY',
      { rule: 'FREQ=DAILY', start: '2026-01-01T09:00:00', zone: 'Europe/Riga' },
    ],
  ])('%j is read', (text, expected) => expect(readRruleText(text)).toMatchObject({ problems: [], ...expected }))

  it.each([
    ['', 'FREQ is missing'],
    ['daily', '"DAILY" is not a part of a rule'],
    ['FREQ=FORTNIGHTLY', 'FREQ=FORTNIGHTLY must be one of SECONDLY'],
    ['BYDAY=MO', 'FREQ is missing'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'FREQ is written twice'],
    ['FREQ=DAILY;COLOUR=RED', '"COLOUR=RED" is not a part of a rule'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL=0 must be a whole number from 1 to 9999'],
    ['FREQ=DAILY;COUNT=abc', 'COUNT=ABC must be a whole number from 1 to 10000'],
    ['FREQ=DAILY;COUNT=10001', 'COUNT=10001 must be a whole number from 1 to 10000'],
    ['FREQ=DAILY;BYHOUR=25', 'BYHOUR=25 must list numbers from 0 to 23'],
    ['FREQ=DAILY;BYHOUR=-1', 'BYHOUR=-1 must list numbers from 0 to 23'],
    ['FREQ=DAILY;BYSECOND=60', 'BYSECOND=60 must list numbers from 0 to 59'],
    ['FREQ=MONTHLY;BYMONTHDAY=0', 'BYMONTHDAY=0 must list numbers from 1 to 31, or -1 to -31 from the end'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,,2', 'must list numbers'],
    ['FREQ=DAILY;BYDAY=XX', 'BYDAY=XX must list days such as MO, 2MO or -1FR'],
    ['FREQ=WEEKLY;BYDAY=2MO', 'a number before a day in BYDAY needs FREQ=MONTHLY or FREQ=YEARLY'],
    ['FREQ=YEARLY;BYWEEKNO=3;BYDAY=2MO', 'without BYWEEKNO'],
    ['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY cannot stand beside FREQ=WEEKLY'],
    ['FREQ=DAILY;BYYEARDAY=1', 'BYYEARDAY cannot stand beside FREQ=DAILY'],
    ['FREQ=MONTHLY;BYWEEKNO=1', 'BYWEEKNO cannot stand beside FREQ=MONTHLY'],
    ['FREQ=DAILY;BYSETPOS=1', 'BYSETPOS needs another part'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20270101', 'COUNT and UNTIL are both given'],
    ['FREQ=DAILY;UNTIL=20270230', 'UNTIL=20270230 must be 20261231'],
    ['FREQ=DAILY;UNTIL=tomorrow', 'UNTIL=TOMORROW must be'],
    ['FREQ=DAILY;WKST=1', 'WKST=1 must be one of MO'],
    ['RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY', '2 rules where one is needed'],
    ['RRULE:FREQ=DAILY\nEXDATE:20270101T090000', '"EXDATE" is not read here'],
    ['DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY', 'is in UTC: write the local time'],
    ['DTSTART:20260101\nRRULE:FREQ=DAILY', 'is not a start'],
    [`FREQ=DAILY;BYMINUTE=${'1,'.repeat(300)}1`, '512 is the most'],
  ])('%j is refused', (text, sentence) => expect(readRruleText(text).problems.join('\n')).toContain(sentence))

  it('tells everything that is wrong with it at once', () => {
    expect(readRruleText('FREQ=DAILY;BYHOUR=25;BYMINUTE=61;X=1;COUNT=0').problems).toHaveLength(4)
  })
})

describe('a rule that never matches', () => {
  it.each([
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=3;BYSETPOS=3',
    'FREQ=HOURLY;INTERVAL=12;BYHOUR=3',
    'FREQ=SECONDLY;INTERVAL=7200;BYHOUR=10;BYMINUTE=1',
    'FREQ=MINUTELY;INTERVAL=60;BYSECOND=0;BYMINUTE=29',
  ])('is found out in bounded time: %s', rule => {
    const begun = performance.now()
    expect(rruleFlaws(rule, start)).toEqual(['no date ever matches'])
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  it('is told from one that waits for decades', () => {
    expect(rruleFlaws('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=FR', start)).toEqual([])
  })

  it.each(['FREQ=SECONDLY', 'FREQ=MINUTELY', 'FREQ=SECONDLY;BYHOUR=9'])(
    'is told from one that matches all the time: %s',
    rule => {
      expect(labels(rule, start + 3_650 * day, start + 3_651 * day).length).toBeGreaterThan(1_000)
    },
  )
})
