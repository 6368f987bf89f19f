/** The invariants, judged on what the platform received and what the ledger says after a scenario. */
import { isSettled, type Launch } from './ledger.ts'
import type { Request, Start } from './oracle.ts'
import type { Child } from './processes.ts'
import type { Trial } from './trial.ts'

/** A due time that must end in exactly one record. */
export interface Plan {
  readonly schedule: string
  readonly due: number
}

export interface Facts {
  readonly launches: readonly Launch[]
  readonly starts: readonly Start[]
  readonly requests: readonly Request[]
  readonly plans: readonly Plan[]
  /** Launches due up to this instant must be at rest, unknown or held; later ones are not judged. */
  readonly by: number
  /** The store was set back: it cannot know of every attempt any more. */
  readonly storeForgot?: boolean
}

export class Audit {
  readonly launches: readonly Launch[]
  readonly starts: readonly Start[]
  readonly requests: readonly Request[]
  readonly #byRequestId = new Map<string, Launch>()

  constructor({ launches, starts, requests }: Facts) {
    this.launches = launches
    this.starts = starts
    this.requests = requests
    for (const launch of launches) {
      for (const id of launch.requestIds) this.#byRequestId.set(id, launch)
    }
  }

  launchOf({ request_id }: { readonly request_id: string | null }): Launch | undefined {
    return request_id === null ? undefined : this.#byRequestId.get(request_id)
  }

  startsOf(launch: Launch): Start[] {
    return this.starts.filter(({ request_id }) => request_id !== null && launch.requestIds.has(request_id))
  }

  requestsOf(launch: Launch): Request[] {
    return this.requests.filter(({ request_id }) => request_id !== null && launch.requestIds.has(request_id))
  }

  inState(state: string): Launch[] {
    return this.launches.filter(launch => launch.state === state)
  }
}

/** States that say, or leave open, that the mailing was started. */
const ownsUp = ['launched', 'unknown', 'swallowed', 'writtenOff', 'sending']

/** Judges the facts, counts them in the trial and notes every violation there. */
export function judge(trial: Trial, facts: Facts): Audit {
  const audit = new Audit(facts)
  trial.tally.launches += facts.launches.length
  trial.tally.unknown += audit.inState('unknown').length
  for (const launch of facts.launches)
    if (launch.due <= facts.by) judgeLaunch(trial, audit, launch, facts.storeForgot === true)
  for (const start of facts.starts) {
    if (audit.launchOf(start) !== undefined) continue
    trial.tally.lost += 1
    trial.violation(`mailing ${start.mailing} was started for ${start.request_id}, of which there is no record`)
  }
  judgePlans(trial, facts)
  return audit
}

function judgeLaunch(trial: Trial, audit: Audit, launch: Launch, storeForgot: boolean): void {
  const { key, state } = launch
  const starts = audit.startsOf(launch)
  if (starts.length > 1) {
    trial.tally.doubles += 1
    trial.violation(`I1: ${key} was started ${starts.length} times`)
  }
  if (state === 'launched' && starts.length === 0) trial.violation(`I2: ${key} is launched and was never started`)
  if (starts.length > 0 && !ownsUp.includes(state)) {
    trial.tally.lost += 1
    trial.violation(`${key} was started and the ledger says ${state}: ${launch.reason}`)
  }
  const requests = audit.requestsOf(launch).length
  if (requests > launch.attempts && !storeForgot) {
    trial.violation(`I4: ${key} has ${launch.attempts} attempts and ${requests} requests arrived`)
  }
  for (const { at } of starts) {
    if (at < launch.due || at > launch.sendUntil + 2_000) {
      trial.violation(
        `I7: ${key} was started ${at - launch.due} ms after its due time, outside of what its owner allows`,
      )
    }
  }
  if (!isSettled(launch)) {
    trial.tally.stuck += 1
    trial.violation(`${key} is stuck in ${state} (${launch.attempts} attempts): ${launch.reason}`)
  }
}

function judgePlans(trial: Trial, { launches, plans }: Facts): void {
  const place = ({ schedule, due }: { schedule?: string | undefined; due: number }) => `${schedule} at ${due}`
  const records = new Map<string, number>()
  for (const launch of launches) records.set(place(launch), (records.get(place(launch)) ?? 0) + 1)
  for (const plan of plans) {
    const count = records.get(place(plan)) ?? 0
    if (count === 1) continue
    trial.tally.lost += count === 0 ? 1 : 0
    trial.violation(`I6: ${plan.schedule} was due at ${new Date(plan.due).toISOString()} and has ${count} records`)
  }
}

/** Megabytes. */
const mostMemory = 512

/** Judges what a service printed, held and came to. */
export function judgeService(trial: Trial, service: Child, canary: string): void {
  const { output, ending, mayEnd, pid, peakMemory } = service
  const oddity = /unhandled|uncaught|^\s+at .+:\d+:\d+\)?$/im.exec(output)?.[0]
  trial.check(oddity === undefined, `service ${pid} printed: ${oddity}`)
  trial.check(!output.includes(canary), `I9: service ${pid} printed the token`)
  trial.check(ending === undefined || mayEnd, `service ${pid} ended by itself: ${JSON.stringify(ending)}`)
  trial.check(peakMemory < mostMemory, `service ${pid} held ${Math.round(peakMemory)} MB`)
}
