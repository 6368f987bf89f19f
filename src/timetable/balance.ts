/** Due times as the stored schedules declare them against the records there are: the sum at the end of a day is zero. */
import type { Ledger } from '../launches/ledger.ts'
import { decidedTimes, earliestGoing } from './decided-times.ts'
import type { Schedule } from './schedule.ts'
import { storedSet } from './store.ts'
import { mintableSchedule } from './unmintable.ts'

/** Beyond so many schedules counting would keep a process from its work. */
const mostSchedules = 2_000
/** Beyond so many due times of one schedule as well: they are not counted further, on either side. */
const mostOfOne = 5_000

export interface Balance {
  readonly expected: number
  readonly recorded: number
}

/**
 * Due times of all schedules in (`from`, `to`] (epoch milliseconds), counted from the declarations alone, and records of them.
 * A schedule that was changed within that time is expected as it is now. Undefined where there are too many to count.
 */
export async function balanceOf(ledger: Ledger, from: number, to: number): Promise<Balance | undefined> {
  const { redis, keys } = ledger
  if ((await redis.hlen(keys.schedules)) > mostSchedules) return undefined
  let expected = 0
  let recorded = 0
  for (const stored of (await storedSet(ledger)).schedules.values()) {
    const schedule = mintableSchedule(stored)
    if (!schedule) continue
    const declared = dueBetween(schedule, from, to)
    if (declared >= mostOfOne) continue
    expected += declared
    const found = await redis.zrangebyscore(keys.ofSchedule(schedule.name), `(${from}`, to)
    // Runs by hand stand in the same index.
    recorded += found.filter(key => key.startsWith(`${schedule.name}@`)).length
  }
  return { expected, recorded }
}

function dueBetween(schedule: Schedule, from: number, to: number): number {
  let count = 0
  for (const { nominal, due } of decidedTimes(schedule, earliestGoing(schedule, from))) {
    if (nominal > to || count >= mostOfOne) break
    if (due > from && due <= to) count += 1
  }
  return count
}
