/** Both nights of a year in zones that differ in what they do, and what `dst` of an entry changes about them. */
import { describe, expect, it } from 'vitest'
import { occurrencesBetween } from '../../src/timetable/due-times.ts'
import type { Dst, Timetable, When } from '../../src/timetable/schedule.ts'

type Given = readonly [pattern: string, dst: Dst | undefined, expected: readonly string[]]

const due = (when: Timetable, from: string, to: string) =>
  occurrencesBetween(when, Date.parse(from) - 1, Date.parse(to)).map(
    ({ label, nominal, clocks }) =>
      `${label.slice(6)} ${new Date(nominal).toISOString().slice(11, 16)}${clocks === undefined ? '' : ` ${clocks}`}`,
  )
const cron = (pattern: string, timezone: string, dst?: Dst): Timetable => ({
  timezone,
  entries: [{ kind: 'cron', pattern, timezone, ...(dst ? { dst } : {}) }],
})

describe('the night on which clocks go forward', () => {
  const berlin: Given[] = [
    ['30 2 * * *', undefined, ['28T0230 01:30 shifted']],
    ['30 2 * * *', { gap: 'skip' }, []],
    ['30 2 * * *', { fold: 'both' }, ['28T0230 01:30 shifted']],
    ['30 2,3 * * *', undefined, ['28T0330 01:30']],
    ['0 */2 * * *', undefined, ['28T0400 02:00']],
    ['30 * * * *', undefined, ['28T0130 00:30', '28T0330 01:30']],
    ['15 * * * *', { gap: 'shift' }, ['28T0115 00:15', '28T0315 01:15']],
  ]
  it.each(berlin)('in Berlin: %s with %j', (pattern, dst, expected) => {
    expect(due(cron(pattern, 'Europe/Berlin', dst), '2027-03-28T00:10Z', '2027-03-28T02:00Z')).toEqual(expected)
  })

  it('by half an hour, on Lord Howe, moves a time by half an hour', () => {
    expect(due(cron('15 2 * * *', 'Australia/Lord_Howe'), '2027-10-02T14:00Z', '2027-10-02T20:00Z')).toEqual([
      '03T0215 15:45 shifted',
    ])
  })

  it('at midnight, in Cairo, keeps the day', () => {
    expect(due(cron('0 0 * * *', 'Africa/Cairo'), '2026-04-23T12:00Z', '2026-04-24T12:00Z')).toEqual([
      '24T0000 22:00 shifted',
    ])
  })

  it('over a whole day, in Apia, fires nothing on it, whatever dst says', () => {
    const apia = (pattern: string) => cron(pattern, 'Pacific/Apia', { gap: 'shift' })
    expect(due(apia('0 9 * * *'), '2011-12-29T00:00Z', '2011-12-31T12:00Z')).toEqual(['29T0900 19:00', '31T0900 19:00'])
    expect(due(apia('0 9 30 12 *'), '2011-01-01T00:00Z', '2012-12-29T12:00Z')).toEqual([])
  })
})

describe('the night on which clocks go back', () => {
  const berlin: Given[] = [
    ['30 2 * * *', undefined, ['31T0230 00:30 firstPass']],
    ['30 2 * * *', { fold: 'last' }, ['31T0230 01:30 secondPass']],
    ['30 2 * * *', { fold: 'both' }, ['31T0230 00:30 firstPass', '31T0230~2 01:30 secondPass']],
    ['30 2 * * *', { gap: 'skip' }, ['31T0230 00:30 firstPass']],
    ['30 * * * *', undefined, ['31T0230 00:30 firstPass', '31T0230~2 01:30 secondPass']],
    ['30 * * * *', { fold: 'first' }, ['31T0230 00:30 firstPass']],
    ['30 */2 * * *', undefined, ['31T0230 00:30 firstPass', '31T0230~2 01:30 secondPass']],
    ['30 1-3 * * *', undefined, ['31T0230 00:30 firstPass']],
  ]
  it.each(berlin)('in Berlin: %s with %j', (pattern, dst, expected) => {
    expect(due(cron(pattern, 'Europe/Berlin', dst), '2027-10-31T00:10Z', '2027-10-31T02:00Z')).toEqual(expected)
  })

  it('by half an hour, on Lord Howe, repeats half an hour', () => {
    const lordHowe = cron('*/30 * * * *', 'Australia/Lord_Howe')
    expect(due(lordHowe, '2027-04-03T14:30Z', '2027-04-03T15:35Z')).toEqual([
      '04T0130 14:30 firstPass',
      '04T0130~2 15:00 secondPass',
      '04T0200 15:30',
    ])
  })

  it('for Ramadan, in Casablanca, is a night like any other', () => {
    expect(due(cron('30 2 * * *', 'Africa/Casablanca'), '2027-02-07T00:00Z', '2027-02-07T12:00Z')).toEqual([
      '07T0230 01:30 firstPass',
    ])
  })
})

describe('a time in at', () => {
  const at = (times: string[], dst?: Dst): Timetable => ({
    timezone: 'Europe/Berlin',
    entries: [{ kind: 'at', times, timezone: 'Europe/Berlin', ...(dst ? { dst } : {}) }],
  })
  it.each([
    [['2027-03-28T02:30'], { gap: 'shift' }, ['28T0230 01:30 shifted']],
    [['2027-10-31T02:30'], { fold: 'last' }, ['31T0230 01:30 secondPass']],
    [['2027-10-31T02:30'], { fold: 'both' }, ['31T0230 00:30 firstPass', '31T0230~2 01:30 secondPass']],
    [['2027-10-31T02:30+02:00', '2027-10-31T02:30+01:00'], undefined, ['31T0230 00:30', '31T0230~2 01:30']],
  ] as const)('%j with %j is named by the pass it falls on', (times, dst, expected) => {
    expect(due(at([...times], dst), '2027-01-01T00:00Z', '2028-01-01T00:00Z')).toEqual(expected)
  })
})

describe('entries that are united', () => {
  const zone = 'Europe/Berlin'
  const both = (...entries: When[]): Timetable => ({ timezone: zone, entries })
  const last: When = { kind: 'cron', pattern: '30 2 * * *', timezone: zone, dst: { fold: 'last' } }
  const first: When = { kind: 'cron', pattern: '30 2 * * *', timezone: zone }

  it('name a second pass ~2 as soon as another entry may take the first', () => {
    expect(due(both(last, first), '2027-10-31T00:00Z', '2027-10-31T02:00Z')).toEqual([
      '31T0230 00:30 firstPass',
      '31T0230~2 01:30 secondPass',
    ])
  })

  it('at one instant are one due time: not shifted before shifted, local before the instant of every', () => {
    const every: When = { kind: 'every', every: 86_400_000, anchor: Date.parse('2027-03-28T01:30Z'), timezone: 'UTC' }
    const later: When = { kind: 'cron', pattern: '30 3 * * *', timezone: zone }
    expect(due(both(every, first, later), '2027-03-28T00:00Z', '2027-03-28T02:00Z')).toEqual(['28T0330 01:30'])
    expect(due(both(every, first), '2027-03-28T00:00Z', '2027-03-28T02:00Z')).toEqual(['28T0130Z 01:30'])
    expect(due(both(every, later), '2027-03-28T00:00Z', '2027-03-28T02:00Z')).toEqual(['28T0330 01:30'])
  })

  it('in two zones keep two nine o’clocks apart', () => {
    const nine = (timezone: string): When => ({ kind: 'cron', pattern: '0 9 * * *', timezone })
    const every: When = { kind: 'every', every: 7 * 86_400_000, anchor: 0, timezone: 'UTC' }
    expect(due(both(nine(zone), nine('Europe/Moscow'), every), '2027-03-03T12:00Z', '2027-03-04T12:00Z')).toEqual([
      '04T0000Z 00:00',
      '04T0900.Europe-Moscow 06:00',
      '04T0900.Europe-Berlin 08:00',
    ])
    expect(due(both(nine(zone), every), '2027-03-04T07:00Z', '2027-03-04T12:00Z')).toEqual(['04T0900 08:00'])
  })
})

describe('maxRuns', () => {
  it('of entries without a beginning is refused', () => {
    const endless = { ...cron('0 9 * * *', 'UTC'), maxRuns: 3 }
    expect(() => occurrencesBetween(endless, 0, 1)).toThrow('an entry has none')
  })

  it.each([
    ['* * * * *', 200_000],
    ['0 9 * * *', 15_100],
    ['0 9 1 1 *', 50],
  ])('ends where everything is left out: %s', (pattern, most) => {
    const { entries } = cron(pattern, 'Europe/Berlin')
    const when = { timezone: 'UTC', maxRuns: 3, entries: entries.map(entry => ({ ...entry, from: 0 })) }
    const found = occurrencesBetween(when, 0, Date.UTC(2200, 0), Number.POSITIVE_INFINITY, () => true)
    expect(found.length).toBeLessThan(most)
  })
})
