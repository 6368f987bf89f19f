import { describe, expect, it } from 'vitest'
import { didYouMean, nearest } from '../../src/files/suggestion.ts'

describe('did you mean', () => {
  const keys = ['override_limit', 'override_source_id', 'timezone', 'maxLateness', 'at', 'every', 'id']

  it.each([
    ['timezne', ['timezone']],
    ['time_zone', ['timezone']],
    ['maxlateness', ['maxLateness']],
    ['limits', ['override_limit']],
    ['mailing_id', ['override_source_id', 'id']],
    ['evrey', ['every']],
    ['zzzzz', []],
    ['', []],
    ['x'.repeat(1_000), []],
  ])('answers %s with %j', (word, expected) => {
    expect(nearest(word, keys)).toEqual(expected)
  })

  it('is a half sentence, or nothing', () => {
    expect(didYouMean('evry', keys)).toBe('; did you mean "every"?')
    expect(didYouMean('zzzzz', keys)).toBe('')
  })

  it('leaves out candidates far behind the best', () => {
    expect(nearest('Europe/Berln', ['Europe/Dublin', 'Europe/Berlin'])).toEqual(['Europe/Berlin'])
  })
})
