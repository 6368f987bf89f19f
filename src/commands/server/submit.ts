/**
 * Submitting rows to a server. They are read and judged here, as for Redis, and sent as lines of JSON while they are read: so the
 * report of bad rows is the same, and any format is taken. What is wrong with them breaks the upload off, and then nothing is submitted.
 */
import type { z } from 'zod'
import type { Row } from '../../bulk/row.ts'
import { RowsSeen } from '../../bulk/rows-seen.ts'
import type { SubmitAnswer } from '../../bulk/submit.ts'
import { submittedSchema } from '../../http/contract/batches.ts'
import { CommandEnding, exitCodes } from '../ending.ts'
import type { Submitting } from '../office/batches.ts'
import { type Answer, endingOf, refusalIn, type ServerCall } from './call.ts'
import { leavesDoubt } from './doubt.ts'
import { ServerTrouble } from './trouble.ts'

/** The member that tells a row from the others; no field of a launch is called so. */
const keyMember = 'key'

/** Throws what reading the rows throws, and CommandEnding. */
export async function submitTo(server: ServerCall, submitting: Submitting): Promise<SubmitAnswer> {
  const { declaration, shown } = submitting
  const seen = new RowsSeen(declaration.account)
  const texts = textsOf(submitting.rows, seen)
  // Nothing is sent before there is something to send.
  const first = await texts.next()
  if (first.done) return { kind: 'empty' }
  const upload = uploadOf(first.value, texts, () => shown === undefined || isSame(shown, seen))
  try {
    const answer = await sent(server, submitting, upload.body)
    // Another submit at the same time is told by its refusal.
    if (!answer.ok && answer.problem.refusal === undefined && leavesDoubt(answer.problem))
      throw new CommandEnding(exitCodes.unreachable, `${answer.problem.detail}; ${runAgain}`)
    return answerOf(answer, seen.rows)
  } catch (error) {
    if (upload.ended.why === 'changed') return { kind: 'changed' }
    if (upload.ended.why !== undefined) throw upload.ended.why
    if (!(error instanceof ServerTrouble) || error.reach === 'unsent') throw error
    const refusal = upload.ended.whole ? undefined : await refusalBeforeRows(server, submitting)
    throw refusal ?? new CommandEnding(error.code, `${error.message}; ${runAgain}`)
  }
}

/**
 * Why an upload was broken off before its end, where the server refuses it whatever its rows: whoever is still sending when the
 * connection is closed may never see the answer. Asked without rows, as nothing comes of those.
 */
async function refusalBeforeRows(server: ServerCall, submitting: Submitting): Promise<CommandEnding | undefined> {
  const answer = await sent(server, submitting, '').catch(() => undefined)
  if (answer === undefined || answer.ok) return undefined
  const isOfRows = answer.problem.errors?.every(flaw => flaw.in === 'body') ?? false
  return isOfRows ? undefined : endingOf(answer.problem)
}

const runAgain =
  'whether the rows were submitted is not known. Run it again: the same rows under the same name are the same batch'

async function sent(
  server: ServerCall,
  submitting: Submitting,
  body: ReadableStream<Uint8Array> | '',
): Promise<Answer<z.output<typeof submittedSchema>>> {
  const response = await server.request(`batches?${queryOf(submitting)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
    duplex: 'half',
  })
  return server.answerOf(response, submittedSchema)
}

function queryOf({ declaration, written, sameRows }: Submitting): URLSearchParams {
  const { account, name, pace, stopAfter, source, why } = declaration
  const { hours, timezone, maxLateness } = written
  const said = {
    account,
    name,
    source,
    key: keyMember,
    reason: why,
    perMinute: pace.perMinute,
    concurrency: pace.concurrency,
    stopAfterConsecutive: stopAfter?.consecutive,
    stopAfterFailures: stopAfter?.failures,
    stopAfterPercent: stopAfter?.percent,
    hours: hours.length === 0 ? undefined : hours.join(';'),
    timezone: hours.length === 0 ? undefined : timezone,
    maxLateness,
    confirmDuplicate: sameRows.kind === 'confirmed' ? sameRows.repeats.join(',') : undefined,
  }
  const query = new URLSearchParams()
  for (const [parameter, value] of Object.entries(said)) if (value !== undefined) query.set(parameter, String(value))
  return query
}

function answerOf(answer: Answer<z.output<typeof submittedSchema>>, rows: number): SubmitAnswer {
  if (answer.ok) {
    const { batch, again, staged } = answer.value
    const { id, state } = batch
    return again ? { kind: 'again', id, state } : { kind: 'submitted', id, rows, staged }
  }
  const refusal = refusalIn(answer.problem, 'otherName', 'sameName', 'otherRows', 'sentLately', 'disturbed')
  if (refusal.kind !== 'sentLately') return refusal
  return { ...refusal, sends: refusal.sends.map(({ at, ...send }) => ({ ...send, at: Date.parse(at) })) }
}

function isSame(shown: RowsSeen, seen: RowsSeen): boolean {
  return shown.rows === seen.rows && shown.digest === seen.digest
}

/** The rows as lines, some hundreds at a time. */
async function* textsOf(rows: AsyncIterable<Row>, seen: RowsSeen): AsyncGenerator<string> {
  let lines: string[] = []
  const noting = async function* () {
    for await (const row of rows) {
      lines.push(`${JSON.stringify({ ...row.request, [keyMember]: row.key })}\n`)
      yield row
    }
  }
  for await (const _ of seen.chunks(noting())) {
    yield lines.join('')
    lines = []
  }
}

/** Why an upload has ended before its end: the rows are not those that were shown, or whatever reading them threw. */
interface Ended {
  why: unknown
  /** All of it was handed over. */
  whole: boolean
}

/** The body, read no faster than it is sent. */
function uploadOf(first: string, texts: AsyncGenerator<string>, isAsShown: () => boolean) {
  const encoder = new TextEncoder()
  const ended: Ended = { why: undefined, whole: false }
  let next: string | undefined = first
  const body = new ReadableStream<Uint8Array>({
    pull: async controller => {
      try {
        const text: string | undefined = next ?? (await texts.next()).value
        next = undefined
        if (text !== undefined) return controller.enqueue(encoder.encode(text))
        ended.whole = isAsShown()
        if (ended.whole) return controller.close()
        ended.why = 'changed'
      } catch (error) {
        ended.why = error
      }
      controller.error(new Error('the upload was given up'))
    },
    cancel: async () => void (await texts.return(undefined)),
  })
  return { body, ended }
}
