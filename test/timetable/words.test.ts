import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cron, parseCron } from '../../src/timetable/cron.ts'
import { daysChosen } from '../../src/timetable/cron-days.ts'
import { cronInWords } from '../../src/timetable/cron-words.ts'
import type { Timetable, When } from '../../src/timetable/schedule.ts'
import { timetableInWords, timingInWords } from '../../src/timetable/words.ts'
import { durationInWords, everyInWords, type Language, timesInWords } from '../../src/timetable/words-language.ts'

const berlin = 'Europe/Berlin'
const utc = (text: string) => Date.parse(`${text}Z`)
const timetable = (...entries: When[]): Timetable => ({ timezone: berlin, entries })
const cron = (pattern: string, more: Partial<Extract<When, { kind: 'cron' }>> = {}): When => ({
  kind: 'cron',
  pattern,
  timezone: berlin,
  ...more,
})
const both = (table: Timetable) => [
  timetableInWords(table, 'en').join(' | '),
  timetableInWords(table, 'ru').join(' | '),
]

describe('a pattern in words', () => {
  it.each([
    ['0 9 * * 1', 'At 09:00, on Monday', 'В 09:00, в понедельник'],
    ['@daily', 'At 00:00', 'В 00:00'],
    ['* * * * *', 'Every minute', 'Каждую минуту'],
    ['*/15 * * * *', 'Every 15 minutes', 'Каждые 15 минут'],
    ['0 9 * * MON-FRI', 'At 09:00, Monday through Friday', 'В 09:00, с понедельника по пятницу'],
    ['0 9-17 * * *', 'Every hour, between 09:00 and 17:00', 'Каждый час, с 09:00 по 17:00'],
    ['0 9 1,15 * *', 'At 09:00, on days 1 and 15 of the month', 'В 09:00, 1 и 15 числа месяца'],
    ['0 9 1-7 * *', 'At 09:00, on days 1 to 7 of the month', 'В 09:00, с 1 по 7 число месяца'],
    ['0 18 L * *', 'At 18:00, on the last day of the month', 'В 18:00, в последний день месяца'],
    ['0 9 * * 5L', 'At 09:00, on the last Friday of the month', 'В 09:00, в последнюю пятницу месяца'],
    [
      '0 9 1 1,7 *',
      'At 09:00, on day 1 of the month, only in January and July',
      'В 09:00, 1 числа месяца, только январь и июль',
    ],
    ['30 9 * * 7', 'At 09:30, on Sunday', 'В 09:30, в воскресенье'],
  ])('%s', (pattern, en, ru) => expect(both(timetable(cron(pattern)))).toEqual([en, ru]))

  it('that restricts both day fields says which days it means: what the library says of it is not true', () => {
    expect(both(timetable(cron('0 0 13 * 5')))).toEqual([
      'At 00:00, on day 13 of the month or on Friday, on days that match either',
      'В 00:00, 13 числа месяца или в пятницу, в дни, когда верно хотя бы одно',
    ])
    expect(both(timetable(cron('0 0 13 * 5', { dayMatch: 'all' })))).toEqual([
      'At 00:00, on day 13 of the month and on Friday, on days that match both',
      'В 00:00, 13 числа месяца и в пятницу, в дни, когда верно и то и другое',
    ])
  })

  it.each([
    ['*/7 * * * *', 'At 0, 7, 14, 21, 28, 35, 42, 49 and 56 minutes past the hour'],
    ['0 */5 * * *', 'At 00:00, 05:00, 10:00, 15:00 and 20:00'],
    ['0 9 */10 * *', 'At 09:00, on days 1, 11, 21 and 31 of the month'],
    ['*/20 9,11 * * *', 'At 09:00, 09:20, 09:40, 11:00, 11:20 and 11:40'],
    ['* 9,11 * * *', 'Every minute, in the hours 09 and 11'],
  ])('does not call %s an interval, for it begins anew', (pattern, en) => {
    expect(timetableInWords(timetable(cron(pattern)), 'en')).toEqual([en])
  })

  it('with seconds tells them', () => {
    expect(both(timetable(cron('30 0 9 * * *', { seconds: true })))).toEqual(['At 09:00:30', 'В 09:00:30'])
    expect(both(timetable(cron('*/10 */10 9 * * *', { seconds: true })))[0]).toBe(
      'Every 10 seconds, in the minutes 00, 10, 20, 30, 40 and 50, in the hours 09',
    )
  })
})

describe('other entries in words', () => {
  it.each<[string, When, string, string]>([
    [
      'an interval',
      { kind: 'every', every: 7_200_000, anchor: 0, timezone: 'UTC' },
      'Every 2 hours, counted from midnight UTC',
      'Каждые 2 часа, считая от полуночи UTC',
    ],
    [
      'an anchored interval',
      { kind: 'every', every: 5_400_000, anchor: utc('2026-01-01T00:30'), timezone: berlin },
      'Every 90 minutes, counted from 1 January 2026 01:30 (Europe/Berlin)',
      'Каждые 90 минут, считая от 1 января 2026 01:30 (Europe/Berlin)',
    ],
    [
      'an interval that does not divide the day',
      { kind: 'every', every: 7 * 3_600_000, anchor: 0, timezone: 'UTC' },
      'Every 7 hours, counted from 1 January 1970 00:00 (UTC)',
      'Каждые 7 часов, считая от 1 января 1970 00:00 (UTC)',
    ],
    [
      'a time',
      { kind: 'at', times: ['2026-12-24T09:00'], timezone: berlin },
      'On 24 December 2026 09:00',
      '24 декабря 2026 09:00',
    ],
    [
      'many times',
      {
        kind: 'at',
        times: ['2026-12-09T09:00', '2026-12-08T09:00Z', ...[1, 2, 3, 4, 5].map(day => `2026-12-0${day}T09:00`)],
        timezone: berlin,
      },
      'On 1 December 2026 09:00, 2 December 2026 09:00, 3 December 2026 09:00, 4 December 2026 09:00, 5 December 2026 09:00 and 2 more',
      '1 декабря 2026 09:00, 2 декабря 2026 09:00, 3 декабря 2026 09:00, 4 декабря 2026 09:00, 5 декабря 2026 09:00 и ещё 2',
    ],
    [
      'a span',
      cron('0 9 * * *', { from: utc('2026-01-01T00:00'), until: utc('2026-06-30T22:00') }),
      'At 09:00, from 1 January 2026 01:00, before 1 July 2026 00:00',
      'В 09:00, с 1 января 2026 01:00, раньше 1 июля 2026 00:00',
    ],
    [
      'another zone',
      cron('0 9 * * *', { timezone: 'Asia/Tokyo' }),
      'At 09:00, in Asia/Tokyo',
      'В 09:00, в зоне Asia/Tokyo',
    ],
  ])('%s', (_, when, en, ru) => expect(both(timetable(when))).toEqual([en, ru]))

  const rule = (text: string, start = '2026-01-05T09:00:00'): When => ({
    kind: 'rrule',
    rule: text,
    start,
    timezone: berlin,
  })
  it.each([
    ['FREQ=DAILY', 'At 09:00'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=10', 'Every 2 weeks, at 09:00, on Monday and Wednesday', ', 10 times'],
    ['FREQ=WEEKLY', 'At 09:00, on Monday'],
    ['FREQ=MONTHLY', 'At 09:00, on day 5 of the month'],
    [
      'FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231',
      'At 09:00, on the last Friday of the month',
      ', until 31 December 2026 23:59:59',
    ],
    ['FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=8,18;BYMINUTE=30', 'At 08:30 and 18:30, on the last day of the month'],
    ['FREQ=YEARLY', 'At 09:00, on day 5 of the month, only in January'],
    ['FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1', 'By the rule FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1'],
    ['FREQ=YEARLY;BYDAY=MO', 'By the rule FREQ=YEARLY;BYDAY=MO'],
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', 'By the rule FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13'],
    ['FREQ=HOURLY;INTERVAL=3', 'By the rule FREQ=HOURLY;INTERVAL=3'],
  ])('the rule %s', (text, en, end = '') => {
    expect(timetableInWords(timetable(rule(text)), 'en')).toEqual([`${en}, beginning 5 January 2026 09:00${end}`])
  })

  it('a rule in Russian', () => {
    expect(timetableInWords(timetable(rule('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=22')), 'ru')).toEqual([
      'Каждые 2 недели, в 09:00, в понедельник, начиная с 5 января 2026 09:00, 22 раза',
    ])
  })
})

describe('a whole timetable in words', () => {
  it('lists its entries, its jitter and how often it runs', () => {
    const table: Timetable = {
      ...timetable(cron('0 9 * * 1'), cron('0 18 * * 5')),
      jitter: { upTo: 600_000, shift: 192_000 },
      maxRuns: 3,
    }
    expect(timetableInWords(table, 'en')).toEqual([
      'At all of these times:',
      '- At 09:00, on Monday',
      '- At 18:00, on Friday',
      'Each goes 3 minutes and 12 seconds after its time (jitter up to 10 minutes)',
      'Runs 3 times in all, then it is completed',
    ])
    expect(timetableInWords(table, 'ru').slice(3)).toEqual([
      'Каждый запуск позже своего времени на 3 минуты и 12 секунд (не больше чем на 10 минут)',
      'Всего 3 раза, затем завершено',
    ])
  })
})

describe('durations in words', () => {
  it.each([
    [1_000, '1 second', '1 секунду', 'Every second', 'Каждую секунду'],
    [60_000, '1 minute', '1 минуту', 'Every minute', 'Каждую минуту'],
    [120_000, '2 minutes', '2 минуты', 'Every 2 minutes', 'Каждые 2 минуты'],
    [300_000, '5 minutes', '5 минут', 'Every 5 minutes', 'Каждые 5 минут'],
    [660_000, '11 minutes', '11 минут', 'Every 11 minutes', 'Каждые 11 минут'],
    [1_260_000, '21 minutes', '21 минуту', 'Every 21 minutes', 'Каждые 21 минуту'],
    [3_600_000, '1 hour', '1 час', 'Every hour', 'Каждый час'],
    [5_400_000, '1 hour and 30 minutes', '1 час и 30 минут', 'Every 90 minutes', 'Каждые 90 минут'],
    [86_400_000, '1 day', '1 день', 'Every day', 'Каждый день'],
    [22 * 86_400_000, '22 days', '22 дня', 'Every 22 days', 'Каждые 22 дня'],
    [
      1_500,
      '1 second and 500 milliseconds',
      '1 секунду и 500 миллисекунд',
      'Every 1500 milliseconds',
      'Каждые 1500 миллисекунд',
    ],
    [0, '0 seconds', '0 секунд', 'Every 0 days', 'Каждые 0 дней'],
  ])('%i ms', (ms, en, ru, everyEn, everyRu) => {
    expect([durationInWords(ms, 'en'), durationInWords(ms, 'ru')]).toEqual([en, ru])
    expect([everyInWords(ms, 'en'), everyInWords(ms, 'ru')]).toEqual([everyEn, everyRu])
  })

  it('count times', () => {
    expect([1, 2, 5, 21].map(count => timesInWords(count, 'ru'))).toEqual(['1 раз', '2 раза', '5 раз', '21 раз'])
    expect([1, 2].map(count => timesInWords(count, 'en'))).toEqual(['once', '2 times'])
  })
})

describe('the words of patterns', () => {
  const field = (least: number, most: number, open = true) => {
    const value = fc.integer({ min: least, max: most })
    const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
    const step = fc.integer({ min: 2, max: Math.min(most - least, 30) }).map(each => `*/${each}`)
    const list = fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map(values => values.join(','))
    return fc.oneof(...(open ? [fc.constant('*')] : []), value.map(String), range, step, list)
  }
  const days = fc.oneof(field(1, 28), fc.constantFrom('L', 'L-3', '15W', 'LW', '1,L', '15W,LW'))
  const weekdays = fc.oneof(field(0, 6), fc.constantFrom('5L', '1#2', '1#1,5L', '0,5L'))
  const pattern = fc
    .tuple(field(0, 59), field(0, 59), field(0, 23), days, field(1, 12), weekdays)
    .map(fields => fields.join(' '))

  /** Two patterns are the same where they choose the same seconds of the same days of four years. */
  function meaning(read: Cron, dayMatch: 'any' | 'all'): string {
    const { seconds, minutes, hours, months } = read
    const chosen = [2026, 2027, 2028, 2029].flatMap(year =>
      months.map(month => daysChosen(read.days, read.weekdays, dayMatch, year, month).map(Number).join('')),
    )
    return JSON.stringify([seconds, minutes, hours, months, chosen])
  }

  it.each<Language>(['en', 'ru'])('are never the same in %s for patterns that mean something else', language => {
    const meanings = new Map<string, string>()
    let described = 0
    fc.assert(
      fc.property(pattern, fc.constantFrom('any' as const, 'all' as const), (text, dayMatch) => {
        const reading = parseCron(text, { seconds: true })
        if (!reading.ok) return
        const words = cronInWords(reading.cron, dayMatch, language)
        expect(words).not.toMatch(/undefined|NaN|\bfalse\b|, ,|,$|^,/)
        const known = meanings.get(words)
        const means = meaning(reading.cron, reading.cron.bothDaysRestricted ? dayMatch : 'any')
        if (known !== undefined) expect(`${words}: ${means}`).toBe(`${words}: ${known}`)
        meanings.set(words, means)
        described += 1
      }),
      { numRuns: 4_000 },
    )
    expect(described).toBeGreaterThan(3_000)
  })
})

describe('calendars and hours in words', () => {
  const when = timetable(cron('0 9 * * *'))
  const except = [{ name: 'holidays', weekdays: [7] }]
  it.each([
    [{ except }, 'Never while one of these calendars holds: holidays', 'Никогда, пока действует календарь: holidays'],
    [
      { quietHours: { from: '22:00', to: '08:00', does: 'move' } },
      'Quiet hours 22:00-08:00: what falls into them goes at their end',
      'Тихие часы 22:00-08:00: что попадает в них, уходит в их конце',
    ],
    [
      {
        allowed: {
          hours: [
            { days: [1, 2], from: '09:00', to: '18:00' },
            { from: '20:00', to: '21:00' },
          ],
          otherwise: 'skip',
        },
      },
      'Allowed only Mon Tue 09:00-18:00 and 20:00-21:00; all else is left out',
      'Разрешено только пн вт 09:00-18:00 и 20:00-21:00; остальное пропускается',
    ],
  ] as const)('%j', (rules, en, ru) => {
    expect(timingInWords({ when, ...rules }, 'en').at(-1)).toBe(en)
    expect(timingInWords({ when, ...rules }, 'ru').at(-1)).toBe(ru)
  })
})
