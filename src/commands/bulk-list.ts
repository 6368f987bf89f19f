/** `bulk list` and `bulk status`. */
import { listBatches } from '../bulk/list.ts'
import { type BatchView, batchesNamed, problemsOf, showBatch } from '../bulk/read.ts'
import { batchRow, batchWhole, endedRows } from '../duty/batch-shape.ts'
import type { Ledger } from '../launches/ledger.ts'
import { batchLines, codeOf, digits } from './batch-view.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

/** More kinds of problems than this are for `bulk results`. */
const problemsShown = 20
/** Batches of one name that are told by their ids. */
const mostListed = 8

export async function listCommand(
  flags: GlobalFlags & { readonly limit: number; readonly json: boolean },
): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const views = await listBatches(ledger, flags.limit)
    if (flags.json) return write(JSON.stringify(views.map(batchRow), null, 2))
    if (views.length === 0) return void process.stderr.write('No batches.\n')
    const rows = views.map(({ batch, counts }) => [
      new Date(batch.created).toISOString().slice(0, 19).replace('T', ' '),
      batch.state,
      `${digits(endedRows(counts))}/${digits(counts.total)}`,
      digits(counts.released.launched ?? 0),
      batch.account,
      batch.id,
      batch.reason ?? '',
    ])
    write(table(['SUBMITTED (UTC)', 'STATE', 'ENDED', 'LAUNCHED', 'ACCOUNT', 'BATCH', 'REASON'], rows))
  })
}

/** Returns the exit code. */
export async function statusCommand(word: string, flags: GlobalFlags & { readonly json: boolean }): Promise<number> {
  return withLedger(flags, async ({ ledger }) => {
    const view = await batchToRead(ledger, word)
    const problems = await problemsOf(ledger, view.batch.id, problemsShown)
    write(flags.json ? JSON.stringify(batchWhole(view, problems), null, 2) : batchLines(view, problems))
    return codeOf(view)
  })
}

/** The batch that a word means, the newest of several of one name. Throws CommandEnding with code 2 where there is none. */
export async function batchToRead(ledger: Ledger, word: string): Promise<BatchView> {
  const [newest, ...older] = await batchesNamed(ledger, word)
  const view = await batchOf(ledger, newest, word)
  if (older.length > 0) {
    process.stderr.write(
      `${older.length + 1} batches are called ${word}; this is the newest, ${view.batch.id}. The others: ${listed(older)}\n`,
    )
  }
  return view
}

/** The one batch that a word means, for deciding about it. Throws CommandEnding with code 2 where there is none, or several. */
export async function batchToDecide(ledger: Ledger, word: string): Promise<BatchView> {
  const [only, ...others] = await batchesNamed(ledger, word)
  if (only !== undefined && others.length > 0) {
    throw new CommandEnding(
      exitCodes.usage,
      `several batches are called ${word}; say which one by its id: ${listed([only, ...others])}`,
    )
  }
  return batchOf(ledger, only, word)
}

async function batchOf(ledger: Ledger, id: string | undefined, word: string): Promise<BatchView> {
  const view = id === undefined ? undefined : await showBatch(ledger, id)
  if (!view) throw noBatch(word)
  return view
}

function listed(ids: readonly string[]): string {
  return `${ids.slice(0, mostListed).join(', ')}${ids.length > mostListed ? ', …' : ''}`
}

function noBatch(word: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, `there is no batch ${word}; sendoff bulk list shows the newest`)
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}
