/** `bulk results`: every row and what became of it, as a stream. */
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { type RowResult, resultsOf } from '../bulk/read.ts'
import { states } from '../launches/launch.ts'
import { batchToRead } from './bulk-list.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

const resultStates: readonly string[] = [...states, 'unreleased', 'forgotten']
const columns = ['row', 'key', 'launch', 'mailing', 'state', 'error', 'error_text', 'reason', 'attempts'] as const

interface ResultFlags extends GlobalFlags {
  readonly format: string
  readonly state?: string
}

/** Writes to standard output no faster than it is read there. */
export async function resultsCommand(word: string, flags: ResultFlags): Promise<void> {
  const { format, state } = flags
  if (format !== 'csv' && format !== 'ndjson') throw usage(`--format ${format} is neither csv nor ndjson`)
  if (state !== undefined && !resultStates.includes(state)) {
    throw usage(`--state ${state} is not one of ${resultStates.join(', ')}`)
  }
  await withLedger(flags, async ({ ledger }) => {
    const { batch } = await batchToRead(ledger, word)
    const rows = Readable.from(chosen(resultsOf(ledger, batch.id), state))
    try {
      await pipeline(rows, format === 'csv' ? csvWriter() : ndjsonWriter(), process.stdout, { end: false })
    } catch (error) {
      // A reader that has seen enough (head, less) is no error.
      if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
    }
  })
}

async function* chosen(results: AsyncIterable<RowResult>, state: string | undefined) {
  for await (const result of results) if (state === undefined || result.state === state) yield shown(result)
}

/** One row as the command shows it; what is absent is null. */
function shown(result: RowResult) {
  return {
    row: result.number,
    key: result.key,
    launch: result.launchKey,
    mailing: result.mailing,
    state: result.state,
    error: result.error ?? null,
    error_text: result.error_text ?? null,
    reason: result.reason ?? null,
    attempts: result.attempts,
  }
}

/** A cell that a spreadsheet would take for a formula gets an apostrophe before it (`escape_formulas`). */
export function csvWriter(): Transform {
  return stringify({ header: true, columns: [...columns], escape_formulas: true })
}

function ndjsonWriter(): Transform {
  return new Transform({
    writableObjectMode: true,
    transform: (row, _encoding, done) => done(null, `${JSON.stringify(row)}\n`),
  })
}

function usage(sentence: string): CommandEnding {
  return new CommandEnding(exitCodes.usage, sentence)
}
