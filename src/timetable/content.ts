/** The `content` of a launch and the dates in it: what is wrong with them, and what they come to for a due time. Pure. */
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { keysOf, valueAt } from '../files/value.ts'
import type { LaunchRequest } from '../launches/launch.ts'
import { dependsOnDue, renderPieces } from './expression.ts'
import { readText } from './read-expression.ts'

type Content = NonNullable<LaunchRequest['content']>
type Json = Content[string]

/** Everything wrong with the expressions in `content` at `path`, in lists and maps below it too. Keys are not looked at. */
export function contentFlaws(content: unknown, path: Path): Finding[] {
  if (typeof content === 'string') {
    const reading = readText(content)
    return reading.ok ? [] : reading.flaws.map(({ at, sentence }) => ({ path, offset: at, sentence }))
  }
  if (Array.isArray(content)) return content.flatMap((item, index) => contentFlaws(item, [...path, index]))
  return keysOf(content).flatMap(key => contentFlaws(valueAt(content, [key]), [...path, key]))
}

/** Whether any text of the content holds a date expression. */
export function hasExpressions(content: Content | undefined): boolean {
  return content !== undefined && textsOf(content).some(text => isDated(text))
}

/** The request with the dates of its content written out for a due time (epoch milliseconds, nominal) in a zone. */
export function renderRequest(request: LaunchRequest, due: number, zone: string): LaunchRequest {
  if (request.content === undefined) return request
  return { ...request, content: renderMap(request.content, text => renderedText(text, due, zone)) }
}

/** What the border has not seen (a store that an older release filled) is passed on as it was then. */
function renderedText(text: string, due: number, zone: string): string {
  const reading = readText(text)
  return reading.ok ? renderPieces(reading.pieces, due, zone) : text
}

function isDated(text: string): boolean {
  const reading = readText(text)
  return reading.ok && dependsOnDue(reading.pieces)
}

function renderMap(map: { readonly [key: string]: Json }, render: (text: string) => string): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, renderValue(value, render)]))
}

function renderValue(value: Json, render: (text: string) => string): Json {
  if (typeof value === 'string') return render(value)
  if (Array.isArray(value)) return value.map(item => renderValue(item, render))
  return typeof value === 'object' && value !== null ? renderMap(value, render) : value
}

function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}
