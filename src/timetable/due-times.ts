/**
 * The one engine of due times: preview, plan, planner and calendar all ask it, so what is shown is what fires. Pure.
 *
 * A timetable unites its entries: one occurrence per instant. Order, `after` and `to` are about the nominal time, which
 * is what an entry says; jitter moves only when the launch really goes. docs/decisions/0003-own-due-times.md says why.
 */
import { beginningOf, entryTimes, namedEntries } from './entry-times.ts'
import type { Timetable } from './schedule.ts'
import { byInstantThenName, type EntryTime, longestSilence } from './wall-times.ts'

/** One due time of a schedule. */
export interface Occurrence extends EntryTime {
  /** When it really goes, epoch milliseconds; never before its nominal time, and in the order of nominal times. */
  readonly due: number
}

/**
 * Whether a rule of the schedule leaves a due time out: it is still due on paper, but no run that `maxRuns` counts. `until`:
 * whatever has a later nominal time before this instant is left out as well.
 */
export type LeftOut = (occurrence: Occurrence) => boolean | { readonly until: number }

const nothingLeftOut: LeftOut = () => false

/** Occurrences with a nominal time strictly after `after` (epoch ms), in order, without end where there is none. */
export function* occurrences(timetable: Timetable, after: number, leftOut = nothingLeftOut): Generator<Occurrence> {
  const last = timetable.maxRuns === undefined ? Number.POSITIVE_INFINITY : lastRun(timetable, leftOut)
  for (const occurrence of unlimited(timetable, after)) {
    if (occurrence.nominal > last) return
    yield occurrence
  }
}

/** Occurrences with a nominal time in (`after`, `to`], at most `limit`. However it is split, it is the same due times. */
export function occurrencesBetween(
  timetable: Timetable,
  after: number,
  to: number,
  limit = Number.POSITIVE_INFINITY,
  leftOut = nothingLeftOut,
): Occurrence[] {
  const found: Occurrence[] = []
  for (const occurrence of occurrences(timetable, after, leftOut)) {
    if (occurrence.nominal > to || found.length >= limit) break
    found.push(occurrence)
  }
  return found
}

/** The most milliseconds that lie between a nominal time and when it really goes. */
export function longestDelay({ jitter }: Timetable): number {
  return jitter?.shift ?? 0
}

/** A rule that leaves out so many due times in a row, or all for as long as a pattern may be silent, leaves out all. */
const mostInVain = 100_000
/** So many that are left out in a row are passed one by one; over more of them counting leaps, which begins anew. */
const passedOneByOne = 16
/** What a leap costs, in due times looked at. */
const leapCosts = 10
/** Due times looked at in one counting. Whoever counts does nothing else meanwhile. */
const mostLookedAt = 500_000

/** The rules leave out so many due times that counting runs would keep everything else waiting. */
export class UncountableError extends RangeError {
  override readonly name = 'UncountableError'
  constructor() {
    super(
      `maxRuns cannot be counted: except, quietHours and allowed leave out so much that more than ${mostLookedAt.toLocaleString('en')} due times lie before the last run; make the timetable less dense, or write until instead`,
    )
  }
}

/** Counting begins at the beginning, so what it comes to is kept for as long as the timetable and the rule are. */
const lastRuns = new WeakMap<LeftOut, WeakMap<Timetable, number | UncountableError>>()

/** The nominal time of the last run that `maxRuns` allows: counted from the declaration alone, whatever became of each. */
function lastRun(timetable: Timetable, leftOut: LeftOut): number {
  const kept = lastRuns.get(leftOut) ?? new WeakMap<Timetable, number | UncountableError>()
  lastRuns.set(leftOut, kept)
  let last = kept.get(timetable)
  if (last === undefined) {
    last = countedRun(timetable, leftOut)
    kept.set(timetable, last)
  }
  if (typeof last === 'object') throw last
  return last
}

function countedRun(timetable: Timetable, leftOut: LeftOut): number | UncountableError {
  const beginnings = timetable.entries.map(when => beginningOf(when) ?? Number.NaN)
  const beginning = Math.min(...beginnings)
  if (Number.isNaN(beginning)) throw new RangeError('maxRuns counts from a beginning, and an entry has none')
  let runs = 0
  let inVain = 0
  let since = beginning
  let lookedAt = 0
  for (let from: number | undefined = beginning - 1; from !== undefined; ) {
    let leap: number | undefined
    let closedUntil = from
    for (const occurrence of unlimited(timetable, from)) {
      const { nominal } = occurrence
      if (++lookedAt > mostLookedAt) return new UncountableError()
      const answer = nominal < closedUntil || leftOut(occurrence)
      if (typeof answer === 'object') closedUntil = answer.until
      runs += answer === false ? 1 : 0
      inVain = answer === false ? 0 : inVain + 1
      since = answer === false ? nominal : since
      if (runs === timetable.maxRuns || inVain > mostInVain || nominal - since > longestSilence) return nominal
      if (inVain > passedOneByOne && closedUntil - 1 > nominal) {
        leap = closedUntil - 1
        lookedAt += leapCosts
        break
      }
    }
    from = leap
  }
  return Number.POSITIVE_INFINITY
}

function* unlimited(timetable: Timetable, after: number): Generator<Occurrence> {
  const delay = longestDelay(timetable)
  for (const { label, nominal, clocks } of united(timetable, after)) {
    const due = nominal + delay
    yield clocks === undefined ? { label, nominal, due } : { label, nominal, clocks, due }
  }
}

/** The entries' times in one order, each instant once. */
function* united(timetable: Timetable, after: number): Generator<EntryTime> {
  const heads = namedEntries(timetable).map(({ when, naming }) => {
    const times = entryTimes(when, after, naming)
    return { times, next: times.next() }
  })
  for (;;) {
    let first: EntryTime | undefined
    for (const { next } of heads) {
      if (!next.done && (!first || byInstantThenName(next.value, first) < 0)) first = next.value
    }
    if (!first) return
    yield first
    for (const head of heads) {
      while (!head.next.done && head.next.value.nominal <= first.nominal) head.next = head.times.next()
    }
  }
}
