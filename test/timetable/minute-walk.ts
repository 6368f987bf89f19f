/**
 * Due times without the engine: every UTC minute is looked at, its wall-clock reading is compared with the fields of a
 * pattern, and the rules of docs/time.md are applied to the minutes around each change of clocks. Offsets come from Intl.
 */

const minute = 60_000
const day = 1_440

/** A pattern as plain data: the oracle reads this, the engine reads `text`. */
export interface Pattern {
  readonly text: string
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly dayOfMonth: DayRule
  readonly weekday: DayRule
  readonly intervalLike: boolean
}
type DayRule = { readonly any: true } | { readonly any: false; readonly holds: (date: LocalDate) => boolean }
export interface LocalDate {
  readonly day: number
  readonly weekday: number
  /** Days in its month. */
  readonly length: number
}
export interface Rules {
  readonly dayMatch: 'any' | 'all'
  readonly gap: 'shift' | 'skip'
  readonly fold: 'first' | 'last' | 'both'
}

interface Change {
  /** UTC minute at which `after` begins to hold; offsets in minutes. */
  readonly at: number
  readonly before: number
  readonly after: number
}
interface Offsets {
  readonly first: number
  readonly changes: readonly Change[]
}

/** No zone changes its clocks twice within so many minutes. */
const asked = 720

/** The offsets of a zone between two UTC minutes, by asking Intl every twelve hours and halving where they differ. */
export function offsetsOf(zone: string, from: number, to: number): Offsets {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' })
  const offsetAt = (at: number) => {
    const name = format.formatToParts(at * minute).find(part => part.type === 'timeZoneName')?.value ?? ''
    const match = /([+-])(\d\d):(\d\d)/.exec(name)
    return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0
  }
  const first = offsetAt(from)
  const changes: Change[] = []
  let before = first
  for (let at = from; at < to; at += asked) {
    const after = offsetAt(at + asked)
    if (after === before) continue
    let low = at
    let high = at + asked
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offsetAt(middle) === before) low = middle
      else high = middle
    }
    changes.push({ at: high, before, after })
    before = after
  }
  return { first, changes }
}

/** The UTC minutes in [from, to) at which the pattern is due; `offsets` must reach a day further on both sides. */
export function walk(pattern: Pattern, rules: Rules, { first, changes }: Offsets, from: number, to: number): number[] {
  const due: number[] = []
  let next = 0
  let offset = first
  const { matches, isOut } = matcherOf(pattern, rules.dayMatch)
  for (let at = from; at < to; at++) {
    for (let change = changes[next]; change && change.at <= at; change = changes[++next]) offset = change.after
    const last = changes[next - 1]
    const coming = changes[next]
    const since = last ? at - last.at : Number.POSITIVE_INFINITY
    const until = coming ? coming.at - at : Number.POSITIVE_INFINITY
    if (since > day && until > 2 * day && isOut(at + offset)) {
      // Clocks are far from any change, and nothing is due on this local date: on to its end.
      at += day - 1 - ((((at + offset) % day) + day) % day)
      continue
    }
    const secondPass = last !== undefined && last.after < last.before && since < last.before - last.after
    const firstPass = coming !== undefined && coming.after < coming.before && until <= coming.before - coming.after
    const gap = last === undefined ? 0 : last.after - last.before
    const shifted = rules.gap === 'shift' && gap > 0 && gap <= 180 && since < gap
    if (firstPass && rules.fold === 'last') continue
    if (secondPass && rules.fold === 'first') continue
    if (matches(at + offset) || (shifted && last !== undefined && matches(at + last.before))) due.push(at)
  }
  return due
}

/** Whether the pattern names a label, and whether it names none of the label's date. */
function matcherOf(pattern: Pattern, dayMatch: 'any' | 'all') {
  let known = Number.NaN
  let holds = false
  const isOut = (label: number): boolean => {
    const date = Math.floor(label / day)
    if (date !== known) {
      known = date
      holds = dateHolds(pattern, dayMatch, date)
    }
    return !holds
  }
  const matches = (label: number): boolean => {
    if (isOut(label)) return false
    const time = label - known * day
    return pattern.minutes.has(time % 60) && pattern.hours.has(Math.floor(time / 60))
  }
  return { matches, isOut }
}

function dateHolds({ months, dayOfMonth, weekday }: Pattern, dayMatch: 'any' | 'all', date: number): boolean {
  const at = new Date(date * day * minute)
  if (!months.has(at.getUTCMonth() + 1)) return false
  const length = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
  const local = { day: at.getUTCDate(), weekday: at.getUTCDay(), length }
  const holds = (rule: DayRule) => !rule.any && rule.holds(local)
  if (dayOfMonth.any) return weekday.any || holds(weekday)
  if (weekday.any) return holds(dayOfMonth)
  return dayMatch === 'any' ? holds(dayOfMonth) || holds(weekday) : holds(dayOfMonth) && holds(weekday)
}
