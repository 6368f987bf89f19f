/** The whole story of one launch, told from its record, the audit and what was seen of its mailing. */
import { z } from 'zod'
import { type AuditEntry, readAudit } from '../launches/audit.ts'
import { holdsInForce, scopeName } from '../launches/hold.ts'
import { reasons, restStates, type State } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { remedyFor } from '../launches/mailing-check.ts'
import { type LastLook, lastLook } from '../launches/preflight.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import { storedSchedules } from '../timetable/store.ts'
import { auditRow, auditRowSchema } from './audit-shape.ts'
import { iso, launchWhole, time, wholeFields } from './launch-shape.ts'

const momentSchema = z.object({ at: time, words: z.string() }).meta({ id: 'Moment' })
type Shown = z.infer<typeof momentSchema>

export const explanationSchema = z
  .object({
    ...wholeFields,
    origin: z.string().meta({ description: 'Where it came from, in words.' }),
    advice: z
      .string()
      .nullable()
      .meta({ description: 'Of an unknown launch: which setting would have ended the doubt.' }),
    preflight: z
      .object({
        at: time,
        verdict: z.string(),
        why: z.string(),
        since: time,
        key: z.string(),
        due: time,
        remedy: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'What the last look at its mailing found.' }),
    evidence: z.unknown(),
    audit: z.array(auditRowSchema),
    story: z.array(momentSchema).meta({ description: 'Everything that happened, in order.' }),
    next: z.array(z.string()).meta({ description: 'What a person can do about it now.' }),
  })
  .meta({ id: 'Explanation' })
export type Explanation = z.infer<typeof explanationSchema>

export type ExplainAnswer =
  | { readonly kind: 'found'; readonly explanation: Explanation }
  /** There is no record; `decisions`, the oldest first, are what was decided about the due time of this key. */
  | { readonly kind: 'nothing'; readonly decisions: readonly Shown[] }

interface Moment {
  readonly at: number
  readonly words: string
}

/** Everything that is known about one launch. */
export async function explainLaunch(ledger: Ledger, key: string): Promise<ExplainAnswer> {
  const [record, audit] = await Promise.all([showLaunch(ledger, key), readAudit(ledger, 100, key)])
  // A due time that was left out and taken back has no record until it is minted again.
  if (!record) return { kind: 'nothing', decisions: audit.filter(isOfDueTime).toReversed().map(decided).map(shown) }
  const stored = record.schedule === undefined ? undefined : (await storedSchedules(ledger)).get(record.schedule)
  const story = storyOf(record, [...audit, ...(await pausesBehind(ledger, record))])
  const look = await lookFor(ledger, record)
  const holds = await holdsInForce(ledger)
  const explanation = {
    ...launchWhole(record),
    origin: originOf(record, stored?.schedule.source, stored?.schedule.when),
    advice: record.advice ?? null,
    preflight: look === undefined ? null : lookShown(look),
    evidence: record.entries ?? [],
    audit: audit.map(auditRow),
    story: story.map(shown),
    next: nextOf(
      record,
      holds.map(hold => hold.scope).filter(scope => covers(scope, record)),
    ),
  }
  return { kind: 'found', explanation }
}

/** What was last found about its mailing, where that was for this launch or still says something about it. */
async function lookFor(ledger: Ledger, record: LaunchRecord): Promise<LastLook | undefined> {
  const look = await lastLook(ledger, record.account, record.mailing)
  return look !== undefined && (look.key === record.key || !restStates.includes(record.state)) ? look : undefined
}

function lookShown({ at, verdict, why, since, key, due }: LastLook): NonNullable<Explanation['preflight']> {
  const remedy = verdict === 'fine' ? null : remedyFor(verdict)
  return { at: iso(at), verdict, why, since: iso(since), key, due: iso(due), remedy }
}

const shown = ({ at, words }: Moment): Shown => ({ at: iso(at), words })

/** Who had paused its schedule, where that is why it did not go out. */
async function pausesBehind(ledger: Ledger, record: LaunchRecord): Promise<AuditEntry[]> {
  if (record.schedule === undefined || !record.reason?.startsWith(reasons.paused)) return []
  const ended = record.times.skipped ?? record.created
  const all = (await readAudit(ledger, 1_000, `schedule:${record.schedule}`)).filter(({ at }) => at <= ended)
  const pause = all.findIndex(({ what, why }) => what === 'pause' && record.reason === `${reasons.paused}${why}`)
  return all.slice(0, pause + 1)
}

/** Skips are told from the audit: the record that one of them made goes when it is taken back. */
function isOfDueTime({ what }: AuditEntry): boolean {
  return ['skip', 'unskip', 'pause', 'resume'].includes(what)
}

function decided({ at, who, what, why }: AuditEntry): Moment {
  return { at, words: `${who}: ${what} - ${why}` }
}

function originOf(record: LaunchRecord, source: { file: string; line: number } | undefined, when: unknown): string {
  if (record.origin !== 'schedule') {
    const run = record.schedule === undefined ? '' : `, a run of ${record.schedule}`
    const by = record.by === undefined ? '' : `, by ${record.by}`
    const row = record.row === undefined ? '' : `, row ${record.row} of ${record.key.slice(0, record.key.indexOf('#'))}`
    return `${record.origin}${row}${run}${by}${record.why === undefined ? '' : `: ${record.why}`}`
  }
  const rule = when === undefined ? 'which is no longer stored' : `${JSON.stringify(when)}`
  return `schedule ${record.schedule}, ${rule}${source === undefined ? '' : ` (${source.file}:${source.line})`}`
}

/** Everything with a time on the record, in order. */
function storyOf(record: LaunchRecord, audit: readonly AuditEntry[]): Moment[] {
  const moments: Moment[] = [
    ...audit.filter(isOfDueTime).map(decided),
    { at: record.created, words: `the record was made${record.madeBy === undefined ? '' : `, by ${record.madeBy}`}` },
  ]
  for (const [state, at] of Object.entries(record.times))
    if (at !== undefined) moments.push({ at, words: stateWords(state, record) })
  for (const attempt of record.attemptList) {
    moments.push({
      at: attempt.start,
      words: `attempt ${attempt.number} began${attempt.owner === undefined ? '' : `, by ${attempt.owner}`}`,
    })
    if (attempt.end === undefined) continue
    const answer =
      attempt.error === undefined
        ? (attempt.detail ?? '')
        : `error ${attempt.error} ${JSON.stringify(attempt.error_text ?? '')}`
    const bytes = attempt.handed === true ? 'the request was handed to the socket' : 'nothing was handed to the socket'
    const mark = attempt.duplicate === true ? ', marked as a repeat' : ''
    const status = attempt.status === undefined ? '' : `HTTP ${attempt.status}, `
    moments.push({
      at: attempt.end,
      words: `attempt ${attempt.number} ended ${attempt.outcome}: ${attempt.reason} ${bytes}; ${status}${answer}${mark}`,
    })
  }
  for (const note of record.notes) moments.push({ at: note.at, words: `${note.who}: ${note.what} - ${note.why}` })
  return moments.sort((a, b) => a.at - b.at)
}

function stateWords(state: string, record: LaunchRecord): string {
  const now = state === record.state ? ' (and still is)' : ''
  return `${state}${now}`
}

/** What a person can do about it now. */
function nextOf(record: LaunchRecord, holds: readonly string[]): string[] {
  const hints: Partial<Record<State, string>> = {
    unknown: `${record.advice ?? 'Recovery is at work.'}\nLook at the mailing in Altcraft, then: sendoff launches resolve ${record.key} --launched | --not-launched | --write-off --reason …`,
    held: heldHint(record, holds),
    failed: `To try again: sendoff launches retry ${record.key} --reason …`,
    rejected: `Mend the cause, then: sendoff launches retry ${record.key} --reason …`,
    swallowed: `Nobody was mailed. To try again: sendoff launches retry ${record.key} --reason …`,
  }
  const awaited = { pace: 'a place within the limits', breaker: 'the breaker' }[record.awaits ?? 'pace']
  const isAwaiting = record.awaits !== undefined && (record.state === 'planned' || record.state === 'waiting')
  if (isAwaiting) return [`It waits for ${awaited} of ${record.account}: sendoff hold status, sendoff doctor`]
  const isSkip = record.state === 'skipped' && record.reason?.startsWith(reasons.person) === true
  const hint = isSkip
    ? `Until its time comes: sendoff schedules unskip ${record.schedule} --at ${iso(record.nominal ?? record.due).replace(/\.\d+Z$/, 'Z')}`
    : hints[record.state]
  return hint === undefined ? [] : hint.split('\n')
}

/** Whether a stop of this scope holds the launch: the others may be of accounts that whoever asks may not see. */
function covers(scope: string, { account, mailing }: LaunchRecord): boolean {
  return [
    scopeName({ kind: 'all' }),
    scopeName({ kind: 'account', account }),
    scopeName({ kind: 'mailing', account, mailing }),
  ].includes(scope)
}

function heldHint({ key, heldBy }: LaunchRecord, holds: readonly string[]): string {
  switch (heldBy) {
    case 'guard':
      return `To mail the same people again: sendoff launches release ${key} --confirm-duplicate HH:MM --reason …`
    case 'preflight':
      return `It goes when its mailing is fine again, until its deadline. To let it go at once: sendoff launches release ${key} --reason …`
    case 'hold':
    case undefined:
      return `Stopped: ${holds.join(', ') || 'no more'}. End the stop with: sendoff hold off --reason …`
  }
}
