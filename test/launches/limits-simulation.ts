/** Launches that come when they are due, ask for a place, come back when they are told, and give their place back. */
import { claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch } from '../../src/launches/create.ts'
import type { Origin } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import type { Brakes } from '../../src/launches/limits.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { settleLaunch } from '../../src/launches/settle.ts'

export const begin = Date.UTC(2026, 10, 23, 9)
const lease = 15_000

export interface Arrival {
  readonly key: string
  readonly origin: Origin
  /** Milliseconds from the beginning. */
  readonly at: number
}

export interface Grant extends Arrival {
  /** When it was claimed, and when it had first been refused where it was; milliseconds from the beginning. */
  readonly granted: number
  readonly refused: number | undefined
}

export interface Simulated {
  readonly grants: readonly Grant[]
  readonly refusals: number
}

/** A place in time at which something happens; those of one moment happen in the order in which they were asked for. */
class Moments {
  readonly #waiting: { readonly at: number; readonly act: () => Promise<void> }[] = []

  add(at: number, act: () => Promise<void>): void {
    let index = this.#waiting.length
    while (index > 0 && (this.#waiting[index - 1]?.at ?? 0) > at) index--
    this.#waiting.splice(index, 0, { at, act })
  }

  async run(until: number, set: (now: number) => void): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined && next.at <= until; next = this.#waiting[0]) {
      this.#waiting.shift()
      set(next.at)
      await next.act()
    }
  }
}

/**
 * Plays until nothing happens before `until` (milliseconds) any more. `lag` is how late a launch comes back after the moment
 * it was told, `flight` how long it is under way; a launch of which `dies` is true is never heard of again.
 */
export async function simulate(
  redis: Ledger['redis'],
  keys: Ledger['keys'],
  how: {
    readonly brakes: Brakes
    readonly arrivals: readonly Arrival[]
    readonly until: number
    readonly flight?: number
    readonly lag?: (key: string) => number
    readonly dies?: (key: string) => boolean
    /** Looks after each grant. */
    readonly watch?: (now: number) => Promise<void>
  },
): Promise<Simulated> {
  let now = 0
  const ledger: Ledger = { redis, keys, clock: () => begin + now }
  const { brakes, arrivals, until, flight = 0, lag = () => 0, dies = () => false } = how
  const moments = new Moments()
  const grants: Grant[] = []
  let refusals = 0
  const ask = async (arrival: Arrival, refused: number | undefined): Promise<void> => {
    const { key } = arrival
    const answer = await claimLaunch(ledger, key, `nonce-${key}`, 'worker', lease, brakes)
    if (answer.kind === 'over') return
    if (answer.kind === 'later') {
      refusals++
      moments.add(now + answer.wait + lag(key), () => ask(arrival, refused ?? now))
      return
    }
    grants.push({ ...arrival, granted: now, refused })
    await how.watch?.(now)
    if (dies(key)) return
    moments.add(now + flight, async () => {
      const attempt = { start: begin, end: begin, outcome: 'failed', reason: 'because', handed: false }
      await settleLaunch(ledger, answer.claim, { state: 'failed', reason: 'because', attempt })
    })
  }
  await Promise.all(arrivals.map((arrival, index) => createLaunch(ledger, launchOf(arrival, index))))
  for (const arrival of arrivals) moments.add(arrival.at, () => ask(arrival, undefined))
  await moments.run(until, at => {
    now = at
  })
  return { grants, refusals }
}

function launchOf({ key, origin, at }: Arrival, index: number) {
  const due = begin + at
  const sendUntil = due + 86_400_000
  const times = { due, sendUntil, retryUntil: sendUntil }
  const policy = { ...defaultPolicy, overlap: 'allow' as const }
  return { key, account: 'main', origin, request: { id: index + 1 }, ...times, policy }
}
