import { describe, expect, it } from 'vitest'
import type { StatusReading } from '../../src/launches/evidence.ts'
import { checkMailing, pauseBetweenLooks, remedyFor, verdicts } from '../../src/launches/mailing-check.ts'

const read = (active: boolean, completed: boolean): StatusReading => ({ kind: 'read', active, completed, status: 'S' })
const unread = (error: number | undefined): StatusReading => ({ kind: 'unread', why: 'because', error })

describe('a look at a mailing', () => {
  it.each([
    [read(true, false), 'fine', ''],
    // It has run before, and is active: the next start is taken.
    [read(true, true), 'fine', ''],
    [read(false, false), 'inactive', 'mailing 90 is not active in Altcraft (status S)'],
    [read(false, true), 'completed', 'mailing 90 is completed in Altcraft (status S)'],
    [unread(401), 'token', 'Altcraft does not accept the token: because'],
    [unread(403), 'rights', 'the token may not look at mailing 90: because'],
    [unread(400), 'missing', 'Altcraft does not show mailing 90: because'],
    [unread(404), 'missing', 'Altcraft does not show mailing 90: because'],
    [unread(500), 'unreachable', 'nobody could tell whether mailing 90 is active: because'],
    [unread(0), 'unreachable', 'nobody could tell whether mailing 90 is active: because'],
    [unread(undefined), 'unreachable', 'nobody could tell whether mailing 90 is active: because'],
  ])('%j is %s', (reading, verdict, why) => expect(checkMailing(90, reading)).toEqual({ verdict, why }))

  it('has a remedy for every problem', () => {
    for (const verdict of verdicts) if (verdict !== 'fine') expect(remedyFor(verdict).length).toBeGreaterThan(20)
  })

  it.each([
    [1_800_000, 300_000],
    [86_400_000, 300_000],
    [60_000, 10_000],
    [1_000, 1_000],
    [0, 1_000],
  ])('is not repeated too soon: %i ms before gives a pause of %i ms', (before, pause) =>
    expect(pauseBetweenLooks(before)).toBe(pause),
  )
})
