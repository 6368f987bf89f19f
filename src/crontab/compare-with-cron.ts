/** The due times of a schedule beside those at which cron runs the entry that it was made from. Pure. */
import { occurrencesBetween } from '../timetable/due-times.ts'
import type { Timetable } from '../timetable/schedule.ts'
import { plainRuns, readPlainCron } from './plain-cron.ts'

/** A year and a bit: every change of clocks is in it. */
const comparedAhead = 400 * 86_400_000
const mostShown = 3

export interface Comparison {
  /** The next due times of both, epoch milliseconds. */
  readonly ours: readonly number[]
  readonly cron: readonly number[]
  /** Instants at which only one of them runs, within 400 days. */
  readonly onlyOurs: readonly number[]
  readonly onlyCron: readonly number[]
}

/** Compares over the 400 days after `now`; undefined where cron would refuse the pattern. */
export function compareWithCron(
  timetable: Timetable,
  pattern: string,
  zone: string,
  now: number,
): Comparison | undefined {
  const plain = readPlainCron(pattern)
  if (!plain) return undefined
  const cron = plainRuns(plain, zone, now, now + comparedAhead)
  const ours = occurrencesBetween(timetable, now, now + comparedAhead).map(({ due }) => due)
  const inCron = new Set(cron)
  const inOurs = new Set(ours)
  return {
    ours: ours.slice(0, mostShown),
    cron: cron.slice(0, mostShown),
    onlyOurs: ours.filter(at => !inCron.has(at)),
    onlyCron: cron.filter(at => !inOurs.has(at)),
  }
}
