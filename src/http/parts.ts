import type { Config } from '../config/config.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import type { Drift } from '../timetable/files-drift.ts'
import type { AccessRules } from './access.ts'
import type { EventHub } from './event-hub.ts'
import type { Probes } from './probes.ts'

/** One thing that must be so for the service to do its work. */
export interface Check {
  readonly name: 'redis' | 'durability'
  readonly ok: boolean
  readonly why?: string
}

/** What is told to whoever reads the log. */
export interface Heard {
  requestFailed(error: unknown): void
  requestBrokenOff(method: string, path: string): void
}

/** What the HTTP API is made of. */
export interface HttpParts {
  readonly open: OpenLedger
  readonly settings: Config['http']
  readonly version: string
  readonly events: EventHub
  readonly heard: Heard
  measure(request: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly seconds: number
  }): void
  /** The metrics as Prometheus reads them, with their content type. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>
  checks(): Promise<readonly Check[]>
  isStopping(): boolean
  readonly probes: Probes
  /** What the schedule files say otherwise than what is stored, where this process reads them. */
  drift(): Promise<Drift | undefined>
}

/** What answers requests that are not for the API: the pages. */
export interface MadePages {
  /** `env`: the connection, as the server has it. */
  fetch(request: Request, env?: object): Response | Promise<Response>
}

/** Makes them; `rules` may say more once it is known on which port the server listens. */
export type MakePages = (parts: HttpParts, rules: () => AccessRules) => MadePages
