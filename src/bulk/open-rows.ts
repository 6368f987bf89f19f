/** Opening what a person named as a file of rows: a path, or `-` for standard input. */
import { closeSync, createReadStream, fstatSync, openSync } from 'node:fs'
import { extname } from 'node:path'
import type { Readable } from 'node:stream'
import { codeOf, openingTrouble } from '../files/text-file.ts'
import { type RowFormat, rowFormats } from '../launches/row-field.ts'

const byEnding: Readonly<Record<string, RowFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
}

export type OpenRows =
  | { readonly ok: true; readonly source: Readable; readonly format: RowFormat }
  /** `sentence` names the file and says what to do. */
  | { readonly ok: false; readonly sentence: string }

/** `standardInput`: what `-` stands for, and whether it is a terminal, where reading would wait for a person to type a file. */
export function openRows(
  path: string,
  format: RowFormat | undefined,
  standardInput: Readable & { readonly isTTY?: boolean },
): OpenRows {
  const kind = format ?? byEnding[extname(path).toLowerCase()]
  if (path === '-' && standardInput.isTTY === true) {
    return {
      ok: false,
      sentence: 'standard input is a terminal; pipe a file into the command, or name one instead of -',
    }
  }
  if (kind === undefined) {
    const what =
      path === '-' ? 'what standard input holds is not known' : `the format of ${path} is not known by its name`
    return { ok: false, sentence: `${what}; say it with --format ${rowFormats.join('|')}` }
  }
  if (path === '-') return { ok: true, source: standardInput, format: kind }
  try {
    const fd = openSync(path, 'r')
    if (!fstatSync(fd).isDirectory()) return { ok: true, source: createReadStream(path, { fd }), format: kind }
    closeSync(fd)
    return { ok: false, sentence: `${path} is a folder, not a file` }
  } catch (error) {
    return { ok: false, sentence: `${path} ${openingTrouble(codeOf(error))}` }
  }
}
