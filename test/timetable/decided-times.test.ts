import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reasons } from '../../src/launches/launch.ts'
import { anythingGoes, type DecidedTime, decidedTimes, type Timing } from '../../src/timetable/decided-times.ts'
import type { When } from '../../src/timetable/schedule.ts'

const minute = 60_000
const day = 1_440 * minute
const monday = Date.UTC(2026, 10, 23)

const cron = (pattern: string): When => ({ kind: 'cron', pattern, timezone: 'UTC' })
const timing = (rules: Partial<Timing>, ...entries: When[]): Timing => ({
  when: { timezone: 'UTC', entries },
  ...rules,
})
const nightMoves = { quietHours: { from: '22:00', to: '08:00', does: 'move' } } as const
const nightSkips = { quietHours: { from: '22:00', to: '08:00', does: 'skip' } } as const
const weekends = { except: [{ name: 'weekends', weekdays: [6, 7] }] }

function between(each: Timing, after: number, to: number): DecidedTime[] {
  const found: DecidedTime[] = []
  for (const time of decidedTimes(each, after)) {
    if (time.nominal > to) break
    found.push(time)
  }
  return found
}
const clock = (instant: number) => new Date(instant).toISOString().slice(8, 16)
const told = (times: readonly DecidedTime[]) =>
  times.map(({ nominal, due, leftOut, movedBy }) => {
    if (leftOut !== undefined) return `${clock(nominal)} ${leftOut.split(':')[0]}`
    return movedBy === undefined ? clock(nominal) : `${clock(nominal)} to ${clock(due)}`
  })

describe('due times', () => {
  it('that hours move to one moment leave the newest of them', () => {
    const each = timing(nightMoves, cron('0,30 22-23 * * *'), cron('0 9 * * *'))
    const found = between(each, monday + 12 * 60 * minute, monday + 2 * day - 1)
    expect(told(found)).toEqual([
      '23T22:00 hours',
      '23T22:30 hours',
      '23T23:00 hours',
      '23T23:30 to 24T08:00',
      '24T09:00',
      '24T22:00 hours',
      '24T22:30 hours',
      '24T23:00 hours',
      '24T23:30 to 25T08:00',
    ])
    expect(found[0]?.leftOut).toBe(reasons.together)
    expect(found[3]).toMatchObject({ label: '20261123T2330', movedBy: 'quietHours' })
  })

  it('that hours move to the moment of an ordinary one give way to it', () => {
    const each = timing(nightMoves, cron('0 6,8 * * *'))
    expect(told(between(each, monday, monday + day))).toEqual(['23T06:00 hours', '23T08:00'])
  })

  it('do not give way to one that a calendar leaves out', () => {
    const event = { start: '2026-11-23T02:00:00', end: '2026-11-23T07:30:00', zone: 'UTC' }
    const each = timing({ ...nightMoves, except: [{ name: 'works', events: [event] }] }, cron('0 1,7 * * *'))
    expect(told(between(each, monday, monday + day))).toEqual(['23T01:00 to 23T08:00', '23T07:00 calendar'])
  })

  it('go by the time that jitter gives them', () => {
    const shifted: Timing = {
      ...nightSkips,
      when: { timezone: 'UTC', entries: [cron('55 7,21 * * *')], jitter: { upTo: 600_000, shift: 300_000 } },
    }
    expect(told(between(shifted, monday, monday + day))).toEqual(['23T07:55', '23T21:55 hours'])
  })

  it('without rules are those of the timetable', () => {
    expect(told(between(timing({}, cron('0 3 * * *')), monday, monday + 2 * day))).toEqual(['23T03:00', '24T03:00'])
  })

  it('come out the same wherever one begins', () => {
    const pattern = fc.constantFrom('*/30 * * * *', '0 */4 * * *', '15 1,23 * * *', '0 8,22 * * 5-7', '*/7 20-23 * * *')
    const rule = fc.constantFrom<Partial<Timing>>(
      nightMoves,
      nightSkips,
      weekends,
      { ...nightMoves, ...weekends },
      { allowed: { hours: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }], otherwise: 'move' }, ...weekends },
    )
    fc.assert(
      fc.property(
        pattern,
        rule,
        fc.array(fc.integer({ min: 0, max: 7 * 1_440 }), { maxLength: 5 }),
        (text, rules, cuts) => {
          const each = timing(rules, cron(text))
          const ends = [...cuts.toSorted((a, b) => a - b).map(cut => monday + cut * minute), monday + 7 * day]
          const pieces = ends.flatMap((end, index) => between(each, ends[index - 1] ?? monday - 1, end))
          const whole = between(each, monday - 1, monday + 7 * day)
          expect(pieces).toEqual(whole)
          const going = whole.filter(({ leftOut }) => leftOut === undefined)
          expect(going.every(({ nominal, due }) => due >= nominal)).toBe(true)
          // Each moment once, and in the order of nominal times.
          expect(going.every(({ due }, index) => index === 0 || due > (going[index - 1]?.due ?? 0))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('whether anything goes', () => {
  it.each<[string, Timing, boolean | undefined]>([
    ['something does', timing(nightSkips, cron('0 3,9 * * *')), true],
    ['nothing does', timing(nightSkips, cron('0 3 * * *')), false],
    [
      'nothing does of what is due every second',
      timing(
        { ...nightSkips, allowed: { hours: [{ from: '23:00', to: '24:00' }], otherwise: 'skip' } },
        { kind: 'every', every: 1_000, anchor: 0, timezone: 'UTC' },
      ),
      false,
    ],
    ['what moves does', timing(nightMoves, cron('0 3 * * *')), true],
    ['what moves into a calendar does not', timing({ ...nightMoves, ...weekends }, cron('0 23 * * 5')), false],
    ['something does once in months', timing(weekends, cron('0 9 25 12 *')), true],
    ['nothing is due', timing(weekends, { ...cron('0 9 * * *'), until: monday }), undefined],
    ['no rule is asked', timing({}, cron('0 9 * * *')), undefined],
  ])('%s', (_, each, expected) => {
    expect(anythingGoes(each, monday, monday + 366 * day)).toBe(expected)
  })
})
