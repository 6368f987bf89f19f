/**
 * Times in `at:` that have passed when a schedule is taken over, or changed: the watermark would leave them out in silence.
 * A file keeps such times long after they went out, so only those are judged that the stored schedule did not have. Pure.
 */
import type { Problem } from '../files/problem.ts'
import { type Occurrence, occurrencesBetween } from './due-times.ts'
import type { Schedule, When } from './schedule.ts'

export const ifPastHint = 'write ifPast: skip to leave it out, or ifPast: now to launch it at once'

type AtEntry = Extract<When, { kind: 'at' }>

/** What keeps a schedule from being taken over at `now` (epoch milliseconds) in place of `before`: times that have passed. */
export function overdueProblems(schedule: Schedule, before: Schedule | undefined, now: number): Problem[] {
  const { file, line } = schedule.source
  return overdueTimes(schedule, before, now)
    .filter(({ entry }) => entry.ifPast === undefined)
    .map(({ occurrence }) => ({
      severity: 'error',
      where: file,
      line,
      sentence: `${schedule.name}.when.at: ${occurrence.label} has passed (${new Date(occurrence.nominal).toISOString()}), and was not in force before: ${ifPastHint}`,
    }))
}

/** The passed times that are to be launched at once, because their entry says `ifPast: now`. */
export function belatedOccurrences(schedule: Schedule, before: Schedule | undefined, now: number): Occurrence[] {
  const overdue = overdueTimes(schedule, before, now)
  return overdue.filter(({ entry }) => entry.ifPast === 'now').map(({ occurrence }) => occurrence)
}

interface Overdue {
  readonly entry: AtEntry
  readonly occurrence: Occurrence
}

function overdueTimes(schedule: Schedule, before: Schedule | undefined, now: number): Overdue[] {
  const known = new Set(before ? timesOf(before, now).map(({ occurrence }) => occurrence.label) : [])
  return timesOf(schedule, now).filter(({ occurrence }) => !known.has(occurrence.label))
}

/** The times of `at:` up to `now` that the timetable really has, each with the entry that it stands in. */
function timesOf({ when }: Schedule, now: number): Overdue[] {
  const instants = when.entries.flatMap(entry =>
    entry.kind === 'at' ? atInstants(entry, now).map(instant => ({ entry, instant })) : [],
  )
  return instants.flatMap(({ entry, instant }) =>
    occurrencesBetween(when, instant - 1, instant).map(occurrence => ({ entry, occurrence })),
  )
}

function atInstants(entry: AtEntry, now: number): number[] {
  const alone = { timezone: entry.timezone, entries: [entry] }
  return occurrencesBetween(alone, Number.NEGATIVE_INFINITY, now).map(({ nominal }) => nominal)
}
