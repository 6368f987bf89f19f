/**
 * The platform and the network before it, as a model: requests travel, are executed, refused or lost, and may arrive long
 * after their sender has given up. It knows what really happened, which the ledger can only find out.
 */
import type { LogEntry } from '../../../src/launches/evidence.ts'
import type { Observation } from '../../../src/launches/outcome.ts'

/** What becomes of a request that arrives. `…Unheard`: a gateway says 502 whatever the platform did. */
const verdicts = ['start', 'startUnheard', 'refuse', 'comeAgain', 'failUnheard', 'lose', 'noRights', 'noToken'] as const
export type Verdict = (typeof verdicts)[number]
/** Success is what happens most. */
export const fates = ['start', 'start', ...verdicts] as const

export interface Travelling {
  readonly key: string
  readonly mailing: number
  readonly requestId: string
  /** From here on nothing can deliver it any more. Sooner where its socket was reset or its process killed. */
  diesAt: number
  isOver: boolean
  answer: Observation | undefined
}

export interface PlatformSettings {
  readonly dropsRepeats: boolean
  /** How long it remembers a request, milliseconds. */
  readonly window: number
  /** How long a start takes to appear in the log, milliseconds. */
  readonly logDelay: number
}

/** How long a request can travel at most, by what became of its sender; all shorter than the quarantines. */
const travels = { frozen: 890_000, killed: 600_000, reset: 110_000 } as const

export class Platform {
  readonly requests: Travelling[] = []
  readonly #settings: PlatformSettings
  readonly #starts: { readonly key: string; readonly mailing: number; readonly at: number }[] = []
  readonly #seen = new Map<string, { readonly at: number; readonly answer: Observation }>()

  constructor(settings: PlatformSettings) {
    this.#settings = settings
  }

  write(request: Pick<Travelling, 'key' | 'mailing' | 'requestId'>, now: number): Travelling {
    const travelling = { ...request, diesAt: now + travels.frozen, isOver: false, answer: undefined }
    this.requests.push(travelling)
    return travelling
  }

  abandon(request: Travelling, how: 'killed' | 'reset', now: number): void {
    request.diesAt = Math.min(request.diesAt, now + travels[how])
  }

  travelling(now: number): Travelling[] {
    return this.requests.filter(request => !request.isOver && request.diesAt > now)
  }

  deliver(request: Travelling, verdict: Verdict, now: number): void {
    request.isOver = true
    if (verdict === 'lose') return
    const seen = this.#remembered(request, now)
    if (seen) {
      request.answer = { ...seen, duplicate: true }
      return
    }
    if (verdict === 'start' || verdict === 'startUnheard') {
      this.#starts.push({ key: request.key, mailing: request.mailing, at: now })
    }
    if (verdict !== 'failUnheard') this.#seen.set(request.requestId, { at: now, answer: answers[verdict] })
    request.answer = verdict === 'startUnheard' || verdict === 'failUnheard' ? badGateway : answers[verdict]
  }

  /** How often the launch was really started. */
  starts(key: string): number {
    return this.#starts.filter(start => start.key === key).length
  }

  /** Whether a request of the launch may still start it: it travels, and nothing will make the platform drop it. */
  mayStillStart(key: string, now: number): boolean {
    return this.travelling(now).some(
      request => request.key === key && this.#remembered(request, request.diesAt) === undefined,
    )
  }

  log(mailing: number, from: number, now: number): LogEntry[] {
    return this.#starts
      .filter(start => start.mailing === mailing && start.at >= from && start.at + this.#settings.logDelay <= now)
      .map(({ at }) => ({ at, state: 'start' as const, message: '' }))
  }

  #remembered(request: Travelling, at: number) {
    const seen = this.#settings.dropsRepeats ? this.#seen.get(request.requestId) : undefined
    return seen !== undefined && at - seen.at <= this.#settings.window && seen.answer.kind === 'answered'
      ? seen.answer
      : undefined
  }
}

function answered(status: number, error: number | undefined): Extract<Observation, { kind: 'answered' }> {
  const envelope =
    error === undefined
      ? ({ kind: 'invalid', why: 'not JSON', excerpt: '' } as const)
      : ({ kind: 'valid', error, errorText: 'words' } as const)
  return { kind: 'answered', status, envelope, duplicate: false, retryAfter: undefined, serverDate: undefined }
}

const badGateway = answered(502, undefined)
const answers = {
  start: answered(200, 0),
  startUnheard: answered(200, 0),
  refuse: answered(200, 402),
  comeAgain: answered(429, undefined),
  noRights: answered(200, 403),
  noToken: answered(401, undefined),
} as const
