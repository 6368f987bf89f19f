/** The body of a start as XML: root `<xml>`, arrays as repeated elements, one of a kind marked `array="true"`. */
import { isDeepStrictEqual } from 'node:util'
import type { LaunchRequest } from '../launches/launch.ts'
import { arrayMark, foreignToXml, readOwnXml, textName, writeXml, type XmlValue } from './xml.ts'

type Json = NonNullable<LaunchRequest['attach']>[number]
type Field = Json | undefined

/** No colon: an undeclared prefix is not well-formed to many parsers. The library's validator has the exact tables. */
const elementName = /^[\p{L}_][\p{L}\p{M}\p{Nd}._-]*$/u
const deepest = 90

/**
 * Takes the fields in their order; returns the document, or the sentence that says which value XML cannot carry.
 * `null` and `''` both become an empty element and an empty array becomes none: XML has no other words for them.
 * The document is read back and compared before it may leave, so that no value can pass for an element.
 */
export function writeStartAsXml(
  fields: Readonly<Record<string, Field>>,
): { ok: true; body: string } | { ok: false; sentence: string } {
  const problem = findUnwritable(fields, '', 0)
  if (problem !== undefined) return { ok: false, sentence: `${problem}; use format json for this account` }
  const content = toElement(fields)
  try {
    const body = writeXml(content)
    if (isDeepStrictEqual(readOwnXml(body), content)) return { ok: true, body }
  } catch {
    // The library refuses some names outright; its message could quote a value, the sentence below does not.
  }
  return { ok: false, sentence: 'the request does not read back the same from XML; use format json for this account' }
}

function findUnwritable(value: Field | Readonly<Record<string, Field>>, path: string, depth: number) {
  if (depth > deepest) return `${path} is nested more than ${deepest} levels deep`
  if (typeof value === 'string') {
    return foreignToXml.test(value) ? `${path} holds a character that XML cannot carry` : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? findInArray(value, path, depth) : findInObject(value, path, depth)
}

function findInArray(items: readonly Json[], path: string, depth: number): string | undefined {
  for (const [index, item] of items.entries()) {
    const place = `${path}[${index}]`
    if (Array.isArray(item)) return `${place} is an array inside an array, which XML has no form for`
    const problem = findUnwritable(item, place, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function findInObject(object: Readonly<Record<string, Field>>, path: string, depth: number): string | undefined {
  for (const [name, value] of Object.entries(object)) {
    const place = path === '' ? name : `${path}.${name}`
    if (!elementName.test(name) || /^xml/i.test(name)) return `${JSON.stringify(place)} is not a legal XML name`
    const problem = findUnwritable(value, place, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function toElement(value: Field | Readonly<Record<string, Field>>): XmlValue {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  const members: [string, XmlValue][] = []
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(member)) members.push(...toRepeated(name, member))
    else if (member !== undefined) members.push([name, toElement(member)])
  }
  return members.length === 0 ? '' : Object.fromEntries(members)
}

function toRepeated(name: string, items: readonly Json[]): [string, XmlValue][] {
  const elements = items.map(toElement)
  const [only] = elements
  if (only === undefined) return []
  return [[name, elements.length === 1 ? marked(only) : elements]]
}

function marked(element: XmlValue): XmlValue {
  if (typeof element !== 'string') return { ...element, [arrayMark]: 'true' }
  return element === '' ? { [arrayMark]: 'true' } : { [textName]: element, [arrayMark]: 'true' }
}
