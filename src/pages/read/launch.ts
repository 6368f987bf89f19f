/** One launch with everything that is known about it. */
import { type AuditRow, auditRow } from '../../duty/audit-shape.ts'
import { type LaunchWhole, launchWhole } from '../../duty/launch-shape.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { type AuditEntry, readAudit } from '../../launches/audit.ts'
import { lastSent } from '../../launches/guards.ts'
import { remedyFor } from '../../launches/mailing-check.ts'
import { lastLook } from '../../launches/preflight.ts'
import { showLaunch } from '../../launches/read.ts'
import type { LaunchRecord } from '../../launches/record.ts'
import { serverNow } from '../../timetable/planner.ts'
import { type Moment, storyOf } from '../story.ts'
import { zonesOf } from './zones.ts'

export interface LaunchModel {
  readonly launch: LaunchWhole
  readonly heldBy: LaunchRecord['heldBy']
  /** Of its schedule. */
  readonly zone: string | undefined
  /** Which setting would have ended the doubt. */
  readonly advice: string | undefined
  /** Until when nobody may say that it was not launched; epoch milliseconds, 0 for never. */
  readonly quarantineUntil: number
  readonly story: readonly Moment[]
  readonly audit: readonly AuditRow[]
  /** What the last look at its mailing found, where that was not fine. */
  readonly preflight: { readonly why: string; readonly remedy: string; readonly at: number } | undefined
  /** When its mailing last went to this audience, whoever launched it; epoch milliseconds. */
  readonly lastSent: number | undefined
  /** What the platform's log said, where it was read. */
  readonly evidence: unknown
}

/** Undefined where there is no record of this key. */
export async function readLaunch({ ledger }: OpenLedger, key: string): Promise<LaunchModel | undefined> {
  const record = await showLaunch(ledger, key)
  if (!record) return undefined
  const [now, audit, look, zones, last] = await Promise.all([
    serverNow(ledger),
    readAudit(ledger, 100, key),
    lastLook(ledger, record.account, record.mailing),
    zonesOf(ledger, [record.schedule ?? null]),
    lastSent(ledger, record.account, record.request),
  ])
  return {
    launch: launchWhole(record),
    heldBy: record.heldBy,
    zone: zones.get(record.schedule ?? ''),
    advice: record.advice,
    quarantineUntil: record.quarantineUntil,
    story: storyOf(record, audit, now),
    audit: audit.map((entry: AuditEntry) => auditRow(entry)),
    preflight:
      look === undefined || look.verdict === 'fine' || look.key !== key
        ? undefined
        : { why: look.why, remedy: remedyFor(look.verdict), at: look.at },
    lastSent: last,
    evidence: record.entries,
  }
}
