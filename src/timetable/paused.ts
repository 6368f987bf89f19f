/** Which schedules are paused: read here, written where people pause and resume them. A schedule has a list of pauses. */
import { z } from 'zod'
import type { Ledger } from '../launches/ledger.ts'

const pausesSchema = z.array(
  z.object({
    /** Epoch milliseconds, all three; `until` where it ends by itself, `to` where it was ended. */
    from: z.number(),
    until: z.number().optional(),
    to: z.number().optional(),
    reason: z.string(),
  }),
)

/** Schedule → the reason of the pause that is in force at `now` (epoch milliseconds). */
export async function pausedSchedules(ledger: Ledger, now: number): Promise<ReadonlyMap<string, string>> {
  const pauses = await ledger.redis.hgetall(ledger.keys.pauses)
  const inForce = new Map<string, string>()
  for (const [schedule, text] of Object.entries(pauses)) {
    const pause = pausesSchema
      .parse(JSON.parse(text))
      .find(({ from, until, to }) => from <= now && (to ?? until ?? Number.POSITIVE_INFINITY) > now)
    if (pause) inForce.set(schedule, pause.reason)
  }
  return inForce
}
