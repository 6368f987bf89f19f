/** Attempts whose end nobody knows, as recovery reads them from records. Pure; times in epoch milliseconds. */
import { quarantine } from './launch.ts'
import { entryDelay, type LogFacts } from './log-evidence.ts'
import type { Attempt, LaunchRecord } from './record.ts'

/**
 * From the begin of the first attempt nobody knows the end of, which is what the platform may remember, to when the first
 * one since a release or a retry was given up.
 */
export function doubtfulSpan(record: LaunchRecord): { begun: number; ended: number } {
  const doubtful = record.attemptList.filter(isDoubtful)
  const ofThisDoubt = doubtful.find(({ number }) => number > record.round)
  const marked = record.times.unknown ?? record.due
  // Without an attempt on record it was forgotten: it may have gone out at any time from its due time on.
  const begun = doubtful.length === 0 ? record.due : Math.min(...doubtful.map(({ start }) => start))
  return { begun, ended: ofThisDoubt?.end ?? marked }
}

function isDoubtful({ outcome }: Attempt): boolean {
  return outcome === undefined || outcome === 'ambiguous'
}

/** What other launches of the mailing may have put into its log since `begun`: a doubtful request may still be travelling. */
export function rivalsOf(others: readonly LaunchRecord[], begun: number): LogFacts['others'] {
  return others
    .flatMap(other => other.attemptList.filter(({ handed }) => handed !== false))
    .map(attempt => ({
      sent: attempt.start,
      until: (attempt.end ?? attempt.start) + (isDoubtful(attempt) ? quarantine.vanished : entryDelay),
    }))
    .filter(({ until }) => until >= begun)
}
