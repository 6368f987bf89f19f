/** Which launches a schedule's due times make, missed ones included. Pure. */
import type { Guard, NewLaunch } from '../launches/create.ts'
import { reasons } from '../launches/launch.ts'
import { type Pause, pauseAt, pausedReason } from '../launches/pause.ts'
import { preflightAt } from '../launches/policy.ts'
import { renderRequest } from './content.ts'
import { longestDelay, type Occurrence, occurrences, occurrencesBetween } from './due-times.ts'
import type { Schedule, Timetable } from './schedule.ts'
import { dayOf } from './zone.ts'

/** How far ahead due times become launches. An edit rewrites what has been minted but not begun. Milliseconds. */
export const horizon = 60_000
/** `misfire: skip` is not meant for a service that was slow for a moment. */
const missedAfter = 5_000

const dayMs = 86_400_000
/** A timetable denser than this is not guarded by its own count: counting it would cost more than it protects. */
const mostCounted = 1_500

export interface Minting {
  readonly launches: readonly NewLaunch[]
  /** Every due time with a nominal time up to and including this instant is among the launches, or was minted before. */
  readonly watermark: number
  /** The next nominal time after the watermark, where there is one. */
  readonly next: number | undefined
}

/**
 * The due times with nominal times in (watermark, now + horizon], at most `limit`, as launches. What was due up to
 * `lostBefore` may have been sent before the store forgot it; what came in one of the schedule's pauses is left out. All
 * times are epoch milliseconds.
 */
export function mintingOf(
  schedule: Schedule,
  watermark: number,
  now: number,
  limit: number,
  lostBefore = 0,
  pauses: readonly Pause[] = [],
): Minting {
  const until = now + horizon
  const before: Before = { now, newest: newestCome(schedule, watermark, now), lostBefore, pauses }
  const dayCounts = new Map<number, number>()
  const launches: NewLaunch[] = []
  const take = (occurrence: Occurrence, nextDue?: number) => {
    const launch = launchOf(schedule, occurrence, dayCounts, nextDue)
    const missed = lostEnd(occurrence, before) ?? missedEnd(schedule, occurrence, before)
    launches.push(missed === undefined ? launch : { ...launch, missed })
  }
  let current: Occurrence | undefined
  for (const next of occurrences(schedule.when, watermark)) {
    if (current) take(current, next.due)
    current = undefined
    if (next.nominal > until) return { launches, watermark: until, next: next.nominal }
    if (launches.length >= limit) return { launches, watermark: next.nominal - 1, next: next.nominal }
    current = next
  }
  if (current) take(current)
  return { launches, watermark: until, next: undefined }
}

/** The launch of one coming due time, as it would be minted. */
export function plannedLaunch(schedule: Schedule, dueTime: Occurrence): NewLaunch {
  const [next] = occurrencesBetween(schedule.when, dueTime.nominal, Number.POSITIVE_INFINITY, 1)
  return launchOf(schedule, dueTime, new Map(), next?.due)
}

/**
 * One occurrence that has passed already, to go at once because its owner said so (`ifPast: now`): on time now, and no
 * later than its own time allows.
 */
export function belatedLaunch(schedule: Schedule, occurrence: Occurrence, now: number): NewLaunch {
  const due = Math.max(occurrence.due, now)
  const launch = launchOf(schedule, { ...occurrence, due }, new Map(), undefined)
  const sendUntil = occurrence.due + schedule.policy.maxLateness
  const late = sendUntil < now ? ({ state: 'expired', reason: reasons.late } as const) : undefined
  const limits = { sendUntil, retryUntil: Math.min(launch.retryUntil, sendUntil) }
  return { ...launch, ...limits, ...(late === undefined ? {} : { missed: late }) }
}

/** What decides about due times that have come before they were minted. */
interface Before {
  readonly now: number
  /** The nominal time of the newest due time that has come. */
  readonly newest: number | undefined
  readonly lostBefore: number
  readonly pauses: readonly Pause[]
}

/** The nominal time of the newest due time that has come; searched only as far back as one could still be launched. */
function newestCome({ when, policy }: Schedule, watermark: number, now: number): number | undefined {
  let newest: number | undefined
  for (const { nominal, due } of occurrences(
    when,
    Math.max(watermark, now - policy.maxLateness - longestDelay(when)),
  )) {
    if (due > now) break
    newest = nominal
  }
  return newest
}

function launchOf(
  schedule: Schedule,
  { label, nominal, due }: Occurrence,
  dayCounts: Map<number, number>,
  nextDue: number | undefined,
): NewLaunch {
  const { policy } = schedule
  const sendUntil = due + policy.maxLateness
  const lookAt = preflightAt(policy, nominal)
  return {
    key: `${schedule.name}@${label}`,
    account: schedule.account,
    origin: 'schedule',
    schedule: schedule.name,
    request: renderRequest(schedule.launch, nominal, schedule.when.timezone),
    nominal,
    due,
    sendUntil,
    // Design: another attempt may not reach into the next due time, which is about to mail the same people anyway.
    retryUntil: Math.min(sendUntil, nextDue ?? sendUntil, due + (policy.retry.deadline ?? policy.maxLateness)),
    policy,
    guard: guardOf(schedule, due, dayCounts),
    ...(lookAt === undefined ? {} : { preflightAt: lookAt }),
  }
}

/** Unless it says otherwise, a schedule may launch its mailing as often in a day as its own timetable says. */
function guardOf({ policy, when }: Schedule, due: number, dayCounts: Map<number, number>): Guard {
  const day = dayOf(when.timezone, due)
  const own = dayCounts.get(day.start) ?? countOf(when, day)
  dayCounts.set(day.start, own)
  return { maxPerDay: policy.maxPerDay ?? own, since: day.start, coolDown: policy.coolDown ?? 0, onHit: policy.onGuard }
}

/** How many due times of the timetable really go on the day; at least the one that is asked about. */
function countOf(when: Timetable, day: { readonly start: number; readonly end: number }): number {
  if (when.entries.some(entry => entry.kind === 'every' && dayMs / entry.every >= mostCounted)) {
    return Number.MAX_SAFE_INTEGER
  }
  const around = occurrencesBetween(when, day.start - longestDelay(when) - 1, day.end - 1, mostCounted)
  if (around.length >= mostCounted) return Number.MAX_SAFE_INTEGER
  return Math.max(1, around.filter(({ due }) => due >= day.start && due < day.end).length)
}

/** How a due time that has passed ends without being launched; undefined where it is to be launched. */
function missedEnd(
  { policy }: Schedule,
  { nominal, due }: Occurrence,
  { now, newest, pauses }: Before,
): NewLaunch['missed'] | undefined {
  if (due > now) return undefined
  const pause = pauseAt(pauses, due)
  if (pause) return { state: 'skipped', reason: pausedReason(pause) }
  if (due + policy.maxLateness < now) return { state: 'expired', reason: reasons.late }
  switch (policy.misfire) {
    case 'all':
      return undefined
    case 'once':
      return nominal === newest ? undefined : { state: 'skipped', reason: reasons.superseded }
    case 'skip':
      return nominal === newest && now - due <= missedAfter ? undefined : { state: 'skipped', reason: reasons.missed }
  }
}

function lostEnd({ due }: Occurrence, { lostBefore }: Before): NewLaunch['missed'] | undefined {
  if (due > lostBefore) return undefined
  return { state: 'unknown', reason: `${reasons.store}it was due before the store forgot what had been sent` }
}
