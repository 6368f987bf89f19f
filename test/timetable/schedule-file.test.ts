import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/files/problem.ts'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const context = { accounts: ['main', 'second'], now, folders: { from: '/nowhere', within: '/nowhere' } }
const read = (text: string) => readScheduleText(text, 'jobs/f.yaml', context)
const problemsOf = (text: string) => read(text).problems.map(formatProblem)

/** A file with one schedule; what is given stands in place of the good parts. */
const file = ({
  head = '',
  name = 'digest',
  account = 'account: main',
  when = '{ cron: "0 9 * * 1", timezone: Europe/Berlin }',
  launch = '{ id: 90 }',
  rest = '',
}) =>
  `version: 1\n${head}schedules:\n  ${name}:\n    ${account}\n    when: ${when}\n    launch: ${launch}\n    ${rest}\n`

describe('a schedule', () => {
  it('is read whole, its policy completed', () => {
    const text = `version: 1
defaults: { account: second, timezone: Europe/Moscow, policy: { maxLateness: 1h, retry: { attempts: 3 } } }
schedules:
  weekly-digest:
    description: Monday digest
    account: main
    when: { cron: "0 9 * * 1", timezone: Europe/Berlin, from: 2026-12-01, until: "2027-06-30T12:00" }
    launch: { id: 90, override_source_type: list, override_source_id: 5, override_limit: 300, content: { a: [1, { b: null }] }, attach: [{ header: a, data: b }] }
    policy: { overlap: queueOne, maxPerDay: 1, retry: { initial: 30s } }
`
    expect(read(text)).toMatchObject({ problems: [] })
    expect(read(text).schedules).toEqual([
      {
        name: 'weekly-digest',
        description: 'Monday digest',
        account: 'main',
        when: {
          kind: 'cron',
          pattern: '0 9 * * 1',
          timezone: 'Europe/Berlin',
          from: Date.parse('2026-11-30T23:00:00Z'),
          until: Date.parse('2027-06-30T10:00:00Z'),
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

  it.each([
    ['cron', '{ cron: "@daily" }', { kind: 'cron', pattern: '@daily', timezone: 'Europe/Moscow' }],
    [
      'cron with seconds',
      '{ cron: "*/5 * * * * *", seconds: true }',
      { kind: 'cron', pattern: '*/5 * * * * *', seconds: true, timezone: 'Europe/Moscow' },
    ],
    [
      'cron on both days',
      '{ cron: "0 9 13 * 5", dayMatch: all }',
      { kind: 'cron', pattern: '0 9 13 * 5', dayMatch: 'all', timezone: 'Europe/Moscow' },
    ],
    ['every', '{ every: 2h }', { kind: 'every', every: 7_200_000, anchor: 0, timezone: 'Europe/Moscow' }],
    [
      'every from an anchor',
      '{ every: 1s, anchor: "1970-01-01T03:00:01+03:00" }',
      { kind: 'every', every: 1_000, anchor: 1_000, timezone: 'Europe/Moscow' },
    ],
    ['one time', '{ at: 2027-01-01T09:00 }', { kind: 'at', times: ['2027-01-01T09:00'], timezone: 'Europe/Moscow' }],
    [
      'several times',
      '{ at: [2027-01-01T09:00, 2027-01-02T09:00Z], timezone: UTC }',
      { kind: 'at', times: ['2027-01-01T09:00', '2027-01-02T09:00Z'], timezone: 'UTC' },
    ],
    [
      'a time in a fold with its offset',
      '{ at: 2026-10-25T02:30+02:00, timezone: Europe/Berlin }',
      { kind: 'at', times: ['2026-10-25T02:30+02:00'], timezone: 'Europe/Berlin' },
    ],
    [
      'a span that begins in a gap',
      '{ every: 1d, from: 2027-03-28T02:30, timezone: Europe/Berlin }',
      { kind: 'every', every: 86_400_000, anchor: 0, timezone: 'Europe/Berlin', from: Date.parse('2027-03-28T01:30Z') },
    ],
  ])('is due by %s', (_, when, expected) => {
    const { schedules } = read(file({ head: 'defaults: { timezone: Europe/Moscow }\n', when }))
    expect(schedules[0]?.when).toEqual(expected)
  })

  it('by every needs no zone', () => {
    expect(read(file({ when: '{ every: 5m }' })).schedules[0]?.when).toMatchObject({ timezone: 'UTC' })
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

describe('a mistake', () => {
  const at = (place: string, sentence: string) => [`jobs/f.yaml:${place}: ${sentence}`]

  it.each([
    [
      'a file of something else',
      'name: x',
      [
        'jobs/f.yaml:1:1: version is missing (1)',
        'jobs/f.yaml:1:1: schedules is missing',
        'jobs/f.yaml:1:1: unknown key "name"; known here: version, defaults, schedules',
      ],
    ],
    ['an empty file', '', ['jobs/f.yaml:1:1: version is missing (1)', 'jobs/f.yaml:1:1: schedules is missing']],
    ['a list', '- a', ['jobs/f.yaml:1:1: must be a map (version, defaults, schedules), got a list']],
    ['another version', 'version: 3\nschedules: {}', at('1:10', 'version: must be 1, got 3')],
    [
      'a number in quotes',
      file({ launch: '{ id: "90" }' }),
      at('6:19', 'digest.launch.id: must be a whole number above 0, got "90" (remove the quotes)'),
    ],
    [
      'no mailing',
      file({ launch: '{ override_limit: 5 }' }),
      at('6:5', 'digest.launch: id is missing (a whole number above 0)'),
    ],
    [
      'a key of Altcraft, mistyped',
      file({ launch: '{ id: 1, overide_limit: 5 }' }),
      at('6:22', 'digest.launch: unknown key "overide_limit"; did you mean "override_limit"?'),
    ],
    [
      'a name with capitals',
      file({ name: 'Digest' }),
      at('3:3', '"Digest" is not a schedule name: use small letters, digits and hyphens, not digits alone, at most 63'),
    ],
    [
      'a name of digits',
      file({ name: '90' }),
      at('3:3', '"90" is not a schedule name: use small letters, digits and hyphens, not digits alone, at most 63'),
    ],
    [
      'no account',
      file({ account: 'description: x' }),
      at('3:3', 'digest: account is missing, here or in defaults (the name of an account in the configuration)'),
    ],
    [
      'an unknown account',
      file({ account: 'account: mian' }),
      at('4:14', 'digest.account: "mian" is not an account of the configuration; did you mean "main"?'),
    ],
    [
      'another unknown account',
      file({ account: 'account: xyz' }),
      at('4:14', 'digest.account: "xyz" is not an account of the configuration; there are main, second'),
    ],
    [
      'an unknown account of all',
      file({ head: 'defaults: { account: mian }\n', account: 'description: x' }),
      at('2:22', 'defaults.account: "mian" is not an account of the configuration; did you mean "main"?'),
    ],
    [
      'an audience by half',
      file({ launch: '{ id: 1, override_source_id: 5 }' }),
      at('6:22', 'digest.launch: override_source_id needs override_source_type beside it: both or neither'),
    ],
    [
      'a token',
      file({ launch: '{ id: 1, token: canary }' }),
      at(
        '6:22',
        'digest.launch: a token has no place in a schedule file, which is shared and stored; name an account, whose token: in the configuration says where the token is',
      ),
    ],
    [
      'a token in a note',
      `x-api_token: canary\n${file({})}`,
      at(
        '1:1',
        'a token has no place in a schedule file, which is shared and stored; name an account, whose token: in the configuration says where the token is',
      ),
    ],
    [
      'a policy',
      file({ rest: 'policy: { misfire: twice, retry: { attempts: 0 } }' }),
      [
        'jobs/f.yaml:7:24: digest.policy.misfire: must be one of once, skip, all, got "twice"',
        'jobs/f.yaml:7:50: digest.policy.retry.attempts: must be a whole number from 1 to 100, got 0',
      ],
    ],
    [
      'pauses that shrink',
      file({ rest: 'policy: { retry: { initial: 2m } }' }),
      at('7:33', 'digest.policy.retry: the first pause (initial) is longer than the longest (max, 1m unless set)'),
    ],
    [
      'a file to attach',
      file({ launch: '{ id: 1, attach: [{ file: 5 }] }' }),
      at('6:39', 'digest.launch.attach[0]: file must be the path of a file'),
    ],
    [
      'a file to attach with a name',
      file({ launch: '{ id: 1, attach: [{ file: a, name: b }] }' }),
      at('6:39', 'digest.launch.attach[0]: name cannot stand beside file, whose name and content are sent'),
    ],
    [
      'content that is no map',
      file({ launch: '{ id: 1, content: text }' }),
      at('6:31', 'digest.launch.content: must be a map, got "text"'),
    ],
    [
      'content that JSON cannot hold',
      file({ launch: '{ id: 1, content: { a: .inf } }' }),
      at('6:36', 'digest.launch.content.a: must be a value that JSON can hold, got Infinity'),
    ],
  ])('is told: %s', (_, text, problems) => {
    const found = problemsOf(text)
    expect(found).toEqual(problems)
    expect(found.join()).not.toContain('canary')
    expect(read(text).schedules).toEqual([])
  })

  it.each([
    [
      'four fields',
      '{ cron: "0 9 * *" }',
      '5:19',
      'digest.when.cron: "0 9 * *" has 4 fields, 5 needed (minute hour day-of-month month weekday)',
    ],
    [
      'a date that never comes',
      '{ cron: "0 0 31 2 *" }',
      '5:19',
      'digest.when.cron: no date ever matches: the day does not occur in those months',
    ],
    ['no kind', '{ timezone: UTC }', '5:5', 'digest.when: one of cron, every and at is missing'],
    [
      'two kinds',
      '{ cron: "@daily", every: 2h }',
      '5:29',
      'digest.when: cron and every are both given; choose one, or write two schedules',
    ],
    [
      'an anchor of cron',
      '{ cron: "@daily", anchor: 2026-01-01T00:00Z }',
      '5:29',
      'digest.when: anchor belongs to every, not to cron',
    ],
    [
      'an anchor without an offset',
      '{ every: 1h, anchor: 2026-01-01T00:00 }',
      '5:32',
      'digest.when.anchor: "2026-01-01T00:00" is not an instant: write 2026-01-01T00:00:00Z, or an offset such as +03:00 in place of Z',
    ],
    ['an interval too short', '{ every: 900ms }', '5:20', 'digest.when.every: must be at least 1s'],
    [
      'an interval without a unit',
      '{ every: 90 }',
      '5:20',
      'digest.when.every: must be a duration such as 2s, 15m or 30d, got 90',
    ],
    [
      'a zone',
      '{ cron: "@daily", timezone: Europe/Berlni }',
      '5:39',
      'digest.when.timezone: "Europe/Berlni" is not an IANA time zone; did you mean Europe/Berlin?',
    ],
    [
      'a zone by its city',
      '{ cron: "@daily", timezone: moscow }',
      '5:39',
      'digest.when.timezone: "moscow" is not an IANA time zone; did you mean Europe/Moscow?',
    ],
    [
      'an offset as a zone',
      '{ cron: "@daily", timezone: "+03:00" }',
      '5:39',
      'digest.when.timezone: "+03:00" is not an IANA time zone, such as Europe/Berlin',
    ],
    ['a key', '{ corn: "@daily" }', '5:13', 'digest.when: unknown key "corn"; did you mean "cron"?'],
    [
      'a time in a gap',
      '{ at: 2027-03-28T02:30, timezone: Europe/Berlin }',
      '5:17',
      'digest.when.at: "2027-03-28T02:30" does not exist in Europe/Berlin: clocks go forward over it; write another time',
    ],
    [
      'a time in a fold',
      '{ at: [2027-10-31T02:30], timezone: Europe/Berlin }',
      '5:18',
      'digest.when.at[0]: "2027-10-31T02:30" happens twice in Europe/Berlin: clocks go back over it; write 2027-10-31T00:30Z or 2027-10-31T01:30Z',
    ],
    [
      'a date for a time',
      '{ at: 2027-03-28 }',
      '5:17',
      'digest.when.at: "2027-03-28" is not a local time: write 2026-12-24T09:00',
    ],
    [
      'a day that does not exist',
      '{ at: 2027-02-30T09:00 }',
      '5:17',
      'digest.when.at: "2027-02-30T09:00" is not a local time: write 2026-12-24T09:00',
    ],
    [
      'an offset nobody has',
      '{ at: 2027-02-20T09:00+99:00 }',
      '5:17',
      'digest.when.at: "2027-02-20T09:00+99:00" has an offset that no place has',
    ],
    [
      'the same moment twice',
      '{ at: [2027-02-20T09:00, 2027-02-20T09:00Z] }',
      '5:36',
      'digest.when.at[1]: "2027-02-20T09:00Z" is the same moment as "2027-02-20T09:00"',
    ],
    [
      'no times',
      '{ at: [] }',
      '5:17',
      'digest.when.at: must be a local time such as 2026-12-24T09:00 or a list that is not empty, got a list',
    ],
    [
      'a time outside of the span',
      '{ at: 2027-02-20T09:00, until: 2027-02-20 }',
      '5:17',
      'digest.when.at: "2027-02-20T09:00" lies outside of from and until',
    ],
    [
      'a span that ends before it begins',
      '{ every: 1h, from: 2027-02-20, until: 2027-02-20 }',
      '5:49',
      'digest.when.until: is not after from: nothing would ever be due',
    ],
    [
      'a span that begins nowhere',
      '{ every: 1h, from: tomorrow }',
      '5:30',
      'digest.when.from: "tomorrow" is not a local time: write 2026-12-24T09:00, or 2026-12-24 for its midnight',
    ],
    [
      'no map',
      'daily',
      '5:11',
      'digest.when: must be a map (cron, seconds, dayMatch, every, anchor, at, timezone, from, until), got "daily"',
    ],
  ])('in a timetable is told: %s', (_, when, place, sentence) => {
    const given = when.includes('timezone') || !when.startsWith('{') ? when : when.replace(' }', ', timezone: UTC }')
    expect(problemsOf(file({ when: given }))).toEqual(at(place, sentence))
  })

  it('is a missing zone, for cron and at', () => {
    const sentence = 'digest.when: timezone is missing, here or in defaults (an IANA time zone such as Europe/Berlin)'
    expect(problemsOf(file({ when: '{ cron: "@daily" }' }))).toEqual(at('5:5', sentence))
    expect(problemsOf(file({ when: '{ at: 2027-01-01T09:00 }' }))).toEqual(at('5:5', sentence))
  })

  it('does not hide the others: a file with eight tells eight', () => {
    const text = `version: 1
defaults: { account: main, timezone: Europe/Berlni }
schedules:
  promo:
    when: { cron: "0 9 * *", timezone: Europe/Berlin }
    launch: { id: "90", limits: 3 }
    policy: { maxLateness: 15 }
  Sale:
    when: { every: 500ms, anchor: 2026-01-01 }
    launch: { id: 5, override_source_type: list }
`
    expect(problemsOf(text).map(line => line.split(': ')[0])).toEqual(
      ['2:38', '5:19', '6:19', '6:25', '7:28', '8:3', '9:20', '9:35', '10:22'].map(place => `jobs/f.yaml:${place}`),
    )
  })

  it('in one schedule leaves the others', () => {
    const text = `${file({})}  other: { account: main, when: { every: 1h }, launch: { id: x } }\n`
    expect(read(text).schedules.map(({ name }) => name)).toEqual(['digest'])
    expect(read(text).names.map(({ name, line }) => `${name}:${line}`)).toEqual(['digest:3', 'other:8'])
  })

  it('in the text of the file leaves none', () => {
    expect(read(`${file({})}schedules: {}\n`)).toMatchObject({ schedules: [], problems: [{ line: 8 }] })
  })
})

describe('a warning', () => {
  it.each([
    [
      'both days',
      '{ cron: "0 9 13 * 5" }',
      '"0 9 13 * 5" restricts the day of the month and the weekday, and is due on either of them: write dayMatch: any if that is meant, or dayMatch: all',
    ],
    ['a time in the past', '{ at: [2027-01-01T09:00, 2026-01-01T09:00] }', '"2026-01-01T09:00" is in the past'],
    ['a span that is over', '{ every: 1h, until: 2026-01-01 }', 'has passed: nothing is due any more'],
  ])('does not keep a schedule out: %s', (_, when, sentence) => {
    const found = read(file({ when, head: 'defaults: { timezone: UTC }\n' }))
    expect(found.problems).toMatchObject([{ severity: 'warning' }])
    expect(found.problems[0]?.sentence).toContain(sentence)
    expect(found.schedules).toHaveLength(1)
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
      { numRuns: 500 },
    )
  })
})
