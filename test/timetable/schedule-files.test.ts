import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/files/problem.ts'
import { loadSchedules } from '../../src/timetable/schedule-files.ts'
import { makePipe, projectFolder } from '../config/project-folder.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const schedule = (name: string, launch = `{ id: ${name.charCodeAt(0)} }`) =>
  `version: 1\nschedules:\n  ${name}: { account: main, when: { every: 1h }, launch: ${launch} }\n`

const load = (cwd: string, jobsDir = 'jobs') => loadSchedules({ jobsDir, cwd, accounts: ['main'], now })
const problemsOf = (cwd: string) => load(cwd).problems.map(formatProblem)
const namesOf = (cwd: string) => load(cwd).schedules.map(({ name, source }) => `${name} ${source.file}:${source.line}`)

describe('a folder of schedule files', () => {
  it('is read whole, in order of names, folders in it too', () => {
    const cwd = projectFolder({
      'jobs/b.yml': schedule('b'),
      'jobs/a/z.yaml': schedule('z'),
      'jobs/c.YAML': schedule('c'),
      'jobs/.hidden.yaml': 'nonsense',
      'jobs/.git/x.yaml': 'nonsense',
      'jobs/notes.txt': 'nonsense',
      'jobs/old.yaml.bak': 'nonsense',
    })
    expect(load(cwd)).toMatchObject({ files: 3, problems: [] })
    expect(namesOf(cwd)).toEqual(['z jobs/a/z.yaml:3', 'b jobs/b.yml:3', 'c jobs/c.YAML:3'])
  })

  it('warns of two that mail the same people, unless both say how often a day that is meant', () => {
    const often = (name: string, launch: string, policy: string) =>
      schedule(name, launch).replace('{ account', `{ policy: ${policy}, account`)
    const same = '{ id: 90 }'
    const list = '{ id: 90, override_source_type: list, override_source_id: 5 }'
    const cwd = projectFolder({
      'jobs/a.yaml': often('a', same, '{ maxPerDay: 24 }'),
      'jobs/b.yaml': schedule('b', same),
      'jobs/c.yaml': schedule('c', list),
      'jobs/d.yaml': often('d', same, '{ maxPerDay: 48 }'),
    })
    expect(problemsOf(cwd)).toEqual([
      expect.stringMatching(
        /^jobs\/b\.yaml:3:1: warning: b: mailing 90 goes to the same audience by a \(jobs\/a\.yaml:3\)/,
      ),
    ])
  })

  it('may be missing or empty', () => {
    const cwd = projectFolder({ 'empty/.keep': '' })
    expect(load(cwd)).toEqual({ schedules: [], problems: [], files: 0 })
    expect(load(cwd, 'empty')).toEqual({ schedules: [], problems: [], files: 0 })
  })

  it('may not be a file', () => {
    expect(problemsOf(projectFolder({ jobs: 'x' }))).toEqual(['jobs:1:1: the folder is not a folder'])
  })

  it('may lie elsewhere; its files then have their whole names', () => {
    const cwd = projectFolder({ 'project/x': '', 'elsewhere/a.yaml': schedule('a') })
    const found = load(join(cwd, 'project'), '../elsewhere').schedules
    expect(found[0]?.source.file).toBe(join(cwd, 'elsewhere/a.yaml'))
  })

  it('may hold links to files, as mounted configuration does', () => {
    const cwd = projectFolder({ 'jobs/..data/a.yaml': schedule('a') })
    symlinkSync('..data/a.yaml', join(cwd, 'jobs/a.yaml'))
    expect(namesOf(cwd)).toEqual(['a jobs/a.yaml:3'])
  })

  it('takes over a former name once, and only where nothing has it any more', () => {
    const named = (name: string, formerly: string) =>
      `${schedule(name).replace('{ account', `{ formerly: ${formerly}, account`)}`
    expect(load(projectFolder({ 'jobs/a.yaml': named('new', 'old') })).schedules).toMatchObject([{ formerly: ['old'] }])
    const cwd = projectFolder({
      'jobs/a.yaml': named('a', '[old, b, a]'),
      'jobs/b.yaml': named('b', 'old'),
      'jobs/c.yaml': named('c', '"Not A Name"'),
      'jobs/d.yaml': named('d', '7'),
    })
    expect(problemsOf(cwd)).toEqual([
      'jobs/a.yaml:3:24: a.formerly: "b" is declared at jobs/b.yaml:3; only a name that nothing has any more can be a former one',
      'jobs/a.yaml:3:27: a.formerly: "a" is declared at jobs/a.yaml:3; only a name that nothing has any more can be a former one',
      'jobs/b.yaml:3:18: b.formerly: "old" is a former name of a at jobs/a.yaml:3 already; one of them can have it',
      'jobs/c.yaml:3:18: c.formerly: "Not A Name" cannot have been the name of a schedule',
      'jobs/d.yaml:3:18: d.formerly: must be a name that this schedule had before or a list that is not empty, got 7 (put it in quotes)',
    ])
  })

  it('declares every name once; two places are told where there are two', () => {
    const cwd = projectFolder({
      'jobs/a.yaml': schedule('digest'),
      'jobs/b.yaml': `${schedule('digest')}  other: { account: main, when: { every: 1h }, launch: { id: 1 } }\n`,
      'jobs/c.yaml': schedule('digest', '{ id: x }'),
    })
    expect(problemsOf(cwd)).toEqual([
      'jobs/b.yaml:3:3: the schedule "digest" is declared here and at jobs/a.yaml:3; give one of them another name',
      'jobs/c.yaml:3:3: the schedule "digest" is declared here and at jobs/a.yaml:3; give one of them another name',
      'jobs/c.yaml:3:63: digest.launch.id: must be a whole number above 0, got "x"',
    ])
    expect(namesOf(cwd)).toEqual(['other jobs/b.yaml:4'])
  })

  it('tells the problems of all files', () => {
    const cwd = projectFolder({
      'jobs/a.yaml': 'a: [',
      'jobs/b.yaml': schedule('b', '{}'),
      'jobs/c.yaml': schedule('c'),
    })
    makePipe(join(cwd, 'jobs/d.yaml'))
    expect(load(cwd).problems.map(({ where }) => where)).toEqual(['jobs/a.yaml', 'jobs/b.yaml', 'jobs/d.yaml'])
    expect(namesOf(cwd)).toEqual(['c jobs/c.yaml:3'])
  })
})

describe('a file to attach', () => {
  const attached = (files: Record<string, string | Uint8Array>, path: string, prepare?: (cwd: string) => void) => {
    const cwd = projectFolder({
      'jobs/a.yaml': schedule('a', `{ id: 1, attach: [{ file: ${JSON.stringify(path)} }] }`),
      ...files,
    })
    prepare?.(cwd)
    const { schedules, problems } = load(cwd)
    return problems[0]?.sentence ?? schedules[0]?.launch.attach
  }

  it.each([
    ['price.pdf', 'application/pdf'],
    ['Price.PDF', 'application/pdf'],
    ['list.csv', 'text/csv'],
    ['note.txt', 'text/plain'],
    ['photo.jpeg', 'image/jpeg'],
    ['invite.ics', 'text/calendar'],
    ['table.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['unknown.xyz', 'application/octet-stream'],
    ['none', 'application/octet-stream'],
  ])('%s is sent as %s', (name, mediaType) => {
    expect(attached({ [`jobs/files/${name}`]: new Uint8Array([0, 255, 10]) }, `files/${name}`)).toEqual([
      { header: name, data: `data:${mediaType};base64,AP8K` },
    ])
  })

  it('is relative to the schedule file, and may lie anywhere in the folder of schedule files', () => {
    const cwd = projectFolder({
      'jobs/files/прайс.txt': 'x',
      'jobs/team/a.yaml': schedule(
        'a',
        '{ id: 1, attach: [{ file: ../files/прайс.txt }, { header: kept, data: as-is }, text] }',
      ),
    })
    expect(load(cwd).problems).toEqual([])
    expect(load(cwd).schedules[0]?.launch.attach).toEqual([
      { header: 'прайс.txt', data: 'data:text/plain;base64,eA==' },
      { header: 'kept', data: 'as-is' },
      'text',
    ])
  })

  it.each([
    ['that is missing', 'no.pdf', 'does not exist'],
    ['outside of the folder', '../secret.txt', 'lies outside of the folder of schedule files'],
    ['outside, by a folder beside it', '../jobs-old/x.txt', 'lies outside of the folder of schedule files'],
    ['by its whole path', '/etc/passwd', 'must be relative to the schedule file'],
    ['that is a folder', 'files', 'is a folder, not a file'],
    ['that is empty', 'files/empty.txt', 'is empty'],
    ['with a name that no file has', 'a\0b', 'cannot be read (ERR_INVALID_ARG_VALUE)'],
  ])('%s is refused', (_, path, why) => {
    const files = { 'secret.txt': 'x', 'jobs-old/x.txt': 'x', 'jobs/files/empty.txt': '' }
    expect(attached(files, path)).toBe(`a.launch.attach[0]: ${JSON.stringify(path)} ${why}`)
  })

  it.each([
    [
      'a link out of the folder',
      (cwd: string) => symlinkSync('../secret.txt', join(cwd, 'jobs/link')),
      'lies outside of the folder of schedule files',
    ],
    [
      'a linked folder',
      (cwd: string) => symlinkSync('../outside', join(cwd, 'jobs/link')),
      'lies outside of the folder of schedule files',
    ],
    ['a link to nothing', (cwd: string) => symlinkSync('nothing', join(cwd, 'jobs/link')), 'does not exist'],
    ['a link to itself', (cwd: string) => symlinkSync('link', join(cwd, 'jobs/link')), 'cannot be read (ELOOP)'],
    ['a pipe', (cwd: string) => makePipe(join(cwd, 'jobs/link')), 'is not a regular file'],
    [
      'more than 5 MiB',
      (cwd: string) => {
        writeFileSync(join(cwd, 'jobs/link'), '')
        truncateSync(join(cwd, 'jobs/link'), 5 * 1_048_576 + 1)
      },
      'is 5.1 MiB; 5 MiB is the most',
    ],
  ])('that is %s is refused', (_, prepare, why) => {
    const outside = (cwd: string) => {
      mkdirSync(join(cwd, 'outside'))
      prepare(cwd)
    }
    expect(attached({ 'secret.txt': 'x' }, 'link', outside)).toBe(`a.launch.attach[0]: "link" ${why}`)
  })

  it('that is a link within the folder is read, under the name it was given', () => {
    const prepare = (cwd: string) => symlinkSync('..data/real.bin', join(cwd, 'jobs/price.pdf'))
    expect(attached({ 'jobs/..data/real.bin': 'x' }, 'price.pdf', prepare)).toEqual([
      { header: 'price.pdf', data: 'data:application/pdf;base64,eA==' },
    ])
  })
})
