import { describe, expect, it } from 'vitest'
import { isMarkedDuplicate, retryAfter, serverDate } from '../../src/altcraft/answer-headers.ts'

const now = Date.parse('2026-11-22T10:00:00Z')

describe('the mark of a replayed answer', () => {
  it.each([
    [{ 'duplicate-request': 'true' }, true],
    [{ 'x-duplicate-request': 'true' }, true],
    [{ 'x-duplicate-request': ' TRUE ' }, true],
    [{ 'duplicate-request': '1' }, true],
    [{ 'duplicate-request': ['false', 'true'] }, true],
    [{ 'duplicate-request': 'false' }, false],
    [{ 'duplicate-request': '' }, false],
    [{ 'duplicate-key': 'YWJj' }, false],
    [{}, false],
  ])('of %j is %j', (headers, marked) => {
    expect(isMarkedDuplicate(headers)).toBe(marked)
  })
})

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['Sun, 22 Nov 2026 10:01:00 GMT', 60_000],
    ['Sun, 22 Nov 2026 09:59:00 GMT', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['99999999999', undefined],
    ['soon', undefined],
    ['2026-11-22T10:01:00Z', undefined],
    ['Sun, 99 Nov 2026 10:01:00 GMT', undefined],
    ['', undefined],
  ])('%j means %j ms', (text, wait) => {
    expect(retryAfter({ 'retry-after': text }, now)).toBe(wait)
  })

  it('is held against the clock of the server where that is known', () => {
    const headers = { date: 'Sun, 22 Nov 2026 09:50:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 09:51:00 GMT' }
    expect(retryAfter(headers, now)).toBe(60_000)
    expect(serverDate(headers)).toBe(now - 600_000)
  })

  it('is undefined where there is none or more than one', () => {
    expect(retryAfter({}, now)).toBeUndefined()
    expect(retryAfter({ 'retry-after': ['5', '10'] }, now)).toBeUndefined()
  })
})
