/** Chooses the fault that a request or a connection meets: the first of the list that matches, then the mailing's own. */
import type { Call, ConnectionFault, Fault, RequestFault } from './fault.ts'
import { isConnectionFault } from './fault.ts'
import { reservedMailings } from './reserved-mailings.ts'

/** What a request must show for a fault to be chosen. `launch` tells launches apart: the Request-ID, else the body's hash. */
export interface Seen {
  readonly call: Call
  readonly mailing: number | undefined
  readonly launch: string
}

export class FaultPlan {
  readonly #chance: () => number
  #faults: readonly Fault[] = []
  readonly #fired = new Map<Fault, Map<string, number>>()

  /** The same `seed` gives the same chances in the same order of requests. */
  constructor(seed: number) {
    this.#chance = chances(seed)
  }

  get faults(): readonly Fault[] {
    return this.#faults
  }

  /** Replaces all faults and forgets how often they happened. */
  set(faults: readonly Fault[]): void {
    // Copies, so that the same fault written twice counts twice.
    this.#faults = faults.map(fault => ({ ...fault }))
    this.forgetCounts()
  }

  forgetCounts(): void {
    this.#fired.clear()
  }

  /** The fault of this request, and counts it; undefined where the request is treated well. */
  forRequest(seen: Seen): RequestFault | undefined {
    const own = seen.mailing === undefined ? undefined : reservedMailings.get(seen.mailing)
    for (const fault of own ? [...this.#faults, own] : this.#faults) {
      if (!isConnectionFault(fault) && matches(fault, seen) && this.#happens(fault, seen)) return fault
    }
    return undefined
  }

  /** The fault of a connection that was just accepted, and counts it. */
  forConnection(): ConnectionFault | undefined {
    for (const fault of this.#faults) {
      if (isConnectionFault(fault) && this.#happens(fault)) return fault
    }
    return undefined
  }

  #happens(fault: Fault, seen?: Seen): boolean {
    const per = fault.x?.per ?? 'all'
    const key = seen === undefined || per === 'all' ? '' : `${seen[per]}`
    const fired = this.#fired.get(fault)?.get(key) ?? 0
    if (fault.x && fired >= fault.x.count) return false
    if (fault.p !== undefined && this.#chance() >= fault.p) return false
    if (fault.x) this.#fired.set(fault, (this.#fired.get(fault) ?? new Map()).set(key, fired + 1))
    return true
  }
}

function matches(fault: RequestFault, seen: Seen): boolean {
  const on = fault.on ?? 'start'
  return (on === 'any' || on === seen.call) && (fault.id === undefined || fault.id === seen.mailing)
}

/** Numbers from 0 up to 1: a Weyl sequence through a 32-bit mixer, which is plenty for choosing faults. */
function chances(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
