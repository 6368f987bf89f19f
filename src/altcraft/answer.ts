/**
 * Reads the part of an answer that every Altcraft call shares. Strict on purpose: what it accepts may mean "launched".
 */
import { z } from 'zod'
import type { Envelope } from '../launches/outcome.ts'
import { topLevelValues } from './json-members.ts'
import { cdataName, decodeEntities, readXml } from './xml.ts'

const longestErrorText = 4096
const longestExcerpt = 200

/** 0 to 999999999 as people write it: no sign, point, exponent, hex or leading zeros. */
const digits = /^(?:0|[1-9]\d{0,8})$/
const jsonAnswer = z.object({ error_text: z.string().nullish() })
/**
 * A text of an XML answer, as the parser leaves it. Several samples in the docs show texts inside XML with literal double
 * quotes round them.
 */
export const xmlText = z
  .union([
    z.string().transform(decodeEntities),
    z.object({ [cdataName]: z.string() }).transform(cdata => cdata[cdataName]),
  ])
  .transform(text => (/^".*"$/s.test(text) ? text.slice(1, -1) : text))
const xmlAnswer = z.strictObject({
  xml: z.object({ error: z.string().regex(digits), error_text: xmlText.optional() }),
})

type Reading = { ok: true; error: number; errorText: string } | { ok: false; why: string }

/**
 * Takes the whole body, the answer's Content-Type and Content-Encoding, and what hides the token; returns the envelope.
 * The format is judged by the bytes, not by what was asked for or announced: gateways answer in their own way.
 * `error_text` is kept word for word up to 4096 bytes. Never throws; anything unclear is `invalid`, with the reason.
 */
export function readEnvelope(
  bytes: Buffer,
  contentType: string | undefined,
  contentEncoding: string | undefined,
  mask: (text: string) => string = text => text,
): Envelope {
  const reading = read(bytes, contentType, contentEncoding)
  if (reading.ok) {
    return { kind: 'valid', error: reading.error, errorText: capped(mask(reading.errorText)) }
  }
  return { kind: 'invalid', why: mask(reading.why), excerpt: excerptOf(mask(bytes.toString('utf8'))) }
}

function read(bytes: Buffer, contentType: string | undefined, contentEncoding: string | undefined): Reading {
  const encoding = contentEncoding?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity') return unclear(`the answer came compressed (${encoding}), unasked`)
  const text = decode(bytes)
  if (text === undefined) return unclear('the answer is not UTF-8 text')
  const start = text.trimStart()
  if (start === '') return unclear('the answer is empty')
  if (start.startsWith('{')) return readJson(text)
  if (start.startsWith('<')) return readXmlAnswer(start)
  return unclear(`the answer is neither JSON nor XML (${contentType ?? 'no content type'})`)
}

function readJson(text: string): Reading {
  const parsed = parseJson(text)
  if (parsed === undefined) return unclear('the answer is not whole, well-formed JSON')
  const written = topLevelValues(text, 'error')
  const [error] = written
  if (error === undefined) return unclear('the answer has no error field')
  if (written.length > 1) return unclear('the answer has more than one error field')
  if (!digits.test(error)) return unclear('the error field of the answer is not a whole number in digits')
  const rest = jsonAnswer.safeParse(parsed)
  if (!rest.success) return unclear('the error_text of the answer is not text')
  return { ok: true, error: Number(error), errorText: rest.data.error_text ?? '' }
}

function readXmlAnswer(text: string): Reading {
  const document = readXml(text)
  if (!document.ok) return unclear(`the answer starts like XML, but ${document.why}`)
  const parsed = xmlAnswer.safeParse(document.root)
  if (!parsed.success) return unclear('the answer is XML, but not <xml> with exactly one <error> in digits')
  const { error, error_text: errorText = '' } = parsed.data.xml
  return { ok: true, error: Number(error), errorText }
}

const unclear = (why: string): Reading => ({ ok: false, why })

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function capped(text: string): string {
  if (text.length * 3 <= longestErrorText) return text
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(longestErrorText))
  return text.slice(0, read)
}

function excerptOf(text: string): string {
  const visible = text.slice(0, longestExcerpt).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
  return visible.replace(/[\ud800-\udbff]$/, '').trim()
}
