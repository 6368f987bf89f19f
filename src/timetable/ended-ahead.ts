import type { Ledger } from '../launches/ledger.ts'
import type { StoredSchedule } from './store.ts'

/** As launches/claim.ts has it: a newer due time in one of these supersedes none. */
const endedStates: ReadonlySet<string> = new Set(['skipped', 'expired', 'cancelled'])

/**
 * The keys of due times after the watermark that have come and have a record by which they do not go: a person left them
 * out before they were minted. Only asked where something was missed.
 */
export async function endedAhead(
  { redis, keys }: Ledger,
  { schedule, watermark }: StoredSchedule,
  now: number,
): Promise<Set<string>> {
  const ended = new Set<string>()
  if (watermark >= now || schedule.policy.misfire === 'all') return ended
  const from = Math.max(watermark, now - schedule.policy.maxLateness)
  const coming = await redis.zrangebyscore(keys.ofSchedule(schedule.name), `(${from}`, now)
  const states = await Promise.all(coming.map(key => redis.hget(keys.launch(key), 'state')))
  for (const [index, key] of coming.entries()) {
    if (endedStates.has(states[index] ?? '')) ended.add(key)
  }
  return ended
}
