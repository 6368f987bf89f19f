/** Random cron patterns, as text for the engine and as plain data for the oracle, and random timetables. */
import fc from 'fast-check'
import type { Timetable, When } from '../../src/timetable/schedule.ts'
import type { LocalDate, Pattern } from './minute-walk.ts'

export const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'Pacific/Chatham',
  'America/Sao_Paulo',
  'Antarctica/Troll',
  'Europe/Moscow',
] as const

interface NumberField {
  readonly text: string
  readonly values: ReadonlySet<number>
}

const all = (least: number, most: number) => Array.from({ length: most - least + 1 }, (_, index) => least + index)

function numberField(least: number, most: number): fc.Arbitrary<NumberField> {
  const value = fc.integer({ min: least, max: most })
  const star = fc.constant<NumberField>({ text: '*', values: new Set(all(least, most)) })
  const steps = fc.integer({ min: 2, max: Math.min(30, most - least) }).map(
    (step): NumberField => ({
      text: `*/${step}`,
      values: new Set(all(least, most).filter(each => (each - least) % step === 0)),
    }),
  )
  const list = fc
    .uniqueArray(value, { minLength: 1, maxLength: 3 })
    .map((values): NumberField => ({ text: values.join(','), values: new Set(values) }))
  const range = fc
    .tuple(value, value)
    .filter(([a, b]) => a < b)
    .map(([a, b]): NumberField => ({ text: `${a}-${b}`, values: new Set(all(a, b)) }))
  return fc.oneof(star, steps, { weight: 3, arbitrary: list }, range)
}

type DayRule = { readonly text: string } & Pattern['weekday']
const anyDay: fc.Arbitrary<DayRule> = fc.constant({ text: '*', any: true })
const rule = (text: string, holds: (date: LocalDate) => boolean): DayRule => ({ text, any: false, holds })

const dayOfMonth = fc.oneof(
  { weight: 3, arbitrary: anyDay },
  fc
    .uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 4 })
    .map(days => rule(days.join(','), ({ day }) => days.includes(day))),
  fc.integer({ min: 0, max: 5 }).map(back => rule(back === 0 ? 'L' : `L-${back}`, it => it.day === it.length - back)),
)
const weekday = fc.oneof(
  { weight: 3, arbitrary: anyDay },
  fc
    .uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 })
    .map(days => rule(days.join(','), it => days.includes(it.weekday))),
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 4 }))
    .map(([of, nth]) => rule(`${of}#${nth}`, it => it.weekday === of && Math.ceil(it.day / 7) === nth)),
  fc.integer({ min: 0, max: 6 }).map(of => rule(`${of}L`, it => it.weekday === of && it.day + 7 > it.length)),
)

const patternOf = (minutes: fc.Arbitrary<NumberField>): fc.Arbitrary<Pattern> =>
  fc
    .tuple(minutes, numberField(0, 23), dayOfMonth, numberField(1, 12), weekday)
    .map(([minutes, hours, days, months, weekdays]) => ({
      text: [minutes, hours, days, months, weekdays].map(({ text }) => text).join(' '),
      minutes: minutes.values,
      hours: hours.values,
      months: months.values,
      dayOfMonth: days,
      weekday: weekdays,
      intervalLike: /^\*(\/\d+)?$/.test(hours.text),
    }))

export const somePattern = patternOf(numberField(0, 59))
/** Due a few times an hour at most: a timetable of several such entries is counted through in no time. */
const sparsePattern = patternOf(
  fc
    .uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 2 })
    .map(minutes => ({ text: minutes.join(','), values: new Set(minutes) })),
)

export const someDst = fc.record({
  gap: fc.constantFrom('shift', 'skip'),
  fold: fc.constantFrom('first', 'last', 'both'),
} as const)

/** Between 2015 and 2035, in epoch milliseconds. */
export const someInstant = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2035, 0) })

const span = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc
    .tuple(someInstant, fc.integer({ min: 1, max: 400 }))
    .map(([from, days]) => ({ from, until: from + days * 86_400_000 })),
)

const someEntry: fc.Arbitrary<When> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(sparsePattern, fc.constantFrom(...zones), someDst, fc.constantFrom('any', 'all'), span)
      .filter(([{ dayOfMonth, weekday }]) => dayOfMonth.any || weekday.any)
      .map(([{ text }, timezone, dst, dayMatch, bounds]): When => {
        return { kind: 'cron', pattern: text, timezone, dst, dayMatch, ...bounds }
      }),
  },
  fc
    .tuple(fc.integer({ min: 600_000, max: 90_000_000 }), fc.integer({ min: 0, max: 90_000_000 }), span)
    .map(([every, anchor, bounds]): When => ({ kind: 'every', every, anchor, timezone: 'UTC', ...bounds })),
  fc
    .tuple(fc.array(someInstant, { minLength: 1, maxLength: 5 }), fc.constantFrom(...zones))
    .map(([instants, timezone]): When => {
      const times = instants.map(at => `${new Date(at).toISOString().slice(0, 19)}Z`)
      return { kind: 'at', times, timezone }
    }),
  fc
    .tuple(
      fc.constantFrom('DAILY;INTERVAL=3', 'WEEKLY;BYDAY=SU,WE', 'HOURLY;INTERVAL=5', 'MONTHLY;BYDAY=-1SU;BYHOUR=2'),
      fc.constantFrom(...zones),
      fc.constantFrom('2014-11-02T01:30', '2016-03-27T02:30', '2024-10-27T02:00:30'),
    )
    .map(([rule, timezone, start]): When => ({ kind: 'rrule', rule: `FREQ=${rule}`, start, timezone })),
)

export const someTimetable: fc.Arbitrary<Timetable> = fc
  .tuple(
    fc.array(someEntry, { minLength: 1, maxLength: 4 }),
    fc.option(fc.integer({ min: 0, max: 3_600_000 }), { nil: undefined }),
  )
  .map(([entries, shift]) => ({
    timezone: 'UTC',
    entries,
    ...(shift === undefined ? {} : { jitter: { upTo: 3_600_000, shift } }),
  }))
