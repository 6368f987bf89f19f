/** Scheduled launches of many mailings, some services that send them, and what must come of it. */
import type { Audit } from './audit.ts'
import type { Child } from './processes.ts'
import type { Stage } from './stage.ts'

export interface Load {
  readonly services: Child[]
  /** When the last of the launches is due; epoch milliseconds. */
  readonly last: number
}

export interface Wanted {
  readonly count: number
  /** Seconds from the first due time to the last. */
  readonly spread: number
  readonly services?: number
  /** How much more time than usual the services need until the first is due, in starts of a service. */
  readonly room?: number
}

/** Declares the launches and starts the services; returns shortly before the first is due. */
export async function startLoad(stage: Stage, { count, spread, services = 2, room = 0 }: Wanted): Promise<Load> {
  const mailings = Array.from({ length: count }, (_, index) => ({ mailing: 1_001 + index }))
  const { last } = await stage.declareLaunches(mailings, { services: services + room, spread })
  const started = await Promise.all(Array.from({ length: services }, () => stage.serve()))
  return { services: started, last }
}

/** Waits for the end of the load and judges it; every launch must have come to one of the states. */
export async function endLoad(stage: Stage, { last }: Load, states: readonly string[] = ['launched']): Promise<Audit> {
  await stage.rest(last)
  const audit = await stage.audit(last)
  for (const { key, state, reason, attempts } of audit.launches) {
    stage.trial.check(states.includes(state), `${key} is ${state} after ${attempts} attempts: ${reason}`)
  }
  return audit
}
