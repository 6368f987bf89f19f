/** `bulk list` and `bulk status`. */
import { type BatchRow, endedRows } from '../duty/batch-shape.ts'
import { batchLines, codeOf, digits } from './batch-view.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { type Office, type OfficeFlags, withOffice } from './office.ts'

/** Batches of one name that are told by their ids. */
const mostListed = 8

export async function listCommand(
  flags: OfficeFlags & { readonly limit: number; readonly json: boolean },
): Promise<void> {
  await withOffice(flags, async office => {
    const batches = await office.batches(flags.limit)
    if (flags.json) return write(JSON.stringify(batches, null, 2))
    if (batches.length === 0) return void process.stderr.write('No batches.\n')
    const rows = batches.map(({ id, created, state, counts, rows, account, reason }) => [
      created.slice(0, 19).replace('T', ' '),
      state,
      `${digits(endedRows({ released: counts }))}/${digits(rows)}`,
      digits(counts.launched ?? 0),
      account,
      id,
      reason ?? '',
    ])
    write(table(['SUBMITTED (UTC)', 'STATE', 'ENDED', 'LAUNCHED', 'ACCOUNT', 'BATCH', 'REASON'], rows))
  })
}

/** Returns the exit code. */
export async function statusCommand(word: string, flags: OfficeFlags & { readonly json: boolean }): Promise<number> {
  return withOffice(flags, async office => {
    const batch = await office.batch(await batchToRead(office, word))
    if (!batch) throw noBatch(word)
    write(flags.json ? JSON.stringify(batch, null, 2) : batchLines(batch))
    return codeOf(batch)
  })
}

/** The id of the batch that a word means, the newest of several of one name. Throws CommandEnding with code 2 where there is none. */
export async function batchToRead(office: Office, word: string): Promise<string> {
  const [newest, ...older] = await office.batchesCalled(word)
  if (newest === undefined) throw noBatch(word)
  if (older.length > 0) {
    process.stderr.write(
      `${older.length + 1} batches are called ${word}; this is the newest, ${newest}. The others: ${listed(older)}\n`,
    )
  }
  return newest
}

/** The one batch that a word means, for deciding about it. Throws CommandEnding with code 2 where there is none, or several. */
export async function batchToDecide(office: Office, word: string): Promise<BatchRow> {
  const [only, ...others] = await office.batchesCalled(word)
  if (only !== undefined && others.length > 0) {
    throw new CommandEnding(
      exitCodes.usage,
      `several batches are called ${word}; say which one by its id: ${listed([only, ...others])}`,
    )
  }
  const batch = only === undefined ? undefined : await office.batchRow(only)
  if (!batch) throw noBatch(word)
  return batch
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
