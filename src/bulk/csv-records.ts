/** CSV text → records with the line on which each begins. What the records mean is not known here. */
import { pipeline, Readable } from 'node:stream'
import { type CsvError, type Parser, parse } from 'csv-parse'
import { longestRow, tooLong, Unreadable } from './flaw.ts'

const longestHeader = 65_536
const detected = [',', ';', '\t']

export interface CsvRecord {
  /** 1-based, of the line on which it begins. */
  readonly line: number
  readonly cells: readonly string[]
}

/**
 * Every record, the header included, empty lines left out. Without `delimiter`, the comma, semicolon or tab is taken that the
 * first line has most of. Holds one piece of text at a time. Throws Unreadable where quotes make it impossible to go on.
 */
export async function* csvRecords(
  texts: AsyncIterable<string>,
  delimiter: string | undefined,
): AsyncGenerator<CsvRecord> {
  const { header, all } = await withFirstLine(texts)
  let line = 1
  const options = {
    delimiter: delimiter ?? delimiterOf(header),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: longestRow,
    // One piece of text at a time, however short.
    writableHighWaterMark: 1,
    skip_records_with_error: true,
    // Pushed among the records, so that what came before the error is seen before it.
    on_skip: (error: CsvError | undefined) => {
      if (error) parser.push(error)
      return undefined
    },
  }
  const parser: Parser = parse(options)
  // An error reaches whoever reads from the parser.
  pipeline(Readable.from(all, { highWaterMark: 1 }), parser, () => {})
  for await (const read of parser) {
    if (!Array.isArray(read)) throw new Unreadable(line, { sentence: inWords(read) })
    const cells: string[] = read
    if (cells.length > 1 || cells[0] !== '') yield { line, cells }
    line += 1 + breaksIn(cells)
  }
}

function breaksIn(cells: readonly string[]): number {
  let breaks = 0
  for (const cell of cells) {
    if (cell.includes('\n') || cell.includes('\r')) breaks += cell.match(/\r\n|\n|\r/g)?.length ?? 0
  }
  return breaks
}

/** The first line that is not empty, and all of the text. */
async function withFirstLine(texts: AsyncIterable<string>) {
  const pieces = texts[Symbol.asyncIterator]()
  let head = ''
  let header: string | undefined
  while (header === undefined) {
    const next = await pieces.next()
    if (next.done) header = head
    else {
      head += next.value
      header = /^[\r\n]*((?:"[^"]*"|[^"\r\n])+)[\r\n]/.exec(head.slice(0, longestHeader))?.[1]
      if (head.length >= longestHeader) header ??= head.slice(0, longestHeader)
    }
  }
  async function* all() {
    try {
      if (head !== '') yield head
      yield* { [Symbol.asyncIterator]: () => pieces }
    } finally {
      await pieces.return?.()
    }
  }
  return { header, all: all() }
}

function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '')
  const counted = detected
    .map(delimiter => ({ delimiter, count: bare.split(delimiter).length - 1 }))
    .toSorted((a, b) => b.count - a.count)
  const [most, second] = counted
  if (most === undefined || most.count === 0) return ','
  if (second?.count === most.count) {
    throw new Unreadable(1, {
      sentence: `the header has as many ${spoken(most.delimiter)} as ${spoken(second.delimiter)}; say which one separates the cells (delimiter)`,
    })
  }
  return most.delimiter
}

function spoken(delimiter: string): string {
  return delimiter === ',' ? 'commas' : delimiter === ';' ? 'semicolons' : 'tabs'
}

function inWords({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a cell of this row begins with a quote (") and never ends'
    case 'CSV_MAX_RECORD_SIZE':
      return `${tooLong}; is a closing quote (") missing?`
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'in a cell of this row, text follows the closing quote ("); inside of quotes, a quote is written twice ("")'
    case 'INVALID_OPENING_QUOTE':
      return 'a quote (") stands inside a cell that has none around it; put quotes around the cell and write those in it twice ("")'
    default:
      return `this row is not CSV (${code.toLowerCase().replaceAll('_', ' ')})`
  }
}
