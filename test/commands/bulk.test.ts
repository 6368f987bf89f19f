/** What the bulk commands decide by themselves; the story of test/flows/bulk.test.ts shows them at work. */
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { BatchState } from '../../src/bulk/batch.ts'
import { readBatch } from '../../src/bulk/batch.ts'
import type { BatchView } from '../../src/bulk/read.ts'
import { batchLines, codeOf, progressLine } from '../../src/commands/batch-view.ts'
import { baseOf, declarationOf, nameOf, rulesOf, type SubmitFlags } from '../../src/commands/bulk-declared.ts'
import { durationAt } from '../../src/commands/bulk-rehearsal.ts'
import { csvWriter } from '../../src/commands/bulk-results.ts'
import { batchRow, batchWhole } from '../../src/duty/batch-shape.ts'
import type { State } from '../../src/launches/launch.ts'

function flags(some: Partial<SubmitFlags> = {}): SubmitFlags {
  const off = { partial: false, validateOnly: false, dryRun: false, watch: false, yes: false, json: false }
  return { column: {}, ignore: [], hours: [], confirmDuplicate: [], ...off, ...some }
}

describe('the flags of bulk submit', () => {
  it('give the batch its brakes', () => {
    const declared = declarationOf(
      'a/Black Friday.csv',
      'main',
      flags({
        perMinute: 30,
        stopAfterConsecutive: 3,
        hours: ['MON-FRI 09:00-18:00', '10:00-12:00'],
        timezone: 'Europe/Riga',
        maxLateness: '2h',
        reason: 'asked by CRM',
      }),
    )
    expect(declared).toMatchObject({
      name: 'black-friday',
      account: 'main',
      pace: { perMinute: 30 },
      stopAfter: { consecutive: 3 },
      policy: { maxLateness: 7_200_000 },
      hours: {
        timezone: 'Europe/Riga',
        allowed: {
          hours: [
            { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' },
            { from: '10:00', to: '12:00' },
          ],
        },
      },
      why: 'asked by CRM',
    })
    expect(declarationOf('rows.csv', 'main', flags())).not.toHaveProperty('stopAfter')
  })

  it('give the base launch, with or without a mailing', () => {
    expect(baseOf(flags({ segment: 7, limit: 5, content: '{"a":1}' }))).toEqual({
      override_source_type: 'segment',
      override_source_id: 7,
      override_limit: 5,
      content: { a: 1 },
    })
    expect(baseOf(flags({ mailing: 90, sourceType: 'list' }))).toEqual({ id: 90, override_source_type: 'list' })
  })

  it.each([
    [{ format: 'xls' }, '--format: must be one of csv, ndjson, json, got "xls"'],
    [{ delimiter: ';;' }, '--delimiter: ";;" is not a delimiter: it must be one character, and no quote or line break'],
    [{ perMinute: 2_000_000 }, '--per-minute: must be a whole number from 1 to 1000000, got 2000000'],
    [{ stopAfterPercent: 101 }, '--stop-after-percent: must be a number above 0, at most 100, got 101'],
    [
      { column: { mailing: 'm' } },
      '--column mailing: "mailing" is no field of a launch: use id, override_source_type, override_source_id, override_limit, attach or content.NAME',
    ],
  ])('are refused in their own names: %j', (some, sentence) => {
    expect(() => rulesOf(flags(some))).toThrow(sentence)
  })

  it.each([
    [{ hours: ['09:00-18:00'] }, 'say in which zone --hours are with --timezone'],
    [{ hours: ['9-18'], timezone: 'UTC' }, '--hours 9-18: write it as "MON-FRI 09:00-18:00" or "09:00-18:00"'],
    [{ hours: ['FOO 09:00-18:00'], timezone: 'UTC' }, 'write days as MON-FRI or SAT'],
    [{ maxLateness: '8d' }, '--max-lateness 8d is not a duration above 0 and of at most 7d, such as 15m'],
    [{ name: 'Black Friday' }, '--name Black Friday cannot be used'],
  ])('of brakes are refused: %j', (some, sentence) => {
    expect(() => declarationOf('rows.csv', 'main', flags(some))).toThrow(sentence)
  })

  it('cannot make a file another batch tomorrow', () => {
    const content = `{"a":"{{ due | date:'yyyy' }}"}`
    expect(() => baseOf(flags({ content, timezone: 'UTC' }))).toThrow('--content cannot hold dates here')
  })

  it('cannot hold what would be lost in silence', () => {
    const content = '{"a":{"__proto__":{"b":1}},"n":9007199254740993}'
    expect(() => baseOf(flags({ content }))).toThrow(
      /^--content: a\.__proto__ cannot be kept under this name\n--content: n is a number of too many digits/,
    )
  })

  it('need a name where the file has none', () => {
    expect(() => nameOf('-', flags())).toThrow('give the batch a name with --name')
    expect(nameOf('-', flags({ name: 'offers' }))).toBe('offers')
  })
})

describe('the duration of a batch', () => {
  it('is from its first row to its last, where a pace is given', () => {
    expect(durationAt(900, 30)).toBe(1_798_000)
    expect(durationAt(1, 30)).toBe(0)
    expect(durationAt(900, undefined)).toBeUndefined()
  })
})

function view(state: BatchState, released: Partial<Record<State, number>>, unreleased = 0): BatchView {
  const hash = {
    id: 'offers-1a2b3c4d',
    name: 'offers',
    account: 'main',
    digest: '',
    state,
    source: 'rows.csv',
    by: 'anna',
  }
  const total = Object.values(released).reduce((sum, count) => sum + count, unreleased)
  const batch = readBatch({ ...hash, total: String(total), created: '0', lateness: '900000', perMinute: '30' })
  if (!batch) throw new Error('no batch')
  return {
    batch,
    counts: { total, unreleased, released },
    again: 0,
    perMinute: undefined,
    waits: undefined,
    eta: undefined,
  }
}

describe('a batch that was looked at', () => {
  it.each([
    ['running', { launched: 5, planned: 2 }, 0],
    ['running', { launched: 5, rejected: 2 }, 0],
    ['running', { launched: 5, unknown: 1 }, 7],
    ['done', { launched: 5 }, 0],
    ['done', { launched: 5, rejected: 1 }, 6],
    ['done', { launched: 5, rejected: 1, unknown: 1 }, 7],
    ['cancelled', { launched: 5, cancelled: 1 }, 6],
  ] as const)('and is %s with %j ends the command with %d', (state, released, code) => {
    expect(codeOf(batchRow(view(state, released)))).toBe(code)
  })

  it('that was cancelled counts rows that were never released as cancelled', () => {
    expect(batchRow(view('cancelled', { launched: 5, cancelled: 1 }, 994))).toMatchObject({
      rows: 1_000,
      unreleased: 0,
      counts: { launched: 5, cancelled: 995 },
    })
  })

  it('is told in a line', () => {
    const running = { ...view('running', { launched: 608, rejected: 2, unknown: 2, sending: 3 }, 285), perMinute: 28.8 }
    expect(progressLine(batchRow({ ...running, eta: Date.parse('2026-11-27T12:04:30Z') }))).toBe(
      'offers-1a2b3c4d running: 612/900 rows (68%)  launched 608  rejected 2  unknown 2  29/min  done about 2026-11-27 12:04 UTC',
    )
  })

  it('is told with its problems and what to do next', () => {
    const problems = [{ state: 'rejected', error: 402, text: 'Tariff limit reached', rows: 2 } as const]
    expect(
      batchLines(batchWhole(view('done', { launched: 897, rejected: 2, unknown: 1 }), problems))
        .split('\n')
        .slice(3),
    ).toEqual([
      '  brakes      30 a minute',
      '  launched    897',
      '  rejected    2',
      '  unknown     1',
      'ROWS  STATE     ERROR  ERROR_TEXT OR REASON',
      '2     rejected  402    Tariff limit reached',
      'Next: 1 unknown: sendoff bulk results offers-1a2b3c4d --state unknown, then sendoff launches resolve',
      'Next: sendoff bulk retry offers-1a2b3c4d --failed --reason …',
    ])
  })
})

describe('results as CSV', () => {
  it('hold nothing that a spreadsheet would take for a formula', async () => {
    const writer = csvWriter()
    const key = (text: string) => writer.write({ row: 1, key: text, mailing: 90, attempts: 1 })
    for (const each of ['=cmd()', '+1', '-1', '@x', '\tx', '\rx', 'a=b', '"q"']) key(each)
    writer.end()
    const cells = (await text(writer)).split('\n').slice(1, -1)
    expect(cells.map(line => line.slice(2, line.indexOf(',,')))).toEqual([
      "'=cmd()",
      "'+1",
      "'-1",
      "'@x",
      "'\tx",
      expect.stringMatching(/^"?'\rx"?$/),
      'a=b',
      '"""q"""',
    ])
  })
})
