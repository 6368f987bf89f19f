/** Which launches a schedule's due times make, missed ones included. Pure. */
import type { NewLaunch } from '../launches/create.ts'
import { reasons } from '../launches/launch.ts'
import { type Occurrence, occurrences, occurrencesBetween } from './due-times.ts'
import type { Schedule } from './schedule.ts'
import { dayOf } from './zone.ts'

/** How far ahead due times become launches. An edit rewrites what has been minted but not begun. Milliseconds. */
export const horizon = 60_000
/** `misfire: skip` is not meant for a service that was slow for a moment. */
const missedAfter = 5_000

/** A timetable denser than this is not guarded by its own count: counting it would cost more than it protects. */
const mostCounted = 1_500

export interface Minting {
  readonly launches: readonly NewLaunch[]
  /** Every due time up to and including this instant is among the launches, or was minted before. */
  readonly watermark: number
  /** The next due time after the watermark, where there is one. */
  readonly next: number | undefined
}

/**
 * The due times in (watermark, now + horizon], at most `limit`, as launches. What was due up to `lostBefore` may have been
 * sent before the store forgot it. All times are epoch milliseconds.
 */
export function mintingOf(schedule: Schedule, watermark: number, now: number, limit: number, lostBefore = 0): Minting {
  const until = now + horizon
  const newest = newestDue(schedule, watermark, now)
  const launches: NewLaunch[] = []
  let current: Occurrence | undefined
  for (const next of occurrences(schedule.when, watermark)) {
    if (current) launches.push(launchOf(schedule, current, next.due, newest, now, lostBefore))
    current = undefined
    if (next.due > until) return { launches, watermark: until, next: next.due }
    if (launches.length >= limit) return { launches, watermark: next.due - 1, next: next.due }
    current = next
  }
  if (current) launches.push(launchOf(schedule, current, undefined, newest, now, lostBefore))
  return { launches, watermark: until, next: undefined }
}

/** The newest due time that has come; searched only as far back as one could still be launched. */
function newestDue(schedule: Schedule, watermark: number, now: number): number | undefined {
  let newest: number | undefined
  for (const { due } of occurrences(schedule.when, Math.max(watermark, now - schedule.policy.maxLateness))) {
    if (due > now) break
    newest = due
  }
  return newest
}

function launchOf(
  schedule: Schedule,
  occurrence: Occurrence,
  nextDue: number | undefined,
  newest: number | undefined,
  now: number,
  lostBefore: number,
): NewLaunch {
  const { policy } = schedule
  const { due } = occurrence
  const sendUntil = due + policy.maxLateness
  const lost = {
    state: 'unknown',
    reason: `${reasons.store}it was due before the store forgot what had been sent`,
  } as const
  const missed = due <= lostBefore ? lost : missedEnd(schedule, due, newest, now)
  return {
    key: `${schedule.name}@${occurrence.label}`,
    account: schedule.account,
    origin: 'schedule',
    schedule: schedule.name,
    request: schedule.launch,
    due,
    sendUntil,
    // Design: another attempt may not reach into the next due time, which is about to mail the same people anyway.
    retryUntil: Math.min(sendUntil, nextDue ?? sendUntil, due + (policy.retry.deadline ?? policy.maxLateness)),
    policy,
    guard: guardOf(schedule, due),
    ...(missed === undefined ? {} : { missed }),
  }
}

/** Unless it says otherwise, a schedule may launch its mailing as often in a day as its own timetable says. */
function guardOf(schedule: Schedule, due: number): NonNullable<NewLaunch['guard']> {
  const { policy, when } = schedule
  const day = dayOf(when.timezone, due)
  const own = when.kind === 'every' ? Math.ceil(86_400_000 / when.every) + 1 : countOf(schedule, day)
  const maxPerDay = policy.maxPerDay ?? own
  return { maxPerDay, since: day.start, coolDown: policy.coolDown ?? 0, onHit: policy.onGuard }
}

function countOf({ when }: Schedule, day: { readonly start: number; readonly end: number }): number {
  const count = occurrencesBetween(when, day.start - 1, day.end - 1, mostCounted).length
  return count < mostCounted ? count : Number.MAX_SAFE_INTEGER
}

/** How a due time that has passed ends without being launched; undefined where it is to be launched. */
function missedEnd(
  { policy }: Schedule,
  due: number,
  newest: number | undefined,
  now: number,
): NewLaunch['missed'] | undefined {
  if (due > now) return undefined
  if (due + policy.maxLateness < now) return { state: 'expired', reason: reasons.late }
  switch (policy.misfire) {
    case 'all':
      return undefined
    case 'once':
      return due === newest ? undefined : { state: 'skipped', reason: reasons.superseded }
    case 'skip':
      return due === newest && now - due <= missedAfter ? undefined : { state: 'skipped', reason: reasons.missed }
  }
}
