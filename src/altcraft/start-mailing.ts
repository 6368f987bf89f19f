/**
 * Starts broadcast mailings over HTTP: connect, ask for the permit, write once, wait. Implements the port of
 * launches/.
 */
import { setMaxListeners } from 'node:events'
import type { ArmedAccount } from '../config/account.ts'
import type { Observation } from '../launches/outcome.ts'
import type { Permit, Start, StartMailing } from '../launches/start-mailing.ts'
import { readEnvelope } from './answer.ts'
import { headerText, isMarkedDuplicate, retryAfter, serverDate } from './answer-headers.ts'
import { type Deadlines, type Ending, exchange } from './exchange.ts'
import { type Fault, faultOf } from './fault.ts'
import type { Line } from './line.ts'
import { Lines } from './lines.ts'
import { type EncodedStart, encodeStart } from './request.ts'
import { maskToken } from './token-mask.ts'

/** The longest wait that a timer of Node can hold; a longer one would end at once. */
const longestTimer = 2 ** 31 - 1
const longestDetail = 500

/** All that is made once per account. */
interface Desk {
  readonly account: ArmedAccount
  readonly lines: Lines
  readonly deadlines: Deadlines
  readonly mask: (text: string) => string
}

/**
 * Takes the accounts by name; returns the port, and `close`, which lets the launches under way end within their own
 * deadlines and then leaves no connection open. Throws where an account's URL or certificate cannot be used at all.
 */
export function createStartMailing(accounts: ReadonlyMap<string, ArmedAccount>): {
  startMailing: StartMailing
  close(): Promise<void>
} {
  const desks = new Map([...accounts].map(([name, account]) => [name, openDesk(account)]))
  const underWay = new Set<Promise<Observation>>()
  let isClosed = false

  async function startMailing(start: Start, permit: () => Promise<Permit>, signal: AbortSignal): Promise<Observation> {
    if (isClosed) return withheld('the connections to Altcraft are closed')
    const desk = desks.get(start.account)
    if (!desk) return unknownAccount(start.account)
    // All launches of a process may share one signal; that many listeners are no leak.
    setMaxListeners(0, signal)
    const observing = attempt(desk, start, permit, signal)
    underWay.add(observing)
    const observation = await observing
    underWay.delete(observing)
    return observation
  }

  async function close(): Promise<void> {
    isClosed = true
    await Promise.all(underWay)
    for (const desk of desks.values()) desk.lines.close()
  }

  return { startMailing, close }
}

function openDesk(account: ArmedAccount): Desk {
  const { connect, headers, total } = account.timeouts
  return {
    account,
    lines: new Lines(account, Math.min(connect, longestTimer)),
    deadlines: { headers: Math.min(headers, longestTimer), total: Math.min(total, longestTimer) },
    mask: text => maskToken(text, account.tokenSecret),
  }
}

async function attempt(
  desk: Desk,
  start: Start,
  permit: () => Promise<Permit>,
  signal: AbortSignal,
): Promise<Observation> {
  try {
    if (signal.aborted) return withheld('Sendoff gave up before connecting')
    const encoded = encodeStart(desk.account, desk.account.tokenSecret, start)
    if (!encoded.ok) return unsent(desk, ownFault('SENDOFF_REQUEST_NOT_WRITABLE', encoded.sentence))
    const taken = await desk.lines.take(signal)
    if (taken.kind === 'stopped') return withheld('Sendoff gave up while connecting')
    if (taken.kind === 'failed') return unsent(desk, taken.fault)
    try {
      return await overLine(desk, taken.line, encoded.start, permit, signal)
    } finally {
      desk.lines.giveBack(taken.line)
    }
  } catch (error) {
    // Nothing above is known to throw; whatever it was, it may have come after the write.
    return broken(desk, { kind: 'broken', handed: true, fault: faultOf(error), status: undefined })
  }
}

async function overLine(
  desk: Desk,
  line: Line,
  request: EncodedStart,
  permit: () => Promise<Permit>,
  signal: AbortSignal,
): Promise<Observation> {
  const permitted = await askPermit(permit, signal)
  if (!permitted.granted) return withheld(desk.mask(permitted.why))
  if (!line.isAlive) return unsent(desk, ownFault('SENDOFF_CONNECTION_LOST', 'the connection closed before the write'))
  return observe(desk, await exchange(line, request, desk.deadlines, permitted.stillOpen, signal))
}

/** The signal does not wait for the answer: a permit that is granted later is never used. */
function askPermit(permit: () => Promise<Permit>, signal: AbortSignal): Promise<Permit> {
  return new Promise(resolve => {
    const answer = (given: Permit) => {
      signal.removeEventListener('abort', stop)
      resolve(given)
    }
    const refuse = (why: string) => answer({ granted: false, why })
    const stop = () => refuse('Sendoff gave up before the write')
    signal.addEventListener('abort', stop, { once: true })
    const asking = async () => permit()
    asking().then(answer, error => refuse(`the right to write could not be had: ${faultOf(error).detail}`))
  })
}

function observe(desk: Desk, ending: Ending): Observation {
  switch (ending.kind) {
    case 'withheld':
      return withheld(desk.mask(ending.why))
    case 'broken':
      return broken(desk, ending)
    case 'answer': {
      const { status, headers, body } = ending
      const [contentType, encoding] = [headerText(headers, 'content-type'), headerText(headers, 'content-encoding')]
      return {
        kind: 'answered',
        status,
        envelope: readEnvelope(body, contentType, encoding, desk.mask),
        duplicate: isMarkedDuplicate(headers),
        retryAfter: retryAfter(headers, Date.now()),
        serverDate: serverDate(headers),
      }
    }
  }
}

function broken(desk: Desk, { handed, fault, status }: Extract<Ending, { kind: 'broken' }>): Observation {
  const detail = desk
    .mask(fault.detail)
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, longestDetail)
  return { kind: 'broken', handed, code: fault.code, syscall: fault.syscall, detail, status }
}

const unsent = (desk: Desk, fault: Fault) => broken(desk, { kind: 'broken', handed: false, fault, status: undefined })
const ownFault = (code: string, detail: string): Fault => ({ code, syscall: undefined, detail })
const withheld = (why: string): Observation => ({ kind: 'withheld', why })
const unknownAccount = (name: string): Observation => ({
  kind: 'broken',
  handed: false,
  code: 'SENDOFF_UNKNOWN_ACCOUNT',
  syscall: undefined,
  detail: `this process has no account ${JSON.stringify(name)}`,
  status: undefined,
})
