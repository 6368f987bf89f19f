import type { LaunchRequest } from '../launches/launch.ts'

/** One line of a file of rows: one intended launch. */
export interface Row {
  /** 1-based; the header of a CSV file does not count, a row that cannot be used does. */
  readonly number: number
  /** 1-based; where a row goes over several lines, the first. */
  readonly line: number
  /** Identity of the row within its file: what its key column holds, else its number. */
  readonly key: string
  /** Complete: the base launch with what the row says laid over it. */
  readonly request: LaunchRequest
}
