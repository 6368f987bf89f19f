import { type AuditEntry, readAudit } from '../launches/audit.ts'
import { holdsInForce } from '../launches/hold.ts'
import { reasons, restStates, type State } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { remedyFor } from '../launches/mailing-check.ts'
import { type LastLook, lastLook } from '../launches/preflight.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import { storedSchedules } from '../timetable/store.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { deadlineWords, launchWhole } from './launch-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface Moment {
  readonly at: number
  readonly words: string
}

/** `sendoff explain KEY`. */
export async function explain(key: string, flags: GlobalFlags & { readonly json: boolean }): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const [record, audit] = await Promise.all([showLaunch(ledger, key), readAudit(ledger, 100, key)])
    if (!record) throw noLaunch(key, audit)
    const stored = record.schedule === undefined ? undefined : (await storedSchedules(ledger)).get(record.schedule)
    const origin = originOf(record, stored?.schedule.source, stored?.schedule.when)
    const story = storyOf(record, [...audit, ...(await pausesBehind(ledger, record))])
    const look = await lookFor(ledger, record)
    if (flags.json) {
      const whole = {
        ...launchWhole(record),
        origin,
        advice: record.advice ?? null,
        preflight:
          look === undefined ? null : { ...look, at: iso(look.at), since: iso(look.since), due: iso(look.due) },
        evidence: record.entries ?? [],
        audit,
        story: story.map(shown),
      }
      return void process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`)
    }
    const holds = await holdsInForce(ledger)
    const lines = [
      `${key} is ${record.state}${record.reason === undefined ? '' : `: ${record.reason}`}`,
      '',
      `Due      ${iso(record.due)}${record.nominal === undefined ? '' : ` (nominal time ${iso(record.nominal)})`}; it may go out ${deadlineWords(record)}`,
      `Because  ${origin}`,
      `Request  POST campaigns/broadcasts/start ${JSON.stringify({ token: '•••', ...withoutFiles(record.request) })}`,
      `         Request-ID ${record.requestId}`,
      `Answer   error ${record.error ?? '-'}, error_text ${record.error_text === undefined ? '-' : JSON.stringify(record.error_text)}, HTTP ${record.status ?? '-'}`,
      ...(look === undefined ? [] : [lookLine(look)]),
      '',
      ...story.map(moment => `${iso(moment.at)}  ${moment.words}`),
      ...nextOf(
        record,
        holds.map(hold => hold.scope),
      ),
    ]
    process.stdout.write(`${lines.join('\n')}\n`)
  })
}

/** What was last found about its mailing, where that was for this launch or still says something about it. */
async function lookFor(ledger: Ledger, record: LaunchRecord): Promise<LastLook | undefined> {
  const look = await lastLook(ledger, record.account, record.mailing)
  return look !== undefined && (look.key === record.key || !restStates.includes(record.state)) ? look : undefined
}

function lookLine({ at, verdict, why, since }: LastLook): string {
  if (verdict === 'fine') return `Before   looked at ${iso(at)}: the mailing was active`
  return `Before   looked at ${iso(at)}: ${why}, since ${iso(since)}. ${remedyFor(verdict)}`
}

const iso = (at: number) => new Date(at).toISOString()
const shown = ({ at, words }: Moment) => ({ at: iso(at), words })

/** A due time that was left out and taken back has no record until it is minted again. */
function noLaunch(key: string, audit: readonly AuditEntry[]): CommandEnding {
  const decisions = audit.filter(isOfDueTime).toReversed().map(decided)
  const lines = decisions.map(({ at, words }) => `${iso(at)}  ${words}`)
  const none = `there is no launch ${key}`
  if (lines.length === 0) return new CommandEnding(exitCodes.failed, `${none}; sendoff launches list shows the newest`)
  return new CommandEnding(exitCodes.failed, [`${none} yet; its due time was decided about`, ...lines].join('\n'))
}

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
  const isSkip = record.state === 'skipped' && record.reason?.startsWith(reasons.person) === true
  const hint = isSkip
    ? `Until its time comes: sendoff schedules unskip ${record.schedule} --at ${iso(record.nominal ?? record.due).replace(/\.\d+Z$/, 'Z')}`
    : hints[record.state]
  return hint === undefined ? [] : ['', hint]
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

function withoutFiles(request: LaunchRecord['request']): object {
  return request.attach === undefined ? request : { ...request, attach: `${request.attach.length} attached` }
}
