import type { RowRead } from './read-rows.ts'
import type { Row } from './row.ts'
import type { RowReport } from './row-report.ts'

/** Ends the reading of a file that may not be used; what is wrong with it is in the report. */
export class BadRows extends Error {
  override readonly name = 'BadRows'
  readonly report: RowReport

  constructor(report: RowReport) {
    super('the file has rows that cannot be used')
    this.report = report
  }
}

/**
 * The rows that can be used. Where one cannot, and `partial` does not allow that, no more rows come, but all of the file is
 * still read for the report, and then BadRows is thrown: nothing of such a file may be used.
 */
export async function* soundRows(
  reads: AsyncIterable<RowRead>,
  partial: boolean,
  report: RowReport,
): AsyncGenerator<Row> {
  for await (const read of reads) {
    report.note(read)
    if (read.kind === 'row' && !report.refuses(partial)) yield read.row
  }
  if (report.refuses(partial)) throw new BadRows(report)
}
