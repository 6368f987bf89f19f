/** Every row of a batch and what became of it, as a file for spreadsheets. */
import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { resultsOf, showBatch } from '../bulk/read.ts'
import { resultRows } from '../duty/batch-shape.ts'
import { maySee } from '../http/access.ts'
import type { HttpParts } from '../http/parts.ts'
import { missing, type Pages } from './desk.tsx'

const columns = ['row', 'key', 'launch', 'mailing', 'state', 'error', 'error_text', 'reason', 'attempts'] as const

export function addResults(pages: Pages, parts: HttpParts): void {
  const { ledger } = parts.open
  pages.get('/batches/:id/results.csv', async context => {
    const { look, caller } = context.var
    const id = context.req.param('id')
    const view = await showBatch(ledger, id)
    if (!view || !maySee(caller, view.batch.account)) return missing(context, parts, look.t.trouble.notFoundWords)
    // A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    const csv = Readable.from(resultRows(resultsOf(ledger, id), undefined)).pipe(
      stringify({ header: true, columns: [...columns], escape_formulas: true }),
    )
    context.header('content-type', 'text/csv; charset=utf-8')
    context.header('content-disposition', `attachment; filename="${id.replace(/[^\w.-]/g, '_')}.csv"`)
    return context.body(Readable.toWeb(csv) as ReadableStream)
  })
}
