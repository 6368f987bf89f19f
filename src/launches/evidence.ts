/**
 * Evidence: what Altcraft's own log says about a mailing. The ports through which it is read; the service hands in the
 * implementations (src/altcraft/). https://guides.altcraft.com/en/developer-guide/campaigns/2195652
 */

export interface LogEntry {
  /** Epoch milliseconds, by the platform's clock. */
  readonly at: number
  /** `start` marks the begin of a run of the mailing, `end` its end. */
  readonly state: 'start' | 'end' | ''
  readonly message: string
}

export type LogReading =
  | {
      readonly kind: 'read'
      /** In order of time. */
      readonly entries: readonly LogEntry[]
      /** The platform's clock minus this process's, in milliseconds, to half a round trip; undefined without a `Date`. */
      readonly skew: number | undefined
    }
  /** `refused`: the platform answered, and will not let this token read the log. */
  | { readonly kind: 'unread'; readonly why: string; readonly refused: boolean }

/** Reads the log of a mailing from an instant (epoch milliseconds, by the platform's clock) on. Never throws. */
export type ReadLog = (account: string, mailing: number, from: number, signal: AbortSignal) => Promise<LogReading>

export type StatusReading =
  | { readonly kind: 'read'; readonly active: boolean; readonly completed: boolean; readonly status: string }
  | { readonly kind: 'unread'; readonly why: string; readonly error: number | undefined }

/** Asks for the state of a mailing. Never throws. */
export type ReadStatus = (account: string, mailing: number, signal: AbortSignal) => Promise<StatusReading>
