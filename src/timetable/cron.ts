/**
 * Cron patterns, read strictly: what the libraries let pass (an empty string as "every minute", a forgotten field) has
 * mailed people sixty times. A pattern is only a set of wall-clock labels; zones come in wall-times.ts. Pure.
 */
import { type DayField, daysChosen, readDaysOfMonth, readWeekdays } from './cron-days.ts'
import { type Field, hour, minute, month, type Read, readList, second } from './cron-fields.ts'

const longestPattern = 256
const dayMs = 86_400_000

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export interface Cron {
  readonly seconds: readonly number[]
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: DayField
  readonly months: readonly number[]
  readonly weekdays: DayField
  /** Day of month and weekday both chosen: cron fires on either, which few people mean. */
  readonly bothDaysRestricted: boolean
  /** Hour field `*` or `*` + `/n`: follows elapsed time over a change of clocks instead of the wall (docs/time.md). */
  readonly intervalLike: boolean
}

export type CronReading =
  | { readonly ok: true; readonly cron: Cron }
  | { readonly ok: false; readonly problems: readonly string[] }

export interface CronOptions {
  /** Six fields, seconds first. */
  readonly seconds?: boolean
  /** Where day of month and weekday are both restricted: days that match either, as cron does, or both. Default any. */
  readonly dayMatch?: 'any' | 'all'
}

/** Reads a pattern of five fields, of six where `seconds` is set, or a macro. Reports every bad field. */
export function parseCron(pattern: string, { seconds = false, dayMatch = 'any' }: CronOptions = {}): CronReading {
  if (pattern.length > longestPattern) {
    return { ok: false, problems: [`the pattern is ${pattern.length} characters long; ${longestPattern} is the most`] }
  }
  const fields = fieldsOf(pattern.trim(), seconds)
  if ('problem' in fields) return { ok: false, problems: [fields.problem] }
  return readFields(fields.texts, dayMatch)
}

function fieldsOf(text: string, seconds: boolean): { texts: readonly string[] } | { problem: string } {
  if (text.startsWith('@')) {
    const macro = macros[text.toLowerCase()]
    if (macro !== undefined) return { texts: ['0', ...macro.split(' ')] }
    if (text.toLowerCase() === '@reboot') return { problem: '@reboot is refused: a restart must not mail anybody' }
    return { problem: `"${text}" is not one of ${Object.keys(macros).join(' ')}` }
  }
  const texts = text === '' ? [] : text.split(/[ \t]+/)
  const order = `${seconds ? 'second ' : ''}minute hour day-of-month month weekday`
  if (texts.length === 6 && !seconds) {
    return { problem: `"${text}" has 6 fields, 5 needed (${order}); write seconds: true to mean seconds` }
  }
  if (texts.length !== (seconds ? 6 : 5)) {
    return { problem: `"${text}" has ${texts.length} fields, ${seconds ? 6 : 5} needed (${order})` }
  }
  return { texts: seconds ? texts : ['0', ...texts] }
}

function readFields(texts: readonly string[], dayMatch: 'any' | 'all'): CronReading {
  const problems: string[] = []
  const take = <T>(read: Read<T>, otherwise: T): T => {
    if (read.ok) return read.value
    problems.push(read.problem)
    return otherwise
  }
  const list = (index: number, field: Field) => take(readList(field, texts[index] ?? ''), [])
  const nothing: DayField = { any: true, rules: [] }
  const hourText = texts[2] ?? ''
  const days = take(readDaysOfMonth(texts[3] ?? ''), nothing)
  const weekdays = take(readWeekdays(texts[5] ?? ''), nothing)
  const cron: Cron = {
    seconds: list(0, second),
    minutes: list(1, minute),
    hours: list(2, hour),
    days,
    months: list(4, month),
    weekdays,
    bothDaysRestricted: !days.any && !weekdays.any,
    intervalLike: /^\*(\/\d+)?$/.test(hourText),
  }
  if (problems.length > 0) return { ok: false, problems }
  if (!everMatches(cron, dayMatch))
    return { ok: false, problems: ['no date ever matches: the day does not occur in those months'] }
  return { ok: true, cron }
}

/** Weekdays and leap years repeat within 28 years of this span, so a pattern without a day here has none. */
function everMatches(cron: Cron, dayMatch: 'any' | 'all'): boolean {
  for (let year = 2000; year < 2028; year++) {
    for (const month of cron.months) {
      if (daysChosen(cron.days, cron.weekdays, dayMatch, year, month).includes(true)) return true
    }
  }
  return false
}

/** Every label of the pattern from `from` to `to`, both included, in order; labels are wall clock as UTC milliseconds. */
export function* labelsBetween(cron: Cron, dayMatch: 'any' | 'all', from: number, to: number): Generator<number> {
  const start = new Date(from)
  let year = start.getUTCFullYear()
  let month = start.getUTCMonth() + 1
  let first = start.getUTCDate()
  for (let monthStart = Date.UTC(year, month - 1, 1); monthStart <= to; monthStart = Date.UTC(year, month - 1, 1)) {
    if (cron.months.includes(month)) {
      const chosen = daysOfMonth(cron, dayMatch, year, month)
      for (let day = first; day < chosen.length; day++) {
        if (!chosen[day]) continue
        const midnight = monthStart + (day - 1) * dayMs
        if (midnight > to) return
        yield* labelsOfDay(cron, midnight, from, to)
      }
    }
    first = 1
    month = month === 12 ? 1 : month + 1
    if (month === 1) year += 1
  }
}

/** The month that was asked about last, for each pattern: the same is asked about again and again. */
const lastMonths = new WeakMap<Cron, { readonly place: string; readonly chosen: readonly boolean[] }>()

function daysOfMonth(cron: Cron, dayMatch: 'any' | 'all', year: number, month: number): readonly boolean[] {
  const place = `${year} ${month} ${dayMatch}`
  const known = lastMonths.get(cron)
  if (known?.place === place) return known.chosen
  const chosen = daysChosen(cron.days, cron.weekdays, dayMatch, year, month)
  lastMonths.set(cron, { place, chosen })
  return chosen
}

function* labelsOfDay(cron: Cron, midnight: number, from: number, to: number): Generator<number> {
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      const label = midnight + hour * 3_600_000 + minute * 60_000
      for (const second of cron.seconds) {
        const at = label + second * 1_000
        if (at > to) return
        if (at >= from) yield at
      }
    }
  }
}
