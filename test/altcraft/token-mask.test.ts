import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskToken } from '../../src/altcraft/token-mask.ts'
import { Secret } from '../../src/config/secret.ts'

const value = 'k7/+"&\\b2c<9 d'
const secret = new Secret(value)

describe('a token in text from outside', () => {
  it.each([
    ['plain', `bad token ${value}!`],
    ['in a URL', `/x?token=${encodeURIComponent(value)}`],
    ['in a URL in small letters', `/x?token=${encodeURIComponent(value).toLowerCase()}`],
    ['in JSON', JSON.stringify({ token: value })],
    ['in XML', `<token>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</token>`],
  ])('is masked %s', (_where, text) => {
    const masked = maskToken(text, secret)
    expect(masked).toContain('•••')
    expect(masked).not.toMatch(/k7|b2c/)
  })

  it('is masked in base64 wherever it begins', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(maskToken(Buffer.from(before + value + after).toString('base64'), secret)).toContain('•••')
        expect(maskToken(Buffer.from(before + value + after).toString('base64url'), secret)).toContain('•••')
      }),
    )
  })

  it('leaves other text as it is', () => {
    expect(maskToken('Successful operation', secret)).toBe('Successful operation')
    expect(maskToken('Successful operation', new Secret(''))).toBe('Successful operation')
  })
})
