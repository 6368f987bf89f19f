import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duration, formatDuration, parseDuration } from '../../src/files/duration.ts'

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['2s', 2_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['400d', 34_560_000_000],
    ['0s', 0],
  ])('%s is %d milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', '5', '5 s', '1.5h', '-1s', '5S', '1h30m', '9999999999s'])('%j is none', text => {
    expect(parseDuration(text)).toBeUndefined()
    expect(duration.safeParse(text).success).toBe(false)
  })

  it('are written so that they read back the same', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 999_999_999 }), ms => parseDuration(formatDuration(ms)) === ms))
  })
})
