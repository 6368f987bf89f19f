/** What a row says, laid over the base launch. Pure. */
import { pathInWords } from '../files/finding.ts'
import { findingsIn } from '../files/issues.ts'
import type { Path } from '../files/shape.ts'
import { type LaunchRequest, launchRequestSchema } from '../launches/launch.ts'
import type { Target } from '../launches/row-field.ts'
import type { Flaw } from './flaw.ts'

/** The values of one row by field, and from which column each came. */
export class Given {
  readonly fields: Record<string, unknown> = {}
  readonly #puts: { readonly target: Target; readonly column: string }[] = []

  /** A column after another one may add to the same content; at the same place it takes the place of the other. */
  put(target: Target, value: unknown, column: string): void {
    const { field, path } = target
    this.#puts.push({ target, column })
    const whole = path.length === 0 ? value : below(path, value)
    this.fields[field] = field in this.fields ? merged(this.fields[field], whole) : whole
  }

  /** The column that the value at this place of the request came from; undefined where the base says it. */
  columnAt(place: Path): string | undefined {
    return this.#puts.findLast(({ target }) => [target.field, ...target.path].every((key, at) => key === place[at]))
      ?.column
  }
}

function below(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner: unknown, name) => ({ [name]: inner }), value)
}

/** Maps are merged name by name, at any depth; anything else takes the place of what was there. */
function merged(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over
  const result = { ...under }
  for (const [name, value] of Object.entries(over)) {
    result[name] = Object.hasOwn(under, name) ? merged(under[name], value) : value
  }
  return result
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export type Overlaid =
  | { readonly ok: true; readonly request: LaunchRequest }
  | { readonly ok: false; readonly flaws: readonly Flaw[] }

/** The request of a row, its members in one order, so that equal requests are equal texts; or what is wrong with it. */
export function overlaid(base: Partial<LaunchRequest>, given: Given): Overlaid {
  const { content: own } = given.fields
  const whole = { ...base, ...given.fields, ...(base.content && own ? { content: merged(base.content, own) } : {}) }
  const read = launchRequestSchema.safeParse(whole)
  if (!read.success) return { ok: false, flaws: flawsOf(whole, given) }
  const { content, ...rest } = read.data
  return { ok: true, request: content === undefined ? rest : { ...rest, content: ordered(content) } }
}

function flawsOf(whole: unknown, given: Given): Flaw[] {
  return findingsIn(launchRequestSchema, whole).map(({ path, sentence }) => {
    const column = given.columnAt(path)
    const [field] = path
    if (column !== undefined) return { column, sentence }
    // Nothing in the file says it: it is missing, or the base is to blame.
    return {
      sentence:
        field === undefined || sentence.startsWith(`${field} is missing`)
          ? sentence
          : `${pathInWords(path)} ${sentence}`,
    }
  })
}

type Json = NonNullable<LaunchRequest['content']>[string]

function ordered(map: { readonly [name: string]: Json }): { [name: string]: Json } {
  const names = Object.keys(map).toSorted()
  return Object.fromEntries(names.map(name => [name, orderedValue(map[name] ?? null)]))
}

function orderedValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(orderedValue)
  return typeof value === 'object' && value !== null ? ordered(value) : value
}
