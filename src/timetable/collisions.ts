/**
 * Due times that would mail the same people the same thing too soon after each other. Pure. A schedule that declares a
 * cool-down is measured by it, because the guard at the claim will be; one that declares none by two hours, and only against
 * other schedules: what it does every five minutes, it was told to do.
 */
import type { Schedule } from './schedule.ts'

/** Two schedules without a cool-down that mail the same people this close to each other were probably not meant to. */
const presumedCoolDown = 2 * 3_600_000

export interface Collision {
  /** The other schedule, and when it goes; epoch milliseconds. */
  readonly schedule: string
  readonly due: number
  /** The cool-down that the later of the two breaks, and whether its policy declares it; milliseconds. */
  readonly coolDown: number
  readonly declared: boolean
}

interface Going {
  readonly schedule: Schedule
  readonly due: number
}

/** The due times that collide, both of each two, each with the nearest that it was found with. `place`: whom they mail with what. */
export function collisionsIn<T extends Going>(going: readonly T[], place: (each: T) => string): Map<T, Collision> {
  const found = new Map<T, Collision>()
  const last = new Map<string, Map<string, T>>()
  for (const each of going.toSorted((a, b) => a.due - b.due)) {
    const before = last.get(place(each)) ?? new Map<string, T>()
    last.set(place(each), before)
    const declared = each.schedule.policy.coolDown
    const rule = { coolDown: declared ?? presumedCoolDown, declared: declared !== undefined }
    let nearest: T | undefined
    for (const other of before.values()) {
      if (other.schedule === each.schedule && declared === undefined) continue
      if (each.due - other.due >= rule.coolDown) continue
      if (!nearest || other.due > nearest.due) nearest = other
      if (!found.has(other)) found.set(other, { schedule: each.schedule.name, due: each.due, ...rule })
    }
    if (nearest) found.set(each, { schedule: nearest.schedule.name, due: nearest.due, ...rule })
    before.set(each.schedule.name, each)
  }
  return found
}

/** A due time that the guard of its day will stop. */
export interface Guarded {
  /** The newest launch that takes its place on the day, and when it goes; epoch milliseconds. */
  readonly schedule: string
  readonly due: number
  readonly maxPerDay: number
  readonly does: 'skip' | 'hold'
}

/** A due time that a guard counts what went out for. */
interface Limited extends Going {
  /** What goes out from here on counts against `maxPerDay`; epoch milliseconds. */
  readonly since: number
  readonly maxPerDay: number
}

/**
 * Which due times the guards of a day will stop, if all goes as it is declared. `place`: whom they mail with what; `gone`: what has
 * gone out before all of them, whatever any guard says.
 */
export function guardedIn<T extends Limited>(
  going: readonly T[],
  place: (each: Going) => string,
  gone: readonly Going[] = [],
): Map<T, Guarded> {
  const found = new Map<T, Guarded>()
  const sent = new Map<string, Going[]>()
  for (const each of gone.toSorted((a, b) => a.due - b.due))
    sent.set(place(each), [...(sent.get(place(each)) ?? []), each])
  for (const each of going.toSorted((a, b) => a.due - b.due)) {
    const before = sent.get(place(each)) ?? []
    sent.set(place(each), before)
    const { policy } = each.schedule
    const newest = before.at(-1)
    if (newest && newest.due >= each.since && countSince(before, each.since) >= each.maxPerDay) {
      const { schedule, due } = newest
      found.set(each, { schedule: schedule.name, due, maxPerDay: each.maxPerDay, does: policy.onGuard })
    } else if (!newest || each.due - newest.due >= (policy.coolDown ?? 0)) before.push(each)
  }
  return found
}

/** Of times in order, how many are not before `since`. There may be tens of thousands, and each of them asks. */
function countSince(times: readonly { readonly due: number }[], since: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle]?.due ?? since) < since) low = middle + 1
    else high = middle
  }
  return times.length - low
}
