/** From an outcome to what the ledger writes down: which state follows, and when the next attempt may begin. Pure. */
import type { Claim } from './claim.ts'
import type { Observation, Outcome } from './outcome.ts'
import type { AttemptEnd, Settlement } from './settle.ts'

/** `error_text` is kept word for word up to this many bytes. */
const longestErrorText = 4_096

export interface Ending {
  readonly start: number
  readonly end: number
  readonly observation: Observation
  readonly outcome: Outcome
}

/** `now` in epoch milliseconds; `random` in [0, 1). */
export function settlementOf(claim: Claim, ending: Ending, now: number, random: number): Settlement {
  const attempt = attemptEnd(ending)
  const { outcome } = ending
  if (claim.doubt) return settlementInDoubt(ending, attempt)
  switch (outcome.kind) {
    case 'launched':
      return { state: 'launched', reason: outcome.reason, attempt }
    case 'refused': {
      const stops = outcome.stops === 'launch' ? {} : { stops: outcome.stops }
      return { state: 'rejected', reason: outcome.reason, ...stops, attempt }
    }
    case 'swallowed':
      return { state: 'swallowed', reason: outcome.reason, attempt }
    case 'ambiguous':
      return { state: 'unknown', reason: outcome.reason, attempt }
    case 'notLaunched': {
      const made = claim.made + 1
      if (made >= claim.retry.attempts) {
        return {
          state: 'failed',
          reason: `${outcome.reason} That was attempt ${made} of ${claim.retry.attempts}.`,
          attempt,
        }
      }
      const notBefore = now + pause(claim.retry, made, outcome.retryAfter, random)
      if (notBefore > claim.retryUntil) {
        return { state: 'failed', reason: `${outcome.reason} No time is left for another attempt.`, attempt }
      }
      const replayed = ending.observation.kind === 'answered' && ending.observation.duplicate
      return { state: 'waiting', reason: outcome.reason, notBefore, renewRequestId: replayed, attempt }
    }
  }
}

/**
 * What an identical repeat says about the attempt before it. Success, replayed or fresh, ends the doubt, and so does a
 * refusal that the platform says it replays: it was the first attempt's. Any other answer is only the repeat's own: a token
 * may have been refused, or a limiter have answered, before the platform looked whether it knew the request.
 */
function settlementInDoubt({ outcome, observation }: Ending, attempt: AttemptEnd): Settlement {
  if (outcome.kind === 'launched') return { state: 'launched', reason: outcome.reason, attempt }
  const replayed = observation.kind === 'answered' && observation.duplicate
  if (outcome.kind === 'refused' && replayed) return { state: 'rejected', reason: outcome.reason, attempt }
  return { state: 'unknown', reason: `still unknown; an identical repeat decided nothing: ${outcome.reason}`, attempt }
}

/**
 * Pause before the next attempt: exponential with full jitter (any part of the doubled, capped pause), and never shorter
 * than a `Retry-After` asks. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function pause(
  retry: { readonly initial: number; readonly max: number },
  attemptsMade: number,
  retryAfter: number | undefined,
  random: number,
): number {
  const ceiling = Math.min(retry.max, retry.initial * 2 ** (attemptsMade - 1))
  return Math.ceil(Math.max(ceiling * random, retryAfter ?? 0))
}

function attemptEnd({ start, end, observation, outcome }: Ending): AttemptEnd {
  const { kind, reason } = outcome
  const common = { start, end, outcome: kind, reason }
  switch (observation.kind) {
    case 'withheld':
      return { ...common, handed: false, detail: observation.why }
    case 'broken': {
      const detail = `${observation.code}${observation.syscall ? ` (${observation.syscall})` : ''}: ${observation.detail}`
      const status = observation.status === undefined ? {} : { status: observation.status }
      return { ...common, handed: observation.handed, detail, ...status }
    }
    case 'answered': {
      const { envelope, status, duplicate } = observation
      if (envelope.kind === 'invalid') {
        return { ...common, handed: true, status, duplicate, detail: `${envelope.why}: ${envelope.excerpt}` }
      }
      // Written out: this is what becomes of nearly every attempt, and to spread an object costs more than to build it.
      const error_text = capped(envelope.errorText)
      return { start, end, outcome: kind, reason, handed: true, status, duplicate, error: envelope.error, error_text }
    }
  }
}

function capped(text: string): string {
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 <= longestErrorText) return text
  const bytes = Buffer.from(text)
  if (bytes.length <= longestErrorText) return text
  // A cut inside a character decodes to U+FFFD at the end, which was not in the text.
  return bytes
    .subarray(0, longestErrorText)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
}
