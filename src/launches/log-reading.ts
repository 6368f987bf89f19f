/** Reads the platform's log about one launch, and judges it beside what other launches of the mailing may have put there. */
import { rivalsOf } from './doubtful-attempts.ts'
import type { ReadLog } from './evidence.ts'
import type { Ledger } from './ledger.ts'
import { judgeLog, type LogVerdict } from './log-evidence.ts'
import { listLaunches } from './read.ts'
import type { LaunchRecord } from './record.ts'

/** How far the platform's clock may be behind before its log looks silent. */
const logMargin = 600_000

export type LogFinding =
  | { readonly kind: 'judged'; readonly verdict: LogVerdict; readonly others: number }
  | { readonly kind: 'unread'; readonly why: string }

/**
 * What the log says of an attempt of this launch that began at `begun` (epoch milliseconds). `startedElsewhere`: people start
 * mailings of this account too. Throws only what Redis throws.
 */
export async function findInLog(
  tools: { readonly ledger: Ledger; readonly readLog: ReadLog },
  record: LaunchRecord,
  begun: number,
  startedElsewhere: boolean,
  signal: AbortSignal,
): Promise<LogFinding> {
  // By the platform's clock, which may be behind ours; entries that are too old are judged by the skew.
  const reading = await tools.readLog(record.account, record.mailing, begun - logMargin, signal)
  if (reading.kind === 'unread') return reading
  const filter = { mailing: record.mailing, account: record.account }
  const launches = await listLaunches(tools.ledger, filter, 100, [record.account])
  const others = rivalsOf(
    launches.filter(({ key }) => key !== record.key),
    begun,
  )
  const verdict = judgeLog(reading.entries, { sent: begun, others, skew: reading.skew, startedElsewhere })
  return { kind: 'judged', verdict, others: others.length }
}
