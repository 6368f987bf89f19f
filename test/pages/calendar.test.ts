import { expect, it } from 'vitest'
import { calendarViews } from '../../src/pages/read/calendar.ts'
import { TooMuchPage } from '../../src/pages/view/calendar.tsx'
import { lookOf } from './look.ts'

const look = lookOf({ here: '/calendar' })

it('a calendar that is too much to work out offers the next shorter one of the same day, and at last the schedules', () => {
  const ways = calendarViews.map(view => {
    const html = String(TooMuchPage({ look, asked: { view, day: '2026-11-23' } }))
    expect(html).toContain('It is too much to work out in time')
    return [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href?.replaceAll('&amp;', '&'))
  })
  expect(ways).toEqual([
    ['/calendar?view=week&day=2026-11-23', '/schedules'],
    ['/calendar?view=day&day=2026-11-23', '/schedules'],
    ['/schedules'],
  ])
})
