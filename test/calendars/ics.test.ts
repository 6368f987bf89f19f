import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readIcs } from '../../src/calendars/ics.ts'

const calendar = (...components: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example//days//EN', ...components, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]) => ['BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT'].join('\r\n')
/** The event begins in line 4, its own lines in line 6. */
const read = (...lines: string[]) => readIcs(calendar(event(...lines)), 2026, 2028)
const days = (...all: string[]) => ({ days: all.map(each => each.split('/')), events: [], flaws: [] })

describe('an iCalendar file', () => {
  it.each([
    ['one day', ['DTSTART;VALUE=DATE:20270101'], days('2027-01-01/2027-01-01')],
    [
      'an end that is not included',
      ['DTSTART;VALUE=DATE:20270101', 'DTEND;VALUE=DATE:20270109'],
      days('2027-01-01/2027-01-08'),
    ],
    ['a length', ['DTSTART;VALUE=DATE:20270101', 'DURATION:P2D'], days('2027-01-01/2027-01-02')],
    [
      'every year of the horizon, and not beyond',
      ['DTSTART;VALUE=DATE:20201225', 'RRULE:FREQ=YEARLY'],
      days('2026-12-25/2026-12-25', '2027-12-25/2027-12-25', '2028-12-25/2028-12-25'),
    ],
    [
      '29 February in leap years alone',
      ['DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY'],
      days('2028-02-29/2028-02-29'),
    ],
    [
      'all but what is taken out',
      ['DTSTART;VALUE=DATE:20270105', 'RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE;VALUE=DATE:20270112'],
      days('2027-01-05/2027-01-05', '2027-01-19/2027-01-19'),
    ],
    [
      'dates that are added to the first',
      ['DTSTART;VALUE=DATE:20270101', 'RDATE;VALUE=DATE:20270301,20270401'],
      days('2027-01-01/2027-01-01', '2027-03-01/2027-03-01', '2027-04-01/2027-04-01'),
    ],
    ['nothing of what is cancelled', ['DTSTART;VALUE=DATE:20270101', 'STATUS:CANCELLED'], days()],
    ['nothing of no length', ['DTSTART:20270101T090000Z'], days()],
    [
      'what is free time to a calendar all the same, as holidays are',
      ['DTSTART;VALUE=DATE:20270101', 'TRANSP:TRANSPARENT', 'SUMMARY:New', '  Year'],
      days('2027-01-01/2027-01-01'),
    ],
  ])('holds %s', (_, lines, expected) => {
    expect(read(...lines)).toEqual(expected)
  })

  it.each([
    ['in UTC', 'DTSTART:20270101T090000Z', { zone: 'UTC' }],
    ['in a zone', 'DTSTART;TZID=Europe/Moscow:20270101T090000', { zone: 'Europe/Moscow' }],
    ['wherever it is read', 'DTSTART:20270101T090000', {}],
  ])('holds a timed event %s', (_, start, zone) => {
    expect(read(start, 'DURATION:PT90M')).toMatchObject({
      events: [{ start: '2027-01-01T09:00:00', end: '2027-01-01T10:30:00', ...zone }],
      flaws: [],
    })
  })

  it('may declare zones of its own', () => {
    const zone = [
      ...['BEGIN:VTIMEZONE', 'TZID:W. Europe Standard Time'],
      ...['BEGIN:STANDARD', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
      ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
      ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
      ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
    ].join('\r\n')
    const text = calendar(zone, event('DTSTART;TZID=W. Europe Standard Time:20270701T090000', 'DURATION:PT1H'))
    expect(readIcs(text, 2026, 2028).events).toEqual([
      { start: '2027-07-01T07:00:00', end: '2027-07-01T08:00:00', zone: 'UTC' },
    ])
  })

  it('may move or cancel one of many', () => {
    const text = calendar(
      event('DTSTART;VALUE=DATE:20270105', 'RRULE:FREQ=WEEKLY;COUNT=3'),
      event('RECURRENCE-ID;VALUE=DATE:20270112', 'DTSTART;VALUE=DATE:20270114'),
      event('RECURRENCE-ID;VALUE=DATE:20270119', 'DTSTART;VALUE=DATE:20270119', 'STATUS:CANCELLED'),
    )
    expect(readIcs(text, 2026, 2028)).toEqual(days('2027-01-05/2027-01-05', '2027-01-14/2027-01-14'))
  })

  it('may hold one of many alone', () => {
    expect(read('RECURRENCE-ID;VALUE=DATE:20270112', 'DTSTART;VALUE=DATE:20270114')).toEqual(
      days('2027-01-14/2027-01-14'),
    )
  })

  it('may hold several calendars', () => {
    const text = calendar(event('DTSTART;VALUE=DATE:20270101')) + calendar(event('DTSTART;VALUE=DATE:20270301'))
    expect(readIcs(text, 2026, 2028)).toEqual(days('2027-01-01/2027-01-01', '2027-03-01/2027-03-01'))
  })
})

describe('what is wrong with an iCalendar file is told with its line:', () => {
  const cut = calendar(event('DTSTART;VALUE=DATE:20270101')).replace('END:VEVENT\r\n', '')
  it.each([
    ['text', 'hello', [1, 'is not a line of iCalendar (NAME:value)']],
    ['nothing', '', [1, 'holds no event']],
    ['no events', calendar(), [1, 'holds no event']],
    ['a card', 'BEGIN:VCARD\nEND:VCARD\n', [1, 'does not begin a calendar (BEGIN:VCALENDAR)']],
    ['a line of something else', calendar('DAYS', event()), [4, 'is not a line of iCalendar (NAME:value)']],
    ['a part that does not end', cut, [7, 'ends VCALENDAR, and VEVENT was begun']],
    ['a day that does not exist', calendar(event('DTSTART;VALUE=DATE:20270230')), [6, '"20270230" is not a date']],
    [
      'an hour that does not exist',
      calendar(event('DTSTART:20270228T250000Z')),
      [6, '"20270228T250000Z" is not a date'],
    ],
    ['an event without a beginning', calendar(event('SUMMARY:x')), [4, 'this event has no DTSTART']],
    [
      'a zone that nobody knows',
      calendar(event('DTSTART;TZID=Home:20270101T090000', 'DURATION:PT1H')),
      [4, 'the time zone "Home" is neither an IANA zone nor declared in the file (VTIMEZONE)'],
    ],
    [
      'a rule that is none',
      calendar(event('DTSTART;VALUE=DATE:20270101', 'RRULE:FREQ=OFTEN')),
      [7, expect.stringContaining('cannot be read as iCalendar (invalid frequency')],
    ],
    [
      'an event of every minute',
      calendar(event('DTSTART:20270101T000000Z', 'DURATION:PT1M', 'RRULE:FREQ=MINUTELY')),
      [4, 'this event cannot be read (it repeats more than 20000 times until 2028)'],
    ],
  ])('%s', (_, text, [line, sentence]) => {
    expect(readIcs(text, 2026, 2028).flaws[0]).toEqual({ line, sentence })
  })

  it('whatever stands in it', () => {
    const line = fc.oneof(
      fc.constantFrom('BEGIN:VCALENDAR', 'END:VCALENDAR', 'BEGIN:VEVENT', 'END:VEVENT', 'BEGIN:VTIMEZONE', ' x'),
      fc.constantFrom('DTSTART;VALUE=DATE:20270101', 'DTSTART:2027', 'RRULE:FREQ=DAILY;UNTIL=x', 'RDATE:', 'DTEND:1'),
      fc.constantFrom('RECURRENCE-ID:20270101', 'DURATION:P', 'EXDATE;TZID=:20270101T000000', 'STATUS'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(line), lines => {
        for (const text of [lines.join('\n'), calendar(event(...lines))]) readIcs(text, 2026, 2028)
      }),
      { numRuns: 500 },
    )
  })
})
