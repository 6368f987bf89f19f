/** Launches as people ask for them, and what they decide about one: the same for the command line and for HTTP. */
import { type Cursor, cursorText } from '../launches/cursor.ts'
import { type DecisionAnswer, type DoubtEnd, endDoubt } from '../launches/doubt.ts'
import { lastSent, releaseGuarded } from '../launches/guards.ts'
import type { Ledger } from '../launches/ledger.ts'
import { type LaunchFilter, listFrom, listPage } from '../launches/list.ts'
import { cancelLaunch, releaseLaunch, retryLaunch } from '../launches/person.ts'
import { showLaunch } from '../launches/read.ts'
import type { LaunchRecord } from '../launches/record.ts'
import type { Decision } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import { type LaunchRow, launchRow } from './launch-shape.ts'
import type { OpenLedger } from './open-ledger.ts'

export interface LaunchesAsked {
  readonly filter: LaunchFilter
  readonly limit: number
  readonly after?: Cursor | undefined
  /** Only launches that have this text in their key, their reason or the answer, in whatever letters. */
  readonly text?: string | undefined
  /** Whether a page that few launches pass for is walked until it is full, however long that takes. */
  readonly filled: boolean
}

export interface LaunchesFound {
  readonly launches: readonly LaunchRow[]
  /** The cursor of the next page. */
  readonly next: string | null
}

/** How many pages are searched for a text before what was found is handed over. */
const mostSearched = 10

/** The newest launches that pass. Due times still to come are what the calendar shows, so they are left out unless asked for. */
export async function findLaunches({ config, ledger }: OpenLedger, asked: LaunchesAsked): Promise<LaunchesFound> {
  const { state } = asked.filter
  const coming = state === 'planned' || state === 'skipped'
  const filter = coming ? asked.filter : { ...asked.filter, dueBy: await serverNow(ledger) }
  const accounts = Object.keys(config.accounts)
  const launches: LaunchRow[] = []
  let after = asked.after
  for (let searched = 0; ; searched++) {
    const page = { limit: asked.limit - launches.length, accounts, ...(after && { after }) }
    const { records, next } = await (asked.filled ? listFrom : listPage)(ledger, filter, page)
    launches.push(...records.map(launchRow).filter(row => holdsText(row, asked.text)))
    const enough = asked.text === undefined || launches.length >= asked.limit || searched >= mostSearched
    if (next === undefined || enough) return { launches, next: next === undefined ? null : cursorText(next) }
    after = next
  }
}

function holdsText({ key, reason, error_text }: LaunchRow, text: string | undefined): boolean {
  if (text === undefined) return true
  const wanted = text.toLowerCase()
  return [key, reason, error_text].some(each => each?.toLowerCase().includes(wanted))
}

/** Ends the doubt about an unknown launch; one that is to be launched again is queued. */
export async function resolveLaunch(
  open: OpenLedger,
  key: string,
  end: DoubtEnd,
  { by, why }: Decision,
): Promise<DecisionAnswer> {
  const answer = await endDoubt(open.ledger, key, undefined, end, by, why)
  if (answer.kind === 'done' && end.state === 'waiting')
    await queueAgain(open, key, end.at - (await serverNow(open.ledger)))
  return answer
}

export type RetryAnswer = DecisionAnswer | { readonly kind: 'passed' }

/** Tries a launch again that ended badly; it may go out until `sendUntil`, epoch milliseconds. `passed`: that is not in the future. */
export async function tryAgain(
  open: OpenLedger,
  key: string,
  sendUntil: number,
  { by, why }: Decision,
): Promise<RetryAnswer> {
  if (sendUntil <= (await serverNow(open.ledger))) return { kind: 'passed' }
  const answer = await retryLaunch(open.ledger, key, sendUntil, by, why)
  if (answer.kind === 'done') await queueAgain(open, key, 0)
  return answer
}

export type ReleaseAnswer =
  | { readonly kind: 'done'; readonly sendUntil: number }
  | { readonly kind: 'refused'; readonly why: string }
  /** Its mailing went to the same audience `at` this time, and the person does not say so; `confirmation` would. */
  | { readonly kind: 'unconfirmed'; readonly mailing: number; readonly at: number; readonly confirmation: string }

/** Lets a launch go that a guard or preflight holds. `confirmation`: the time (UTC, HH:MM) of the launch that it repeats. */
export async function letGo(
  open: OpenLedger,
  key: string,
  confirmation: string | undefined,
  decision: Decision,
): Promise<ReleaseAnswer> {
  const record = await showLaunch(open.ledger, key)
  if (!record) return { kind: 'refused', why: 'there is no such launch' }
  const { by, why } = decision
  const answer =
    record.heldBy === 'preflight'
      ? await releaseLaunch(open.ledger, key, by, why)
      : await passGuard(open.ledger, record, confirmation, decision)
  if (answer.kind !== 'done') return answer
  await queueAgain(open, key, 0)
  return { kind: 'done', sendUntil: record.sendUntil }
}

/** A person passes a guard by naming what it would double. */
async function passGuard(
  ledger: Ledger,
  record: LaunchRecord,
  confirmation: string | undefined,
  { by, why }: Decision,
): Promise<DecisionAnswer | Extract<ReleaseAnswer, { kind: 'unconfirmed' }>> {
  const { key, state, heldBy, mailing } = record
  if (state !== 'held' || heldBy !== 'guard')
    return { kind: 'refused', why: `it is ${state}, and neither a guard nor preflight holds it` }
  const at = await lastSent(ledger, record.account, record.request)
  const needed = at === undefined ? '' : new Date(at).toISOString().slice(11, 16)
  if (at !== undefined && confirmation !== needed) return { kind: 'unconfirmed', mailing, at, confirmation: needed }
  return releaseGuarded(ledger, key, at, by, why)
}

/** Calls off a launch that has not been sent. */
export function callOff({ ledger }: OpenLedger, key: string, { by, why }: Decision): Promise<DecisionAnswer> {
  return cancelLaunch(ledger, key, by, why)
}

/** The job of the earlier attempt may still be there under the launch's own id. */
async function queueAgain({ ledger, queues }: OpenLedger, key: string, delay: number): Promise<void> {
  const record = await showLaunch(ledger, key)
  if (!record) return
  await queues.add([{ account: record.account, jobId: `${key}~again${record.notes.length}`, delay, job: { key } }])
}
