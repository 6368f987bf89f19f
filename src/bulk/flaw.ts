/** What is wrong with a row, or with a file of rows. */
export interface Flaw {
  /** The column, or the member of a JSON object, by its name in the file; absent where it is about the row as a whole. */
  readonly column?: string
  readonly sentence: string
}

/** Characters of one row. A quote that is never closed would make a row of all that follows. */
export const longestRow = 1_048_576

export const tooLong = `this row is longer than ${longestRow / 1_048_576} MiB`

/** Thrown inside of the readers: from this line on nothing in the file can be trusted. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  /** 1-based. */
  readonly line: number
  readonly flaws: readonly Flaw[]

  constructor(line: number, ...flaws: readonly Flaw[]) {
    super(flaws.map(({ sentence }) => sentence).join('\n'))
    this.line = line
    this.flaws = flaws
  }
}
