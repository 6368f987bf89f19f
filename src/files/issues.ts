/** What zod found wrong, in sentences for the people who wrote the file. Pure. */
import type { z } from 'zod'
import { type Finding, pathInWords } from './finding.ts'
import { inWords, knownKeys, type Path, type Shape, shapeOf, shapesAt } from './shape.ts'
import { didYouMean, nearest } from './suggestion.ts'
import { quoted, valueAt } from './value.ts'

type Issue = z.core.$ZodIssue

interface Reading {
  readonly shape: Shape
  readonly value: unknown
}

/** Everything that keeps `value` from being what `schema` describes; none where it is. */
export function findingsIn(schema: z.ZodType, value: unknown): Finding[] {
  const result = schema.safeParse(value)
  if (result.success) return []
  return findingsOfAll(result.error.issues, [], { shape: shapeOf(schema), value })
}

/** A mistyped key is also a missing one; it is told once, as the mistyped one. */
function findingsOfAll(issues: readonly Issue[], base: Path, reading: Reading): Finding[] {
  const meant = new Set(
    issues.flatMap(issue => meantKeys(issue, [...base, ...pathOf(issue)], reading)).map(pathInWords),
  )
  return issues.flatMap(issue => {
    const path = [...base, ...pathOf(issue)]
    const mistyped = valueAt(reading.value, path) === undefined && meant.has(pathInWords(path))
    return mistyped ? [] : findingsOf(issue, path, reading)
  })
}

function meantKeys(issue: Issue, path: Path, { shape }: Reading): Path[] {
  if (issue.code !== 'unrecognized_keys') return []
  const known = knownKeys(shapesAt(shape, path))
  return issue.keys.flatMap(key => nearest(key, known).slice(0, 1)).map(key => [...path, key])
}

function findingsOf(issue: Issue, path: Path, reading: Reading): Finding[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(key, path, reading))
    case 'invalid_union':
      return choiceFindings(issue, path, reading)
    case 'custom':
    case 'invalid_format':
      // zod's own words quote patterns; ours, where a schema has them, say what to write.
      if (issue.message.startsWith('Invalid ')) return [unfit(path, reading)]
      return [{ path, sentence: spokenOf(issue, path, reading) }]
    default:
      return [valueAt(reading.value, path) === undefined ? missing(path, reading) : unfit(path, reading)]
  }
}

function unknownKey(key: string, path: Path, { shape }: Reading): Finding {
  const known = knownKeys(shapesAt(shape, path))
  const hint = didYouMean(key, known)
  const list = known.length > 0 && known.length <= 12 ? `; known here: ${known.join(', ')}` : ''
  return {
    path: [...path, key],
    about: path,
    spot: 'key',
    sentence: `unknown key ${JSON.stringify(key)}${hint || list}`,
  }
}

function missing(path: Path, { shape }: Reading): Finding {
  const leaves = shapesAt(shape, path).filter(({ type }) => type !== 'object')
  const wanted = leaves.length > 0 ? ` (${leaves.map(inWords).join(' or ')})` : ''
  return { path, about: path.slice(0, -1), sentence: `${path.at(-1) ?? 'everything'} is missing${wanted}` }
}

function unfit(path: Path, { shape, value }: Reading): Finding {
  const given = valueAt(value, path)
  const got = quoted(given, shape, path)
  const wanted = shapesAt(shape, path).map(inWords).join(' or ') || 'something else'
  return { path, sentence: `must be ${wanted}${got === undefined ? '' : `, got ${got}${hintAt(shape, path, given)}`}` }
}

/** A choice is judged by the alternative that was most likely meant: the one with the fewest flaws below its top. */
function choiceFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path, reading: Reading): Finding[] {
  if (valueAt(reading.value, path) === undefined) return [missing(path, reading)]
  const [likeliest] = issue.errors
    .filter(issues => issues.every(each => each.path.length > 0 || each.code === 'unrecognized_keys'))
    .sort((a, b) => weight(a) - weight(b))
  return likeliest ? findingsOfAll(likeliest, path, reading) : [unfit(path, reading)]
}

function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}

/** Our own messages: those that begin with "is" speak about the value, which then goes before them. */
function spokenOf({ message }: Issue, path: Path, { shape, value }: Reading): string {
  if (!message.startsWith('is ')) return message
  return `${quoted(valueAt(value, path), shape, path) ?? 'the value'} ${message}`
}

function hintAt(shape: Shape, path: Path, given: unknown): string {
  const shapes = shapesAt(shape, path).flatMap(each => each.anyOf ?? [each])
  const wants = (type: string) => shapes.some(each => each.type === type)
  if (typeof given === 'string') {
    const number = given.trim() !== '' && Number.isFinite(Number(given))
    if (number && (wants('integer') || wants('number'))) return ' (remove the quotes)'
    if ((given === 'true' || given === 'false') && wants('boolean')) return ' (remove the quotes)'
    return didYouMean(given, shapes.flatMap(each => each.enum ?? []).map(String))
  }
  return (typeof given === 'number' || typeof given === 'boolean') && wants('string') ? hintForText(shapes) : ''
}

/** Quotes help where any text will do; `maxLateness: 15` lacks a unit, not quotes. */
function hintForText(shapes: readonly Shape[]): string {
  return shapes.some(each => each.type === 'string' && each.pattern === undefined) ? ' (put it in quotes)' : ''
}

function pathOf(issue: Issue): Path {
  return issue.path.map(key => (typeof key === 'number' ? key : String(key)))
}
