/** How often a schedule that keeps one step is still due on a day whose due times were not all worked out. Pure. */
import type { DueDay } from './due-by-day.ts'
import { longestDelay } from './due-times.ts'
import type { Decided } from './noted-times.ts'

/** Undefined where the rest is not like what was worked out: rules, a pause or a person may leave some of it out. */
export function evenRest(
  { schedule, dueTimes, end }: DueDay,
  { pauses, skips }: Decided,
): { readonly times: number; readonly last: number } | undefined {
  const { when, except, quietHours, allowed, name } = schedule
  const [entry, other] = when.entries
  const last = dueTimes.at(-1)
  if (!last || entry?.kind !== 'every' || other || when.maxRuns !== undefined) return undefined
  if (except ?? quietHours ?? allowed) return undefined
  if ((pauses.get(name) ?? []).length > 0) return undefined
  for (const key of skips.keys()) if (key.startsWith(`${name}@`)) return undefined
  const until = Math.min(end, (entry.until ?? Number.POSITIVE_INFINITY) + longestDelay(when))
  const times = Math.max(0, Math.floor((until - 1 - last.due) / entry.every))
  return { times, last: last.due + times * entry.every }
}
