import { readAudit } from '../launches/audit.ts'
import { holdsInForce } from '../launches/hold.ts'
import type { State } from '../launches/launch.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import { storedSchedules } from '../timetable/store.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { launchWhole } from './launch-view.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface Moment {
  readonly at: number
  readonly words: string
}

/** `sendoff explain KEY`. */
export async function explain(key: string, flags: GlobalFlags & { readonly json: boolean }): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const record = await showLaunch(ledger, key)
    if (!record)
      throw new CommandEnding(exitCodes.failed, `there is no launch ${key}; sendoff launches list shows the newest`)
    const audit = await readAudit(ledger, 100, key)
    const stored = record.schedule === undefined ? undefined : (await storedSchedules(ledger)).get(record.schedule)
    const origin = originOf(record, stored?.schedule.source, stored?.schedule.when)
    const story = storyOf(record)
    if (flags.json) {
      const whole = {
        ...launchWhole(record),
        origin,
        advice: record.advice ?? null,
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
      `Due      ${iso(record.due)}${record.nominal === undefined ? '' : ` (nominal time ${iso(record.nominal)})`}; it may go out until ${iso(record.sendUntil)}`,
      `Because  ${origin}`,
      `Request  POST campaigns/broadcasts/start ${JSON.stringify({ token: '•••', ...withoutFiles(record.request) })}`,
      `         Request-ID ${record.requestId}`,
      `Answer   error ${record.error ?? '-'}, error_text ${record.error_text === undefined ? '-' : JSON.stringify(record.error_text)}, HTTP ${record.status ?? '-'}`,
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

const iso = (at: number) => new Date(at).toISOString()
const shown = ({ at, words }: Moment) => ({ at: iso(at), words })

function originOf(record: LaunchRecord, source: { file: string; line: number } | undefined, when: unknown): string {
  if (record.origin !== 'schedule')
    return `${record.origin}${record.by === undefined ? '' : `, by ${record.by}`}${record.why === undefined ? '' : `: ${record.why}`}`
  const rule = when === undefined ? 'which is no longer stored' : `${JSON.stringify(when)}`
  return `schedule ${record.schedule}, ${rule}${source === undefined ? '' : ` (${source.file}:${source.line})`}`
}

/** Everything with a time on the record, in order. */
function storyOf(record: LaunchRecord): Moment[] {
  const moments: Moment[] = [{ at: record.created, words: 'the record was made' }]
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
    held:
      record.heldBy === 'guard'
        ? `To mail the same people again: sendoff launches release ${record.key} --confirm-duplicate HH:MM --reason …`
        : `Stopped: ${holds.join(', ') || 'no more'}. End the stop with: sendoff hold off --reason …`,
    failed: `To try again: sendoff launches retry ${record.key} --reason …`,
    rejected: `Mend the cause, then: sendoff launches retry ${record.key} --reason …`,
    swallowed: `Nobody was mailed. To try again: sendoff launches retry ${record.key} --reason …`,
  }
  const hint = hints[record.state]
  return hint === undefined ? [] : ['', hint]
}

function withoutFiles(request: LaunchRecord['request']): object {
  return request.attach === undefined ? request : { ...request, attach: `${request.attach.length} attached` }
}
