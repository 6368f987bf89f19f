import { describe, expect, it } from 'vitest'
import { joinedDays } from '../../src/calendars/calendar.ts'
import { readDates, readWeekdays, weekdaysOf } from '../../src/calendars/dates.ts'

const noDate = 'is not a date: write 2027-01-01, 2027-01-01/2027-01-08, or 12-25 for every year'

describe('a date of a calendar', () => {
  it.each([
    ['2027-01-01', 'days', ['2027-01-01', '2027-01-01']],
    ['2027-01-01/2027-01-08', 'days', ['2027-01-01', '2027-01-08']],
    ['12-25', 'yearly', ['12-25', '12-25']],
    ['12-31/01-02', 'yearly', ['12-31', '01-02']],
    ['02-29', 'yearly', ['02-29', '02-29']],
  ])('%s is %s', (text, kind, days) => {
    expect(readDates(text)).toEqual({ kind, days })
  })

  it.each([
    ['2027-02-29', noDate],
    ['2027-13-01', noDate],
    ['02-30', noDate],
    ['2027-1-1', noDate],
    ['2027-01-01/01-08', noDate],
    ['2027-01-01/2027-01-03/2027-01-08', noDate],
    ['2027-01-01T09:00', noDate],
    ['', noDate],
    ['2027-01-08/2027-01-01', 'is a range that ends before it begins'],
  ])('%j is refused', (text, sentence) => {
    expect(readDates(text)).toEqual({ kind: 'flaw', sentence })
  })
})

describe('weekdays', () => {
  it.each([
    ['SAT', [6]],
    ['mon-fri', [1, 2, 3, 4, 5]],
    ['FRI-MON', [5, 6, 7, 1]],
    ['SUN-SUN', [7]],
    ['SATURDAY', undefined],
    ['MON-', undefined],
    ['MON-FRY', undefined],
    ['MON-TUE-WED', undefined],
    ['6', undefined],
  ])('%s are %j', (text, numbers) => {
    expect(readWeekdays(text)).toEqual(numbers)
  })

  it('count once, in order', () => {
    expect(weekdaysOf(['SUN', 'FRI-SAT', 'SAT'])).toEqual([5, 6, 7])
  })
})

describe('days', () => {
  it('that touch or overlap are joined', () => {
    expect(
      joinedDays([
        ['2027-03-02', '2027-03-02'],
        ['2027-02-27', '2027-02-28'],
        ['2027-03-01', '2027-03-01'],
        ['2027-01-01', '2027-01-08'],
        ['2027-01-03', '2027-01-04'],
      ]),
    ).toEqual([
      ['2027-01-01', '2027-01-08'],
      ['2027-02-27', '2027-03-02'],
    ])
  })
})
