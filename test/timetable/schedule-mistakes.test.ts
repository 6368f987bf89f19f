import { describe, expect, it } from 'vitest'
import { at, file, problemsOf, read } from './schedule-text.ts'

describe('a mistake', () => {
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
      'a look at the mailing',
      file({ rest: 'policy: { preflight: on, onPreflightProblem: block }' }),
      [
        'jobs/f.yaml:7:26: digest.policy.preflight: must be a duration such as 30m, or off, got "on"',
        'jobs/f.yaml:7:50: digest.policy.onPreflightProblem: must be one of announce, hold, got "block"',
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

  it('is a lateness beyond what records are kept for', () => {
    const policy = (text: string) =>
      problemsOf(`version: 1
schedules:
  promo: { account: main, when: { every: 1h }, launch: { id: 5 }, policy: { maxLateness: ${text} } }
`)
    expect(policy('7d')).toEqual([])
    expect(policy('400d')).toEqual([
      expect.stringContaining('promo.policy.maxLateness: must be at most 7d, because records need not be kept'),
    ])
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
      'a time in the past',
      '{ at: [2027-01-01T09:00, 2026-01-01T09:00] }',
      '"2026-01-01T09:00" is in the past: it is refused unless it was taken over before; write ifPast: skip to leave it out, or ifPast: now to launch it at once',
    ],
    ['a span that is over', '{ every: 1h, until: 2026-01-01 }', 'has passed: nothing is due any more'],
  ])('does not keep a schedule out: %s', (_, when, sentence) => {
    const found = read(file({ when, head: 'defaults: { timezone: UTC }\n' }))
    expect(found.problems).toMatchObject([{ severity: 'warning' }])
    expect(found.problems[0]?.sentence).toContain(sentence)
    expect(found.schedules).toHaveLength(1)
  })
})
