import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/files/problem.ts'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'
import { blocksOf, readPage } from './page.ts'

const pages = ['README.md', 'docs/time.md']
const examples = pages.flatMap(path =>
  blocksOf(readPage(path)).flatMap(({ language, text }) =>
    language === 'yaml' && /^schedules:/m.test(text) ? [[path, text] as const] : [],
  ),
)
const folder = mkdtempSync(join(tmpdir(), 'sendoff-examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('schedules in the documents', () => {
  it('are found at all', () => expect(examples.length).toBeGreaterThan(0))

  it.each(examples)('of %s are valid, and so are the files they attach', (path, text) => {
    for (const [, file = ''] of text.matchAll(/file: ([\w./-]+)/g)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), 'product,price\n')
    }
    const now = Date.UTC(2026, 10, 23)
    const read = readScheduleText(text, path, { accounts: ['main'], now, folders: { from: folder, within: folder } })
    expect(read.problems.map(formatProblem)).toEqual([])
    expect(read.schedules.length).toBeGreaterThan(0)
  })
})
