import fc from 'fast-check'
import { DateTime, IANAZone } from 'luxon'
import { describe, expect, it } from 'vitest'
import type { Calendar } from '../../src/calendars/calendar.ts'
import { type Allowance, closedSince, judgeBy, nextTurn, openBetween } from '../../src/timetable/allowance.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const night = { from: '22:00', to: '08:00' } as const
const quiet = (does: 'skip' | 'move') => ({ quietHours: { ...night, does } })
const office = (otherwise: 'skip' | 'move') => ({
  allowed: { hours: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }], otherwise },
})
const weekends: Calendar = { name: 'weekends', weekdays: [6, 7] }
const holidays: Calendar = { name: 'holidays', days: [['2027-01-01', '2027-01-08']], yearly: [['12-31', '01-02']] }
const businessDays: Calendar = {
  name: 'business-days',
  not: [weekends, holidays],
  days: [['2027-01-09', '2027-01-09']],
}
const maintenance: Calendar = {
  name: 'maintenance',
  events: [{ start: '2027-06-01T10:00:00', end: '2027-06-01T12:00:00', zone: 'UTC' }],
}
const at = (text: string, zone = 'Europe/Berlin') => DateTime.fromISO(text, { zone }).toMillis()
const local = (instant: number, zone = 'Europe/Berlin') =>
  DateTime.fromMillis(instant, { zone }).toFormat("yyyy-MM-dd'T'HH:mmZZ")

function verdict(rules: Allowance, when: string, zone = 'Europe/Berlin'): string {
  const found = judgeBy(rules, zone)(at(when, zone))
  switch (found.kind) {
    case 'goes':
      return 'goes'
    case 'moved':
      return `${found.by} moves to ${local(found.to, zone)}`
    case 'leftOut':
      return found.reason
  }
}
const isQuiet = 'hours: it was due in quiet hours, and its schedule skips what is'
const isOutside = 'hours: it was due outside of the allowed hours, and its schedule skips what is'
const isIn = (name: string) => `calendar: it would have gone out in ${name}`

describe('a due time', () => {
  it.each<[string, Allowance, string, string]>([
    ['in no quiet hours goes', quiet('skip'), '2026-11-23T21:59', 'goes'],
    ['at their beginning is left out', quiet('skip'), '2026-11-23T22:00', isQuiet],
    ['at their end goes', quiet('skip'), '2026-11-24T08:00', 'goes'],
    [
      'after midnight moves to the morning',
      quiet('move'),
      '2026-11-24T03:00',
      'quietHours moves to 2026-11-24T08:00+01:00',
    ],
    [
      'before midnight moves to the next',
      quiet('move'),
      '2026-11-23T23:00',
      'quietHours moves to 2026-11-24T08:00+01:00',
    ],
    ['within allowed hours goes', office('skip'), '2026-11-27T17:59', 'goes'],
    ['after them is left out', office('skip'), '2026-11-27T18:00', isOutside],
    ['on Friday night moves to Monday', office('move'), '2026-11-27T18:00', 'allowed moves to 2026-11-30T09:00+01:00'],
    [
      'moves to a time at which all hours are open',
      { ...quiet('skip'), allowed: { hours: [{ from: '06:00', to: '20:00' }], otherwise: 'move' } },
      '2026-11-23T21:00',
      'allowed moves to 2026-11-24T08:00+01:00',
    ],
    [
      'is left out where one of two rules says so',
      { ...quiet('skip'), ...office('move') },
      '2026-11-23T23:00',
      isQuiet,
    ],
    ['on a day of a calendar is left out', { except: [holidays] }, '2027-01-08T23:59', isIn('holidays')],
    ['on the day after goes', { except: [holidays] }, '2027-01-09T00:00', 'goes'],
    ['on a yearly day over New Year is left out', { except: [holidays] }, '2031-01-02T12:00', isIn('holidays')],
    ['on a weekday of a calendar is left out', { except: [holidays, weekends] }, '2026-11-28T12:00', isIn('weekends')],
    [
      'that would move into a calendar is left out',
      { ...quiet('move'), except: [weekends] },
      '2026-11-27T23:00',
      isIn('weekends'),
    ],
    [
      'in a calendar is left out, wherever hours would move it',
      { ...quiet('move'), except: [weekends] },
      '2026-11-29T23:00',
      isIn('weekends'),
    ],
    ['on a business day is left out by them', { except: [businessDays] }, '2027-01-11T12:00', isIn('business-days')],
    ['on a weekend is not', { except: [businessDays] }, '2027-01-10T12:00', 'goes'],
    ['on a Saturday that is worked is', { except: [businessDays] }, '2027-01-09T12:00', isIn('business-days')],
    [
      'on no business day is left out by what is none',
      { except: [{ name: 'days-off', not: [businessDays] }] },
      '2027-01-10T12:00',
      isIn('days-off'),
    ],
    ['within an event is left out', { except: [maintenance] }, '2027-06-01T12:00', isIn('maintenance')],
    ['at the end of an event goes', { except: [maintenance] }, '2027-06-01T14:00', 'goes'],
  ])('%s', (_, rules, when, expected) => {
    expect(verdict(rules, when)).toBe(expected)
  })

  it.each<[string, Allowance['quietHours'], string, string]>([
    // Clocks go forward from 02:00 to 03:00 on 28 March, and back from 03:00 to 02:00 on 31 October.
    [
      'an end in a gap comes with the leap',
      { from: '22:00', to: '02:30', does: 'move' },
      '2027-03-27T23:00+01:00',
      'quietHours moves to 2027-03-28T03:00+02:00',
    ],
    [
      'a beginning in a gap comes with the leap',
      { from: '02:30', to: '04:00', does: 'move' },
      '2027-03-28T03:00+02:00',
      'quietHours moves to 2027-03-28T04:00+02:00',
    ],
    [
      'an end in a fold comes first at the first of the two',
      { from: '22:00', to: '02:30', does: 'move' },
      '2027-10-31T01:00+02:00',
      'quietHours moves to 2027-10-31T02:30+02:00',
    ],
    [
      'and again at the second, where the clock shows quiet hours again',
      { from: '22:00', to: '02:30', does: 'move' },
      '2027-10-31T02:10+01:00',
      'quietHours moves to 2027-10-31T02:30+01:00',
    ],
    ['between the two it goes', { from: '22:00', to: '02:30', does: 'move' }, '2027-10-31T02:40+02:00', 'goes'],
  ])('when clocks change: %s', (_, quietHours, when, expected) => {
    expect(verdict({ quietHours: quietHours ?? { ...night, does: 'skip' } }, when)).toBe(expected)
  })

  it('moves past a gap that swallows the hours', () => {
    const allowed = { hours: [{ days: [7], from: '02:15', to: '02:45' }], otherwise: 'move' } as const
    // The Sunday on which clocks go forward has no such time: the next one has.
    expect(verdict({ allowed }, '2027-03-27T12:00')).toBe('allowed moves to 2027-04-04T02:15+02:00')
  })
})

const zones = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Kathmandu'],
  ...['America/St_Johns', 'Pacific/Apia', 'Asia/Tehran', 'America/Sao_Paulo', 'Africa/Cairo'],
]
/** Some of their changes of clocks, and a skipped day. */
const nights = [
  ...['2027-03-28T01:00Z', '2027-10-31T01:00Z', '2027-03-14T07:00Z', '2027-11-07T06:00Z', '2027-10-02T15:30Z'],
  ...['2027-02-07T02:00Z', '2027-03-14T02:00Z', '2011-12-30T10:00Z', '2021-09-21T19:30Z', '2018-11-04T03:00Z'],
].map(text => Date.parse(text))

const clock = fc.integer({ min: 0, max: 1_439 }).map(minutes => {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
})
const span = fc.record({ from: clock, to: fc.oneof(clock, fc.constant('24:00')) }).filter(({ from, to }) => from !== to)
const does = fc.constantFrom('skip' as const, 'move' as const)
const someDays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })

interface Case {
  readonly zone: string
  readonly from: number
  readonly rules: Allowance
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    zone: fc.constantFrom(...zones),
    start: fc.oneof(
      fc.constantFrom(...nights),
      fc.date({ min: new Date('2005'), max: new Date('2036'), noInvalidDate: true }).map(Number),
    ),
    before: fc.integer({ min: 0, max: 1_500 }),
    quietHours: fc.option(fc.tuple(span, does)),
    allowed: fc.option(fc.tuple(fc.array(fc.tuple(span, fc.option(someDays)), { minLength: 1, maxLength: 3 }), does)),
    weekdays: fc.option(someDays),
    date: fc.integer({ min: -1, max: 3 }),
    event: fc.option(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 1_500 }))),
    inverted: fc.boolean(),
  })
  .map(({ zone, start, before, quietHours, allowed, weekdays, date, event, inverted }) => {
    const from = Math.floor(start / minute) * minute - before * minute
    const theDay = DateTime.fromMillis(from + date * day, { zone }).toISODate() ?? ''
    const utc = (offset: number) => new Date(from + offset * minute).toISOString().slice(0, 19)
    const calendar: Calendar = {
      name: 'some',
      days: [[theDay, theDay]],
      ...(weekdays ? { weekdays } : {}),
      ...(event ? { events: [{ start: utc(event[0]), end: utc(event[0] + event[1]), zone: 'UTC' }] } : {}),
    }
    const rules: Allowance = {
      ...(date >= 0 ? { except: inverted ? [{ name: 'others', not: [calendar] }] : [calendar] } : {}),
      ...(quietHours ? { quietHours: { ...quietHours[0], does: quietHours[1] } } : {}),
      ...(allowed
        ? {
            allowed: {
              hours: allowed[0].map(([hours, days]) => ({ ...hours, ...(days ? { days } : {}) })),
              otherwise: allowed[1],
            },
          }
        : {}),
    }
    return { zone, from, rules }
  })

let asked = { zone: '', quarter: Number.NaN, offset: 0 }
/** In minutes. In these years clocks change on a quarter of an hour, so the zone table is asked once for each. */
function offsetAt(zone: string, instant: number): number {
  const quarter = Math.floor(instant / (15 * minute))
  if (asked.zone !== zone || asked.quarter !== quarter) {
    asked = { zone, quarter, offset: IANAZone.create(zone).offset(instant) }
  }
  return asked.offset
}

/** What the rules say, read off the wall clock minute by minute, in as many words as the page has. */
function closedMinute({ zone, rules }: Case, instant: number): { calendar: boolean; hours: boolean; skips: boolean } {
  const wall = new Date(instant + offsetAt(zone, instant) * minute)
  const shown = wall.toISOString().slice(11, 16)
  const date = wall.toISOString().slice(0, 10)
  const weekday = wall.getUTCDay() || 7
  const within = ({ from, to, days }: { from: string; to: string; days?: readonly number[] }) => {
    const today = days === undefined || days.includes(weekday)
    const yesterday = days === undefined || days.includes(weekday === 1 ? 7 : weekday - 1)
    if (from < to) return today && from <= shown && shown < to
    return (today && from <= shown) || (yesterday && shown < to)
  }
  const holds = (calendar: Calendar): boolean =>
    calendar.days?.some(([first]) => first === date) === true ||
    calendar.weekdays?.includes(weekday) === true ||
    calendar.events?.some(({ start, end }) => Date.parse(`${start}Z`) <= instant && instant < Date.parse(`${end}Z`)) ===
      true ||
    (calendar.not !== undefined && !calendar.not.some(holds))
  const { quietHours, allowed } = rules
  const isQuietNow = quietHours !== undefined && within(quietHours)
  const isOutsideNow = allowed !== undefined && !allowed.hours.some(within)
  return {
    calendar: rules.except?.some(holds) === true,
    hours: isQuietNow || isOutsideNow,
    skips: (isQuietNow && quietHours.does === 'skip') || (isOutsideNow && allowed.otherwise === 'skip'),
  }
}

describe('a walk over every minute of two days', () => {
  it('finds the same open spans', () => {
    fc.assert(
      fc.property(cases, each => {
        const to = each.from + 2 * day
        const spans: number[][] = []
        for (let now = each.from; now < to; now += minute) {
          const { calendar, hours } = closedMinute(each, now)
          if (calendar || hours) continue
          const before = spans.at(-1)
          if (before?.[1] === now) before[1] = now + minute
          else spans.push([now, now + minute])
        }
        expect(openBetween(each.rules, each.zone, each.from, to)).toEqual(spans)
      }),
      { numRuns: 150 },
    )
  })

  it('comes to the same verdicts, in whatever order they are asked', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.integer({ min: 0, max: 2_880 }), { maxLength: 6 }), (each, offsets) => {
        const judge = judgeBy(each.rules, each.zone)
        for (const offset of offsets) {
          const instant = each.from + offset * minute
          const { calendar, hours, skips } = closedMinute(each, instant)
          const found = judge(instant)
          if (calendar || skips) {
            expect(found.kind).toBe('leftOut')
            continue
          }
          let opens = instant
          while (opens < instant + 15 * day && closedMinute(each, opens).hours) opens += minute
          if (!hours) expect(found).toEqual({ kind: 'goes' })
          else if (opens >= instant + 15 * day || closedMinute(each, opens).calendar) expect(found.kind).toBe('leftOut')
          else expect(found).toMatchObject({ kind: 'moved', to: opens })
        }
      }),
      { numRuns: 60 },
    )
  })

  it('finds the same turns, and how long hours have been closed', () => {
    fc.assert(
      fc.property(cases, each => {
        const { rules, zone, from } = each
        const answer = (instant: number) => JSON.stringify(closedMinute(each, instant))
        const turn = nextTurn(rules, zone, from, from + 2 * day)
        for (let now = from; now < turn; now += minute) expect(answer(now)).toBe(answer(from))
        const since = closedSince(rules, zone, from)
        if (from - since > 8 * day) return
        for (let now = since; now < from; now += minute) expect(closedMinute(each, now).hours).toBe(true)
        expect(closedMinute(each, since - minute).hours).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})
