/** Whatever rows are written in whatever format, and however the bytes are cut, the same rows are read, on the right lines. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRows } from '../../src/bulk/read-rows.ts'
import type { RowFormat } from '../../src/launches/row-field.ts'
import { inPieces, read, reading, rowsIn } from './reading.ts'

const cell = fc
  .string({ unit: fc.constantFrom('a', 'ü', '🙂', '"', ',', ';', '\t', '\n', '\r\n', ' ', '=', "'", '\\', '{', ']') })
  .filter(text => text !== '')
const written = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 1_000_000 }),
    override_limit: fc.option(fc.integer({ min: 1 }), { nil: undefined }),
    content: fc.record({ city: cell, 'a b': cell }),
  }),
  { minLength: 1, maxLength: 12, selector: each => JSON.stringify(each) },
)
const ends = fc.constantFrom('\n', '\r\n')

interface File {
  readonly text: string
  readonly lines: readonly number[]
}

type Written = { id: number; override_limit?: number | undefined; content: Record<string, string> }

function csv(rows: readonly Written[], delimiter: string, end: string): File {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const records = rows.map(({ id, override_limit, content }) =>
    [id, override_limit ?? '', quoted(content.city ?? ''), quoted(content['a b'] ?? '')].join(delimiter),
  )
  return lined(['id', 'override_limit', 'content.city', 'content.a b'].join(delimiter), records, end)
}

function lined(head: string, records: readonly string[], end: string): File {
  let text = `${head}${end}`
  const lines = records.map(record => {
    const line = text.split('\n').length
    text += `${record}${end}`
    return line
  })
  return { text, lines }
}

function ndjson(rows: readonly Written[], end: string): File {
  return lined(
    '',
    rows.map(row => JSON.stringify(row)),
    end,
  )
}

function list(rows: readonly Written[], spaces: number): File {
  const file = lined(
    '[',
    rows.map((row, at) => `${JSON.stringify(row, null, spaces)}${at < rows.length - 1 ? ',' : ''}`),
    '\n',
  )
  return { ...file, text: `${file.text}]` }
}

describe('reading what was written', () => {
  it('gives the same rows and lines, however the bytes are cut', async () => {
    const form = fc.constantFrom('csv,', 'csv;', 'csv\t', 'ndjson', 'json0', 'json2')
    await fc.assert(
      fc.asyncProperty(written, form, ends, fc.integer({ min: 1, max: 40 }), async (rows, form, end, piece) => {
        const format = form.replace(/[^a-z]/g, '') as RowFormat
        const file =
          format === 'csv'
            ? csv(rows, form.at(-1) ?? '', end)
            : format === 'ndjson'
              ? ndjson(rows, end)
              : list(rows, Number(form.at(-1)))
        const found = rowsIn(await read(file.text, { format }, piece))
        expect(found.map(({ line }) => line)).toEqual(file.lines)
        expect(found.map(({ number }) => number)).toEqual(rows.map((_, at) => at + 1))
        expect(found.map(({ request }) => request)).toEqual(rows.map(row => JSON.parse(JSON.stringify(row))))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a slow consumer', () => {
  it.each(['csv', 'ndjson', 'json'] as const)(
    'of %s is never waited for with more than a few pieces in hand',
    async format => {
      const rowsInPiece = 100
      let given = 0
      async function* source() {
        if (format !== 'ndjson') yield Buffer.from(format === 'csv' ? 'id\n' : '[')
        for (;;) {
          let text = ''
          for (let row = 0; row < rowsInPiece; row += 1) {
            given += 1
            text += format === 'csv' ? `${given}\n` : `{"id":${given}}${format === 'json' ? ',' : ''}\n`
          }
          yield Buffer.from(text)
        }
      }
      let taken = 0
      for await (const each of readRows(source(), reading({ format }))) {
        expect(each.kind).toBe('row')
        taken += 1
        if (taken % 50 === 0) await new Promise(resolve => setImmediate(resolve))
        expect(given - taken).toBeLessThanOrEqual(5 * rowsInPiece)
        if (taken === 5_000) break
      }
    },
  )

  it('that leaves closes the source', async () => {
    let closed = false
    async function* source() {
      try {
        for (;;) yield Buffer.from('id\n1\n2\n')
      } finally {
        closed = true
      }
    }
    for await (const _ of readRows(source(), reading({}))) break
    await expect.poll(() => closed).toBe(true)
  })

  it('reads a source that breaks as an error of the source', async () => {
    async function* source() {
      yield* inPieces(Buffer.from('id\n1\n'), 3)
      throw new Error('the disk is gone')
    }
    const all = async () => {
      for await (const each of readRows(source(), reading({}))) expect(each.kind).toBe('row')
    }
    await expect(all()).rejects.toThrow('the disk is gone')
  })
})
