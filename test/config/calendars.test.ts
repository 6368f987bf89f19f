/** `calendars:` of the configuration: what may be written, and what it comes to with the files it names. */
import { describe, expect, it } from 'vitest'
import { type LoadInput, loadConfig } from '../../src/config/load-config.ts'
import { readCalendars } from '../../src/config/read-calendars.ts'
import { formatProblem } from '../../src/files/problem.ts'
import { good, ofFile } from './loading.ts'
import { projectFolder } from './project-folder.ts'

const now = Date.parse('2026-11-22T12:00:00Z')
const ics = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\n')

/** `text` begins in line 6 of the file. */
function read(text: string, files: Readonly<Record<string, string | Uint8Array>> = {}, env: LoadInput['env'] = {}) {
  const cwd = projectFolder({ 'config/sendoff.yaml': `${good}${text}`, ...files })
  const { calendars, problems } = readCalendars(loadConfig({ cwd, flags: {}, env }), cwd, now)
  return { calendars: Object.fromEntries(calendars), problems: problems.map(formatProblem) }
}

describe('calendars', () => {
  it('hold dates, weekdays, the events of a file, and what others do not hold', () => {
    const { calendars, problems } = read(
      `calendars:
  business-days: { not: [weekends, holidays], dates: [2027-02-20] }
  weekends: { weekdays: [SAT-SUN] }
  holidays:
    dates: [12-31/01-02, 2027-05-03, 2027-01-01/2027-01-08]
    ics: config/holidays.ics
`,
      { 'config/holidays.ics': ics('UID:1', 'DTSTART;VALUE=DATE:20270504', 'DTSTAMP:20260101T000000Z') },
    )
    expect(problems).toEqual([])
    const weekends = { name: 'weekends', weekdays: [6, 7] }
    const days = [
      ['2027-01-01', '2027-01-08'],
      ['2027-05-03', '2027-05-04'],
    ]
    const holidays = { name: 'holidays', days, yearly: [['12-31', '01-02']] }
    const businessDays = { name: 'business-days', days: [['2027-02-20', '2027-02-20']], not: [weekends, holidays] }
    expect(calendars).toEqual({ 'business-days': businessDays, weekends, holidays })
  })

  it('expand what repeats in a file from last year to the third year from now', () => {
    const repeating = ics('UID:1', 'DTSTART;VALUE=DATE:20000508', 'RRULE:FREQ=YEARLY')
    const { calendars } = read('calendars: { may: { ics: may.ics } }', { 'may.ics': repeating })
    expect(calendars.may?.days?.map(([day]) => day)).toEqual(
      ['2025', '2026', '2027', '2028', '2029'].map(year => `${year}-05-08`),
    )
  })

  it('can come from the environment', () => {
    const { calendars } = read(
      'calendars: { days: { weekdays: [SUN] } }',
      {},
      {
        SENDOFF_CALENDARS__DAYS__WEEKDAYS: 'SAT,SUN',
      },
    )
    expect(calendars.days).toEqual({ name: 'days', weekdays: [6, 7] })
  })

  it.each([
    ['that is missing', {}, 'config/sendoff.yaml:6:27: calendars.days.ics: the file days.ics does not exist'],
    [
      'that is a folder',
      { 'days.ics/x': '' },
      'config/sendoff.yaml:6:27: calendars.days.ics: the file days.ics is a folder, not a file',
    ],
    [
      'that is no text',
      { 'days.ics': new Uint8Array([0xff, 0xfe]) },
      'config/sendoff.yaml:6:27: calendars.days.ics: the file days.ics is not UTF-8 text',
    ],
    ['that is no calendar', { 'days.ics': 'hello\n' }, 'days.ics:1:1: is not a line of iCalendar (NAME:value)'],
    [
      'with a day that does not exist',
      { 'days.ics': ics('UID:1', 'DTSTART;VALUE=DATE:20270230') },
      'days.ics:4:1: "20270230" is not a date',
    ],
  ])('tell of a file %s', (_, files, problem) => {
    expect(read('calendars: { days: { ics: days.ics } }', files).problems).toEqual([problem])
  })
})

const at = (place: string, sentence: string) => [`config/sendoff.yaml:${place}: ${sentence}`]

describe('a mistake in calendars', () => {
  it.each([
    [
      'an unknown key',
      'calendars: { a: { date: [12-25] } }',
      at('6:19', 'calendars.a: unknown key "date"; did you mean "dates"?'),
    ],
    [
      'a date that does not exist',
      'calendars: { a: { dates: [2027-02-29] } }',
      at(
        '6:27',
        'calendars.a.dates[0]: "2027-02-29" is not a date: write 2027-01-01, 2027-01-01/2027-01-08, or 12-25 for every year',
      ),
    ],
    [
      'a range that runs backwards',
      'calendars: { a: { dates: [2027-02-28/2027-02-01] } }',
      at('6:27', 'calendars.a.dates[0]: "2027-02-28/2027-02-01" is a range that ends before it begins'),
    ],
    [
      'a weekday that is none',
      'calendars: { a: { weekdays: [Saturday] } }',
      at(
        '6:30',
        'calendars.a.weekdays[0]: "Saturday" is not a weekday: write MON, TUE, WED, THU, FRI, SAT, SUN or MON-FRI',
      ),
    ],
    [
      'one date and no list',
      'calendars: { a: { dates: 2027-02-28 } }',
      at('6:26', 'calendars.a.dates: must be a list that is not empty, got "2027-02-28"'),
    ],
    ['nothing', 'calendars: { a: {} }', at('6:14', 'calendars.a: holds nothing: give it dates, weekdays, ics or not')],
    [
      'a name',
      'calendars: { A: { weekdays: [SAT] } }',
      at('6:14', 'calendars: "A" is not a calendar name: begin with a letter; small letters, digits and hyphens'),
    ],
    [
      'another that is not there',
      'calendars: { weekends: { weekdays: [SAT] }, a: { not: [wekends] } }',
      at('6:56', 'calendars.a.not[0]: "wekends" is not a calendar; did you mean "weekends"?'),
    ],
    [
      'one that is too deep',
      'calendars: { a: { weekdays: [SAT] }, b: { not: [a] }, c: { not: [b] }, d: { not: [c] }, e: { not: [d] }, f: { not: [e] } }',
      at('6:116', 'calendars.f.not: is made from others that are made from others, more than 4 deep'),
    ],
    ['itself', 'calendars: { a: { not: [a] } }', at('6:25', 'calendars.a.not[0]: "a" is itself made from "a"')],
    [
      'a circle',
      'calendars: { a: { not: [b] }, b: { not: [a] } }',
      [
        ...at('6:25', 'calendars.a.not[0]: "b" is itself made from "a"'),
        ...at('6:42', 'calendars.b.not[0]: "a" is itself made from "b"'),
      ],
    ],
  ])('is told: %s', (_, text, problems) => {
    expect(ofFile(`${good}${text}\n`)).toEqual(problems)
  })
})
