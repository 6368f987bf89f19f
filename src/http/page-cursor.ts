import { type Cursor, readCursor } from '../launches/cursor.ts'
import { flawed } from './problem.ts'

/** The place that `after` of a query names. Throws Problem where it names none. */
export function cursorOf(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined
  const cursor = readCursor(text)
  if (cursor === undefined) throw flawed('after', 'is no cursor of a page', 'query')
  return cursor
}
