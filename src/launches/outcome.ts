/**
 * What one attempt came to. `Observation` is what the HTTP edge saw, without judgement; `Outcome` is what it means
 * (docs/launch-lifecycle.md, "Outcomes"). `classify` is the only way from one to the other.
 */

/** The part of Altcraft's answer that every call shares: `error` (0 is success) and `error_text`. */
export type Envelope =
  | { readonly kind: 'valid'; readonly error: number; readonly errorText: string }
  | { readonly kind: 'invalid'; readonly why: string; readonly excerpt: string }

export type Observation =
  /** A whole HTTP answer arrived; the request had therefore been handed to the socket. */
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly envelope: Envelope
      /** `Duplicate-Request: true` or `X-Duplicate-Request: true`: the platform says it replayed an earlier answer. */
      readonly duplicate: boolean
      /** `Retry-After` in milliseconds from the arrival of the answer, where it was given and understood. */
      readonly retryAfter: number | undefined
      /** The server's `Date` header, in milliseconds since the epoch. */
      readonly serverDate: number | undefined
    }
  /** No usable answer. `handed` is undici's own word on whether the request reached the socket. */
  | {
      readonly kind: 'broken'
      readonly handed: boolean
      readonly code: string
      readonly syscall: string | undefined
      readonly detail: string
      /** The status line, where the answer broke off after it. */
      readonly status: number | undefined
    }
  /** We ourselves did not write: no permit, or the time to write had passed. */
  | { readonly kind: 'withheld'; readonly why: string }

export type Outcome =
  | { readonly kind: 'launched'; readonly reason: string }
  /** `stops`: what must not be tried any more before a person has looked. */
  | { readonly kind: 'refused'; readonly reason: string; readonly stops: 'launch' | 'mailing' | 'account' }
  | { readonly kind: 'notLaunched'; readonly reason: string; readonly retryAfter: number | undefined }
  | { readonly kind: 'ambiguous'; readonly reason: string }
  | { readonly kind: 'swallowed'; readonly reason: string }

/**
 * What an attempt says of the way to the platform, whatever became of the launch. `works`: an answer came that was understood.
 * `failed`: none came, or none that was. `untried`: it was not tried to the end, or what failed has a stop or an owner of its own.
 */
export type Transport = 'works' | 'failed' | 'untried'
