/** What a schedule is due, day by day of its own zone. Pure. */
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
}

/** Epoch milliseconds: `from` inclusive, `to` exclusive. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** The due times of a schedule within the span, by local day. They come by their nominal times; hours move some past others. */
export function dueByDay(schedule: Schedule, { from, to }: TimeSpan, decided: Decided): DueDay[] {
  const { timezone } = schedule.when
  const days = new Map<number, { schedule: Schedule; dueTimes: DueTime[]; more: boolean }>()
  let day = dayOf(timezone, from)
  let after: number | undefined = earliestGoing(schedule, from)
  while (after !== undefined) {
    const times = decidedTimes(schedule, after)
    after = undefined
    for (const time of times) {
      if (time.nominal >= to) break
      if (time.due < from || time.due >= to) continue
      if (time.due < day.start || time.due >= day.end) day = dayOf(timezone, time.due)
      let found = days.get(day.start)
      if (!found) {
        found = { schedule, dueTimes: [], more: false }
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
