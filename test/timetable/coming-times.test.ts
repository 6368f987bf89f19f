import fc from 'fast-check'
import { expect, it } from 'vitest'
import { comingTimes } from '../../src/timetable/coming-times.ts'
import { decidedTimes, earliestGoing, type Timing } from '../../src/timetable/decided-times.ts'
import { someTimetable } from './arbitraries.ts'
import { day, hour } from './stage.ts'

const monday = Date.UTC(2026, 10, 23)
const rules = fc.constantFrom<Partial<Timing>>(
  {},
  { quietHours: { from: '22:00', to: '08:00', does: 'move' } },
  { quietHours: { from: '22:00', to: '08:00', does: 'skip' } },
  { except: [{ name: 'weekends', weekdays: [6, 7] }] },
)

/** The first of them, worked out from nothing. */
function anew({ when, ...others }: Timing, now: number, count: number) {
  const timing = { when: { ...when }, ...others }
  return first(count, decidedTimes(timing, earliestGoing(timing, now)), now)
}

function first<T extends { readonly due: number }>(count: number, times: Iterable<T>, after: number): T[] {
  const found: T[] = []
  for (const time of times) {
    if (found.length === count) break
    if (time.due > after) found.push(time)
  }
  return found
}

it('what is kept of the next due times is what would be worked out anew, whenever it is asked for', () => {
  const moments = fc.array(fc.integer({ min: 0, max: 4 * day }), { minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(someTimetable, rules, moments, ({ maxRuns: _, ...endless }, rule, since) => {
      const asked: Timing = { ...rule, when: endless }
      for (const at of since) {
        const now = monday + at
        expect(first(5, comingTimes(asked, now), now)).toEqual(anew(asked, now, 5))
      }
    }),
    { numRuns: 60 },
  )
})

it('a schedule that has ended is known to have, and one that is asked about an earlier moment is worked out anew', () => {
  const when = { kind: 'at', times: ['2026-11-23T09:00'], timezone: 'UTC' } as const
  const timing: Timing = { when: { timezone: 'UTC', entries: [when] } }
  expect([...comingTimes(timing, monday + 10 * hour)]).toEqual([])
  expect([...comingTimes(timing, monday + 11 * hour)]).toEqual([])
  expect([...comingTimes(timing, monday)]).toMatchObject([{ due: monday + 9 * hour }])
})
