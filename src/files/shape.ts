/**
 * The shape of what a schema reads, as JSON Schema (draft-07): editors get it, and so do the sentences about mistakes, the
 * names of environment variables and the removal of notes. Schemas may carry two words of our own in their `meta`:
 * `expects` says in words what is wanted there; `secret` says that the value is never repeated.
 */
import { z } from 'zod'

export type Path = readonly (string | number)[]
export type Shape = z.core.JSONSchema.BaseSchema

const known = new WeakMap<z.ZodType, Shape>()

/** The shape of the schema's input. */
export function shapeOf(schema: z.ZodType): Shape {
  let shape = known.get(schema)
  if (!shape) {
    shape = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
    known.set(schema, shape)
  }
  return shape
}

/** The shape as it is published: our own words left out, `x-…` keys allowed wherever keys are checked. */
export function publishedShape(schema: z.ZodType, title: string): Shape {
  const shape = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.expects
      delete jsonSchema.secret
      if (jsonSchema.additionalProperties === false) jsonSchema.patternProperties = { '^x-': {} }
    },
  })
  return { title, ...shape }
}

/** The shapes of what may stand under `key`; several where the shape is a choice, none where nothing may. */
export function shapesUnder(shape: Shape, key: string | number): Shape[] {
  const choices = shape.anyOf ?? shape.oneOf
  if (choices) return choices.flatMap(choice => shapesUnder(choice, key))
  if (typeof key === 'number') return isShape(shape.items) ? [shape.items] : []
  const own = property(shape, key)
  if (own) return [own]
  return isShape(shape.additionalProperties) ? [shape.additionalProperties] : []
}

/** The shapes at the end of a path. */
export function shapesAt(shape: Shape, path: Path): Shape[] {
  return path.reduce((shapes: Shape[], key) => shapes.flatMap(each => shapesUnder(each, key)), [shape])
}

/** The keys that may be written at this place; none where any key may. */
export function knownKeys(shapes: readonly Shape[]): string[] {
  return shapes.flatMap(shape => [
    ...Object.keys(shape.properties ?? {}),
    ...knownKeys(shape.anyOf ?? shape.oneOf ?? []),
  ])
}

/** Whether something on the way to the end of the path is declared secret. */
export function isSecret(shape: Shape, path: Path): boolean {
  return path.some((_, depth) => shapesAt(shape, path.slice(0, depth + 1)).some(each => each.secret === true))
}

/** What is wanted, in words that follow "must be". */
export function inWords(shape: Shape): string {
  if (typeof shape.expects === 'string') return shape.expects
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum) return `${shape.enum.length > 1 ? 'one of ' : ''}${shape.enum.join(', ')}`
  const choices = shape.anyOf ?? shape.oneOf
  if (choices) return choices.map(inWords).join(' or ')
  switch (shape.type) {
    case 'integer':
    case 'number':
      return `a ${shape.type === 'integer' ? 'whole ' : ''}number${rangeInWords(shape)}`
    case 'string':
      return shape.minLength ? 'text that is not empty' : 'text'
    case 'boolean':
      return 'true or false'
    case 'array':
      return shape.minItems ? 'a list that is not empty' : 'a list'
    case 'object':
      return shape.properties ? `a map (${Object.keys(shape.properties).join(', ')})` : 'a map'
    default:
      return 'a value that JSON can hold'
  }
}

function rangeInWords(shape: Shape): string {
  const above = typeof shape.exclusiveMinimum === 'number' ? shape.exclusiveMinimum : undefined
  const least = written(shape.minimum)
  const most = written(shape.maximum)
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`
  if (above !== undefined) return ` above ${above}${most === undefined ? '' : `, at most ${most}`}`
  if (least !== undefined) return `, at least ${least}`
  return most === undefined ? '' : `, at most ${most}`
}

/** Whole numbers carry the bounds of what a double holds exactly; nobody wrote those. */
function written(bound: number | undefined): number | undefined {
  return bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound
}

function property(shape: Shape, key: string): Shape | undefined {
  const properties = shape.properties
  const found = properties && Object.hasOwn(properties, key) ? properties[key] : undefined
  return isShape(found) ? found : undefined
}

function isShape(shape: unknown): shape is Shape {
  return typeof shape === 'object' && shape !== null && !Array.isArray(shape)
}
