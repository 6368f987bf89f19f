/** Reads the platform's log about one launch, and judges it beside what other launches of the mailing may have put there. */
import { rivalsOf } from './doubtful-attempts.ts'
import type { ReadLog } from './evidence.ts'
import type { Ledger } from './ledger.ts'
import { judgeLog, type LogVerdict } from './log-evidence.ts'
import { launchesOfMailing } from './read.ts'
import type { LaunchRecord } from './record.ts'

/** How far the platform's clock may be behind before its log looks silent. */
const logMargin = 600_000

/** A launch that was due longer before an attempt is not tried beside it, unless a person said so. Milliseconds. */
const longestBefore = 8 * 86_400_000
const mostRivals = 500

export type LogFinding =
  | { readonly kind: 'judged'; readonly verdict: LogVerdict; readonly others: number }
  | { readonly kind: 'unread'; readonly why: string }

/**
 * What the log says of an attempt of this launch that began at `begun` (epoch milliseconds). `startedElsewhere`: people start
 * mailings of this account too. Throws only what Redis throws.
 */
export async function findInLog(
  tools: { readonly ledger: Ledger; readonly readLog: ReadLog; readonly now: () => Promise<number> },
  record: LaunchRecord,
  begun: number,
  startedElsewhere: boolean,
  signal: AbortSignal,
): Promise<LogFinding> {
  // By the platform's clock, which may be behind ours; entries that are too old are judged by the skew.
  const reading = await tools.readLog(record.account, record.mailing, begun - logMargin, signal)
  if (reading.kind === 'unread') return reading
  const near = await launchesOfMailing(tools.ledger, record, begun - longestBefore, await tools.now(), mostRivals + 1)
  const others = rivalsOf(
    near.filter(({ key }) => key !== record.key),
    begun,
  )
  // With more of them than are looked at, any entry may be another's.
  const isCrowded = near.length > mostRivals
  const facts = { sent: begun, others, skew: reading.skew, startedElsewhere: startedElsewhere || isCrowded }
  const verdict = judgeLog(reading.entries, facts)
  return { kind: 'judged', verdict, others: others.length }
}
