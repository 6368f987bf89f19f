/** XML as Altcraft speaks it, through one library; nothing else in this room knows that library. */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'

/**
 * What an element holds: text, child elements by name, or the same element repeated. `arrayMark` stands for an
 * attribute.
 */
export type XmlValue = string | { readonly [name: string]: XmlValue } | readonly XmlValue[]

export const arrayMark = '@_array'
export const textName = '#text'
export const cdataName = '#cdata'

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** XML 1.0, section 2.2: the characters a document may carry, even as references. */
export const foreignToXml = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u

/** Text with the five named entities and character references resolved; anything else stays as it was written. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-fA-F]{1,6}));/g, (whole, name, decimal, hex) => {
    if (name !== undefined) return named[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    const character = code > 0x10ffff ? undefined : String.fromCodePoint(code)
    return character === undefined || foreignToXml.test(character) ? whole : character
  })
}

// Entities are left to decodeEntities and numbers to the reader: the parser's own conversions turn `0x0` and '' into 0.
const plain = {
  attributeNamePrefix: '@_',
  textNodeName: textName,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: cdataName,
  ignoreDeclaration: true,
  ignorePiTags: true,
} as const
const answers = new XMLParser({ ...plain, ignoreAttributes: true })
const ownOutput = new XMLParser({
  ...plain,
  ignoreAttributes: false,
  tagValueProcessor: (_name, text) => decodeEntities(text),
})
const builder = new XMLBuilder({
  attributeNamePrefix: '@_',
  textNodeName: textName,
  ignoreAttributes: false,
  suppressBooleanAttributes: false,
})

/**
 * Takes a document from outside; returns its elements as objects by name, with text not yet decoded and attributes left
 * out, or why it is refused. A document type or entity declaration is refused before any parser sees it (OWASP XXE).
 */
export function readXml(text: string): { ok: true; root: unknown } | { ok: false; why: string } {
  if (/<!(?!--|\[CDATA\[)/.test(text)) return { ok: false, why: 'it declares a document type, as web pages do' }
  const verdict = XMLValidator.validate(text)
  if (verdict !== true) return { ok: false, why: `it is not well-formed XML: ${verdict.err.msg}` }
  try {
    return { ok: true, root: answers.parse(text) }
  } catch (error) {
    return { ok: false, why: `it is not readable XML: ${String(error)}` }
  }
}

/**
 * Takes the content of the root element `<xml>`; returns the document. Throws where the library refuses a name or
 * depth.
 * A carriage return is written as a reference, because every XML parser turns a bare one into a line feed (XML 1.0,
 * 2.11).
 */
export function writeXml(content: XmlValue): string {
  return builder.build({ xml: content }).replaceAll('\r', '&#13;')
}

/**
 * Takes a document of `writeXml`; returns the content of its root for comparison. Throws where it is not well-formed.
 */
export function readOwnXml(text: string): unknown {
  const verdict = XMLValidator.validate(text)
  if (verdict !== true) throw new Error(verdict.err.msg)
  const document: { xml?: unknown } = ownOutput.parse(text)
  return document.xml
}
