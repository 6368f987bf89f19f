import { expect, it } from 'vitest'
import { meantKey } from '../../src/pages/browser/keys.ts'

it.each([
  ['g', 'KeyG', false, 'g'],
  ['п', 'KeyG', false, 'g'],
  ['П', 'KeyG', true, 'g'],
  ['щ', 'KeyO', false, 'o'],
  ['.', 'Slash', false, '/'],
  [',', 'Slash', true, '?'],
  ['/', 'Backslash', true, '/'],
  ['?', 'Digit7', true, '?'],
  // Latin layouts that have other letters there: what is written counts.
  ['q', 'KeyA', false, 'q'],
  ['-', 'Slash', false, '-'],
  ['.', 'Period', false, '.'],
  ['ж', 'Semicolon', false, 'ж'],
  ['Escape', 'Escape', false, 'Escape'],
])('%s at %s, Shift %s, means %s', (key, code, shiftKey, meant) => {
  expect(meantKey({ key, code, shiftKey })).toBe(meant)
})
