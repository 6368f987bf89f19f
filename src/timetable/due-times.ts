/**
 * The one engine of due times: preview, plan, planner and calendar all ask it, so what is shown is what fires. Pure.
 *
 * A timetable unites its entries: one occurrence per instant. Order, `after` and `to` are about the nominal time, which
 * is what an entry says; jitter moves only when the launch really goes. docs/decisions/0003-own-due-times.md says why.
 */
import { type EntryTime, entryTimes } from './entry-times.ts'
import type { Timetable } from './schedule.ts'

/** One due time of a schedule. */
export interface Occurrence extends EntryTime {
  /** When it really goes, epoch milliseconds; never before its nominal time, and in the order of nominal times. */
  readonly due: number
}

/** Occurrences with a nominal time strictly after `after` (epoch ms), in order, without end where there is none. */
export function* occurrences(timetable: Timetable, after: number): Generator<Occurrence> {
  const delay = longestDelay(timetable)
  for (const time of united(timetable, after)) yield { ...time, due: time.nominal + delay }
}

/** Occurrences with a nominal time in (`after`, `to`], at most `limit`. However it is split, it is the same due times. */
export function occurrencesBetween(
  timetable: Timetable,
  after: number,
  to: number,
  limit = Number.POSITIVE_INFINITY,
): Occurrence[] {
  const found: Occurrence[] = []
  for (const occurrence of occurrences(timetable, after)) {
    if (occurrence.nominal > to || found.length >= limit) break
    found.push(occurrence)
  }
  return found
}

/** The most milliseconds that lie between a nominal time and when it really goes. */
export function longestDelay({ jitter }: Timetable): number {
  return jitter?.shift ?? 0
}

/** The entries' times in one order, each instant once. */
function* united({ entries }: Timetable, after: number): Generator<EntryTime> {
  const heads = entries.map(when => entryTimes(when, after)).map(times => ({ times, next: times.next() }))
  for (;;) {
    let best: EntryTime | undefined
    for (const { next } of heads) if (!next.done && (!best || precedes(next.value, best))) best = next.value
    if (!best) return
    for (const head of heads) {
      if (!head.next.done && head.next.value.nominal === best.nominal) head.next = head.times.next()
    }
    yield best
  }
}

/** At one instant, the label that carries the identity: an ordinary time before a shifted one, then the lesser text. */
function precedes(a: EntryTime, b: EntryTime): boolean {
  const rank = ({ clocks }: EntryTime) => (clocks === 'shifted' ? 1 : 0)
  return (
    a.nominal - b.nominal < 0 || (a.nominal === b.nominal && (rank(a) - rank(b) || (a.label < b.label ? -1 : 1)) < 0)
  )
}
