/**
 * The port through which a launch reaches Altcraft. The service hands an implementation of it to the worker
 * (src/altcraft/start-mailing.ts); nothing in this room knows HTTP.
 */
import type { LaunchRequest } from './launch.ts'
import type { Observation } from './outcome.ts'

export interface Start {
  readonly account: string
  /** Sent as `Request-ID` and `X-Request-ID`; the same for every attempt of one launch. */
  readonly requestId: string
  readonly request: LaunchRequest
}

export type Permit =
  /** `stillOpen` is asked again in the tick of the write: the commit may have taken longer than the right to write lasts. */
  { readonly granted: true; readonly stillOpen: () => boolean } | { readonly granted: false; readonly why: string }

/**
 * Connects, asks `permit` once when the connection (TLS included) is ready, and only then writes the request, once.
 * Never throws: every ending is an Observation. `signal` gives up: before the write nothing leaves, after it the raw
 * socket is reset so that nothing can still arrive.
 */
export type StartMailing = (start: Start, permit: () => Promise<Permit>, signal: AbortSignal) => Promise<Observation>
