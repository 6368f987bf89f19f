import { type RowRead, type RowsReading, readRows } from '../../src/bulk/read-rows.ts'

/** All that is read from a text; in pieces of so many bytes, which cut through characters and line ends. */
export async function read(text: string, how: Partial<RowsReading> = {}, piece = 65_536): Promise<RowRead[]> {
  const reads: RowRead[] = []
  for await (const each of readRows(inPieces(Buffer.from(text), piece), reading(how))) reads.push(each)
  return reads
}

export function reading(how: Partial<RowsReading>): RowsReading {
  return { format: 'csv', base: {}, columns: {}, ...how }
}

export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** `line column: sentence` of every flaw. */
export function flawsIn(reads: readonly RowRead[]): string[] {
  return reads.flatMap(each =>
    each.kind === 'row'
      ? []
      : each.flaws.map(
          ({ column, sentence }) => `${each.line} ${column === undefined ? '' : `${column}: `}${sentence}`,
        ),
  )
}

export function rowsIn(reads: readonly RowRead[]) {
  return reads.flatMap(each => (each.kind === 'row' ? [each.row] : []))
}
