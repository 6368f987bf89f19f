import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/files/problem.ts'
import { readYaml, readYamlFile } from '../../src/files/yaml.ts'
import { makePipe } from '../config/project-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'sendoff-yaml-'))
afterAll(() => rmSync(folder, { recursive: true }))

const problemsOf = (text: string) => readYaml(text, 'f.yaml').problems.map(formatProblem)

describe('YAML', () => {
  it.each([
    ['plain text, numbers and booleans', 'a: yes\nb: 1\nc: true\nd: ~\n', { a: 'yes', b: 1, c: true, d: null }],
    ['local times as text', 'at: 2026-12-24T09:00', { at: '2026-12-24T09:00' }],
    ['keys as text', '90: a\ntrue: b', { 90: 'a', true: 'b' }],
    ['anchors and aliases', 'a: &x [1, 2]\nb: *x', { a: [1, 2], b: [1, 2] }],
    ['an anchor that is set again', 'a: &x 1\nb: &x 2\nc: *x', { a: 1, b: 2, c: 2 }],
    ['an empty file', '# only a comment\n', null],
    ['line ends of any kind', 'a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
    [
      'JSON in one line',
      `{${Array.from({ length: 50 }, (_, index) => `"k${index}":[1]`).join(',')}}`,
      expect.anything(),
    ],
    ['a map in brackets over several lines', 'a: {\n  "b": [1,\n 2]\n}\n', { a: { b: [1, 2] } }],
  ])('reads %s', (_, text, value) => {
    expect(readYaml(text, 'f.yaml')).toMatchObject({ value, problems: [] })
  })

  it.each([
    [
      'a key that is written twice',
      'a: 1\nb:\n  c: 1\n  c: 2\n',
      ['f.yaml:4:3: the key "c" is written twice in this map'],
    ],
    ['a merge key', 'a:\n  <<: { b: 1 }', ['f.yaml:2:3: merge keys (<<) are not read; write the keys out']],
    ['a tag', 'a: !secret x', ['f.yaml:1:4: tags (!…) are not read here']],
    ['a binary tag', 'a: !!binary x', ['f.yaml:1:4: tags (!…) are not read here']],
    ['a key that is no text', '? [a]\n: 1', ['f.yaml:1:3: a key must be text']],
    ['__proto__', '__proto__: { x: 1 }', ['f.yaml:1:1: a key may not be called __proto__']],
    ['constructor', 'a: { "constructor": 1 }', ['f.yaml:1:6: a key may not be called constructor']],
    ['an alias without an anchor', 'a: *x', ['f.yaml:1:4: no anchor (&) before this alias has its name']],
    ['an alias to itself', 'a: &x [*x]', ['f.yaml:1:8: this alias contains itself']],
    ['two documents', 'a: 1\n---\nb: 1', ['f.yaml:2:1: holds more than one YAML document (---)']],
    ['a tab as indentation', 'a:\n\tb: 1', ['f.yaml:2:1: a tab is used for indentation; use spaces']],
    [
      'a quote that is not closed',
      'a: "b\n',
      ['f.yaml:2:1: something is missing here: a quote, a bracket, or the ":" after a key'],
    ],
    [
      'two colons in a line',
      'a: b: c',
      ['f.yaml:1:4: a second "key: value" begins in this line; put the value in quotes, or on lines of its own'],
    ],
  ])('refuses %s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['maps in brackets', '{a: '.repeat(20_000)],
    ['list marks in one line', '- '.repeat(100_000)],
    ['question marks', '? '.repeat(100_000)],
    ['brackets behind closed ones', `${']'.repeat(50_000)}${'['.repeat(50_000)}`],
    ['indentation', Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('survives depth made of %s', (_, text) => {
    expect(problemsOf(text)).toEqual(['f.yaml:1:1: is nested too deeply'])
  })

  it('reads a map of very many keys', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `key-${index}:`).join('\n')
    expect(readYaml(text, 'f.yaml').problems).toEqual([])
  })

  it('does not let aliases multiply', () => {
    const level = (name: string, below: string) => `${name}: &${name} [${Array(9).fill(`*${below}`).join(', ')}]`
    const text = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      level('b', 'a'),
      level('c', 'b'),
      level('d', 'c'),
      level('e', 'd'),
    ].join('\n')
    expect(problemsOf(text)).toContain('f.yaml:4:16: too much is repeated by aliases (*)')
  })

  it('never repeats the text of a line it cannot read', () => {
    const text = 'accounts:\n  main:\n    token: [canary-token\n    "canary-token" canary-token: }canary-token\n'
    expect(problemsOf(text).length).toBeGreaterThan(0)
    expect(problemsOf(text).join()).not.toContain('canary')
  })

  it('never throws, and always has a place for what is wrong', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '"',
      "'",
      '|',
      '>',
      '!t ',
      '# ',
      ',',
      '? ',
      '---',
      '\t',
      '%',
      '<<',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join('')),
    )
    fc.assert(
      fc.property(text, each => {
        for (const { line, column } of readYaml(each, 'f.yaml').problems) {
          expect(line).toBeGreaterThan(0)
          expect(column).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('positions', () => {
  const text = [
    'top:',
    '  list:',
    '    - one',
    '    - name: two',
    '  "quoted key": [3, 4]',
    'empty:',
    'alias: &a { deep: 1 }',
    'again: *a',
  ].join('\n')
  const yaml = readYaml(text, 'f.yaml')

  it.each([
    ['a value', ['top', 'list', 0], 'value', { line: 3, column: 7 }],
    ['a key', ['top', 'list'], 'key', { line: 2, column: 3 }],
    ['a value below a list', ['top', 'list', 1, 'name'], 'value', { line: 4, column: 13 }],
    ['a key in quotes', ['top', 'quoted key'], 'key', { line: 5, column: 3 }],
    ['a value in brackets', ['top', 'quoted key', 1], 'value', { line: 5, column: 21 }],
    ['an empty value, by its key', ['empty'], 'value', { line: 6, column: 1 }],
    ['a missing key, by the map it is missing from', ['top', 'nothing'], 'value', { line: 1, column: 1 }],
    ['a missing key deep down', ['top', 'list', 1, 'nothing', 'more'], 'value', { line: 4, column: 7 }],
    ['something behind an alias', ['again', 'deep'], 'value', { line: 7, column: 19 }],
    ['nothing at all', [], 'value', { line: 1, column: 1 }],
  ] as const)('are those of %s', (_, path, spot, place) => {
    expect(yaml.locate(path, spot)).toEqual(place)
  })
})

describe('a file', () => {
  const reading = (name: string) => readYamlFile(join(folder, name), name)

  it('is refused where it is missing, too large, no text or no file', () => {
    writeFileSync(join(folder, 'large.yaml'), `a: ${'x'.repeat(300_000)}`)
    writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]))
    makePipe(join(folder, 'pipe.yaml'))
    const sentences = ['none.yaml', 'large.yaml', 'latin.yaml', 'pipe.yaml', '.', 'a\0b'].map(name => {
      const file = reading(name)
      return file.ok ? 'read' : file.problem.sentence
    })
    expect(sentences).toEqual([
      'the file does not exist',
      'the file is 293 KiB; 256 KiB is the most',
      'the file is not UTF-8 text',
      'the file is not a regular file',
      'the file is a folder, not a file',
      'the file is not a possible file name',
    ])
  })

  it('is read past a byte order mark', () => {
    writeFileSync(join(folder, 'bom.yaml'), '\ufeffa: 1\nb: [')
    const file = reading('bom.yaml')
    expect(file.ok && file.yaml.problems[0]).toMatchObject({ line: 2 })
  })
})
