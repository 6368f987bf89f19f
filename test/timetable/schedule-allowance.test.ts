/** `except:`, `quietHours:` and `allowed:` of a schedule file, and of its defaults. */
import { describe, expect, it } from 'vitest'
import type { Calendar } from '../../src/calendars/calendar.ts'
import { formatProblem } from '../../src/files/problem.ts'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'
import { at, context, file } from './schedule-text.ts'

const holidays: Calendar = { name: 'holidays', yearly: [['12-25', '12-26']] }
const weekends: Calendar = { name: 'weekends', weekdays: [6, 7] }
const calendars = new Map([holidays, weekends].map(each => [each.name, each]))
const read = (text: string) => readScheduleText(text, 'jobs/f.yaml', { ...context, calendars })
const problemsOf = (text: string) => read(text).problems.map(formatProblem)
/** The rules of the one schedule. */
const rulesOf = (text: string) => {
  const { schedules, problems } = read(text)
  expect(problems).toEqual([])
  const [{ except, quietHours, allowed } = {}] = schedules
  return { except, quietHours, allowed }
}
const night = '{ from: "22:00", to: "08:00", then: move }'
const office = '{ hours: [{ days: [MON-FRI], from: "09:00", to: "18:00" }], otherwise: skip }'
const none = { except: undefined, quietHours: undefined, allowed: undefined }
const officeRule = { hours: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }], otherwise: 'skip' }

describe('when launches may go', () => {
  it.each([
    ['nothing', {}, none],
    ['calendars, by value', { rest: 'except: [weekends, holidays]' }, { ...none, except: [weekends, holidays] }],
    [
      'quiet hours',
      { rest: `quietHours: ${night}` },
      { ...none, quietHours: { from: '22:00', to: '08:00', does: 'move' } },
    ],
    [
      'quiet hours without quotes',
      { rest: 'quietHours: { from: 22:00, to: 24:00, then: skip }' },
      { ...none, quietHours: { from: '22:00', to: '24:00', does: 'skip' } },
    ],
    ['allowed hours', { rest: `allowed: ${office}` }, { ...none, allowed: officeRule }],
    [
      'those of defaults',
      { head: `defaults: { except: [holidays], allowed: ${office} }\n` },
      { ...none, except: [holidays], allowed: officeRule },
    ],
    [
      'its own in their place',
      { head: `defaults: { except: [holidays], allowed: ${office} }\n`, rest: 'except: [weekends]' },
      { ...none, except: [weekends], allowed: officeRule },
    ],
    [
      'none of them',
      {
        head: `defaults: { except: [holidays], quietHours: ${night}, allowed: ${office} }\n`,
        rest: 'except: []\n    quietHours: none\n    allowed: none',
      },
      none,
    ],
  ])('can be declared: %s', (_, parts, expected) => {
    expect(rulesOf(file(parts))).toEqual(expected)
  })

  it('is not checked against calendars that nobody knows', () => {
    expect(readScheduleText(file({ rest: 'except: [wekends]' }), '-', context).problems).toEqual([])
  })
})

const clock = 'is not a time of day: write 09:00, or 24:00 for the end of a day'
describe('a mistake in when launches may go', () => {
  it.each([
    [
      'an unknown calendar',
      'except: [wekends]',
      at('7:14', 'digest.except[0]: "wekends" is not a calendar of the configuration; did you mean "weekends"?'),
    ],
    [
      'another one',
      'except: [holidays, moon]',
      at('7:24', 'digest.except[1]: "moon" is not a calendar of the configuration; there are holidays, weekends'),
    ],
    ['a calendar and no list', 'except: weekends', at('7:13', 'digest.except: must be a list, got "weekends"')],
    [
      'no then',
      'quietHours: { from: "22:00", to: "08:00" }',
      at('7:5', 'digest.quietHours: then is missing (one of skip, move)'),
    ],
    [
      'another then',
      'quietHours: { from: "22:00", to: "08:00", then: mov }',
      at('7:53', 'digest.quietHours.then: must be one of skip, move, got "mov"; did you mean "move"?'),
    ],
    [
      'an hour alone',
      'quietHours: { from: "22", to: "08:00", then: move }',
      at('7:25', `digest.quietHours.from: "22" ${clock}`),
    ],
    [
      'a number',
      'quietHours: { from: 22, to: "08:00", then: move }',
      at('7:25', 'digest.quietHours.from: must be a time of day such as 09:00, got 22 (put it in quotes)'),
    ],
    [
      'an hour that is none',
      'quietHours: { from: "25:00", to: "08:00", then: move }',
      at('7:25', `digest.quietHours.from: "25:00" ${clock}`),
    ],
    [
      'a span of no length',
      'quietHours: { from: "08:00", to: "08:00", then: move }',
      at('7:38', 'digest.quietHours.to: is when the span begins: it has no length'),
    ],
    [
      'a span from the end of a day',
      'quietHours: { from: "24:00", to: "08:00", then: move }',
      at('7:25', 'digest.quietHours.from: a span cannot begin at 24:00; write 00:00'),
    ],
    [
      'a key of another',
      'quietHours: { from: "22:00", to: "08:00", otherwise: move, then: move }',
      at('7:47', 'digest.quietHours: unknown key "otherwise"; known here: from, to, then'),
    ],
    [
      'a weekday that is none',
      'allowed: { hours: [{ days: [MON-FRY], from: "09:00", to: "18:00" }], otherwise: skip }',
      at(
        '7:33',
        'digest.allowed.hours[0].days[0]: "MON-FRY" is not a weekday: write MON, TUE, WED, THU, FRI, SAT, SUN or MON-FRI',
      ),
    ],
    [
      'no otherwise',
      'allowed: { hours: [{ from: "09:00", to: "18:00" }] }',
      at('7:5', 'digest.allowed: otherwise is missing (one of skip, move)'),
    ],
    [
      'no hours at all',
      'allowed: { hours: [], otherwise: skip }',
      at('7:23', 'digest.allowed.hours: must be a list that is not empty, got a list'),
    ],
    [
      'a word',
      'allowed: always',
      at('7:14', 'digest.allowed: must be a map (hours, otherwise), or none, got "always"'),
    ],
    [
      'hours that leave nothing',
      'allowed: { hours: [{ from: "23:00", to: "07:00" }], otherwise: skip }\n    quietHours: { from: "22:00", to: "08:00", then: skip }',
      at('8:5', 'digest: quietHours and allowed leave no time at which anything could go'),
    ],
    [
      'due times that can never go',
      'quietHours: { from: "08:00", to: "10:00", then: skip }',
      at(
        '5:5',
        'warning: digest: nothing that is due within a year may go: except, quietHours and allowed leave all of it out',
      ),
    ],
  ])('is told: %s', (_, rest, problems) => {
    expect(problemsOf(file({ rest }))).toEqual(problems)
  })

  it.each([
    [
      'except: [moon]',
      [
        'jobs/f.yaml:2:22: defaults.except[0]: "moon" is not a calendar of the configuration; there are holidays, weekends',
      ],
    ],
    [
      `quietHours: ${night}, allowed: { hours: [{ from: "22:00", to: "24:00" }], otherwise: move }`,
      ['jobs/f.yaml:2:13: defaults: quietHours and allowed leave no time at which anything could go'],
    ],
  ])('in defaults is told there, once: %s', (rules, problems) => {
    const two =
      file({ head: `defaults: { ${rules} }\n` }) +
      '  other:\n    account: main\n    when: { every: 1h }\n    launch: { id: 1 }\n'
    expect(problemsOf(two)).toEqual(problems)
  })

  it('is one only together with the defaults', () => {
    const text = file({
      head: `defaults: { quietHours: ${night} }\n`,
      rest: 'allowed: { hours: [{ from: "22:00", to: "24:00" }], otherwise: move }',
    })
    expect(problemsOf(text)).toEqual(
      at('8:5', 'digest: quietHours and allowed leave no time at which anything could go'),
    )
  })
})
