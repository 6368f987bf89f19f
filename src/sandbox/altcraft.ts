/**
 * A stand-in for Altcraft: a real server that remembers what it launched and makes faults on demand. It serves
 * rehearsals and the demo, and judges the tests; so it shares no code with the launching side. See docs/simulate.md.
 */
import { Desk } from './desk.ts'
import { openDoor } from './door.ts'
import type { Fault } from './fault.ts'
import { FaultPlan } from './fault-plan.ts'
import type { Handled } from './handled.ts'
import type { MailingState, StartedMailing } from './platform.ts'
import { Reception } from './reception.ts'
import { StartRecord } from './start-record.ts'

export interface AltcraftOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** The only token accepted; default: any token that is not empty. */
  readonly token?: string | undefined
  /** Whether repeats are recognised; default true. */
  readonly deduplication?: boolean
  /** Whether a repeat of a refused request gets the refusal again; default true. */
  readonly replayRefusals?: boolean
  /** Milliseconds until log_v2 and get_status show a start; default 0. */
  readonly logDelay?: number
  readonly faults?: readonly Fault[]
  /** For faults with a probability; default 1. */
  readonly seed?: number
  /** A file that gets one JSON line per start, fsynced before the answer. */
  readonly record?: string | undefined
  /** PEM texts. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
  /** Told of every request to the API when its fate is decided, before the answer leaves. */
  readonly onEvent?: (handled: Handled) => void
}

export interface Altcraft {
  readonly url: string
  readonly port: number
  /** What was really started through the API, in order. */
  launches(): readonly StartedMailing[]
  /** How many requests to the API were read, whatever became of them. */
  requests(): number
  /** Replaces all faults; their counts begin anew. */
  setFaults(faults: readonly Fault[]): void
  /** Makes a mailing inactive, completed or missing: it cannot be started. `active` again ends that. */
  setMailing(mailing: number, state: MailingState): void
  /** Forgets launches, log, repeats and the counts of faults; keeps the faults themselves. */
  clear(): void
  /** Stops listening and cuts every connection; starts that still wait for a delay are not executed. */
  close(): Promise<void>
}

/** Rejects where the address cannot be listened on or the record cannot be opened. */
export async function startAltcraft(options: AltcraftOptions = {}): Promise<Altcraft> {
  const { host = '127.0.0.1', port = 0, tls, onEvent } = options
  const record = options.record === undefined ? undefined : await StartRecord.open(options.record)
  const closing = new AbortController()
  const plan = new FaultPlan(options.seed ?? 1)
  plan.set(options.faults ?? [])
  const desk = new Desk({
    token: options.token,
    deduplication: options.deduplication ?? true,
    replayRefusals: options.replayRefusals ?? true,
    logDelay: options.logDelay ?? 0,
    record,
    closing: closing.signal,
  })
  const reception = new Reception({ plan, desk, onEvent, closing: closing.signal })
  const door = await openDoor({
    host,
    port,
    tls,
    onConnection: () => plan.forConnection(),
    onRequest: (...exchange) => void reception.serve(...exchange),
  }).catch(async (error: unknown) => {
    await record?.close()
    throw error
  })
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${door.port}`,
    port: door.port,
    launches: () => desk.launches,
    requests: () => reception.requests,
    setFaults: faults => plan.set(faults),
    setMailing: (mailing, state) => desk.setState(mailing, state),
    clear: () => reception.clear(),
    close: async () => {
      closing.abort()
      await door.close()
      await record?.close()
    },
  }
}
