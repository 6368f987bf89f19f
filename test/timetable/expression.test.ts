import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateTokens } from '../../src/timetable/date-format.ts'
import { dependsOnDue, renderPieces } from '../../src/timetable/expression.ts'
import { readText } from '../../src/timetable/read-expression.ts'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'
import { blocksOf, plain, readPage, rowsOf, sectionOf } from '../docs/page.ts'
import { context, file, problemsOf } from './schedule-text.ts'

/** Thursday 5 November 2026, 09:00 in Berlin. */
const due = Date.parse('2026-11-05T08:00:00Z')
const render = (text: string, at = due, zone = 'Europe/Berlin') => {
  const reading = readText(text)
  if (!reading.ok) throw new Error(JSON.stringify(reading.flaws))
  return renderPieces(reading.pieces, at, zone)
}
const flaws = (text: string) => {
  const reading = readText(text)
  return reading.ok ? [] : reading.flaws.map(({ at, sentence }) => `${at}: ${sentence}`)
}
const page = sectionOf(readPage('docs/schedule-files.md'), 'Dates in `content`')

describe('an expression', () => {
  it.each([
    ["{{ due | date:'yyyy-MM-dd' }}", '2026-11-05'],
    ["{{due|date:'yyyy-MM-dd'}}", '2026-11-05'],
    ["from {{ due | date:'d MMMM' }} to {{ due | plus:'6d' | date:'d MMMM' }}", 'from 5 November to 11 November'],
    ["{{ due | minus:'1mo' | date:'LLLL yyyy' }}", 'October 2026'],
    ["{{ due | locale:'ru' | date:'d MMMM' }}", '5 ноября'],
    ["{{ due | locale:'ru' | date:'LLLL yyyy г.' }}", 'ноябрь 2026 г.'],
    ["{{ due | zone:'Asia/Tokyo' | date:'yyyy-MM-dd HH:mm' }}", '2026-11-05 17:00'],
    ["{{ due | zone:'Pacific/Kiritimati' | date:'d' }}", '5'],
    ['{{ due | isoWeek }}/{{ due | isoYear }}', '45/2026'],
    [`{{ due | date:"kkkk-'W'WW" }}`, '2026-W45'],
    ["{{ due | plus:'2h' | date:'H:mm' }}", '11:00'],
    ["{{ due | plus:'1w' | minus:'30m' | date:'dd HH:mm' }}", '12 08:30'],
    ["{{ '{{ name }}' }}", '{{ name }}'],
    [`a {{ "{{" }} b }}`, 'a {{ b }}'],
    ['{name} {% if %} }} stay', '{name} {% if %} }} stay'],
    ['', ''],
  ])('%s is %s', (text, expected) => expect(render(text)).toBe(expected))

  it('adds calendar days over a change of clocks, and hours by elapsed time', () => {
    const beforeChange = Date.parse('2026-03-28T08:00:00Z')
    expect(render("{{ due | plus:'1d' | date:'dd HH:mm' }}", beforeChange)).toBe('29 09:00')
    expect(render("{{ due | plus:'24h' | date:'dd HH:mm' }}", beforeChange)).toBe('29 10:00')
  })

  it('knows the ISO year apart from the calendar year', () => {
    const newYear = Date.parse('2027-01-01T12:00:00Z')
    expect(render("{{ due | isoYear }} W{{ due | isoWeek }}, {{ due | date:'yyyy' }}", newYear)).toBe('2026 W53, 2027')
  })

  it.each([
    ['{{ due }}', "3: the expression does not say what to write; end it with date, such as date:'yyyy-MM-dd'"],
    [
      "{{ due | plus:'1d' }}",
      "9: the expression does not say what to write; end it with date, such as date:'yyyy-MM-dd'",
    ],
    [
      '{{ deu | isoWeek }}',
      `3: "deu" is not a date expression; did you mean "due"? To pass braces on as they are, write {{ '{{' }}`,
    ],
    [
      '{{ name }}',
      `3: "name" is not a date expression, which begins with due. To pass braces on as they are, write {{ '{{' }}`,
    ],
    [
      '{{}}',
      `2: this is not a date expression, which begins with due. To pass braces on as they are, write {{ '{{' }}`,
    ],
    ["x {{ due | date:'yyyy'", '22: the braces are not closed: }} is missing'],
    ['x {{', '2: the braces are not closed: }} is missing'],
    ["{{ due | dat:'yyyy' }}", '9: "dat" is not a filter; did you mean "date"?'],
    ['{{ due | upper }}', '9: "upper" is not a filter; there are date, isoWeek, isoYear, plus, minus, zone, locale'],
    ['{{ due | date }}', "9: date needs a text: date:'yyyy-MM-dd'"],
    ['{{ due | date:yyyy }}', "14: date needs its text in quotes: date:'yyyy-MM-dd'"],
    ["{{ due | isoWeek:'x' }}", '16: isoWeek takes no text'],
    ["{{ due | date:'YYYY-MM-DD' }}", '15: "YYYY" is not a part of a date; did you mean "yyyy"?'],
    [
      "{{ due | date:'MM of' }}",
      '18: "of" is not a part of a date; letters that are text stand in quotes inside the format',
    ],
    [
      "{{ due | date:'d has' }}",
      '17: "has" is not a part of a date; letters that are text stand in quotes inside the format',
    ],
    ["{{ due | date:'-' }}", '15: the format holds no part of a date: write yyyy-MM-dd'],
    ["{{ due | date:'' }}", '15: the format is empty: write yyyy-MM-dd'],
    [`{{ due | date:"d 'of MM" }}`, '17: the quote inside the format is not closed'],
    ["{{ due | date:'d", "14: date needs its text in quotes: date:'yyyy-MM-dd'"],
    ["{{ due | plus:'1x' | isoWeek }}", "14: plus needs a whole number and one of m, h, d, w, mo: plus:'1d'"],
    ["{{ due | plus:'4000d' | isoWeek }}", '14: 4000d is too far; 3660 days are the most'],
    [
      "{{ due | zone:'Europe/Moskow' | isoWeek }}",
      '14: "Europe/Moskow" is not an IANA time zone; did you mean Europe/Moscow?',
    ],
    ["{{ due | locale:'rus-x' | isoWeek }}", '16: "rus-x" is not a language: write en, ru or pt-BR'],
    ["{{ due | isoWeek | date:'d' }}", '19: nothing can follow date, isoWeek or isoYear: they end it'],
    ['{{ due isoWeek }}', `7: "isoWeek" does not belong here; write {{ due | date:'yyyy-MM-dd' }}`],
    ['{{ due | }}', '9: after | comes a filter: date, isoWeek, isoYear, plus, minus, zone, locale'],
  ])('%s is refused', (text, flaw) => {
    const found = flaws(text)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(flaw)
  })

  it('does not hide another: each is told where it stands', () => {
    expect(flaws("{{ a }} {{ due | b }} {{ due | date:'d' }} {{ c").map(flaw => flaw.split(':')[0])).toEqual([
      '3',
      '17',
      '46',
    ])
  })

  it('is never reached by other braces: a text without it does not depend on the due time', () => {
    const dated = (text: string) => {
      const reading = readText(text)
      return reading.ok && dependsOnDue(reading.pieces)
    }
    expect(['{x}', "{{ '{{' }}", '}}', '{{ due | isoWeek }}'].map(dated)).toEqual([false, false, false, true])
  })
})

describe('rendering', () => {
  const filter = fc.oneof(
    fc
      .tuple(fc.constantFrom('plus', 'minus'), fc.nat(120), fc.constantFrom('m', 'h', 'd', 'w', 'mo'))
      .map(([name, n, unit]) => `${name}:'${n}${unit}'`),
    fc.constantFrom(...Intl.supportedValuesOf('timeZone')).map(zone => `zone:'${zone}'`),
    fc.constantFrom('en', 'ru', 'de', 'ar', 'ja', 'pt-BR', 'zh-Hant-TW').map(locale => `locale:'${locale}'`),
  )
  const ending = fc.oneof(
    fc
      .array(fc.constantFrom(...Object.keys(dateTokens), '-', '. ', ' г.'), { minLength: 1, maxLength: 6 })
      .map(parts => `date:'${parts.join(' ')} d'`),
    fc.constantFrom('isoWeek', 'isoYear'),
  )
  const expression = fc
    .tuple(fc.array(filter, { maxLength: 5 }), ending)
    .map(([filters, end]) => `{{ due | ${[...filters, end].join(' | ')} }}`)
  const instant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) })

  it('never fails for what was read, at any time and in any zone, and gives a text without braces', () => {
    fc.assert(
      fc.property(expression, instant, fc.constantFrom(...Intl.supportedValuesOf('timeZone')), (text, at, zone) => {
        const written = render(text, at, zone)
        expect(written).toBe(render(text, at, zone))
        expect(written).not.toMatch(/[{}]|Invalid/)
        expect(written.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })

  it('and reading never fail for any text', () => {
    const part = fc.constantFrom('{{', '}}', 'due', ' | ', "date:'d'", "'", '"', ':', 'plus', 'x', '{', '\n', 'isoWeek')
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 14 }).map(parts => parts.join('')),
        text => {
          const reading = readText(text)
          if (reading.ok) renderPieces(reading.pieces, due, 'UTC')
          else for (const { at } of reading.flaws) expect(at).toBeLessThanOrEqual(text.length)
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

describe('the page of schedule files', () => {
  it('lists every part of a date', () => {
    const listed = rowsOf(page)
      .map(([token]) => plain(token))
      .filter(token => token in dateTokens)
    expect(listed).toEqual(Object.keys(dateTokens))
  })

  it('says what each writes', () => {
    for (const [token, means] of rowsOf(page)) {
      const example = /, (\S+)$/.exec(means ?? '')?.[1]
      const name = plain(token)
      if (example !== undefined && name in dateTokens)
        expect(`${name} ${render(`{{ due | date:'${name}' }}`)}`).toBe(`${name} ${example}`)
    }
  })

  it('shows expressions that are understood', () => {
    const { problems } = readScheduleText(blocksOf(page)[0]?.text ?? '', 'f', context)
    expect(problems).toEqual([])
    const texts = [...(blocksOf(page)[0]?.text ?? '').matchAll(/: "(.*\{\{.*)"$/gm)].map(([, found = '']) => found)
    expect(texts.length).toBeGreaterThan(3)
    expect(texts.flatMap(flaws)).toEqual([])
  })
})

describe('a mistake in an expression', () => {
  const told = (content: string) => problemsOf(file({ launch: `{ id: 1, content: ${content} }` }))
  const block = (text: string) => `version: 1
schedules:
  digest:
    account: main
    when: { every: 1h }
    launch:
      id: 1
      content:
        text: ${text}
`
  const at = (problems: readonly string[]) => problems.map(problem => problem.split(': ')[0])

  it('is told with its place inside the text, in lists and maps too, with all others at once', () => {
    expect(told(`{ a: "x {{ name }}", b: [ { c: "{{ due | dat:'d' }}" } ], "{{ key }}": ok }`)).toEqual([
      `jobs/f.yaml:6:42: digest.launch.content.a: "name" is not a date expression, which begins with due. To pass braces on as they are, write {{ '{{' }}`,
      'jobs/f.yaml:6:72: digest.launch.content.b[0].c: "dat" is not a filter; did you mean "date"?',
    ])
  })

  it.each([
    ['a plain text', "x {{ due | dat:'d' }}", '9:26'],
    ['single quotes', "'it''s {{ due | dat:''d'' }}'", '9:31'],
    ['double quotes with escapes', '"\\ta \\"b\\"\\n{{ due | dat }}"', '9:36'],
    ['a block', "|\n          one\n          two {{ due | dat:'d' }}", '11:24'],
    ['a folded block', '>-\n          one\n          two\n          {{ due | dat }}', '12:20'],
  ])('is found in %s', (_, text, place) => {
    expect(at(problemsOf(block(text)))).toEqual([`jobs/f.yaml:${place}`])
  })

  it('leaves what is attached alone', () => {
    expect(problemsOf(file({ launch: '{ id: 1, attach: [ { header: "{{ name }}", data: x } ] }' }))).toEqual([])
  })
})
