import { describe, expect, it } from 'vitest'
import { readRows } from '../../src/bulk/read-rows.ts'
import { RowReport } from '../../src/bulk/row-report.ts'
import { BadRows, soundRows } from '../../src/bulk/sound-rows.ts'
import { inPieces, reading } from './reading.ts'

async function used(text: string, partial: boolean) {
  const report = new RowReport()
  const keys: string[] = []
  let refused = false
  try {
    for await (const { key } of soundRows(readRows(inPieces(Buffer.from(text), 100), reading({})), partial, report))
      keys.push(key)
  } catch (error) {
    if (!(error instanceof BadRows)) throw error
    refused = true
  }
  return { keys, refused, report }
}

const manyBad = `id,override_limit\n${Array.from({ length: 40 }, (_, at) => `${at % 2 ? at : `x${at}`},1`).join('\n')}\n`

describe('a file with bad rows', () => {
  it('gives no row after the first bad one, and is read to its end for the report', async () => {
    const { keys, refused, report } = await used('id\n1\nx\n2\n3,4\n', false)
    expect({ keys, refused, sound: report.sound, bad: report.bad }).toEqual({
      keys: ['1'],
      refused: true,
      sound: 2,
      bad: 2,
    })
  })

  it('gives the others where that is allowed', async () => {
    expect(await used('id\n1\nx\n2\n', true)).toMatchObject({ keys: ['1', '3'], refused: false })
  })

  it('is refused even then where it cannot be read to its end', async () => {
    expect(await used('id\n1\n"2\n', true)).toMatchObject({ keys: ['1'], refused: true })
  })
})

describe('the report', () => {
  it('tells few flaws one by one and many as one, with the exact number and the first lines', async () => {
    const { report } = await used(`${manyBad}1,2,3\n`, false)
    expect(report.inLines('rows.csv')).toEqual([
      'rows.csv:2: column "id": must be a whole number in digits, such as 90, got "x0" (and 19 more rows, on lines 4, 6, 8, 10, 12, 14, 16, …)',
      'rows.csv:42: this row has 3 cells, the header has 2; put a cell that holds the delimiter in quotes',
    ])
    expect(report.groups).toEqual([
      {
        column: 'id',
        sentence: 'must be a whole number in digits, such as 90, got "x0"',
        count: 20,
        lines: [2, 4, 6, 8, 10, 12, 14, 16],
      },
      {
        sentence: 'this row has 3 cells, the header has 2; put a cell that holds the delimiter in quotes',
        count: 1,
        lines: [42],
      },
    ])
  })

  it('keeps a hundred kinds of flaws and counts the rest', () => {
    const report = new RowReport()
    const letters = (number: number) => number.toString(2).replaceAll('0', 'a').replaceAll('1', 'b')
    for (let line = 1; line <= 130; line += 1) {
      report.note({ kind: 'bad', number: line, line, flaws: [{ column: letters(line), sentence: 'is wrong' }] })
    }
    expect(report.inLines('-')).toHaveLength(101)
    expect(report.inLines('-').at(-1)).toBe('-: 30 more flaws of other kinds')
  })

  it('holds no line break or terminal code of the file', () => {
    const report = new RowReport()
    report.note({ kind: 'bad', number: 1, line: 2, flaws: [{ column: 'a', sentence: 'got \u001b[31m\nred' }] })
    expect(report.inLines('-')).toEqual(['-:2: column "a": got  [31m red'])
  })
})
