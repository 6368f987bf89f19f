import { describe, expect, it } from 'vitest'
import { parseCron } from '../../src/timetable/cron.ts'

describe('a cron pattern is refused, and it is said why', () => {
  it.each([
    ['', '0 fields, 5 needed'],
    ['5 9 * *', '4 fields, 5 needed'],
    ['* *', '2 fields, 5 needed'],
    ['0 0 9 * * *', '6 fields, 5 needed'],
    ['60 * * * *', 'minute 60 is outside 0-59'],
    ['* 24 * * *', 'hour 24 is outside 0-23'],
    ['0 0 0 * *', 'day of month 0 is outside 1-31'],
    ['0 0 * 13 *', 'month 13 is outside 1-12'],
    ['0 12 * * 8', 'weekday 8 is outside 0-7'],
    ['*/0 * * * *', 'step "0"'],
    ['5/10 * * * *', 'steps from a single value'],
    ['30-10 * * * *', 'runs backwards'],
    ['H 9 * * *', '"H" is not a number'],
    ['0 9 * * MONDAY', '"MONDAY" is not a number or a name'],
    ['0 9 ,1 * *', '"" is not a number'],
    ['0 0 31 2 *', 'no date ever matches'],
    ['0 0 * * 5#6', 'after # comes 1 to 5'],
    ['@reboot', 'a restart must not mail anybody'],
    ['@often', 'is not one of'],
    [`${'1,'.repeat(200)}1 * * * *`, '256 is the most'],
  ])('"%s"', (pattern, sentence) => {
    const reading = parseCron(pattern)
    expect(reading.ok).toBe(false)
    if (!reading.ok) expect(reading.problems.join()).toContain(sentence)
  })

  it('says everything that is wrong at once', () => {
    const reading = parseCron('61 25 * * XYZ')
    expect(reading.ok ? [] : reading.problems).toHaveLength(3)
  })
})

describe('a cron pattern is accepted', () => {
  it.each([
    '0 9 * * 1',
    '*/15 8-18 * * MON-FRI',
    '0 12 L * *',
    '0 12 15W * *',
    '0 12 * * 5L',
    '@daily',
    '0 0 29 2 *',
    '0 9 ? * 1',
  ])('"%s"', pattern => expect(parseCron(pattern).ok).toBe(true))

  it('and says whether both day fields are restricted', () => {
    const both = parseCron('0 0 13 * 5')
    const one = parseCron('0 0 13 * *')
    expect(both.ok && both.cron.bothDaysRestricted).toBe(true)
    expect(one.ok && one.cron.bothDaysRestricted).toBe(false)
  })
})
