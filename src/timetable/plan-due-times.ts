/** Which due times a step of a plan makes appear, vanish or move. Pure. */
import { type DecidedTime, decidedTimes, earliestGoing } from './decided-times.ts'
import type { Step } from './plan.ts'
import type { Schedule } from './schedule.ts'
import { mintableSchedule, unmintable } from './unmintable.ts'
import { dayOf } from './zone.ts'

/** How far ahead due times are compared. Milliseconds. */
const comparedAhead = 30 * 86_400_000
/** A timetable denser than this is compared over a shorter span; the answer says how far. */
const mostCompared = 20_000
const mostShown = 5
/** A label comes again where a zone is changed to one behind it; zones lie at most 26 hours apart. */
const widestShift = 26 * 3_600_000

interface Move {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
}

/** How many there are, and the first of them. */
export interface Some<T> {
  readonly count: number
  readonly first: readonly T[]
}

export interface DueTimesChange {
  /** Epoch milliseconds, in order. */
  readonly appear: Some<number>
  readonly vanish: Some<number>
  readonly move: Some<Move>
  readonly kept: number
  /** Compared up to this nominal time, epoch milliseconds, where a very dense timetable is not compared over all 30 days. */
  readonly until?: number
  /** Appearing times whose label has gone by already under the old declaration: a renamed schedule would launch them again. */
  readonly repeated: Some<number>
  /** Why those of the stored schedule are not known, where they are not; then none vanishes, moves or is kept. */
  readonly unmintable?: string
}

/**
 * Compares the due times of a step in the 30 days after `now`. Two due times are one where instant or label are equal; one that
 * has another instant under its label moves. Of the rest, those of one local day move in order where as many appear on it as
 * vanish; else they appear and vanish. What has gone by under its label is not due again when the label comes again.
 */
export function dueTimesOf(step: Step, now: number): DueTimesChange {
  const stored = step.kind === 'added' ? undefined : step.before
  const before = mintableSchedule(stored)
  const flaw = stored && unmintable(stored)
  const after = step.kind === 'removed' ? undefined : step.after
  const sides = [before, after].map(schedule => listed(schedule, now, step.kind === 'removed'))
  const until = Math.min(...sides.map(side => side.until))
  const [old = [], fresh = []] = sides.map(side => side.found.filter(({ nominal }) => nominal <= until))
  const gone = labelsGoneBy(before, now)
  const repeated = fresh.filter(({ label }) => gone.has(label)).map(({ due }) => due)
  const coming = step.kind === 'renamed' ? fresh : fresh.filter(({ label }) => !gone.has(label))
  const { kept, moved, ...left } = matched(old, coming)
  const paired = pairedByDay(left.gone, left.come, (after ?? before)?.when.timezone ?? 'UTC')
  return {
    appear: some(paired.come),
    vanish: some(paired.gone),
    move: some([...moved, ...paired.moves].sort((a, b) => a.from - b.from)),
    kept,
    ...(until < now + comparedAhead ? { until } : {}),
    repeated: some(step.kind === 'renamed' ? repeated : []),
    ...(flaw === undefined ? {} : { unmintable: flaw }),
  }
}

/**
 * What goes, in the order of nominal times; calendars and hours are asked. `started`: also what is still to go though its nominal
 * time has passed.
 */
function listed(
  schedule: Schedule | undefined,
  now: number,
  started: boolean,
): { found: readonly DecidedTime[]; until: number } {
  const until = now + comparedAhead
  if (!schedule) return { found: [], until }
  const since = started ? earliestGoing(schedule, now) : now
  const times = decidedBetween(schedule, since, until).filter(({ due }) => due > now)
  const beyond = times[mostCompared]
  const seen =
    beyond === undefined ? { times, until } : { times: times.slice(0, mostCompared), until: beyond.nominal - 1 }
  return { found: seen.times.filter(({ leftOut }) => leftOut === undefined), until: seen.until }
}

/** Due times with nominal times in (`after`, `to`], left out or not; one more than are compared at most. */
function decidedBetween(schedule: Schedule, after: number, to: number): DecidedTime[] {
  const times: DecidedTime[] = []
  for (const time of decidedTimes(schedule, after)) {
    if (time.nominal > to || times.length > mostCompared) break
    times.push(time)
  }
  return times
}

function labelsGoneBy(schedule: Schedule | undefined, now: number): Set<string> {
  if (!schedule) return new Set()
  return new Set(decidedBetween(schedule, now - widestShift, now).map(({ label }) => label))
}

/** By instant first, then by label; what is left over appears or vanishes. */
function matched(old: readonly DecidedTime[], fresh: readonly DecidedTime[]) {
  const instants = new Set(old.map(({ due }) => due))
  const stays = new Set(fresh.filter(({ due }) => instants.has(due)).map(({ due }) => due))
  const labels = new Map(old.filter(({ due }) => !stays.has(due)).map(({ label, due }) => [label, due]))
  const moved: Move[] = []
  const come: number[] = []
  for (const { label, due } of fresh) {
    if (stays.has(due)) continue
    const from = labels.get(label)
    if (from === undefined) come.push(due)
    else moved.push({ from, to: due })
    labels.delete(label)
  }
  return { kept: stays.size, moved, come, gone: [...labels.values()] }
}

function pairedByDay(gone: readonly number[], come: readonly number[], zone: string) {
  const goneByDay = byDay(gone, zone)
  const comeByDay = byDay(come, zone)
  const moves: Move[] = []
  const left = { gone: [] as number[], come: [] as number[] }
  for (const [day, vanished] of goneByDay) {
    const appeared = comeByDay.get(day) ?? []
    if (appeared.length !== vanished.length) {
      left.gone.push(...vanished)
      continue
    }
    comeByDay.delete(day)
    for (const [index, from] of vanished.entries()) moves.push({ from, to: appeared[index] ?? from })
  }
  for (const appeared of comeByDay.values()) left.come.push(...appeared)
  return { moves, ...left }
}

function byDay(instants: readonly number[], zone: string): Map<number, number[]> {
  const days = new Map<number, number[]>()
  let day = { start: 0, end: 0 }
  for (const instant of instants) {
    if (instant < day.start || instant >= day.end) day = dayOf(zone, instant)
    const list = days.get(day.start)
    if (list) list.push(instant)
    else days.set(day.start, [instant])
  }
  return days
}

function some<T>(all: readonly T[]): Some<T> {
  return { count: all.length, first: all.slice(0, mostShown) }
}
