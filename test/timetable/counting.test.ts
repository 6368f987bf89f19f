import { describe, expect, it } from 'vitest'
import { decidedTimes, type Timing } from '../../src/timetable/decided-times.ts'
import { occurrences } from '../../src/timetable/due-times.ts'
import type { When } from '../../src/timetable/schedule.ts'
import { storedSchedule, storedText } from '../../src/timetable/store.ts'
import { day, hour, minute, scheduleOf } from './stage.ts'

const from = Date.UTC(2026, 0, 1)
const every = (period: number): When => ({ kind: 'every', every: period, anchor: 0, from, timezone: 'UTC' })
const oneMinute = (otherwise: 'skip' | 'move') =>
  ({ allowed: { hours: [{ from: '09:00', to: '09:01' }], otherwise } }) as const
const counted = (maxRuns: number, rules: Partial<Timing>, entry: When, timezone = 'UTC'): Timing => ({
  when: { timezone, entries: [{ ...entry, timezone }], maxRuns },
  ...rules,
})

function lastOf(timing: Timing, after: number): number | undefined {
  let last: number | undefined
  for (const { nominal, leftOut } of decidedTimes(timing, after)) if (leftOut === undefined) last = nominal
  return last
}

describe('counting runs', () => {
  it.each(['skip', 'move'] as const)('leaps over what hours that %s leave out, to the same last run', otherwise => {
    const began = performance.now()
    const last = from + 9_999 * day + 9 * hour
    expect(lastOf(counted(10_000, oneMinute(otherwise), every(minute)), last - 2 * day)).toBe(last)
    expect(performance.now() - began).toBeLessThan(8_000)
  })

  it.each([
    ['allowed hours', { allowed: { hours: [{ from: '08:00', to: '10:30', days: [1, 3, 5] }], otherwise: 'skip' } }],
    ['hours that move', { quietHours: { from: '20:00', to: '07:15', does: 'move' } }],
    ['a calendar', { except: [{ name: 'off', weekdays: [2, 6, 7], days: [['2026-03-01', '2026-03-20']] }] }],
    [
      'all of them',
      {
        except: [{ name: 'off', weekdays: [7], yearly: [['03-28', '04-02']] }],
        quietHours: { from: '22:00', to: '06:00', does: 'move' },
        allowed: { hours: [{ from: '05:00', to: '23:00' }], otherwise: 'skip' },
      },
    ],
  ] as readonly (readonly [string, Partial<Timing>])[])('comes to the same as one by one: %s', (_, rules) => {
    for (const jitter of [undefined, { upTo: hour, shift: 17 * minute }]) {
      for (const period of [5 * minute, 7 * hour]) {
        const endless = counted(1, rules, every(period), 'Europe/Berlin')
        const { maxRuns: _, ...when } = { ...endless.when, ...(jitter && { jitter }) }
        const goes: number[] = []
        for (const { nominal, leftOut } of decidedTimes({ ...endless, when }, from - 1)) {
          if (nominal > from + 130 * day || goes.length > 3_000) break
          if (leftOut === undefined) goes.push(nominal)
        }
        for (const maxRuns of [1, 2, Math.min(50, goes.length), goes.length]) {
          const limited = { ...endless, when: { ...when, maxRuns } }
          const last = goes[maxRuns - 1] ?? 0
          expect(lastOf(limited, last - 1)).toBe(last)
        }
      }
    }
  })

  it('gives up loudly where too much would have to be looked at', () => {
    const when = { timezone: 'UTC', entries: [every(1_000)], maxRuns: 10_000 }
    const rarely = ({ nominal }: { nominal: number }) => nominal % 90_000_000 !== 0
    expect(() => occurrences(when, from, rarely).next()).toThrow('maxRuns cannot be counted')
    const began = performance.now()
    expect(() => occurrences(when, from, rarely).next()).toThrow('maxRuns cannot be counted')
    expect(performance.now() - began).toBeLessThan(100)
  })

  it('is done once for a stored text, however often that is read', () => {
    const text = storedText(scheduleOf('s'))
    expect(storedSchedule(text)).toBe(storedSchedule(text))
    expect(storedSchedule(storedText(scheduleOf('t')))).not.toBe(storedSchedule(text))
  })
})
