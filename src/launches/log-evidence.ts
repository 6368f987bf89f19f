/** What entries of the platform's log prove about one attempt. Pure; times in epoch milliseconds of this side's clock. */
import type { LogEntry } from './evidence.ts'

export interface LogFacts {
  /** When the attempt was committed: nothing it made can be in the log before. */
  readonly sent: number
  /** Attempts of other launches of the same mailing: when each began, and until when it may make an entry. */
  readonly others: readonly { readonly sent: number; readonly until: number }[]
  /** The platform's clock minus ours; undefined where it is not known. */
  readonly skew: number | undefined
  /** People, or the mailing's own timetable, start mailings of this account too. */
  readonly startedElsewhere: boolean
}

export interface LogVerdict {
  readonly evidence: 'none' | 'started' | 'explained'
  /** The start entries that were considered, for people to see. */
  readonly starts: readonly LogEntry[]
}

/** Clocks agree to about a second once the skew is taken off; without it they may be further apart. */
const knownSkewMargin = 2_000
const unknownSkewMargin = 30_000
/** How long after its answer an attempt may still make its entry. */
export const entryDelay = 120_000

/**
 * `started` only where exactly one start since the attempt is left that nothing else explains. Other launches of the mailing
 * explain as many entries as they are; where people start mailings too, an entry proves nothing by itself.
 */
export function judgeLog(entries: readonly LogEntry[], facts: LogFacts): LogVerdict {
  const margin = facts.skew === undefined ? unknownSkewMargin : knownSkewMargin
  const starts = entries.filter(entry => entry.state === 'start' && entry.at - (facts.skew ?? 0) >= facts.sent - margin)
  if (starts.length === 0) return { evidence: 'none', starts }
  const rivals = facts.others.filter(({ sent, until }) =>
    starts.some(entry => {
      const at = entry.at - (facts.skew ?? 0)
      return at >= sent - margin && at <= until
    }),
  )
  const left = starts.length - rivals.length
  return { evidence: left === 1 && !facts.startedElsewhere ? 'started' : 'explained', starts }
}
