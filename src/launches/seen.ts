/** An observation laid flat, and the questions that the table in classify.ts asks about it. Pure. */
import type { Observation } from './outcome.ts'

/** What the owner of the installation knows about its answers: `errors` in the account's configuration. */
export interface OutcomeRules {
  readonly retry: readonly number[]
  readonly permanent: readonly number[]
  readonly trust503: boolean
}

export interface Seen {
  readonly kind: Observation['kind']
  readonly handed: boolean
  /** Error code of a broken exchange. */
  readonly code: string
  /** Why it was withheld, what broke, or why the envelope is not valid. */
  readonly why: string
  readonly status: number | undefined
  /** `error` of a valid envelope. */
  readonly error: number | undefined
  readonly duplicate: boolean
  readonly earlierHanded: boolean
  readonly retryAfter: number | undefined
}

/** Takes an observation and whether an earlier attempt was handed over; returns the same facts side by side. */
export function layFlat(observation: Observation, earlierHanded: boolean): Seen {
  const { kind } = observation
  const silent = { error: undefined, duplicate: false, retryAfter: undefined, earlierHanded }
  switch (kind) {
    case 'withheld':
      return { kind, handed: false, code: '', why: observation.why, status: undefined, ...silent }
    case 'broken': {
      const { handed, code, detail, status } = observation
      return { kind, handed, code, why: detail, status, ...silent }
    }
    case 'answered': {
      const { envelope, status, duplicate, retryAfter } = observation
      const why = envelope.kind === 'valid' ? '' : envelope.why
      const error = envelope.kind === 'valid' ? envelope.error : undefined
      return { kind, handed: true, code: '', why, status, error, duplicate, retryAfter, earlierHanded }
    }
  }
}

export const unsent = (it: Seen) => it.kind === 'broken' && !it.handed
export const brokenOff = (it: Seen) => it.kind === 'broken' && it.handed
export const answered = (it: Seen) => it.kind === 'answered'

export function status(it: Seen, ...statuses: readonly number[]): boolean {
  return answered(it) && it.status !== undefined && statuses.includes(it.status)
}

export function statusBetween(it: Seen, from: number, to: number): boolean {
  return answered(it) && it.status !== undefined && it.status >= from && it.status <= to
}

/** A valid envelope with such an `error`, under a status that does not speak of trouble on the way or inside. */
export function apiSays(it: Seen, from: number, to = from): boolean {
  const plainStatus = statusBetween(it, 200, 299) || statusBetween(it, 400, 499)
  return plainStatus && it.error !== undefined && it.error >= from && it.error <= to
}

/** A status that means "not applied" proves nothing above a body that says "started" or "internal error". */
export function bodyAgrees(it: Seen): boolean {
  return it.error === undefined || (it.error !== 0 && (it.error < 500 || it.error > 599))
}

/** The client errors of RFC 9110, 15.5 (with 426, RFC 6585 and 7725) after which nothing can have been applied. */
export const refusingStatuses = [400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 426, 431, 451]

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
export function isCertificateTrouble(code: string): boolean {
  return /^(CERT_|CRL_|UNABLE_TO_|ERR_TLS_CERT_|INVALID_|PATH_LENGTH_|HOSTNAME_)|SELF_SIGNED/.test(code)
}

/** Codes of this program and of undici for a request that can never be written as it is. */
export const ownMistakes = [
  'SENDOFF_REQUEST_NOT_WRITABLE',
  'SENDOFF_UNKNOWN_ACCOUNT',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_NOT_SUPPORTED',
]

export function isTimeUp(code: string): boolean {
  return /^(SENDOFF_(HEADERS|TOTAL)|UND_ERR_(HEADERS|BODY))_TIMEOUT$/.test(code)
}

/** The answer in the words of the API's own documents. */
export function said(it: Seen): string {
  return it.error === undefined ? `HTTP ${it.status}` : `HTTP ${it.status}, error ${it.error}`
}
