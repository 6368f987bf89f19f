/** The readings that an import rests on, each against another reader of the same words. */
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainRuns, readPlainCron } from '../../src/crontab/plain-cron.ts'
import { readShell } from '../../src/crontab/shell-command.ts'
import { parseCron } from '../../src/timetable/cron.ts'
import { occurrencesBetween } from '../../src/timetable/due-times.ts'

const now = Date.parse('2027-02-01T00:00:00Z')

describe('words of a shell line', () => {
  it('are those that sh makes of them', () => {
    const plain = fc.stringMatching(/^[a-z0-9{}:,.@&=%+ "'\\$-]{0,8}$/)
    // Each piece is quoted in a way of its own; pieces without a blank between them are one word.
    const single = plain.map(text => `'${text.replaceAll("'", `'"'"'`)}'`)
    const double = plain.map(text => `"${text.replace(/[\\"$`]/g, '\\$&')}"`)
    const escaped = plain.map(text => text.replace(/[^a-z0-9]/g, '\\$&'))
    const word = fc.array(fc.oneof(single, double, escaped), { minLength: 1, maxLength: 4 })
    const line = fc
      .array(word, { minLength: 1, maxLength: 5 })
      .map(words => words.map(pieces => pieces.join('')).join(' '))
    fc.assert(
      fc.property(line, text => {
        const printed = execFileSync('sh', ['-c', `for each in x ${text}; do printf '%s\\0' "$each"; done`], {
          encoding: 'utf8',
        })
        const reading = readShell(`x ${text}`, new Map())
        expect(reading.ok && reading.commands[0]?.words).toEqual(printed.split('\0').slice(0, -1))
      }),
      { numRuns: 150 },
    )
  })
})

describe('a plain reading of cron', () => {
  const field = (least: number, most: number) => {
    const value = fc.integer({ min: least, max: most })
    const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
    const step = fc.integer({ min: 2, max: Math.max(2, most - least) }).map(every => `*/${every}`)
    return fc.oneof(
      fc.constant('*'),
      value.map(String),
      range,
      step,
      fc.tuple(value, value).map(all => all.join(',')),
    )
  }

  it('is due as the engine says, in a zone whose clocks do not change', () => {
    fc.assert(
      fc.property(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6), (...fields) => {
        const pattern = fields.join(' ')
        if (!parseCron(pattern).ok) return
        const plain = readPlainCron(pattern)
        if (!plain) throw new Error(`${pattern} is not read`)
        const { dayMatch } = plain
        const entry = { kind: 'cron', pattern, dayMatch, timezone: 'Asia/Tokyo' } as const
        const to = now + 40 * 86_400_000
        const due = occurrencesBetween({ timezone: 'Asia/Tokyo', entries: [entry] }, now, to)
        expect(plainRuns(plain, 'Asia/Tokyo', now, to)).toEqual(due.map(({ nominal }) => nominal))
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['30 2 * * *', ['2027-03-27T01:30', '2027-03-28T01:00', '2027-03-29T00:30']],
    ['30 * * * *', ['2027-03-28T00:30', '2027-03-28T01:30', '2027-03-28T02:30']],
  ])('of %s runs after a gap as cron(8) says', (pattern, expected) => {
    const plain = readPlainCron(pattern)
    if (!plain) throw new Error('not read')
    const from = Date.parse(`${expected[0]}:00Z`) - 60_000
    const runs = plainRuns(plain, 'Europe/Berlin', from, from + 3 * 86_400_000)
    expect(runs.slice(0, 3).map(at => new Date(at).toISOString().slice(0, 16))).toEqual(expected)
  })

  it.each([
    ['30 2 * * *', ['2027-10-31T00:30', '2027-11-01T01:30']],
    ['30 */2 * * *', ['2027-10-31T00:30', '2027-10-31T01:30', '2027-10-31T03:30']],
  ])('of %s takes a repeated hour as cron(8) says', (pattern, expected) => {
    const plain = readPlainCron(pattern)
    if (!plain) throw new Error('not read')
    const runs = plainRuns(plain, 'Europe/Berlin', Date.parse('2027-10-31T00:00Z'), Date.parse('2027-11-02T00:00Z'))
    expect(runs.slice(0, expected.length).map(at => new Date(at).toISOString().slice(0, 16))).toEqual(expected)
  })

  it.each(['0 9 * *', '60 * * * *', '5-1 * * * *', '0 0 * * fun', '@reboot', '*/0 * * * *'])('refuses %s', pattern => {
    expect(readPlainCron(pattern)).toBe(undefined)
  })
})
