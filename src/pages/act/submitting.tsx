/** Submitting a file of rows from a page. Whoever submits says how many rows the file has: that is what they confirm. */

import { readRows } from '../../bulk/read-rows.ts'
import type { Row } from '../../bulk/row.ts'
import { RowReport } from '../../bulk/row-report.ts'
import { BadRows, soundRows } from '../../bulk/sound-rows.ts'
import { type SubmitAnswer, submitBatch } from '../../bulk/submit.ts'
import { isConfigured } from '../../duty/accounts.ts'
import { mustBeFit } from '../../duty/open-ledger.ts'
import { maySee } from '../../http/access.ts'
import type { HttpParts } from '../../http/parts.ts'
import { type Flaw, Problem } from '../../http/problem.ts'
import { bytesOf, declaredBy, rowsProblem } from '../../http/upload.ts'
import { type Fields, fieldsOf, forbidden, type PageContext, type Pages, show, told } from '../desk.tsx'
import type { Look } from '../look.ts'
import type { SentFile } from '../multipart.ts'
import { batchAddress } from '../view/batch-parts.tsx'
import { type SubmitModel, SubmitPage } from '../view/submit.tsx'

/** The file has another number of rows than whoever submits it says. */
class Miscounted extends Error {
  override readonly name = 'Miscounted'
  readonly rows: number

  constructor(rows: number) {
    super('the file has another number of rows')
    this.rows = rows
  }
}

/** Where a file of rows is sent to. */
export const uploadPath = '/batches'

export function addSubmitting(pages: Pages, parts: HttpParts): void {
  pages.get('/batches/new', context => {
    if (!context.var.look.rights.batchSubmit) return forbidden(context, parts)
    return shown(context, parts, {}, [])
  })
  pages.post(uploadPath, async context => {
    const { look, upload } = context.var
    if (!look.rights.batchSubmit) return forbidden(context, parts)
    const fields = await fieldsOf(context)
    const flaws = fieldFlaws(fields, look)
    const file = upload?.file?.name === '' ? undefined : upload?.file
    if (file === undefined) flaws.push(look.t.submit.noFile)
    if (flaws.length > 0 || file === undefined) return shown(context, parts, fields, flaws)
    try {
      return answered(context, parts, fields, await submitted(context, parts, fields, file))
    } catch (error) {
      return shown(context, parts, fields, flawsOf(error, look))
    }
  })
}

function fieldFlaws({ rows = '', reason = '', mailing = '', perMinute = '' }: Fields, { t }: Look): string[] {
  const isNumber = (text: string) => /^[1-9]\d{0,9}$/.test(text)
  return [
    ...(isNumber(rows) ? [] : [t.submit.noRows]),
    ...(reason === '' ? [t.confirm.noReason] : []),
    ...(mailing === '' || isNumber(mailing) ? [] : [t.submit.badNumber(t.words.mailing)]),
    ...(perMinute === '' || isNumber(perMinute) ? [] : [t.submit.badNumber(t.batch.pace)]),
  ]
}

async function submitted(
  context: PageContext,
  parts: HttpParts,
  fields: Fields,
  file: SentFile,
): Promise<SubmitAnswer> {
  const { open, settings } = parts
  const { look, caller } = context.var
  const { account = '', name = '', mailing = '', perMinute = '', reason = '' } = fields
  if (!isConfigured(open, account) || !maySee(caller, account))
    throw new Problem('otherAccount', look.t.submit.noAccount)
  const asked = {
    account,
    name: name === '' ? nameOf(file.name) : name,
    partial: 'false' as const,
    launch: mailing === '' ? undefined : JSON.stringify({ id: Number(mailing) }),
    perMinute: perMinute === '' ? undefined : Number(perMinute),
    reason,
  }
  const { declaration, reading } = declaredBy(asked, typeOf(file.name), caller.by)
  await mustBeFit(open, account)
  const rows = soundRows(readRows(bytesOf(file.bytes, settings.uploadLimit), reading), false, new RowReport())
  return submitBatch(open.ledger, { ...declaration, source: file.name }, counted(rows, Number(fields.rows)), {
    kind: 'refuse',
  })
}

/** Throws Miscounted at the end, before anything is submitted. */
async function* counted(rows: AsyncIterable<Row>, said: number): AsyncGenerator<Row> {
  let count = 0
  for await (const row of rows) {
    count += 1
    yield row
  }
  if (count !== said) throw new Miscounted(count)
}

/** `Black Friday.csv` is `black-friday`. */
function nameOf(file: string): string {
  const stem = file.replace(/\.[^.]*$/, '').toLowerCase()
  return stem
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
}

function typeOf(file: string): string | undefined {
  if (/\.(csv|tsv)$/i.test(file)) return 'text/csv'
  return /\.(ndjson|jsonl)$/i.test(file) ? 'application/x-ndjson' : undefined
}

function answered(context: PageContext, parts: HttpParts, fields: Fields, answer: SubmitAnswer) {
  const { submit: t } = context.var.look.t
  switch (answer.kind) {
    case 'submitted':
      return told(context, { tone: 'ok', words: t.done(answer.rows) }, batchAddress(answer.id))
    case 'again':
      return told(context, { tone: 'ok', words: t.again }, batchAddress(answer.id))
    case 'otherName':
      return shown(context, parts, fields, [t.otherName(answer.id)])
    case 'sameName':
      return shown(context, parts, fields, [t.sameName(answer.id)])
    case 'sentLately':
      return shown(context, parts, fields, [t.sentLately(answer.confirmation)])
    case 'changed':
      return shown(context, parts, fields, [t.disturbed])
    case 'otherRows':
      return shown(context, parts, fields, [t.otherRows(answer.id)])
    case 'empty':
      return shown(context, parts, fields, [t.empty])
    case 'disturbed':
      return shown(context, parts, fields, [t.disturbed])
  }
}

/** What is wrong with the file or its declaration; throws on what is not about them. */
function flawsOf(error: unknown, { t }: Look): string[] {
  if (error instanceof Miscounted) return [t.submit.miscounted(error.rows)]
  if (error instanceof BadRows) return inWords(rowsProblem(error.report).extras.errors ?? [])
  if (!(error instanceof Problem) || error.body.status >= 500) throw error
  return error.extras.errors === undefined ? [error.message] : inWords(error.extras.errors)
}

function inWords(flaws: readonly Flaw[]): string[] {
  return flaws.map(({ at, sentence }) => `${at}: ${sentence}`)
}

function shown(context: PageContext, parts: HttpParts, fields: Fields, flaws: readonly string[]): Promise<Response> {
  const { look, caller } = context.var
  const accounts = Object.keys(parts.open.config.accounts).filter(name => maySee(caller, name))
  const model: SubmitModel = { accounts, fields, flaws, most: parts.settings.uploadLimit }
  const status = flaws.length === 0 ? 200 : 422
  return show(
    context,
    parts,
    { title: look.t.submit.title, section: 'batches', status, still: true },
    <SubmitPage look={look} model={model} />,
  )
}
