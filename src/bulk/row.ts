/** One line of a file of launches: one intended launch. */
import type { LaunchRequest } from '../launches/launch.ts'

export interface Row {
  /** 1-based, the header not counted. */
  readonly number: number
  /** Where it begins in the file, 1-based, the header counted. */
  readonly line: number
  /** What tells it from the other rows: the value of the key column, else its number. */
  readonly key: string
  /** Complete: the base launch overlaid by the row's columns. */
  readonly request: LaunchRequest
}
