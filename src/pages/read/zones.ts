/** In which zone the times of a schedule are shown, for lists that name schedules. */
import { z } from 'zod'
import type { Ledger } from '../../launches/ledger.ts'

const storedSchema = z.object({ when: z.object({ timezone: z.string() }) })

/** The zones of these schedules, by name; one that is no longer stored has none. */
export async function zonesOf(ledger: Ledger, names: Iterable<string | null>): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set([...names].filter(name => name !== null))]
  if (wanted.length === 0) return new Map()
  const texts = await ledger.redis.hmget(ledger.keys.schedules, ...wanted)
  return new Map(
    wanted.flatMap((name, index): [string, string][] => {
      const text = texts[index]
      return text == null ? [] : [[name, storedSchema.parse(JSON.parse(text)).when.timezone]]
    }),
  )
}
