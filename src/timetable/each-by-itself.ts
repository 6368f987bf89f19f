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
 * done already. Throws what is wrong with Redis; what is wrong with a schedule is told.
 */
export async function eachByItself(
  ledger: Ledger,
  heard: FailureListener,
  schedules: readonly UnreadSchedule[],
  act: (stored: readonly StoredSchedule[]) => Promise<void>,
): Promise<void> {
  const told = failing.get(ledger) ?? new Map<string, string>()
  failing.set(ledger, told)
  const attempt = async (names: readonly string[], work: () => Promise<void>): Promise<unknown> => {
    try {
      await work()
    } catch (error) {
      if (isAboutRedis(error, ledger.redis)) throw error
      return error
    }
    for (const name of names) if (told.delete(name)) heard.mintingWorks?.(name)
    return undefined
  }
  const together = () => act(schedules.map(({ read }) => read()))
  const names = schedules.map(({ name }) => name)
  if ((await attempt(names, together)) === undefined) return
  for (const { name, read } of schedules) {
    const error = await attempt([name], async () => act([read()]))
    if (error === undefined) continue
    const cause = String(error)
    if (told.get(name) !== cause) heard.mintingFailed?.(name, error)
    told.set(name, cause)
  }
}
