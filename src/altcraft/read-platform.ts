/**
 * Reads what Altcraft says about a mailing: its log and its state. Implements the ports of launches/evidence.ts. Nothing is
 * started by it, and nothing is tried twice: whoever reads decides when to read again.
 */
import { setMaxListeners } from 'node:events'
import type { ArmedAccount } from '../config/account.ts'
import type { LogReading, ReadLog, ReadStatus, StatusReading } from '../launches/evidence.ts'
import { readEnvelope } from './answer.ts'
import { readLogRows, readMailingStatus } from './answer-data.ts'
import { headerText, serverDate } from './answer-headers.ts'
import { type Deadlines, exchange } from './exchange.ts'
import { faultOf } from './fault.ts'
import type { Line } from './line.ts'
import { Lines } from './lines.ts'
import { encodeRead, mostEntries, type Read } from './read-request.ts'
import type { EncodedStart } from './request.ts'
import { maskToken } from './token-mask.ts'

/** Bytes: a thousand log entries have about 150,000. */
const longestAnswer = 1024 * 1024
/** The longest wait that a timer of Node can hold; a longer one would end at once. */
const longestTimer = 2 ** 31 - 1
const longestReason = 500

/** All that is made once per account. */
interface Desk {
  readonly account: ArmedAccount
  readonly lines: Lines
  readonly deadlines: Deadlines
}

type Answer =
  | { readonly kind: 'answer'; readonly body: Buffer; readonly skew: number | undefined }
  /** `error` is the envelope's, or the HTTP status where there is no envelope and it says the same as that error would. */
  | { readonly kind: 'none'; readonly why: string; readonly error?: number | undefined }

/**
 * Takes the accounts by name; returns the ports, and `close`, which lets the reads under way end within their deadlines and
 * then leaves no connection open. Throws where an account's URL or certificate cannot be used at all.
 */
export function createReadPlatform(accounts: ReadonlyMap<string, ArmedAccount>): {
  readLog: ReadLog
  readStatus: ReadStatus
  close(): Promise<void>
} {
  const desks = new Map([...accounts].map(([name, account]) => [name, openDesk(account)]))
  const underWay = new Set<Promise<Answer>>()
  let isClosed = false

  async function ask(name: string, read: Read, signal: AbortSignal): Promise<Answer> {
    if (isClosed) return none('the connections to Altcraft are closed')
    const desk = desks.get(name)
    if (!desk) return none(`this process has no account ${JSON.stringify(name)}`)
    setMaxListeners(0, signal)
    const asking = request(desk, read, signal)
    underWay.add(asking)
    const answer = await asking
    underWay.delete(asking)
    return answer
  }

  return {
    readLog: async (account, mailing, from, signal) =>
      logReading(await ask(account, { call: 'log', mailing, from }, signal)),
    readStatus: async (account, mailing, signal) =>
      statusReading(await ask(account, { call: 'status', mailing }, signal)),
    close: async () => {
      isClosed = true
      await Promise.all(underWay)
      for (const desk of desks.values()) desk.lines.close()
    },
  }
}

function openDesk(account: ArmedAccount): Desk {
  const { connect, headers, total } = account.timeouts
  return {
    account,
    lines: new Lines(account, Math.min(connect, longestTimer), longestAnswer),
    deadlines: { headers: Math.min(headers, longestTimer), total: Math.min(total, longestTimer) },
  }
}

async function request(desk: Desk, read: Read, signal: AbortSignal): Promise<Answer> {
  const mask = (text: string) => maskToken(text, desk.account.tokenSecret)
  const answer = await attempt(desk, read, signal, mask).catch(error => none(faultOf(error).detail))
  if (answer.kind === 'answer') return answer
  return {
    ...answer,
    why: mask(answer.why)
      .replace(/\p{Cc}+/gu, ' ')
      .slice(0, longestReason),
  }
}

async function attempt(desk: Desk, read: Read, signal: AbortSignal, mask: (text: string) => string): Promise<Answer> {
  if (signal.aborted) return none('Sendoff gave up before connecting')
  const encoded = encodeRead(desk.account, desk.account.tokenSecret, read)
  if (!encoded.ok) return none(encoded.sentence)
  const taken = await desk.lines.take(signal)
  if (taken.kind === 'stopped') return none('Sendoff gave up while connecting')
  if (taken.kind === 'failed') return none(`${taken.fault.detail} (${taken.fault.code})`)
  try {
    return await overLine(desk, taken.line, encoded.request, signal, mask)
  } finally {
    desk.lines.giveBack(taken.line)
  }
}

async function overLine(
  desk: Desk,
  line: Line,
  encoded: EncodedStart,
  signal: AbortSignal,
  mask: (text: string) => string,
): Promise<Answer> {
  const [sentAt, began] = [Date.now(), performance.now()]
  const ending = await exchange(line, encoded, desk.deadlines, () => true, signal)
  const middle = sentAt + (performance.now() - began) / 2
  if (ending.kind === 'withheld') return none(ending.why)
  if (ending.kind === 'broken') return none(`${ending.fault.detail} (${ending.fault.code})`)
  const { status, headers, body } = ending
  const [contentType, encoding] = [headerText(headers, 'content-type'), headerText(headers, 'content-encoding')]
  const envelope = readEnvelope(body, contentType, encoding, mask)
  if (envelope.kind === 'invalid') {
    return {
      ...none(`HTTP ${status}, and ${envelope.why}`),
      error: status === 401 || status === 403 ? status : undefined,
    }
  }
  const { error, errorText } = envelope
  if (error !== 0) return { ...none(`error ${error} ${JSON.stringify(errorText)}`), error }
  if (status < 200 || status > 299) return none(`HTTP ${status}, though with error 0`)
  const date = serverDate(headers)
  // The header tells whole seconds gone by: half of one is what it leaves out on average.
  return { kind: 'answer', body, skew: date === undefined ? undefined : Math.round(date + 500 - middle) }
}

function logReading(answer: Answer): LogReading {
  if (answer.kind === 'none') {
    return { kind: 'unread', why: answer.why, refused: answer.error === 401 || answer.error === 403 }
  }
  const log = readLogRows(answer.body)
  if (!log.ok) return { kind: 'unread', why: log.why, refused: false }
  // Which end a full answer leaves out is documented in two ways that contradict each other.
  if (log.rows >= mostEntries) {
    return { kind: 'unread', why: `the log has ${mostEntries} entries or more since then`, refused: false }
  }
  return { kind: 'read', entries: log.entries, skew: answer.skew }
}

function statusReading(answer: Answer): StatusReading {
  if (answer.kind === 'none') return { kind: 'unread', why: answer.why, error: answer.error }
  const status = readMailingStatus(answer.body)
  if (!status) return { kind: 'unread', why: 'the answer holds no state of a mailing', error: 0 }
  return { kind: 'read', ...status }
}

const none = (why: string): Extract<Answer, { kind: 'none' }> => ({ kind: 'none', why })
