/** `bulk results`: every row and what became of it, as a stream. */
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import { resultStates } from '../duty/batch-shape.ts'
import { batchToRead } from './bulk-list.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { type OfficeFlags, withOffice } from './office.ts'

const columns = ['row', 'key', 'launch', 'mailing', 'state', 'error', 'error_text', 'reason', 'attempts'] as const

interface ResultFlags extends OfficeFlags {
  readonly format: string
  readonly state?: string
}

/** Writes to standard output no faster than it is read there. */
export async function resultsCommand(word: string, flags: ResultFlags): Promise<void> {
  const { format } = flags
  const state = resultStates.find(known => known === flags.state)
  if (format !== 'csv' && format !== 'ndjson') throw usage(`--format ${format} is neither csv nor ndjson`)
  if (flags.state !== state) {
    throw usage(`--state ${flags.state} is not one of ${resultStates.join(', ')}`)
  }
  await withOffice(flags, async office => {
    const rows = Readable.from(office.results(await batchToRead(office, word), state))
    try {
      await pipeline(rows, format === 'csv' ? csvWriter() : ndjsonWriter(), process.stdout, { end: false })
    } catch (error) {
      // A reader that has seen enough (head, less) is no error.
      if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
    }
  })
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
