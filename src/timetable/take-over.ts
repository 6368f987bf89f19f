/**
 * Times in `at:` that have passed when a schedule is taken over, or changed: the watermark would leave them out in silence.
 * A file keeps such times long after they went out, so only those are judged that the stored schedule did not have. Pure.
 */
import type { Problem } from '../files/problem.ts'
import { type DecidedTime, decidedTimes } from './decided-times.ts'
import { occurrencesBetween } from './due-times.ts'
import type { Schedule, When } from './schedule.ts'

export const ifPastHint = 'write ifPast: skip to leave it out, or ifPast: now to launch it at once'

type AtEntry = Extract<When, { kind: 'at' }>

/** What keeps a schedule from being taken over at `now` (epoch milliseconds) in place of `before`: times that have passed. */
export function overdueProblems(schedule: Schedule, before: Schedule | undefined, now: number): Problem[] {
  const { file, line } = schedule.source
  return newTimes(schedule, before, now)
    .filter(({ entry, time }) => entry.ifPast === undefined && time.due <= now)
    .map(({ time }) => ({
      severity: 'error',
      where: file,
      line,
      sentence: `${schedule.name}.when.at: ${time.label} has passed (${new Date(time.nominal).toISOString()}), and was not in force before: ${ifPastHint}`,
    }))
}

/**
 * The times up to `now` that are to be launched nevertheless: those whose entry says `ifPast: now`, and those that really go
 * later, because hours or jitter moved them. The watermark is behind all of them.
 */
export function belatedOccurrences(schedule: Schedule, before: Schedule | undefined, now: number): DecidedTime[] {
  const belated = newTimes(schedule, before, now).filter(({ entry, time }) => entry.ifPast === 'now' || time.due > now)
  return [...new Set(belated.map(({ time }) => time))]
}

interface AtTime {
  readonly entry: AtEntry
  readonly time: DecidedTime
}

/** Those up to `now` that the schedule did not have before, and that no calendar and no hours leave out. */
function newTimes(schedule: Schedule, before: Schedule | undefined, now: number): AtTime[] {
  const known = new Set(before ? timesOf(before, now).map(({ time }) => time.label) : [])
  return timesOf(schedule, now).filter(({ time }) => time.leftOut === undefined && !known.has(time.label))
}

/** Between two times in `at:` so many of other entries are passed over; then the search begins anew at the second. */
const passedOver = 64

/** The times of `at:` up to `now` that the timetable really has, each with every entry that it stands in. */
function timesOf(schedule: Schedule, now: number): AtTime[] {
  const entries = new Map<number, AtEntry[]>()
  for (const entry of schedule.when.entries) {
    if (entry.kind !== 'at') continue
    for (const instant of atInstants(entry, now)) entries.set(instant, [...(entries.get(instant) ?? []), entry])
  }
  const wanted = [...entries.keys()].sort((a, b) => a - b)
  const found: AtTime[] = []
  let index = 0
  for (let instant = wanted[0]; instant !== undefined; instant = wanted[index]) {
    let others = 0
    let ended = true
    for (const time of decidedTimes(schedule, instant - 1)) {
      while ((wanted[index] ?? Number.POSITIVE_INFINITY) < time.nominal) index += 1
      const here = entries.get(time.nominal)
      if (here) {
        found.push(...here.map(entry => ({ entry, time })))
        index += 1
        others = 0
      } else others += 1
      if (index >= wanted.length || others > passedOver) {
        ended = false
        break
      }
    }
    // What maxRuns ends is no time of the timetable.
    if (ended) break
  }
  return found
}

function atInstants(entry: AtEntry, now: number): number[] {
  const alone = { timezone: entry.timezone, entries: [entry] }
  return occurrencesBetween(alone, Number.NEGATIVE_INFINITY, now).map(({ nominal }) => nominal)
}
