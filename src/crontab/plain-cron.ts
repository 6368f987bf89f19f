/**
 * When cron itself runs an entry, read on its own and not by the engine of due times, so that the two can be compared. As
 * crontab(5) and cron(8) of Debian and cronie say: day of month and weekday both given match either, unless one begins with
 * `*`; in a change of clocks of under three hours, an entry without `*` in minute and hour that falls into the gap runs right
 * after it and does not run again in the repeated hour; one with `*` follows the clock on the wall. Pure.
 */
import { zoneNamed } from '../timetable/zone.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const longestAdjusted = 3 * hourMs

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export interface PlainCron {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** A day field that begins with `*` narrows the other one; two that do not are added up. */
  readonly dayMatch: 'any' | 'all'
  /** It names an interval: `*` in minute or hour. */
  readonly wildcard: boolean
}

/** Reads five fields or a macro; undefined for what cron would refuse. */
export function readPlainCron(pattern: string): PlainCron | undefined {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = (macros[pattern] ?? pattern).split(' ')
  const minutes = fieldOf(minute, 0, 59)
  const hours = fieldOf(hour, 0, 23)
  const days = fieldOf(day, 1, 31)
  const monthsOf = fieldOf(month, 1, 12, months, 1)
  const weekdaysOf = fieldOf(weekday, 0, 7, weekdays, 0)
  if (!minutes || !hours || !days || !monthsOf || !weekdaysOf) return undefined
  return {
    minutes,
    hours,
    days,
    months: monthsOf,
    weekdays: new Set([...weekdaysOf].map(each => each % 7)),
    dayMatch: day.startsWith('*') || weekday.startsWith('*') ? 'all' : 'any',
    wildcard: minute.startsWith('*') || hour.startsWith('*'),
  }
}

function fieldOf(text: string, least: number, most: number, names: readonly string[] = [], base = 0) {
  const found = new Set<number>()
  const numberOf = (word: string) => {
    const named = names.indexOf(word.toLowerCase())
    return named >= 0 ? named + base : /^\d+$/.test(word) ? Number(word) : Number.NaN
  }
  for (const part of text.split(',')) {
    const [, first = '', last, step = '1'] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? []
    const from = first === '*' ? least : numberOf(first)
    const to = first === '*' ? most : numberOf(last ?? first)
    if (!(from >= least && to <= most && from <= to && Number(step) > 0)) return undefined
    for (let value = from; value <= to; value += Number(step)) found.add(value)
  }
  return found
}

/** The minutes in (from, to] at which cron runs it in the zone, by looking at every one of them; epoch milliseconds. */
export function plainRuns(cron: PlainCron, timezone: string, from: number, to: number): number[] {
  const zone = zoneNamed(timezone)
  const runs: number[] = []
  let newest = Number.NEGATIVE_INFINITY
  for (let at = Math.floor(from / minuteMs) * minuteMs + minuteMs; at <= to; at += minuteMs) {
    const label = at + zone.offset(at)
    const jump = label - minuteMs - (at - minuteMs + zone.offset(at - minuteMs))
    const adjusted = !cron.wildcard && Math.abs(jump) < longestAdjusted
    if (adjusted && jump > 0 && matchesIn(cron, label - jump, label)) runs.push(at)
    else if (!(adjusted && label <= newest) && matches(cron, label)) runs.push(at)
    if (jump < 0 && -jump >= longestAdjusted) newest = label
    newest = Math.max(newest, label)
  }
  return runs
}

function matchesIn(cron: PlainCron, from: number, to: number): boolean {
  for (let label = from; label <= to; label += minuteMs) if (matches(cron, label)) return true
  return false
}

function matches(cron: PlainCron, label: number): boolean {
  if (!cron.minutes.has(Math.floor(label / minuteMs) % 60) || !cron.hours.has(Math.floor(label / hourMs) % 24))
    return false
  const wall = new Date(label)
  if (!cron.months.has(wall.getUTCMonth() + 1)) return false
  const day = cron.days.has(wall.getUTCDate())
  const weekday = cron.weekdays.has(wall.getUTCDay())
  return cron.dayMatch === 'any' ? day || weekday : day && weekday
}
