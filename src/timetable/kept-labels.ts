/**
 * Under which labels an edit keeps what was decided about coming due times. A label may be named otherwise by the new
 * declaration (a second zone is written behind it); a due time of the same instant is the same, and is not made again.
 */
import type { Ledger } from '../launches/ledger.ts'
import { occurrencesBetween } from './due-times.ts'
import type { Schedule } from './schedule.ts'

/** By key, what follows the schedule's name in it from now on: `@20261124T0900`. */
export type KeptLabels = Readonly<Record<string, string>>

/**
 * For each launch of the schedule `name` that is due after `now` (epoch milliseconds) and no longer planned. Where `after` is not due
 * at its instant, it keeps its label: moved away and back, it holds.
 */
export async function keptLabels(ledger: Ledger, name: string, after: Schedule, now: number): Promise<KeptLabels> {
  const { redis, keys } = ledger
  const coming = await redis.zrangebyscore(keys.ofSchedule(name), `(${now}`, '+inf')
  const labels: Record<string, string> = {}
  for (const key of coming) {
    const [state, nominal, due] = await redis.hmget(keys.launch(key), 'state', 'nominal', 'due')
    if (state === 'planned') continue
    const instant = Number(nominal ?? due)
    const [same] = occurrencesBetween(after.when, instant - 1, instant)
    labels[key] = same ? `@${same.label}` : key.slice(key.lastIndexOf('@'))
  }
  return labels
}
