/** What a file would become, before it does. */
import type { BatchDeclaration } from '../bulk/batch.ts'
import type { Row } from '../bulk/row.ts'
import type { RowReport } from '../bulk/row-report.ts'
import { RowsSeen } from '../bulk/rows-seen.ts'
import { formatDuration } from '../files/duration.ts'
import type { LaunchRequest } from '../launches/launch.ts'

/** Mailings are counted one by one up to this many. */
const mostMailings = 100_000

/** Grows with the mailings of a file, not with its rows. */
export class Rehearsal {
  readonly report: RowReport
  readonly seen: RowsSeen
  #first: Row | undefined
  #last: Row | undefined
  readonly #mailings = new Set<number>()

  constructor(report: RowReport, account: string) {
    this.report = report
    this.seen = new RowsSeen(account)
  }

  get rows(): number {
    return this.seen.rows
  }

  /** Reads all of them; throws what they throw. */
  async read(rows: AsyncIterable<Row>): Promise<void> {
    for await (const _ of this.seen.chunks(this.#noting(rows)));
  }

  async *#noting(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    for await (const row of rows) {
      this.#first ??= row
      this.#last = row
      if (this.#mailings.size < mostMailings) this.#mailings.add(row.request.id)
      yield row
    }
  }

  /** What `--dry-run --json` prints. `duration`: milliseconds at the given pace, null where none is given. */
  whole({ name, account, pace }: BatchDeclaration) {
    return {
      name,
      account,
      rows: this.rows,
      bad: this.report.bad,
      mailings: this.#mailings.size,
      first: this.#first === undefined ? null : shown(this.#first),
      last: this.#last === undefined ? null : shown(this.#last),
      duration: durationAt(this.rows, pace.perMinute) ?? null,
    }
  }

  inLines(declaration: BatchDeclaration): string[] {
    const { first, last } = this.whole(declaration)
    return [
      `Would submit ${this.facts(declaration)}.`,
      `  first  ${JSON.stringify(first)}`,
      `  last   ${JSON.stringify(last)}`,
    ]
  }

  /** What is launched and how long it takes, in words. */
  facts({ name, account, pace, hours }: BatchDeclaration): string {
    const many = (count: number, word: string) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`
    const mailings = `${many(this.#mailings.size, 'mailing')}${this.#mailings.size === mostMailings ? ' or more' : ''}`
    const duration = durationAt(this.rows, pace.perMinute)
    const at =
      pace.perMinute === undefined ? 'as fast as the account allows' : `${many(pace.perMinute, 'row')} a minute`
    const long = duration === undefined ? '' : `, ${inWords(duration)} in all${hours ? ' of open hours' : ''}`
    const left = this.report.bad === 0 ? '' : `, ${many(this.report.bad, 'bad row')} left out`
    return `${many(this.rows, 'row')} of ${mailings} of account ${account} as batch ${name}${left}, ${at}${long}`
  }
}

/** Milliseconds from the first row to the last; undefined without a pace. */
export function durationAt(rows: number, perMinute: number | undefined): number | undefined {
  return perMinute === undefined ? undefined : Math.ceil(((rows - 1) * 60_000) / perMinute)
}

/** To the second below an hour, to the minute above. */
function inWords(ms: number): string {
  const unit = ms < 3_600_000 ? 1_000 : 60_000
  const rounded = Math.max(unit, Math.round(ms / unit) * unit)
  const hours = Math.floor(rounded / 3_600_000)
  const rest = rounded - hours * 3_600_000
  return [...(hours > 0 ? [`${hours}h`] : []), ...(rest > 0 ? [formatDuration(rest)] : [])].join(' ')
}

function shown({ line, key, request }: Row) {
  return { line, key, request: shortened(request) }
}

function shortened(request: LaunchRequest): object {
  return request.attach === undefined ? request : { ...request, attach: `${request.attach.length} attached` }
}
