/** What became of one request, for whoever watches the stand-in. Holds no token and no content. */
import type { Call } from './fault.ts'

export interface Handled {
  /** ISO 8601, UTC: when the request was read. */
  readonly at: string
  readonly call: Call | null
  readonly mailing: number | null
  readonly request_id: string | null
  /** Whether this very request started the mailing. */
  readonly executed: boolean
  /** Whether it was taken for a repeat and answered with an earlier answer. */
  readonly repeat: boolean
  /** The fault it met, in its text form. */
  readonly fault: string | null
  /** The `error` that Altcraft itself answered; null where the request never reached it. The fault may have spoiled it. */
  readonly error: number | null
}

/** One line for a person. */
export function describeHandled(handled: Handled): string {
  const { at, call, mailing, request_id, executed, repeat, fault, error } = handled
  const words = [
    at.slice(11, 23),
    call ?? 'unknown call',
    ...(mailing === null ? [] : [`mailing ${mailing}`]),
    executed ? 'STARTED' : repeat ? 'repeat, not started again' : call === 'start' ? 'not started' : 'read',
    error === null ? 'no answer of its own' : `error ${error}`,
    ...(fault === null ? [] : [`fault ${fault}`]),
    ...(request_id === null ? [] : [`request ${request_id}`]),
  ]
  return words.map((word, i) => (i === 0 ? `${word}  ` : i === 1 ? word : `, ${word}`)).join('')
}
