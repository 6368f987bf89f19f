/** Dates and weekdays as people write them. Pure. */
import type { Days } from './calendar.ts'

const weekdayNames = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']
/** 2028 has a 29 February. */
const anyLeapYear = '2028-'

export type DatesReading =
  | { readonly kind: 'days' | 'yearly'; readonly days: Days }
  | { readonly kind: 'flaw'; readonly sentence: string }

/** `2027-01-01`, `2027-01-01/2027-01-08`, `12-25` or `12-31/01-02` (every year). A sentence begins with "is" and follows the text. */
export function readDates(text: string): DatesReading {
  const [first = '', last = first, ...more] = text.split('/')
  const kind = /^\d\d-/.test(first) ? 'yearly' : 'days'
  if (more.length > 0 || first.length !== last.length || !isDay(first) || !isDay(last)) {
    return { kind: 'flaw', sentence: 'is not a date: write 2027-01-01, 2027-01-01/2027-01-08, or 12-25 for every year' }
  }
  if (kind === 'days' && last < first) return { kind: 'flaw', sentence: 'is a range that ends before it begins' }
  return { kind, days: [first, last] }
}

function isDay(text: string): boolean {
  const whole = /^\d\d-\d\d$/.test(text) ? `${anyLeapYear}${text}` : text
  return /^\d{4}-\d\d-\d\d$/.test(whole) && isDate(whole)
}

/** Whether a text of this form, `2027-02-30`, names a day that exists. */
export function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** `SAT` → [6], `FRI-MON` → [5, 6, 7, 1], in any case; undefined for anything else. */
export function readWeekdays(text: string): number[] | undefined {
  const numbers = text.toUpperCase().split('-').map(numberOf)
  const [first, last = first] = numbers
  if (first === undefined || last === undefined || numbers.length > 2 || numbers.includes(undefined)) return undefined
  const length = ((last - first + 7) % 7) + 1
  return Array.from({ length }, (_, index) => ((first - 1 + index) % 7) + 1)
}

function numberOf(name: string): number | undefined {
  const index = weekdayNames.indexOf(name)
  return index < 0 ? undefined : index + 1
}

/** The numbers of all these weekdays, each once, in order. */
export function weekdaysOf(texts: readonly string[]): number[] {
  return [...new Set(texts.flatMap(text => readWeekdays(text) ?? []))].sort((a, b) => a - b)
}
