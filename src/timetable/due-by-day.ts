/** What a schedule is due, day by day of its own zone, and where it is asked for cut at the midnights of another. Pure. */
import { decidedTimes, earliestGoing } from './decided-times.ts'
import { longestDelay } from './due-times.ts'
import { type Decided, type DueTime, notedTime } from './noted-times.ts'
import type { Schedule } from './schedule.ts'
import { dayOf } from './zone.ts'

/** Nothing is counted beyond this on one day: it is said to be more. */
const mostCounted = 1_500

export interface DueDay {
  readonly schedule: Schedule
  readonly dueTimes: readonly DueTime[]
  readonly more: boolean
  /** Where this day, or part of one, ends; epoch milliseconds. */
  readonly end: number
}

/** Epoch milliseconds: `from` inclusive, `to` exclusive. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** The due times of a schedule within the span, by local day. They come by their nominal times; hours move some past others. */
export function dueByDay(
  schedule: Schedule,
  { from, to }: TimeSpan,
  decided: Decided,
  cuts: readonly number[] = [],
): DueDay[] {
  const { timezone } = schedule.when
  const days = new Map<number, { schedule: Schedule; dueTimes: DueTime[]; more: boolean; end: number }>()
  let day = partOf(timezone, from, cuts)
  let after: number | undefined = earliestGoing(schedule, from)
  while (after !== undefined) {
    const times = decidedTimes(schedule, after)
    after = undefined
    for (const time of times) {
      if (time.nominal >= to) break
      if (time.due < from || time.due >= to) continue
      if (time.due < day.start || time.due >= day.end) day = partOf(timezone, time.due, cuts)
      let found = days.get(day.start)
      if (!found) {
        found = { schedule, dueTimes: [], more: false, end: Math.min(day.end, to) }
        days.set(day.start, found)
      }
      found.more = found.dueTimes.length === mostCounted
      if (found.more) {
        after = Math.max(time.nominal, day.end - longestDelay(schedule.when) - 1)
        break
      }
      found.dueTimes.push(notedTime(schedule, time, decided))
    }
  }
  return [...days.values()].map(each => ({ ...each, dueTimes: each.dueTimes.toSorted((a, b) => a.due - b.due) }))
}

/** The local day of this instant, as far as no cut divides it. */
function partOf(
  timezone: string,
  at: number,
  cuts: readonly number[],
): { readonly start: number; readonly end: number } {
  const { start, end } = dayOf(timezone, at)
  return {
    start: Math.max(start, cuts.findLast(cut => cut <= at) ?? start),
    end: Math.min(end, cuts.find(cut => cut > at) ?? end),
  }
}
