import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'
import { context, file, read } from './schedule-text.ts'

describe('a schedule', () => {
  it('is read whole, its policy completed', () => {
    const text = `version: 1
defaults: { account: second, timezone: Europe/Moscow, policy: { maxLateness: 1h, preflight: 10m, onPreflightProblem: hold, retry: { attempts: 3 } } }
schedules:
  weekly-digest:
    description: Monday digest
    account: main
    when: { cron: "0 9 * * 1", timezone: Europe/Berlin, from: 2026-12-01, until: "2027-06-30T12:00" }
    launch: { id: 90, override_source_type: list, override_source_id: 5, override_limit: 300, content: { a: [1, { b: null }] }, attach: [{ header: a, data: b }] }
    policy: { overlap: queueOne, maxPerDay: 1, preflight: off, retry: { initial: 30s } }
`
    expect(read(text)).toMatchObject({ problems: [] })
    expect(read(text).schedules).toEqual([
      {
        name: 'weekly-digest',
        description: 'Monday digest',
        account: 'main',
        when: {
          timezone: 'Europe/Berlin',
          entries: [
            {
              kind: 'cron',
              pattern: '0 9 * * 1',
              timezone: 'Europe/Berlin',
              from: Date.parse('2026-11-30T23:00:00Z'),
              until: Date.parse('2027-06-30T10:00:00Z'),
            },
          ],
        },
        launch: {
          id: 90,
          override_source_type: 'list',
          override_source_id: 5,
          override_limit: 300,
          content: { a: [1, { b: null }] },
          attach: [{ header: 'a', data: 'b' }],
        },
        policy: {
          maxLateness: 3_600_000,
          misfire: 'once',
          overlap: 'queueOne',
          maxPerDay: 1,
          onGuard: 'skip',
          preflight: 'off',
          onPreflightProblem: 'hold',
          retry: { attempts: 3, initial: 30_000, max: 60_000 },
        },
        source: { file: 'jobs/f.yaml', line: 4 },
      },
    ])
  })

  it('is plain JSON', () => {
    const [schedule] = read(file({})).schedules
    expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule)
  })

  it('may carry notes', () => {
    const text = file({
      head: 'x-team: crm\n',
      launch: '{ id: 1, x-why: because, content: { x-kept: 1 } }',
      rest: 'x-ticket: 5',
    })
    expect(read(text)).toMatchObject({ problems: [], schedules: [{ launch: { id: 1, content: { 'x-kept': 1 } } }] })
  })

  it('may be called x-mas', () => {
    expect(read(file({ name: 'x-mas' })).schedules[0]?.name).toBe('x-mas')
  })
})

describe('accounts', () => {
  it('are not judged where nobody knows them', () => {
    const anyAccount = readScheduleText(file({ account: 'account: xyz' }), '-', { ...context, accounts: undefined })
    expect(anyAccount).toMatchObject({ problems: [], schedules: [{ account: 'xyz' }] })
  })

  it('are none where the configuration has none', () => {
    expect(readScheduleText(file({}), '-', { ...context, accounts: [] }).problems[0]?.sentence).toContain(
      'there are none',
    )
  })
})

describe('whatever is written', () => {
  it('is a schedule or has a problem, and never throws', () => {
    const key = fc.constantFrom(
      'version',
      'defaults',
      'schedules',
      'account',
      'when',
      'cron',
      'every',
      'at',
      'anchor',
      'timezone',
      'from',
      'until',
      'dayMatch',
      'launch',
      'id',
      'attach',
      'content',
      'file',
      'token',
      'policy',
      'retry',
      'initial',
      'x-note',
      'toString',
    )
    const leaf = fc.oneof(
      fc.jsonValue(),
      fc.string(),
      fc.constantFrom(
        1,
        'main',
        '0 9 * * 1',
        '2h',
        'UTC',
        'Europe/Berlin',
        '2027-01-01T09:00',
        '9999-99-99T99:99',
        '0000-01-01',
        '2027-01-01T09:00+99:99',
        'list',
      ),
    )
    const node = fc.letrec(tie => ({
      node: fc.oneof({ maxDepth: 5 }, leaf, fc.dictionary(key, tie('node')), fc.array(tie('node'), { maxLength: 3 })),
    })).node
    const when = fc.dictionary(fc.constantFrom('cron', 'every', 'at', 'anchor', 'timezone', 'from', 'until'), leaf)
    const near = fc.record({
      version: fc.constant(1),
      schedules: fc.record({
        a: fc.record({ account: fc.constant('main'), when, launch: fc.oneof(fc.constant({ id: 1 }), node) }),
      }),
    })
    fc.assert(
      fc.property(fc.oneof(node, near), declared => {
        const { schedules, problems } = read(JSON.stringify(declared))
        const errors = problems.filter(({ severity }) => severity === 'error')
        const names = Object.keys(Object(Object(declared).schedules))
        expect(errors.length > 0 || schedules.length === names.length).toBe(true)
        expect(problems.every(({ line }) => line !== undefined)).toBe(true)
      }),
      { numRuns: 250 },
    )
  })
})
