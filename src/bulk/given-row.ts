import type { Flaw } from './flaw.ts'
import type { Given } from './overlay.ts'

/** One row as its format reads it, before the base launch is known. */
export interface GivenRow {
  /** 1-based; the first line of the row. */
  readonly line: number
  readonly given: Given
  /** What its key column holds; undefined where it has none. */
  readonly key?: string | undefined
  readonly flaws: readonly Flaw[]
  /** It holds what nothing later could bear: it is not taken apart. */
  readonly isUnsound?: true
}
