import type { Secret } from '../config/secret.ts'

const formsOf = new WeakMap<Secret, readonly string[]>()

/**
 * Takes text that came from outside (an answer, an error message) and a secret; returns the text with every form of
 * the secret replaced by `•••`: plain, URL-encoded, JSON- and XML-escaped, and base64 wherever the secret stands in
 * the encoded bytes. To be applied before anything is cut to length, or half a token could stay at the cut.
 */
export function maskToken(text: string, secret: Secret): string {
  let forms = formsOf.get(secret)
  if (!forms) {
    forms = spell(secret.reveal())
    formsOf.set(secret, forms)
  }
  let masked = text
  for (const form of forms) {
    if (masked.includes(form)) masked = masked.replaceAll(form, secret.toString())
  }
  return masked
}

function spell(token: string): readonly string[] {
  if (token === '') return []
  const url = encodeURIComponent(token)
  const base64 = [0, 1, 2].map(offset => base64At(token, offset))
  const forms = [
    token,
    url,
    url.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase()),
    JSON.stringify(token).slice(1, -1),
    token.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ...base64,
    ...base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  // The longest first: a form may contain another one.
  return [...new Set(forms)].filter(form => form !== '').sort((a, b) => b.length - a.length)
}

/**
 * The base64 characters that depend on nothing but the token when `offset` bytes stand before it (RFC 4648, section
 * 4).
 */
function base64At(token: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(token)])
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6))
}
