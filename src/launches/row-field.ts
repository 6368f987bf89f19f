/** Fields of a launch as the rows of a file name them. Pure. */
import { launchFields } from './launch.ts'

/** What a file of rows may be. */
export const rowFormats = ['csv', 'ndjson', 'json'] as const
export type RowFormat = (typeof rowFormats)[number]

type Field = keyof typeof launchFields

/** Where the value of a column goes: a field of the launch, or a place below its content. */
export interface Target {
  readonly field: Field
  /** Names below `content`; empty for the field as a whole. */
  readonly path: readonly string[]
}

/** `id` or `content.city` → where it leads; undefined where no launch has such a field. */
export function targetNamed(name: string): Target | undefined {
  if (isField(name)) return { field: name, path: [] }
  const [first, ...path] = name.split('.')
  if (first !== 'content' || path.some(each => each === '' || each === '__proto__')) return undefined
  return { field: 'content', path }
}

function isField(name: string): name is Field {
  return Object.hasOwn(launchFields, name)
}
