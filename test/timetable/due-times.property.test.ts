import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { parseCron } from '../../src/timetable/cron.ts'
import { occurrencesBetween } from '../../src/timetable/due-times.ts'
import type { Dst, Timetable, When } from '../../src/timetable/schedule.ts'
import { someDst, someInstant, somePattern, someTimetable, zones } from './arbitraries.ts'
import { offsetsOf, type Pattern, type Rules, walk } from './minute-walk.ts'

const minute = 60_000
const day = 86_400_000
/** Printed with each name, so that a failure can be walked again: SEED=… */
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

function timetable(pattern: Pattern, timezone: string, dayMatch: 'any' | 'all', dst?: Dst): Timetable {
  const entry: When = { kind: 'cron', pattern: pattern.text, timezone, dayMatch, ...(dst ? { dst } : {}) }
  return { timezone, entries: [entry] }
}

/** What docs/time.md says where nothing else is said. */
function usual({ intervalLike }: Pattern): Pick<Rules, 'gap' | 'fold'> {
  return intervalLike ? { gap: 'skip', fold: 'both' } : { gap: 'shift', fold: 'first' }
}

const from = Date.UTC(2015, 0) / minute
const to = Date.UTC(2035, 0) / minute
const table = new Map(zones.map(zone => [zone, offsetsOf(zone, from - 2 * 1_440, to + 2 * 1_440)]))
describe(`due times of cron patterns agree with a walk over every minute (SEED=${seed})`, () => {
  let agreed = 0
  afterAll(() => expect(agreed).toBeGreaterThan(0))

  it.each(zones)('of twenty years in %s', zone => {
    const offsets = table.get(zone)
    if (!offsets) throw new Error(`no offsets for ${zone}`)
    fc.assert(
      fc.property(somePattern, fc.constantFrom('any', 'all'), (pattern, dayMatch) => {
        const expected = walk(pattern, { dayMatch, ...usual(pattern) }, offsets, from, to)
        // A second Sunday that is also a 28th never comes: the reader says so, and the walk has to agree.
        if (!parseCron(pattern.text, { dayMatch }).ok) return expect(expected).toEqual([])
        const found = occurrencesBetween(timetable(pattern, zone, dayMatch), from * minute - 1, to * minute - 1)
        agreed += found.length
        expect(found.map(({ nominal }) => nominal / minute)).toEqual(expected)
      }),
      { numRuns: 1, seed, endOnFailure: true },
    )
  })

  it('around every kind of change of clocks, by the rules that dst names', () => {
    const changes = zones.flatMap(zone => {
      const offsets = table.get(zone)
      return (offsets?.changes ?? []).map(({ at }) => ({ zone, at }))
    })
    expect(changes.length).toBeGreaterThan(200)
    fc.assert(
      fc.property(
        somePattern.map(pattern => ({
          ...pattern,
          months: new Set(Array.from({ length: 12 }, (_, index) => index + 1)),
        })),
        fc.constantFrom(...changes),
        someDst,
        (pattern, { zone, at }, dst) => {
          const text = pattern.text.split(' ')
          const everyMonth: Pattern = { ...pattern, text: [text[0], text[1], text[2], '*', text[4]].join(' ') }
          const [start, end] = [at - 1_500, at + 1_500]
          const around = offsetsOf(zone, start - 1_440, end + 1_440)
          const expected = walk(everyMonth, { dayMatch: 'any', ...dst }, around, start, end)
          const found = occurrencesBetween(
            timetable(everyMonth, zone, 'any', dst),
            start * minute - 1,
            end * minute - 1,
          )
          expect(found.map(({ nominal }) => nominal / minute)).toEqual(expected)
        },
      ),
      { numRuns: 300, seed },
    )
  })
})

describe(`due times of any timetable (SEED=${seed})`, () => {
  it('are the same however an interval is split', () => {
    fc.assert(
      fc.property(
        someTimetable,
        someInstant,
        fc.array(fc.integer({ min: 1, max: 20 * day }), { minLength: 1, maxLength: 5 }),
        (when, start, steps) => {
          const end = start + steps.reduce((sum, step) => sum + step, 0)
          const parts: unknown[] = []
          let at = start
          for (const step of steps) {
            parts.push(...occurrencesBetween(when, at, at + step))
            at += step
          }
          expect(parts).toEqual(occurrencesBetween(when, start, end))
        },
      ),
      { numRuns: 100, seed },
    )
  })

  it('come in order of nominal and of due times, each instant once, each under a label of its own', () => {
    fc.assert(
      fc.property(someTimetable, someInstant, (when, start) => {
        const found = occurrencesBetween(when, start, start + 400 * day, 1_000)
        found.slice(1).forEach((occurrence, index) => {
          expect(occurrence.nominal).toBeGreaterThan(found[index]?.nominal ?? 0)
          expect(occurrence.due).toBeGreaterThan(found[index]?.due ?? 0)
        })
        expect(found.every(({ due, nominal }) => due - nominal === (when.jitter?.shift ?? 0))).toBe(true)
        expect(new Set(found.map(({ label }) => label)).size).toBe(found.length)
      }),
      { numRuns: 100, seed },
    )
  })

  it('are those of its entries, whatever their order', () => {
    fc.assert(
      fc.property(someTimetable, someInstant, (when, start) => {
        const end = start + 40 * day
        const instants = new Set(
          when.entries.flatMap(entry =>
            occurrencesBetween({ timezone: 'UTC', entries: [entry] }, start, end).map(({ nominal }) => nominal),
          ),
        )
        const found = occurrencesBetween(when, start, end)
        expect(found.map(({ nominal }) => nominal)).toEqual([...instants].sort((a, b) => a - b))
        expect(occurrencesBetween({ ...when, entries: when.entries.toReversed() }, start, end)).toEqual(found)
      }),
      { numRuns: 100, seed },
    )
  })

  it('with maxRuns are the first so many that nothing leaves out, wherever one begins to look', () => {
    fc.assert(
      fc.property(
        someTimetable,
        someInstant,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 30 }),
        (when, begin, maxRuns, days) => {
          const entries = when.entries.map((entry): When => ({ ...entry, from: Math.max(begin, entry.from ?? 0) }))
          const whole = { ...when, entries }
          const leftOut = ({ nominal }: { nominal: number }) => Math.floor(nominal / 3_600_000) % 3 === 0
          const end = begin + 60 * day
          const all = occurrencesBetween(whole, begin - 1, end)
          const counted = all.filter(occurrence => !leftOut(occurrence))
          const last = counted[maxRuns - 1]?.nominal ?? end
          const looked = begin + days * day
          const limited = { ...whole, maxRuns }
          expect(occurrencesBetween(limited, looked, end, Number.POSITIVE_INFINITY, leftOut)).toEqual(
            all.filter(({ nominal }) => nominal > looked && nominal <= last),
          )
        },
      ),
      { numRuns: 100, seed },
    )
  })
})
