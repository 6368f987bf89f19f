/**
 * Altcraft's XML: root `<xml>`, arrays as repeated elements, an array of one element marked `array='true'`, null as an
 * empty element. Written apart from the product's own XML on purpose: a judge must not share the bugs of the judged.
 */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  // Character references (&#10;) are decoded only with this.
  htmlEntities: true,
})
const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
})

/** The content of the root element, every leaf as text. Throws an Error that says what is wrong with the document. */
export function fromXml(text: string): unknown {
  const verdict = XMLValidator.validate(text)
  if (verdict !== true) throw new Error(verdict.err.msg)
  const parsed: unknown = parser.parse(text)
  if (!isBranch(parsed) || Object.keys(parsed).join() !== 'xml') throw new Error('the root element is not <xml>')
  return element(parsed.xml)
}

/** A value as a document with the root `<xml>`. */
export function toXml(value: object): string {
  return builder.build({ xml: marked(value) })
}

type Branch = Readonly<Record<string, unknown>>

function isBranch(node: unknown): node is Branch {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

function element(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(single)
  if (!isBranch(node) || node['@array'] !== 'true') return single(node)
  const only = single(node)
  return only === '' ? [] : [only]
}

function single(node: unknown): unknown {
  if (!isBranch(node)) return node
  // Text between child elements is only the document's indentation.
  const children = Object.entries(node).filter(([name]) => name !== '#text' && !name.startsWith('@'))
  if (children.length === 0) return node['#text'] ?? ''
  return Object.fromEntries(children.map(([name, child]) => [name, element(child)]))
}

function marked(value: unknown): unknown {
  if (Array.isArray(value)) {
    const [first] = value
    if (value.length !== 1) return value.map(marked)
    return isBranch(first) ? [{ '@array': 'true', ...markedBranch(first) }] : [{ '@array': 'true', '#text': first }]
  }
  return isBranch(value) ? markedBranch(value) : value
}

function markedBranch(branch: Branch): Branch {
  return Object.fromEntries(Object.entries(branch).map(([name, child]) => [name, marked(child)]))
}
