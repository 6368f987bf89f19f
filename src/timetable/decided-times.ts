/** Due times with what calendars and hours make of them: what goes, what is moved, what is left out. Pure. */
import { reasons } from '../launches/launch.ts'
import { closedSince, judgeBy, nextTurn } from './allowance.ts'
import { type LeftOut, longestDelay, type Occurrence, occurrences, UncountableError } from './due-times.ts'
import type { Closed } from './open-hours.ts'
import type { Schedule } from './schedule.ts'
import { dayMs } from './wall-clock.ts'

/** The part of a schedule that decides when it is due. */
export type Timing = Pick<Schedule, 'when' | 'except' | 'quietHours' | 'allowed'>

/** `due` is when it really goes, moves counted in. */
export interface DecidedTime extends Occurrence {
  /** Which hours moved it. */
  readonly movedBy?: Closed['by']
  /** Why it does not go, from the reasons of launches/launch.ts. */
  readonly leftOut?: string
}

type Decide = (occurrence: Occurrence) => DecidedTime

/**
 * Due times with a nominal time strictly after `after` (epoch milliseconds), in order. Of several that hours move to one
 * moment, or to the moment of an ordinary one, the newest goes. Wherever one begins, each comes out the same.
 */
export function* decidedTimes(timing: Timing, after: number): Generator<DecidedTime> {
  const { decide, leavesOut } = decisionOf(timing)
  for (const occurrence of occurrences(timing.when, after, leavesOut)) yield decide(occurrence)
}

/** A nominal time before all those that go at `due` or later. */
export function earliestGoing(timing: Timing, due: number): number {
  return closedSince(timing, timing.when.timezone, due) - longestDelay(timing.when) - 1
}

interface Decision {
  readonly decide: Decide
  /** `maxRuns` counts what this does not leave out; what it has counted is kept for as long as this function is. */
  readonly leavesOut: LeftOut
}

const decisions = new WeakMap<Timing, Decision>()

function decisionOf(timing: Timing): Decision {
  let decision = decisions.get(timing)
  if (!decision) {
    decision = isRuled(timing) ? ruledDecision(timing) : { decide: occurrence => occurrence, leavesOut: () => false }
    decisions.set(timing, decision)
  }
  return decision
}

function isRuled({ except, quietHours, allowed }: Timing): boolean {
  return except !== undefined || quietHours !== undefined || allowed !== undefined
}

/** What goes at a moment that hours lead to is looked for so far before it, then in steps that grow by as many times. */
const nearby = { span: 60_000, growing: 16 }
/** Of what goes at one moment, so many are looked at in one go: each look begins anew. */
const lookedAtOnce = 64
/** How far ahead a closed span is followed; beyond it is asked again. */
const followed = 2 * dayMs

function ruledDecision(timing: Timing): Decision {
  const judge = judgeBy(timing, timing.when.timezone)
  const delay = longestDelay(timing.when)
  // What maxRuns ends, a newer due time at the same moment does not outlive: it would be the last run itself.
  const { maxRuns: _, ...endless } = timing.when
  let known: { readonly moment: number; readonly nominal: number } | undefined
  let none: { readonly moment: number; readonly nominal: number } | undefined
  /** The nominal time of a due time after `nominal` that goes at the moment, where there is one. */
  const newerAt = (moment: number, nominal: number): number | undefined => {
    if (known?.moment === moment && known.nominal > nominal) return known.nominal
    if (none?.moment === moment && none.nominal <= nominal) return undefined
    for (let { span } = nearby; ; span *= nearby.growing) {
      const from = Math.max(nominal, moment - delay - span)
      const newest = newestGoing(from, moment)
      if (newest !== undefined) known = { moment, nominal: newest }
      else if (from === nominal) none = { moment, nominal }
      if (newest !== undefined || from === nominal) return newest
    }
  }
  const newestGoing = (after: number, moment: number): number | undefined => {
    let newest: number | undefined
    let looked = 0
    for (const next of occurrences(endless, after)) {
      looked += 1
      if (next.due > moment || (newest !== undefined && looked > lookedAtOnce)) break
      if (judge(next.due).kind !== 'leftOut') newest = next.nominal
    }
    return newest
  }
  const decide: Decide = occurrence => {
    const verdict = judge(occurrence.due)
    switch (verdict.kind) {
      case 'goes':
        return occurrence
      case 'leftOut':
        return { ...occurrence, leftOut: verdict.reason }
      case 'moved':
        return newerAt(verdict.to, occurrence.nominal) === undefined
          ? { ...occurrence, due: verdict.to, movedBy: verdict.by }
          : { ...occurrence, leftOut: reasons.together }
    }
  }
  const leavesOut: LeftOut = ({ due, nominal }) => {
    const verdict = judge(due)
    switch (verdict.kind) {
      case 'goes':
        return false
      case 'leftOut':
        // Until the rules turn to another answer, they give the same.
        return { until: nextTurn(timing, timing.when.timezone, due, due + followed) - delay }
      case 'moved': {
        // What lies between is closed as well, and gives way to the newer one too.
        const newer = newerAt(verdict.to, nominal)
        return newer === undefined ? false : { until: newer }
      }
    }
  }
  return { decide, leavesOut }
}

/** Why the runs that `maxRuns` allows cannot be counted, where they cannot. */
export function countingFlaw(timing: Timing): string | undefined {
  try {
    decidedTimes(timing, 0).next()
    return undefined
  } catch (error) {
    if (error instanceof UncountableError) return error.message
    throw error
  }
}

/**
 * Whether anything goes that is due in (`after`, `until`]; undefined where nothing is due, or no rule is asked.
 * Epoch milliseconds.
 */
export function anythingGoes(timing: Timing, after: number, until: number): boolean | undefined {
  if (!isRuled(timing)) return undefined
  const judge = judgeBy(timing, timing.when.timezone)
  const { maxRuns: _, ...endless } = timing.when
  let isDue = false
  for (let from = after; from < until; ) {
    const [next] = occurrences(endless, from)
    if (!next || next.nominal > until) break
    if (judge(next.due).kind !== 'leftOut') return true
    isDue = true
    // What is due before the rules turn to another answer gets the same one.
    const turn = nextTurn(timing, timing.when.timezone, next.due, until) - longestDelay(timing.when)
    from = Math.max(next.nominal, turn - 1)
  }
  return isDue ? false : undefined
}
