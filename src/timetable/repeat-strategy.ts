/**
 * How BullMQ's job schedulers read patterns in our queue. Ours is an `every` and has none; a pattern that somebody puts into
 * the queue is read by the same engine as every schedule, never by BullMQ's own, which ends a series in some zones without
 * a word (docs/decisions/0001-own-ledger.md).
 */
import type { AdvancedOptions } from 'bullmq'
import { parseCron } from './cron.ts'
import { occurrences } from './due-times.ts'
import { isZone } from './zone.ts'

/**
 * The next due time of `pattern` in `tz` strictly after `after` (epoch milliseconds), from `startDate` and before `endDate`;
 * undefined where there is none. Six fields are read with seconds first. Throws RangeError for a pattern or a zone that the
 * engine refuses, and where no zone is named: the host's must not decide. `immediately` is not followed.
 */
export const repeatStrategy: NonNullable<AdvancedOptions['repeatStrategy']> = (after, options) => {
  const { pattern = '', tz: timezone = '', startDate, endDate } = options
  if (!isZone(timezone)) throw new RangeError(`"${timezone}" is not an IANA time zone: set tz beside the pattern`)
  const seconds = pattern.trim().split(/\s+/).length === 6
  const reading = parseCron(pattern, { seconds })
  if (!reading.ok) throw new RangeError(reading.problems.join('; '))
  const span = {
    ...(startDate === undefined ? {} : { from: new Date(startDate).getTime() }),
    ...(endDate === undefined ? {} : { until: new Date(endDate).getTime() }),
  }
  const when = { timezone, entries: [{ kind: 'cron', pattern, seconds, timezone, ...span } as const] }
  for (const { due } of occurrences(when, after)) return due
  return undefined
}
