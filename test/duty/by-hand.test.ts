/** The time that somebody asks for by hand: one instant, or why it is none. */
import { expect, it } from 'vitest'
import { instantOf } from '../../src/duty/by-hand.ts'

const now = Date.UTC(2026, 10, 23, 6)

it.each<[at: string, zone: string | undefined, expected: number | string]>([
  ['2026-11-23T09:00Z', undefined, Date.UTC(2026, 10, 23, 9)],
  ['2026-11-23T09:00', 'Europe/Moscow', Date.UTC(2026, 10, 23, 6)],
  ['2026-11-23T09:00:30+01:00', 'Europe/Moscow', Date.UTC(2026, 10, 23, 8, 0, 30)],
  // As answers give it.
  ['2026-11-23T09:00:00.000Z', undefined, Date.UTC(2026, 10, 23, 9)],
  ['2026-11-23T09:00:00.250Z', undefined, Date.UTC(2026, 10, 23, 9, 0, 0, 250)],
  ['2026-11-23T09:00:00.5+01:00', undefined, Date.UTC(2026, 10, 23, 8, 0, 0, 500)],
  ['2026-11-23T05:59:59.999Z', undefined, 'has passed'],
  ['2026-11-23T09:00', undefined, 'say in which zone, or end it with Z or an offset'],
  ['2026-02-30T09:00:00.000Z', undefined, 'is not a time; write it like 2026-12-24T09:00+01:00'],
  ['tomorrow', 'Europe/Berlin', 'is not a time; write it like 2026-12-24T09:00+01:00'],
  ['2027-03-28T02:30', 'Europe/Berlin', 'clocks change at that hour in Europe/Berlin; end it with an offset'],
  ['2027-10-31T02:30', 'Europe/Berlin', 'clocks change at that hour in Europe/Berlin; end it with an offset'],
])('%s in %s is %s', (at, zone, expected) => {
  expect(instantOf(at, zone, now)).toBe(expected)
})
