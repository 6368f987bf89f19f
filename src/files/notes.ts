/** `x-…` keys are notes that people leave for each other; they are read past wherever keys are otherwise checked. Pure. */
import { type Shape, shapesUnder } from './shape.ts'

/** The value without its notes; `shape` says where a key is a name somebody chose, and where it is one of ours. */
export function withoutNotes(value: unknown, shape: Shape): unknown {
  const choices = shape.anyOf ?? shape.oneOf
  if (choices) return withoutNotes(value, only(choices.filter(({ type }) => type === typeOf(value))))
  if (Array.isArray(value)) return value.map((item, index) => withoutNotes(item, only(shapesUnder(shape, index))))
  if (typeof value !== 'object' || value === null) return value
  const closed = shape.additionalProperties === false
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !(closed && key.startsWith('x-')))
      .map(([key, item]) => [key, withoutNotes(item, only(shapesUnder(shape, key)))]),
  )
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

/** Below a choice of maps, or where anything goes, nothing is known to be a note. */
function only(shapes: readonly Shape[]): Shape {
  const [shape] = shapes
  return shapes.length === 1 && shape ? shape : {}
}
