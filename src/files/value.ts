/** Data of unknown shape, looked at without trust. Pure. */
import { isSecret, type Path, type Shape } from './shape.ts'

/** What stands at the path, looking at own keys only; `undefined` where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = Reflect.get(found, key)
  }
  return found
}

/** The text at the path; `undefined` where there is none, or something else. */
export function textAt(value: unknown, path: Path): string | undefined {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : undefined
}

/** The own keys of a map; none of anything else. */
export function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
}

/** The value as an error may repeat it: short, and not at all where it is secret. */
export function quoted(value: unknown, shape: Shape, path: Path): string | undefined {
  return isSecret(shape, path) ? undefined : briefly(value)
}

function briefly(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value !== 'string') return String(value)
  // JSON that did not parse may hold anything, a token too.
  if (/^[[{]/.test(value)) return 'text'
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
}
