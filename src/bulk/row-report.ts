/** What is wrong with a file of rows, so that a person can read it: exact totals, equal flaws grouped, the first lines of each. */
import type { Flaw } from './flaw.ts'
import type { RowRead } from './read-rows.ts'

const mostGroups = 100
const linesPerGroup = 8
/** A flaw that so few rows have is told for each of them. */
const fewRows = 3

export interface FlawGroup {
  readonly column?: string
  /** As the first row has it. */
  readonly sentence: string
  /** Rows that have it; they differ in what is quoted and counted. */
  readonly count: number
  /** The first lines that have it, in order. */
  readonly lines: readonly number[]
}

interface Group {
  readonly column: string | undefined
  readonly examples: { readonly line: number; readonly sentence: string }[]
  readonly lines: number[]
  count: number
}

/** Grows with the kinds of flaws, not with the rows. */
export class RowReport {
  /** Rows that can be used. */
  sound = 0
  /** Rows that cannot. */
  bad = 0
  /** The line from which on nothing could be read. */
  unreadableFrom: number | undefined
  /** Flaws of kinds beyond those that are kept. */
  #untold = 0
  readonly #groups = new Map<string, Group>()

  note(read: RowRead): void {
    switch (read.kind) {
      case 'row':
        this.sound += 1
        return
      case 'bad':
        this.bad += 1
        break
      case 'unreadable':
        this.unreadableFrom = read.line
    }
    for (const flaw of read.flaws) this.#add(flaw, read.line)
  }

  /** Whether the file may not be used: it cannot be read to its end, or has a bad row where none is allowed. */
  refuses(partial: boolean): boolean {
    return this.unreadableFrom !== undefined || (this.bad > 0 && !partial)
  }

  /** In the order in which they were met first. */
  get groups(): FlawGroup[] {
    return [...this.#groups.values()].map(({ column, examples, count, lines }) => ({
      ...(column === undefined ? {} : { column }),
      sentence: examples[0]?.sentence ?? '',
      count,
      lines,
    }))
  }

  /** `rows.csv:17: column "id": must be …`, one line for each group, or for each row of a small one. */
  inLines(where: string): string[] {
    const told = [...this.#groups.values()].flatMap(group => {
      const [first] = group.examples
      if (group.count <= fewRows) return group.examples.map(example => this.#line(where, group.column, example))
      if (!first) return []
      const shown = group.lines.slice(1).join(', ')
      const more = `and ${inDigits(group.count - 1)} more ${group.count > group.lines.length ? `rows, on lines ${shown}, …` : `rows, on lines ${shown}`}`
      return [`${this.#line(where, group.column, first)} (${more})`]
    })
    return this.#untold === 0 ? told : [...told, `${where}: ${inDigits(this.#untold)} more flaws of other kinds`]
  }

  /** That there is not one row to submit, and why. */
  inLinesOfNone(where: string): string[] {
    if (this.bad === 0) return [`${where} holds no rows`]
    const none = this.bad === 1 ? 'its only row cannot be used' : `none of its ${inDigits(this.bad)} rows can be used`
    return [...this.inLines(where), `${where}: ${none}; nothing was submitted`]
  }

  #add({ column, sentence }: Flaw, line: number): void {
    const shape = `${column ?? ''}\n${sentence.replace(/"(?:[^"\\]|\\.)*"|\d+/g, '…')}`
    const known = this.#groups.get(shape)
    if (!known && this.#groups.size >= mostGroups) {
      this.#untold += 1
      return
    }
    const group = known ?? { column, examples: [], lines: [], count: 0 }
    if (!known) this.#groups.set(shape, group)
    group.count += 1
    if (group.lines.length < linesPerGroup) group.lines.push(line)
    if (group.examples.length < fewRows) group.examples.push({ line, sentence })
  }

  #line(where: string, column: string | undefined, { line, sentence }: { line: number; sentence: string }): string {
    const about = column === undefined ? '' : `column ${JSON.stringify(column.slice(0, 80))}: `
    return `${where}:${line}: ${about}${sentence}`.replace(/\p{Cc}+/gu, ' ')
  }
}

function inDigits(count: number): string {
  return count.toLocaleString('en')
}
