/** What is wrong with one schedule stops that one only. */
import type { Ledger } from '../launches/ledger.ts'
import { isAboutRedis } from '../redis/trouble.ts'
import type { StoredSchedule, UnreadSchedule } from './store.ts'

export interface FailureListener {
  /** Its due times cannot be minted; the others go on, and it is tried again in the next pass. Told once per cause. */
  mintingFailed?(schedule: string, error: unknown): void
  /** They can be again. */
  mintingWorks?(schedule: string): void
}

/** Why schedules could not be minted, as it was told last; as long as this process knows the ledger. */
const failing = new WeakMap<Ledger, Map<string, string>>()

/**
 * Acts on all of the schedules at once, and on each by itself where that fails: `act` may be called again for what it has
 * done already. Returns what is wrong with schedules, by name. Throws what is wrong with Redis.
 */
export async function failuresOf(
  ledger: Ledger,
  schedules: readonly UnreadSchedule[],
  act: (stored: readonly StoredSchedule[]) => Promise<void>,
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>()
  const attempt = async (work: () => Promise<void>): Promise<{ error: unknown } | undefined> => {
    try {
      await work()
      return undefined
    } catch (error) {
      if (isAboutRedis(error, ledger.redis)) throw error
      return { error }
    }
  }
  if ((await attempt(() => act(schedules.map(({ read }) => read())))) === undefined) return failures
  for (const { name, read } of schedules) {
    const failed = await attempt(async () => act([read()]))
    if (failed) failures.set(name, failed.error)
  }
  return failures
}

/** The same; what is wrong with a schedule, and that it no longer is, is told. */
export async function eachByItself(
  ledger: Ledger,
  heard: FailureListener,
  schedules: readonly UnreadSchedule[],
  act: (stored: readonly StoredSchedule[]) => Promise<void>,
): Promise<void> {
  const told = failing.get(ledger) ?? new Map<string, string>()
  failing.set(ledger, told)
  const failures = await failuresOf(ledger, schedules, act)
  for (const { name } of schedules) {
    if (!failures.has(name)) {
      if (told.delete(name)) heard.mintingWorks?.(name)
      continue
    }
    const error = failures.get(name)
    const cause = String(error)
    if (told.get(name) !== cause) heard.mintingFailed?.(name, error)
    told.set(name, cause)
  }
}
