import { describe, expect, it } from 'vitest'
import { at, file, problemsOf, read } from './schedule-text.ts'

describe('a timetable', () => {
  it.each([
    ['cron', '{ cron: "@daily" }', { kind: 'cron', pattern: '@daily', timezone: 'Europe/Moscow' }],
    [
      'cron with seconds',
      '{ cron: "*/5 * * * * *", seconds: true }',
      { kind: 'cron', pattern: '*/5 * * * * *', seconds: true, timezone: 'Europe/Moscow' },
    ],
    [
      'cron on both days',
      '{ cron: "0 9 13 * 5", dayMatch: all }',
      { kind: 'cron', pattern: '0 9 13 * 5', dayMatch: 'all', timezone: 'Europe/Moscow' },
    ],
    ['every', '{ every: 2h }', { kind: 'every', every: 7_200_000, anchor: 0, timezone: 'Europe/Moscow' }],
    [
      'every from an anchor',
      '{ every: 1s, anchor: "1970-01-01T03:00:01+03:00" }',
      { kind: 'every', every: 1_000, anchor: 1_000, timezone: 'Europe/Moscow' },
    ],
    ['one time', '{ at: 2027-01-01T09:00 }', { kind: 'at', times: ['2027-01-01T09:00'], timezone: 'Europe/Moscow' }],
    [
      'several times',
      '{ at: [2027-01-01T09:00, 2027-01-02T09:00Z], timezone: UTC }',
      { kind: 'at', times: ['2027-01-01T09:00', '2027-01-02T09:00Z'], timezone: 'UTC' },
    ],
    [
      'a time in a fold with its offset',
      '{ at: 2026-10-25T02:30+02:00, timezone: Europe/Berlin }',
      { kind: 'at', times: ['2026-10-25T02:30+02:00'], timezone: 'Europe/Berlin' },
    ],
    [
      'a time in a fold that dst decides',
      '{ at: 2026-10-25T02:30, dst: { fold: last }, ifPast: skip, timezone: Europe/Berlin }',
      { kind: 'at', times: ['2026-10-25T02:30'], ifPast: 'skip', dst: { fold: 'last' }, timezone: 'Europe/Berlin' },
    ],
    [
      'a time in a gap that dst decides',
      '{ at: 2027-03-28T02:30, dst: { gap: shift }, timezone: Europe/Berlin }',
      { kind: 'at', times: ['2027-03-28T02:30'], dst: { gap: 'shift' }, timezone: 'Europe/Berlin' },
    ],
    [
      'a recurrence rule with its start',
      '{ rrule: "RRULE:FREQ=MONTHLY;BYDAY=-1FR", start: 2026-12-01T18:00 }',
      { kind: 'rrule', rule: 'FREQ=MONTHLY;BYDAY=-1FR', start: '2026-12-01T18:00', timezone: 'Europe/Moscow' },
    ],
    [
      'a recurrence rule as calendars write it, in its own zone',
      '{ rrule: "DTSTART;TZID=Europe/Riga:20261201T180000\\nRRULE:FREQ=DAILY" }',
      { kind: 'rrule', rule: 'FREQ=DAILY', start: '2026-12-01T18:00:00', timezone: 'Europe/Riga' },
    ],
    [
      'a span that begins in a gap',
      '{ every: 1d, from: 2027-03-28T02:30, timezone: Europe/Berlin }',
      { kind: 'every', every: 86_400_000, anchor: 0, timezone: 'Europe/Berlin', from: Date.parse('2027-03-28T01:30Z') },
    ],
  ])('is due by %s', (_, when, expected) => {
    const { schedules } = read(file({ head: 'defaults: { timezone: Europe/Moscow }\n', when }))
    expect(schedules[0]?.when).toEqual({ timezone: expected.timezone, entries: [expected] })
  })

  it('by every needs no zone', () => {
    expect(read(file({ when: '{ every: 5m }' })).schedules[0]?.when).toMatchObject({ timezone: 'UTC' })
  })
})

describe('a mistake', () => {
  it.each([
    [
      'four fields',
      '{ cron: "0 9 * *" }',
      '5:19',
      'digest.when.cron: "0 9 * *" has 4 fields, 5 needed (minute hour day-of-month month weekday)',
    ],
    [
      'a date that never comes',
      '{ cron: "0 0 31 2 *" }',
      '5:19',
      'digest.when.cron: no date ever matches: the day does not occur in those months',
    ],
    ['no kind', '{ timezone: UTC }', '5:5', 'digest.when: one of cron, every, at and rrule is missing'],
    [
      'two kinds',
      '{ cron: "@daily", every: 2h }',
      '5:29',
      'digest.when: cron and every are both given; choose one, or write a list of two entries',
    ],
    [
      'an anchor of cron',
      '{ cron: "@daily", anchor: 2026-01-01T00:00Z }',
      '5:29',
      'digest.when: anchor belongs to every, not to cron',
    ],
    [
      'an anchor without an offset',
      '{ every: 1h, anchor: 2026-01-01T00:00 }',
      '5:32',
      'digest.when.anchor: "2026-01-01T00:00" is not an instant: write 2026-01-01T00:00:00Z, or an offset such as +03:00 in place of Z',
    ],
    [
      'two restricted day fields',
      '{ cron: "0 9 13 * 5" }',
      '5:19',
      'digest.when.cron: "0 9 13 * 5" restricts the day of the month and the weekday: write dayMatch: any for days that match either, as cron does, or dayMatch: all for days that match both',
    ],
    [
      'two day fields that never meet',
      '{ cron: "0 9 31 2 5", dayMatch: all }',
      '5:19',
      'digest.when.cron: no date ever matches: the day does not occur in those months',
    ],
    [
      'dst of every',
      '{ every: 1h, dst: { gap: skip }, timezone: UTC }',
      '5:24',
      'digest.when: dst belongs to cron, at and rrule, not to every',
    ],
    ['ifPast of cron', '{ cron: "@daily", ifPast: now }', '5:29', 'digest.when: ifPast belongs to at, not to cron'],
    [
      'a time in a gap that dst leaves out',
      '{ at: 2027-03-28T02:30, dst: { gap: skip }, timezone: Europe/Berlin }',
      '5:17',
      'digest.when.at: "2027-03-28T02:30" does not exist in Europe/Berlin: clocks go forward over it; write another time',
    ],
    [
      'a rule without a start',
      '{ rrule: FREQ=DAILY }',
      '5:5',
      'digest.when: start is missing: the local time that the rrule begins at, such as 2026-12-24T09:00',
    ],
    [
      'a start with an offset',
      '{ rrule: FREQ=DAILY, start: 2026-12-24T09:00Z }',
      '5:39',
      'digest.when.start: "2026-12-24T09:00Z" is not a local time: write 2026-12-24T09:00, without an offset',
    ],
    [
      'two starts',
      '{ rrule: "DTSTART:20261224T090000 RRULE:FREQ=DAILY", start: 2026-12-24T09:00 }',
      '5:64',
      'digest.when: start and DTSTART are both given; choose one',
    ],
    [
      'two zones in one rule',
      '{ rrule: "DTSTART;TZID=Europe/Riga:20261224T090000 RRULE:FREQ=DAILY", timezone: UTC }',
      '5:20',
      'digest.when.rrule: TZID=Europe/Riga is not the time zone of the entry, UTC: write one of them',
    ],
    [
      'a rule that never matches',
      '{ rrule: "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", start: 2026-12-24T09:00 }',
      '5:20',
      'digest.when.rrule: no date ever matches',
    ],
    [
      'a part of a rule',
      '{ rrule: "FREQ=DAILY;BYHOUR=25", start: 2026-12-24T09:00 }',
      '5:20',
      'digest.when.rrule: BYHOUR=25 must list numbers from 0 to 23',
    ],
    ['an interval too short', '{ every: 900ms }', '5:20', 'digest.when.every: must be at least 1s'],
    [
      'an interval without a unit',
      '{ every: 90 }',
      '5:20',
      'digest.when.every: must be a duration such as 2s, 15m or 30d, got 90',
    ],
    [
      'a zone',
      '{ cron: "@daily", timezone: Europe/Berlni }',
      '5:39',
      'digest.when.timezone: "Europe/Berlni" is not an IANA time zone; did you mean Europe/Berlin?',
    ],
    [
      'a zone by its city',
      '{ cron: "@daily", timezone: moscow }',
      '5:39',
      'digest.when.timezone: "moscow" is not an IANA time zone; did you mean Europe/Moscow?',
    ],
    [
      'an offset as a zone',
      '{ cron: "@daily", timezone: "+03:00" }',
      '5:39',
      'digest.when.timezone: "+03:00" is not an IANA time zone, such as Europe/Berlin',
    ],
    ['a key', '{ corn: "@daily" }', '5:13', 'digest.when: unknown key "corn"; did you mean "cron"?'],
    [
      'a time in a gap',
      '{ at: 2027-03-28T02:30, timezone: Europe/Berlin }',
      '5:17',
      'digest.when.at: "2027-03-28T02:30" does not exist in Europe/Berlin: clocks go forward over it; write another time',
    ],
    [
      'a time in a fold',
      '{ at: [2027-10-31T02:30], timezone: Europe/Berlin }',
      '5:18',
      'digest.when.at[0]: "2027-10-31T02:30" happens twice in Europe/Berlin: clocks go back over it; write 2027-10-31T00:30Z or 2027-10-31T01:30Z',
    ],
    [
      'a date for a time',
      '{ at: 2027-03-28 }',
      '5:17',
      'digest.when.at: "2027-03-28" is not a local time: write 2026-12-24T09:00',
    ],
    [
      'a day that does not exist',
      '{ at: 2027-02-30T09:00 }',
      '5:17',
      'digest.when.at: "2027-02-30T09:00" is not a local time: write 2026-12-24T09:00',
    ],
    [
      'an offset nobody has',
      '{ at: 2027-02-20T09:00+99:00 }',
      '5:17',
      'digest.when.at: "2027-02-20T09:00+99:00" is not a local time: write 2026-12-24T09:00',
    ],
    [
      'the same moment twice',
      '{ at: [2027-02-20T09:00, 2027-02-20T09:00Z] }',
      '5:36',
      'digest.when.at[1]: "2027-02-20T09:00Z" is the same moment as "2027-02-20T09:00"',
    ],
    [
      'no times',
      '{ at: [] }',
      '5:17',
      'digest.when.at: must be a local time such as 2026-12-24T09:00 or a list that is not empty, got a list',
    ],
    [
      'a time outside of the span',
      '{ at: 2027-02-20T09:00, until: 2027-02-20 }',
      '5:17',
      'digest.when.at: "2027-02-20T09:00" lies outside of from and until',
    ],
    [
      'a span that ends before it begins',
      '{ every: 1h, from: 2027-02-20, until: 2027-02-20 }',
      '5:49',
      'digest.when.until: is not after from: nothing would ever be due',
    ],
    [
      'a span that begins nowhere',
      '{ every: 1h, from: tomorrow }',
      '5:30',
      'digest.when.from: "tomorrow" is not a local time: write 2026-12-24T09:00, or 2026-12-24 for its midnight',
    ],
    [
      'no map',
      'daily',
      '5:11',
      'digest.when: must be a map (cron, seconds, dayMatch, every, anchor, at, ifPast, rrule, start, dst, timezone, from, until) or a list that is not empty, got "daily"',
    ],
  ])('in a timetable is told: %s', (_, when, place, sentence) => {
    const given = when.includes('timezone') || !when.startsWith('{') ? when : when.replace(' }', ', timezone: UTC }')
    expect(problemsOf(file({ when: given }))).toEqual(at(place, sentence))
  })

  it('is a missing zone, for cron and at', () => {
    const sentence = 'digest.when: timezone is missing, here or in defaults (an IANA time zone such as Europe/Berlin)'
    expect(problemsOf(file({ when: '{ cron: "@daily" }' }))).toEqual(at('5:5', sentence))
    expect(problemsOf(file({ when: '{ at: 2027-01-01T09:00 }' }))).toEqual(at('5:5', sentence))
  })
})
