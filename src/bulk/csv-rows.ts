/** CSV records → rows: the header says which cell is which field. Cells are texts; numbers are read strictly. */
import { didYouMean } from '../files/suggestion.ts'
import type { Target } from '../launches/row-field.ts'
import { type CsvRecord, csvRecords } from './csv-records.ts'
import { type Flaw, Unreadable } from './flaw.ts'
import type { GivenRow } from './given-row.ts'
import type { Mapping, Use } from './mapping.ts'
import { Given } from './overlay.ts'

interface Column {
  readonly name: string
  readonly use: Use
}

/** Throws Unreadable where the header is flawed, with every flaw of it, and where quotes make it impossible to go on. */
export async function* csvRows(
  texts: AsyncIterable<string>,
  mapping: Mapping,
  delimiter: string | undefined,
): AsyncGenerator<GivenRow> {
  let columns: readonly Column[] | undefined
  for await (const record of csvRecords(texts, delimiter)) {
    if (columns) yield rowOf(record, columns)
    else columns = columnsOf(record, mapping)
  }
  if (!columns)
    throw new Unreadable(1, { sentence: 'the file is empty: a header with the names of the columns is missing' })
}

function columnsOf({ line, cells }: CsvRecord, mapping: Mapping): readonly Column[] {
  const columns = cells.map(cell => ({ name: cell.trim(), use: mapping.usesOf(cell.trim()) }))
  const flaws = [
    ...columns.flatMap((column, index) => columnFlaws(column, index, columns)),
    ...absentColumns(columns, mapping),
  ]
  if (flaws.length > 0) throw new Unreadable(line, ...flaws)
  return columns
}

function columnFlaws({ name, use }: Column, index: number, columns: readonly Column[]): Flaw[] {
  if (name === '') return use.kind === 'ignored' ? [] : [{ sentence: `column ${index + 1} of the header has no name` }]
  const first = columns.findIndex(column => column.name === name)
  if (first < index) {
    return [{ column: name, sentence: `stands twice in the header, as columns ${first + 1} and ${index + 1}` }]
  }
  if (use.kind === 'unknown') return [{ column: name, sentence: use.sentence }]
  const json = use.kind === 'used' && use.targets.find(isJson)
  return json
    ? [
        {
          column: name,
          sentence: `a cell cannot hold ${json.field}${json.field === 'content' ? '; map its values one by one, as content.city' : ''}`,
        },
      ]
    : []
}

function isJson({ field, path }: Target): boolean {
  return field === 'attach' || (field === 'content' && path.length === 0)
}

function absentColumns(columns: readonly Column[], mapping: Mapping): Flaw[] {
  const names = columns.map(({ name }) => name)
  return [...mapping.needed]
    .filter(([name]) => !names.includes(name))
    .map(([name, why]) => ({ column: name, sentence: `is not in the header, but ${why}${didYouMean(name, names)}` }))
}

function rowOf({ line, cells }: CsvRecord, columns: readonly Column[]): GivenRow {
  const given = new Given()
  if (cells.length !== columns.length)
    return { line, given, flaws: [{ sentence: countFlaw(cells.length, columns.length) }] }
  const flaws: Flaw[] = []
  let key: string | undefined
  let isEmpty = true
  for (const [index, { name, use }] of columns.entries()) {
    const cell = cells[index] ?? ''
    if (cell === '') continue
    isEmpty = false
    if (use.kind !== 'used') continue
    if (use.isKey) key = cell
    for (const target of use.targets) {
      const value = isNumber(target) ? numberIn(cell) : cell
      if (value === undefined) flaws.push({ column: name, sentence: numberFlaw(cell) })
      given.put(target, value ?? cell, name)
    }
  }
  if (isEmpty) flaws.push({ sentence: 'every cell of this row is empty' })
  return { line, given, key, flaws }
}

function countFlaw(count: number, wanted: number): string {
  const cells = `${count} ${count === 1 ? 'cell' : 'cells'}`
  return count > wanted
    ? `this row has ${cells}, the header has ${wanted}; put a cell that holds the delimiter in quotes`
    : `this row has ${cells}, the header has ${wanted}; write a cell that is not given as an empty one`
}

function isNumber({ field }: Target): boolean {
  return field !== 'content' && field !== 'override_source_type'
}

function numberIn(cell: string): number | undefined {
  return /^(0|[1-9]\d{0,15})$/.test(cell) ? Number(cell) : undefined
}

function numberFlaw(cell: string): string {
  const got = JSON.stringify(cell.length > 60 ? `${cell.slice(0, 57)}...` : cell)
  return `must be a whole number in digits, such as 90, got ${got}`
}
