import { describe, expect, it } from 'vitest'
import { readRows } from '../../src/bulk/read-rows.ts'
import { flawsIn, inPieces, read, reading, rowsIn } from './reading.ts'

const segment = { override_source_type: 'segment' as const }

describe('CSV', () => {
  it('reads the same rows with commas, semicolons and tabs, with and without a byte order mark', async () => {
    for (const delimiter of [',', ';', '\t']) {
      for (const mark of ['', '\ufeff']) {
        const text = `${mark}id,override_limit\n90,300\n91,\n`.replaceAll(',', delimiter)
        expect(rowsIn(await read(text))).toEqual([
          { number: 1, line: 2, key: '1', request: { id: 90, override_limit: 300 } },
          { number: 2, line: 3, key: '2', request: { id: 91 } },
        ])
      }
    }
  })

  it('takes any other delimiter that is named', async () => {
    expect(rowsIn(await read('id|override_limit\n90|300\n', { delimiter: '|' }))[0]?.request).toEqual({
      id: 90,
      override_limit: 300,
    })
  })

  it('counts lines through quoted line breaks, empty lines and all kinds of line ends', async () => {
    const text = '\nid,content.a\r\n90,"one\r\ntwo\nthree"\n\n91,"x"\r\n92,y\n'
    expect(rowsIn(await read(text)).map(({ line, key }) => [key, line])).toEqual([
      ['1', 3],
      ['2', 7],
      ['3', 8],
    ])
  })

  it('maps columns to fields, reaches into content, and takes the key from its column', async () => {
    const text = 'region,mailing_id,segment_id,city,note\nmsk,90,7,Moscow,x\nspb,90,7,"Saint ""P""",\n'
    const how = {
      base: { ...segment, override_limit: 10, content: { sale: true } },
      columns: { id: 'mailing_id', override_source_id: 'segment_id', 'content.city': 'city' },
      key: 'region',
      ignore: ['note'],
    }
    expect(rowsIn(await read(text, how))).toEqual([
      {
        number: 1,
        line: 2,
        key: 'msk',
        request: {
          id: 90,
          ...segment,
          override_source_id: 7,
          override_limit: 10,
          content: { city: 'Moscow', sale: true },
        },
      },
      {
        number: 2,
        line: 3,
        key: 'spb',
        request: {
          id: 90,
          ...segment,
          override_source_id: 7,
          override_limit: 10,
          content: { city: 'Saint "P"', sale: true },
        },
      },
    ])
  })

  it('keeps what the base says where a cell is empty', async () => {
    expect(rowsIn(await read('id,override_limit\n90,\n', { base: { override_limit: 5 } }))[0]?.request).toEqual({
      id: 90,
      override_limit: 5,
    })
  })

  it.each([
    [
      'id,limits\n90,1\n',
      [
        '1 limits: is no field of a launch; did you mean "override_limit"? Else map it with columns (content.city: city), or name it in ignore',
      ],
    ],
    [
      'id,city\n90,1\n',
      ['1 city: is no field of a launch: map it with columns (content.city: city), or name it in ignore'],
    ],
    ['id,id\n90,1\n', ['1 id: stands twice in the header, as columns 1 and 2']],
    ['id,\n90,1\n', ['1 column 2 of the header has no name']],
    ['id,content\n90,1\n', ['1 content: a cell cannot hold content; map its values one by one, as content.city']],
    ['', ['1 the file is empty: a header with the names of the columns is missing']],
    [
      'id,content.a;content.b\n',
      ['1 the header has as many commas as semicolons; say which one separates the cells (delimiter)'],
    ],
  ])('refuses the header of %j', async (text, flaws) => {
    expect(flawsIn(await read(text))).toEqual(flaws)
  })

  it('says which mapped column and which key the header lacks, and which column is there twice over', async () => {
    const how = { columns: { id: 'mailing_ids' }, key: 'regoin' }
    expect(flawsIn(await read('id,mailing_id,region\n', how))).toEqual([
      '1 id: is not used: columns takes id from "mailing_ids". If that is meant, name it in ignore',
      '1 mailing_id: is no field of a launch: map it with columns (content.city: city), or name it in ignore',
      '1 region: is no field of a launch: map it with columns (content.city: city), or name it in ignore',
      '1 mailing_ids: is not in the header, but columns takes id from it; did you mean "mailing_id"?',
      '1 regoin: is not in the header, but it is the key; did you mean "region"?',
    ])
  })

  it('says in flags what was written in flags', async () => {
    const how = { columns: { id: 'mailing_ids' }, writtenIn: 'flags' } as const
    expect(flawsIn(await read('id,city,a b\n', how))).toEqual([
      '1 id: is not used: --column takes id from "mailing_ids". If that is meant, leave it out with --ignore id',
      '1 city: is no field of a launch: map it, as with --column content.city=city, or leave it out with --ignore city',
      '1 a b: is no field of a launch: map it, as with --column content.city=city, or leave it out with --ignore COLUMN',
      '1 mailing_ids: is not in the header, but --column takes id from it',
    ])
  })

  it.each([
    ['9o', 'id: must be a whole number in digits, such as 90, got "9o"'],
    [' 90', 'id: must be a whole number in digits, such as 90, got " 90"'],
    ['90.0', 'id: must be a whole number in digits, such as 90, got "90.0"'],
    ['1e3', 'id: must be a whole number in digits, such as 90, got "1e3"'],
    ['007', 'id: must be a whole number in digits, such as 90, got "007"'],
    ['0', 'id: must be a whole number above 0, got 0'],
    ['', 'id is missing (a whole number above 0)'],
  ])('refuses %j as the id of a mailing', async (cell, flaw) => {
    expect(flawsIn(await read(`id,override_limit\n${cell},5\n`))).toEqual([`2 ${flaw}`])
  })

  it('tells all that is wrong with a row at once, each flaw with its column', async () => {
    const text = 'k,id,override_source_type,override_source_id\na:b,x,lst,0\n'
    expect(flawsIn(await read(text, { key: 'k' }))).toEqual([
      '2 id: must be a whole number in digits, such as 90, got "x"',
      '2 override_source_type: must be one of list, segment, got "lst"; did you mean "list"?',
      '2 override_source_id: must be a whole number above 0, got 0',
      '2 k: a key must hold no colon, no control characters and no spaces around it',
    ])
  })

  it('goes on after a bad row, and counts it', async () => {
    const reads = await read('id,override_limit\n1\n1,2,3\n,\n4,\n')
    expect(flawsIn(reads)).toEqual([
      '2 this row has 1 cell, the header has 2; write a cell that is not given as an empty one',
      '3 this row has 3 cells, the header has 2; put a cell that holds the delimiter in quotes',
      '4 every cell of this row is empty',
    ])
    expect(rowsIn(reads)).toEqual([{ number: 4, line: 5, key: '4', request: { id: 4 } }])
  })

  it('needs both fields of an audience, or neither', async () => {
    const sentence = 'override_source_type and override_source_id are given together or not at all'
    expect(flawsIn(await read('id,override_source_id\n90,7\n'))).toEqual([`2 ${sentence}`])
    expect(flawsIn(await read('id,override_source_id\n90,7\n', { base: segment }))).toEqual([])
  })

  it.each([
    ['90,"x\n91,y\n', 'a cell of this row begins with a quote (") and never ends'],
    [
      '90,x"y\n',
      'a quote (") stands inside a cell that has none around it; put quotes around the cell and write those in it twice ("")',
    ],
    [
      '90,"x"y\n',
      'in a cell of this row, text follows the closing quote ("); inside of quotes, a quote is written twice ("")',
    ],
  ])('tells the rows before a broken quote, then stops: %j', async (text, sentence) => {
    const reads = await read(`id,content.a\n1,"a\nb"\nx,\n${text}`)
    expect(rowsIn(reads)).toHaveLength(1)
    expect(flawsIn(reads)).toEqual(['4 id: must be a whole number in digits, such as 90, got "x"', `5 ${sentence}`])
    expect(reads.at(-1)?.kind).toBe('unreadable')
  })

  it('stops where a row is longer than a mebibyte', async () => {
    const reads = await read(`id,content.a\n1,x\n2,"${'y'.repeat(1_100_000)}`)
    expect(flawsIn(reads)).toEqual(['3 this row is longer than 1 MiB; is a closing quote (") missing?'])
  })
})

describe('what tells rows apart', () => {
  it('is all that they say, where no key is named', async () => {
    const text = 'id,override_limit\n90,1\n91,1\n90,1\n'
    expect(flawsIn(await read(text))).toEqual([
      '4 asks for the same as the row on line 2; if both are meant, say which column tells rows apart (key)',
    ])
  })

  it('is not how the letters of a key are written: an é is an e with an accent after it', async () => {
    const reads = await read('k,id\ncaf\u0065\u0301,1\ncaf\u00e9,2\n', { key: 'k' })
    expect(rowsIn(reads).map(({ key }) => key)).toEqual(['caf\u00e9'])
    expect(flawsIn(reads)).toEqual(['3 k: the key "caf\u00e9" is that of the row on line 2 too'])
  })

  it('is the key where one is named, and nothing else', async () => {
    const text = 'k,id\na,90\nb,90\na,91\n,92\n'
    const reads = await read(text, { key: 'k' })
    expect(rowsIn(reads).map(({ key }) => key)).toEqual(['a', 'b'])
    expect(flawsIn(reads)).toEqual([
      '4 k: the key "a" is that of the row on line 2 too',
      '5 k: the key of this row is missing',
    ])
  })

  it('does not depend on the order of members in JSON', async () => {
    const text = '{"id":1,"content":{"a":1,"b":[{"c":1,"d":2}]}}\n{"content":{"b":[{"d":2,"c":1}],"a":1},"id":1}\n'
    expect(flawsIn(await read(text, { format: 'ndjson' }))).toHaveLength(1)
  })
})

describe('NDJSON', () => {
  it('reads an object per line, null as not given, and lays content over that of the base name by name', async () => {
    const text = '\ufeff{"id":90,"override_limit":null,"content":{"a":{"x":1}}}\r\n\r\n{"k":7,"city":"Riga"}'
    const how = {
      format: 'ndjson' as const,
      base: { id: 1, override_limit: 3, content: { a: { y: 2 }, b: null } },
      columns: { 'content.city': 'city' },
      ignore: ['k'],
    }
    expect(rowsIn(await read(text, how))).toEqual([
      { number: 1, line: 1, key: '1', request: { id: 90, override_limit: 3, content: { a: { x: 1, y: 2 }, b: null } } },
      {
        number: 2,
        line: 3,
        key: '2',
        request: { id: 1, override_limit: 3, content: { a: { y: 2 }, b: null, city: 'Riga' } },
      },
    ])
  })

  it('tells each flaw at its line and reads on', async () => {
    const lines = [
      '{"id":"90"}',
      '[1]',
      '{"id":',
      '{"id":1,"id":2}',
      '{"id":3,"limit":5}',
      '{}',
      '{"id":4}',
      `{"id":5,"content":{"a":"${'x'.repeat(1_100_000)}"}}`,
      '{"id":6,"attach":[{"file":"a.pdf"}]}',
      '{"id":7}',
    ]
    const reads = await read(lines.join('\n'), { format: 'ndjson' })
    expect(flawsIn(reads)).toEqual([
      '1 id: must be a whole number above 0, got "90" (remove the quotes)',
      '2 a row must be a JSON object, such as {"id":90}',
      '3 this line is not JSON: it ends too early, or a quote or bracket is missing',
      '4 id: stands twice in this row',
      '5 limit: is no field of a launch; did you mean "override_limit"? Else map it with columns (content.city: city), or name it in ignore',
      '6 this row says nothing',
      '8 this row is longer than 1 MiB',
      '9 attach: a row cannot name a file to attach; give it to the base launch',
    ])
    expect(rowsIn(reads).map(({ number, line }) => [number, line])).toEqual([
      [7, 7],
      [10, 10],
    ])
  })
})

describe('a JSON list', () => {
  it('reads its objects, each with the line on which it begins', async () => {
    const text = '[{"id":1},\n\n {\n"id":2,\n"content":{"a":[1,{"b":"]"}]}}, {"id":3}\n]\n'
    expect(rowsIn(await read(text, { format: 'json' }))).toEqual([
      { number: 1, line: 1, key: '1', request: { id: 1 } },
      { number: 2, line: 3, key: '2', request: { id: 2, content: { a: [1, { b: ']' }] } } },
      { number: 3, line: 5, key: '3', request: { id: 3 } },
    ])
  })

  it.each([
    ['[{"id":1},\n{"id":2},]', '2 this is not JSON: a comma, quote or bracket is missing here, or is one too many'],
    ['[{"id":1}\n{"id":2}]', '2 this is not JSON: a comma, quote or bracket is missing here, or is one too many'],
    ['[{"id":1},\n{"id":2}', '2 the list is not closed: the file ends too early'],
    ['[{"id":1}]\n[]', '2 text follows the end of the list'],
    ['{"id":1}\n{"id":2}', '1 rows in JSON are one list, [ {…}, {…} ]; one object per line is the format ndjson'],
    ['', '1 the file is empty'],
    ['[{"id":1,"id":2}]', '1 id: stands twice in this row'],
    ['[7]', '1 a row must be a JSON object, such as {"id":90}'],
    [`[{"content":{"a":"${'x'.repeat(1_200_000)}"}}]`, '1 the row that begins on line 1 is longer than 1 MiB'],
  ])('says what is wrong with %.30j', async (text, flaw) => {
    expect(flawsIn(await read(text, { format: 'json' }))).toEqual([flaw])
  })
})

describe('text', () => {
  it('that is not UTF-8 is refused at its line', async () => {
    const bytes = Buffer.concat([
      Buffer.from('id,content.a\n1,Riga\n2,'),
      Buffer.from([0xcc, 0xee, 0xf1]),
      Buffer.from('\n'),
    ])
    const reads = []
    for await (const each of readRows(inPieces(bytes, 65_536), reading({}))) reads.push(each)
    expect(flawsIn(reads)).toEqual(['3 this is not UTF-8 text; save the file as UTF-8 (in Excel: "CSV UTF-8")'])
  })

  it('in UTF-16 is called that', async () => {
    const reads = []
    for await (const each of readRows(inPieces(Buffer.from('\ufeffid\n1\n', 'utf16le'), 4), reading({})))
      reads.push(each)
    expect(flawsIn(reads)).toEqual(['1 the file is UTF-16; save it as UTF-8'])
  })
})
