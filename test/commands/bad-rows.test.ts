/** A file with mistakes in it: what is told of it, and what can be done with the rest. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProjectHere } from './project-here.ts'

let project: ProjectHere
beforeAll(async () => {
  project = await ProjectHere.open()
})
afterAll(() => project.close())

const submit = (file: string, ...flags: readonly string[]) => ['bulk', 'submit', `FOLDER/${file}`, ...flags]
const mapped = [
  ...['--column', 'id=mailing_id', '--column', 'override_source_id=segment_id', '--column', 'content.city=city'],
  ...['--source-type', 'segment', '--key', 'region'],
]

describe('a file of launches', () => {
  it('with six kinds of mistakes is refused as a whole, all of them told, and used without its bad rows where that is asked', async () => {
    project.write(
      'bad.csv',
      'region,mailing_id,segment_id,city\nmsk,90,7,a\nmsk,90,8,b\nekb,9o,9,c\na:b,90,0,d\nnn,90,5\nkzn,,5,e\n,90,6,f\n',
    )
    const refused = await project.run(...submit('bad.csv', ...mapped, '--yes'))
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr.split('\n')).toEqual([
      'bad.csv:3: column "region": the key "msk" is that of the row on line 2 too',
      'bad.csv:4: column "mailing_id": must be a whole number in digits, such as 90, got "9o"',
      'bad.csv:5: column "segment_id": must be a whole number above 0, got 0',
      'bad.csv:5: column "region": a key must hold no colon, no control characters and no spaces around it',
      'bad.csv:6: this row has 3 cells, the header has 4; write a cell that is not given as an empty one',
      'bad.csv:7: id is missing (a whole number above 0)',
      'bad.csv:8: column "region": the key of this row is missing',
      '6 of 7 rows are bad; nothing was submitted.',
      '',
    ])
    const rehearsed = await project.run(...submit('bad.csv', ...mapped, '--partial', '--dry-run'))
    expect(rehearsed).toMatchObject({ code: 6, stdout: expect.stringMatching(/^Would submit 1 row of 1 mailing /) })
    const asked = await project.run(...submit('bad.csv', ...mapped, '--partial'))
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no terminal to ask. Add --yes.') })
    const partial = await project.run(...submit('bad.csv', ...mapped, '--partial', '--yes', '--json'))
    expect(partial).toMatchObject({ code: 6 })
    const { id, ...counted } = JSON.parse(partial.stdout)
    expect(counted).toMatchObject({ kind: 'submitted', rows: 1, bad: 6 })
    expect(partial.stderr).toContain(
      'submit a file of only those rows, with the header of this one and --name bad-rest',
    )
    project.write('none.csv', 'region,mailing_id,segment_id,city\n,90,7,a\nb,90,x,b\n')
    const none = await project.run(...submit('none.csv', ...mapped, '--partial', '--yes'))
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(none.stderr.split('\n')).toEqual([
      'none.csv:2: column "region": the key of this row is missing',
      'none.csv:3: column "segment_id": must be a whole number in digits, such as 90, got "x"',
      'none.csv: none of its 2 rows can be used; nothing was submitted',
      '',
    ])

    project.write('mended.csv', 'region,mailing_id,segment_id,city\nmsk,90,7,a\nekb,90,9,c\n')
    const mended = submit('mended.csv', ...mapped, '--name', 'bad', '--yes')
    const repeat = await project.run(...mended)
    expect(repeat).toMatchObject({ code: 2, stdout: '' })
    expect(repeat.stderr).toContain(
      `the batch ${id} (running) of the name bad has 1 row, 0 were launched; this file has other rows, and would launch all of its rows, those too.`,
    )
    expect(await project.run(...mended, '--confirm-duplicate', id)).toMatchObject({ code: 0 })
    expect(await project.run('bulk', 'pause', 'bad', '--reason', 'which?')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('several batches are called bad; say which one by its id: bad-'),
    })
    expect(await project.run('bulk', 'results', 'bad')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^2 batches are called bad; this is the newest, bad-[0-9a-f]{8}\. The others: bad-/,
      ),
    })
  })
})
