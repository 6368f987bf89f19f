/** A file of rows → rows, one by one: checked, complete and told apart. Holds one piece of the file at a time. */
import type { LaunchRequest } from '../launches/launch.ts'
import type { RowFormat } from '../launches/row-field.ts'
import { csvRows } from './csv-rows.ts'
import { textOf } from './decoded-text.ts'
import { type Flaw, Unreadable } from './flaw.ts'
import type { GivenRow } from './given-row.ts'
import { jsonLines } from './json-lines.ts'
import { jsonList } from './json-list.ts'
import { jsonRows } from './json-rows.ts'
import { Mapping, type MappingRules } from './mapping.ts'
import { overlaid } from './overlay.ts'
import { Repeats } from './repeats.ts'
import type { Row } from './row.ts'

export interface RowsReading extends MappingRules {
  readonly format: RowFormat
  /** Of CSV: one character; absent: the comma, semicolon or tab that the header has most of. */
  readonly delimiter?: string | undefined
  /** What holds for every row that does not say otherwise. */
  readonly base: Partial<LaunchRequest>
}

export type RowRead =
  | { readonly kind: 'row'; readonly row: Row }
  /** This row cannot be used; the next one may be. `number` counts it. */
  | { readonly kind: 'bad'; readonly number: number; readonly line: number; readonly flaws: readonly Flaw[] }
  /** Nothing can be read from this line on: the last of what is read. */
  | { readonly kind: 'unreadable'; readonly line: number; readonly flaws: readonly Flaw[] }

/**
 * Reads rows as fast as they are asked for, and no faster. Throws only what reading the source throws. Ending the iteration
 * early destroys the source.
 */
export async function* readRows(source: AsyncIterable<Uint8Array>, how: RowsReading): AsyncGenerator<RowRead> {
  const repeats = new Repeats()
  let number = 0
  try {
    for await (const given of givenRows(textOf(source), how)) {
      number += 1
      yield judged(given, number, how, repeats)
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    yield { kind: 'unreadable', line: error.line, flaws: error.flaws }
  }
}

function givenRows(texts: AsyncIterable<string>, how: RowsReading): AsyncIterable<GivenRow> {
  const mapping = new Mapping(how)
  switch (how.format) {
    case 'csv':
      return csvRows(texts, mapping, how.delimiter)
    case 'ndjson':
      return jsonRows(jsonLines(texts), mapping)
    case 'json':
      return jsonRows(jsonList(texts), mapping)
  }
}

function judged(row: GivenRow, number: number, how: RowsReading, repeats: Repeats): RowRead {
  const { line, given } = row
  // An é may be one character or an e with an accent after it: to people that is one key.
  const key = row.key?.normalize('NFC')
  const bad = (...flaws: readonly Flaw[]): RowRead => ({ kind: 'bad', number, line, flaws })
  // Of a row that could not be taken apart nothing more can be said.
  if (row.isUnsound || row.flaws.some(({ column }) => column === undefined)) return bad(...row.flaws)
  const result = overlaid(how.base, given)
  const told = new Set(row.flaws.map(({ column }) => column))
  const further = result.ok ? [] : result.flaws.filter(({ column }) => column === undefined || !told.has(column))
  const flaws = [...row.flaws, ...further, ...(how.key === undefined ? [] : keyFlaws(key, how.key))]
  if (!result.ok || flaws.length > 0) return bad(...flaws)
  const { request } = result
  const first = repeats.firstLine(how.key === undefined ? JSON.stringify(request) : (key ?? ''), line)
  if (first !== undefined) return bad(repeated(key, how.key, first))
  return { kind: 'row', row: { number, line, key: how.key === undefined ? String(number) : (key ?? ''), request } }
}

/** A row key becomes part of a launch key, and so of the id of a job, which must hold no colon (docs/launch-lifecycle.md). */
function keyFlaws(key: string | undefined, column: string): Flaw[] {
  if (key === undefined) return [{ column, sentence: 'the key of this row is missing' }]
  if (key.length > 100) return [{ column, sentence: 'a key may have at most 100 characters' }]
  if (/^[^\s:\p{Cc}](?:[^:\p{Cc}]*[^\s:\p{Cc}])?$/u.test(key)) return []
  return [{ column, sentence: 'a key must hold no colon, no control characters and no spaces around it' }]
}

function repeated(key: string | undefined, column: string | undefined, first: number): Flaw {
  if (column === undefined) {
    return {
      sentence: `asks for the same as the row on line ${first}; if both are meant, say which column tells rows apart (key)`,
    }
  }
  return { column, sentence: `the key ${JSON.stringify(key)} is that of the row on line ${first} too` }
}
