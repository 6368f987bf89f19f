/**
 * What no JSON from outside may hold: texts that cannot be written as UTF-8, nesting that what reads it later may not bear, and
 * numbers that are another by being read. Pure.
 */
import type { Path } from './shape.ts'

/** How deep it may be nested. */
const deepest = 64

/** The name under which an object of JavaScript has its kind: whoever copies such a member loses it. */
const lost = '__proto__'

export interface Unsound {
  readonly path: Path
  readonly sentence: string
}

/** What of a parsed JSON value is so, at most `most` of it. */
export function unsoundIn(value: unknown, most: number): Unsound[] {
  const found: Unsound[] = []
  look(value, [], most, found)
  return found
}

function look(value: unknown, path: readonly (string | number)[], most: number, found: Unsound[]): void {
  if (found.length >= most) return
  if (typeof value === 'string' && isBroken(value))
    found.push({ path, sentence: 'has half of a character (a lone surrogate)' })
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
    found.push({ path, sentence: 'is a number of too many digits to be kept: write it in quotes' })
  if (typeof value !== 'object' || value === null) return
  if (path.length >= deepest) {
    found.push({ path, sentence: `is nested deeper than ${deepest}` })
    return
  }
  for (const [name, each] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(name) : name]
    if (isBroken(name)) found.push({ path: here, sentence: 'has a name with half of a character (a lone surrogate)' })
    if (name === lost) found.push({ path: here, sentence: 'cannot be kept under this name' })
    look(each, here, most, found)
  }
}

/** Halves of a pair that stands whole are not matched. */
function isBroken(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}

/** The text with a sign in the place of each half of a character: it can be shown. */
export function shownWhole(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
}
