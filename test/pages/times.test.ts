import { expect, it } from 'vitest'
import { awayText } from '../../src/pages/browser/away.ts'
import { pageZone, shownTime, zoneFor } from '../../src/pages/view/times.tsx'
import { lookOf } from './look.ts'

const minute = 60_000
const at = Date.parse('2026-07-01T06:00:00Z')

it.each([
  [59_999, 'in 59 s', 'через 59 с'],
  [18 * minute + 59_000, 'in 18 min', 'через 18 мин'],
  [60 * minute, 'in 1 h', 'через 1 ч'],
  [91 * minute, 'in 1 h 31 min', 'через 1 ч 31 мин'],
  [-91 * minute, '1 h 31 min ago', '1 ч 31 мин назад'],
  [1_439 * minute + 59_000, 'in 23 h 59 min', 'через 23 ч 59 мин'],
  [-2 * 1_440 * minute, '2 days ago', '2 дн. назад'],
])('%i ms away is %s, %s', (away, english, russian) => {
  expect(awayText('en', away)).toBe(english)
  expect(awayText('ru', away)).toBe(russian)
})

it('shows what is of no schedule in the zone of the viewer, and in UTC only where that is unknown', () => {
  const known = lookOf({ mine: 'Europe/Moscow' })
  expect(pageZone(known)).toBe('Europe/Moscow')
  expect(pageZone(lookOf({ mine: undefined }))).toBe('UTC')
  expect(pageZone(lookOf({ mine: 'Europe/Moscow', zone: 'utc' }))).toBe('UTC')
  expect(zoneFor(known, 'Europe/Berlin')).toBe('Europe/Berlin')
  expect(zoneFor(lookOf({ mine: 'Europe/Moscow', zone: 'mine' }), 'Europe/Berlin')).toBe('Europe/Moscow')
})

it('says the zone of a time where it is not the page’s', () => {
  const look = lookOf({ mine: 'Europe/Moscow' })
  const zones = ['Europe/Moscow', 'Europe/Minsk', 'Europe/Berlin', 'Asia/Kolkata', 'UTC', undefined]
  expect(zones.map(zone => shownTime(look, at, zone, 'clock'))).toEqual([
    '09:00',
    '09:00',
    '08:00 UTC+2',
    '11:30 UTC+5:30',
    '06:00 UTC',
    '09:00',
  ])
  expect(shownTime(lookOf({ mine: 'UTC' }), at, 'America/New_York', 'clock')).toBe('02:00 UTC-4')
})
