/** The two day fields of a cron pattern, and which days of a month they choose. Pure. */
import { dayOfMonth, type Read, readNumber, readRange, weekday } from './cron-fields.ts'

/** One part of a day field: a plain value, or a rule that depends on the month it is asked about. */
type DayRule =
  | { readonly kind: 'day'; readonly day: number }
  | { readonly kind: 'fromLast'; readonly before: number }
  | { readonly kind: 'nearestWeekday'; readonly day: number }
  | { readonly kind: 'lastWorkday' }
  | { readonly kind: 'weekday'; readonly weekday: number }
  | { readonly kind: 'nth'; readonly weekday: number; readonly nth: number }
  | { readonly kind: 'lastOf'; readonly weekday: number }

export interface DayField {
  /** Written `*` or `?`: chooses nothing by itself. */
  readonly any: boolean
  readonly rules: readonly DayRule[]
}

function single(rule: DayRule): Read<readonly DayRule[]> {
  return { ok: true, value: [rule] }
}

function readDayPart(part: string): Read<readonly DayRule[]> {
  const text = part.toUpperCase()
  if (text === 'LW') return single({ kind: 'lastWorkday' })
  const fromLast = /^L(?:-(\d{1,2}))?$/.exec(text)
  if (fromLast) {
    const before = Number(fromLast[1] ?? 0)
    if (before > 30) return { ok: false, problem: `day of month "${part}" reaches back past the first day` }
    return single({ kind: 'fromLast', before })
  }
  const nearest = /^(\d{1,2})W$/.exec(text)
  if (nearest) {
    const day = readNumber(dayOfMonth, nearest[1] ?? '')
    return day.ok ? single({ kind: 'nearestWeekday', day: day.value }) : day
  }
  const range = readRange(dayOfMonth, part)
  return range.ok ? { ok: true, value: range.value.map(day => ({ kind: 'day', day })) } : range
}

function readWeekdayPart(part: string): Read<readonly DayRule[]> {
  const special = /^([0-9]|[A-Z]{3})(?:(L)|#(.+))$/i.exec(part)
  if (!special) {
    const range = readRange(weekday, part)
    return range.ok ? { ok: true, value: range.value.map(day => ({ kind: 'weekday', weekday: day % 7 })) } : range
  }
  const day = readNumber(weekday, special[1] ?? '')
  if (!day.ok) return day
  if (special[2]) return single({ kind: 'lastOf', weekday: day.value % 7 })
  if (!/^[1-5]$/.test(special[3] ?? '')) return { ok: false, problem: `weekday "${part}": after # comes 1 to 5` }
  return single({ kind: 'nth', weekday: day.value % 7, nth: Number(special[3]) })
}

function readDayField(text: string, readPart: (part: string) => Read<readonly DayRule[]>): Read<DayField> {
  if (text === '*' || text === '?') return { ok: true, value: { any: true, rules: [] } }
  const rules: DayRule[] = []
  for (const part of text.split(',')) {
    const read = readPart(part)
    if (!read.ok) return read
    rules.push(...read.value)
  }
  return { ok: true, value: { any: false, rules } }
}

/** Day-of-month field: numbers, ranges, steps, `L`, `L-3`, `15W`, `LW`. */
export function readDaysOfMonth(text: string): Read<DayField> {
  return readDayField(text, readDayPart)
}

/** Weekday field: numbers 0-7, names, ranges, steps, `5L` (last Friday), `5#2` (second Friday). */
export function readWeekdays(text: string): Read<DayField> {
  return readDayField(text, readWeekdayPart)
}

/** Which days of one month the two fields choose: element d is true where day d matches. `month` is 1 to 12. */
export function daysChosen(
  days: DayField,
  weekdays: DayField,
  dayMatch: 'any' | 'all',
  year: number,
  month: number,
): readonly boolean[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const firstWeekday = new Date(Date.UTC(year, month - 1, 1)).getUTCDay()
  const byDay = chosenBy(days, length, firstWeekday)
  const byWeekday = chosenBy(weekdays, length, firstWeekday)
  // POSIX: two restricted day fields widen each other; one left open does not count.
  const either = !days.any && !weekdays.any && dayMatch === 'any'
  return byDay.map((day, index) => (either ? day || byWeekday[index] === true : day && byWeekday[index] === true))
}

function chosenBy(field: DayField, length: number, firstWeekday: number): boolean[] {
  const chosen = new Array<boolean>(length + 1).fill(field.any)
  chosen[0] = false
  const weekdayOf = (day: number) => (firstWeekday + day - 1) % 7
  const choose = (day: number) => {
    if (day >= 1 && day <= length) chosen[day] = true
  }
  for (const rule of field.rules) {
    switch (rule.kind) {
      case 'day':
        choose(rule.day)
        break
      case 'fromLast':
        choose(length - rule.before)
        break
      case 'nearestWeekday':
        if (rule.day <= length) choose(nearestWorkday(rule.day, length, weekdayOf))
        break
      case 'lastWorkday':
        choose(nearestWorkday(length, length, weekdayOf))
        break
      case 'weekday':
        for (let day = 1; day <= length; day++) if (weekdayOf(day) === rule.weekday) chosen[day] = true
        break
      case 'nth':
        choose(1 + ((rule.weekday - firstWeekday + 7) % 7) + 7 * (rule.nth - 1))
        break
      case 'lastOf':
        choose(length - ((weekdayOf(length) - rule.weekday + 7) % 7))
        break
    }
  }
  return chosen
}

/** Monday to Friday nearest to the day, never leaving the month. */
function nearestWorkday(day: number, length: number, weekdayOf: (day: number) => number): number {
  if (weekdayOf(day) === 6) return day > 1 ? day - 1 : day + 2
  if (weekdayOf(day) === 0) return day < length ? day + 1 : day - 2
  return day
}
