/** Which launches a schedule's due times make, missed ones included. Pure. */
import type { Guard, NewLaunch } from '../launches/create.ts'
import { reasons } from '../launches/launch.ts'
import { type Pause, pauseAt, pausedReason } from '../launches/pause.ts'
import { preflightAt } from '../launches/policy.ts'
import type { Submission } from '../launches/submission.ts'
import { judgeBy, openBetween } from './allowance.ts'
import { renderRequest } from './content.ts'
import { type DecidedTime, decidedTimes, earliestGoing } from './decided-times.ts'
import type { Occurrence } from './due-times.ts'
import type { Schedule } from './schedule.ts'
import { dayMs } from './wall-clock.ts'
import { dayOf } from './zone.ts'

/** How far ahead due times become launches. An edit rewrites what has been minted but not begun. Milliseconds. */
export const horizon = 60_000
/** `misfire: skip` is not meant for a service that was slow for a moment. */
const missedAfter = 5_000

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
 * `lostBefore` may have been sent before the store forgot it; what came in one of the schedule's pauses is left out. `ended`:
 * keys of due times that have a record already by which they do not go. All times are epoch milliseconds.
 */
export function mintingOf(
  schedule: Schedule,
  watermark: number,
  now: number,
  limit: number,
  lostBefore = 0,
  pauses: readonly Pause[] = [],
  ended: ReadonlySet<string> = new Set(),
): Minting {
  const until = now + horizon
  const source = decidedTimes(schedule, watermark)
  const times: DecidedTime[] = []
  let next = source.next()
  for (; !next.done && next.value.nominal <= until && times.length < limit; next = source.next()) times.push(next.value)
  const following = next.done ? undefined : next.value
  const before: Before = { now, newest: newestCome(schedule, watermark, now, pauses, ended), lostBefore, pauses }
  const dayCounts = new Map<number, number>()
  const launches = withFollowers(schedule, times, following, source).map(([time, nextDue]) => {
    if (time.leftOut !== undefined) return leftOutLaunch(schedule, time, time.leftOut)
    const launch = launchOf(schedule, time, dayCounts, nextDue)
    const missed = lostEnd(time, before) ?? missedEnd(schedule, time, before)
    return missed === undefined ? launch : missedLaunch(launch, missed)
  })
  const reached = following && following.nominal <= until ? following.nominal - 1 : until
  return { launches, watermark: reached, next: following?.nominal }
}

/** Each time with when the next one goes, as far as that matters: beyond its own deadline it does not. */
function withFollowers(
  { policy }: Schedule,
  times: readonly DecidedTime[],
  following: DecidedTime | undefined,
  source: Iterator<DecidedTime, unknown>,
): [DecidedTime, number | undefined][] {
  const latest = Math.max(...times.map(({ due }) => due)) + policy.maxLateness
  let next = following
  while (next?.leftOut !== undefined && next.nominal <= latest) {
    const more = source.next()
    next = more.done === true ? undefined : more.value
  }
  let nextDue = next?.leftOut === undefined ? next?.due : undefined
  return times
    .toReversed()
    .map((time): [DecidedTime, number | undefined] => {
      const own: [DecidedTime, number | undefined] = [time, nextDue]
      if (time.leftOut === undefined) nextDue = time.due
      return own
    })
    .reverse()
}

/** The launch of one coming due time, as it would be minted. */
export function plannedLaunch(schedule: Schedule, dueTime: DecidedTime): NewLaunch {
  for (const next of decidedTimes(schedule, dueTime.nominal)) {
    if (next.leftOut === undefined) return launchOf(schedule, dueTime, new Map(), next.due)
    if (next.nominal > dueTime.due + schedule.policy.maxLateness) break
  }
  return launchOf(schedule, dueTime, new Map(), undefined)
}

/**
 * One occurrence that has passed already, to go at once because its owner said so (`ifPast: now`): on time now, and no
 * later than its own time allows. Calendars and hours are asked about now.
 */
export function belatedLaunch(schedule: Schedule, occurrence: Occurrence, now: number): NewLaunch {
  const due = Math.max(occurrence.due, now)
  const verdict = judgeBy(schedule, schedule.when.timezone)(due)
  if (verdict.kind === 'leftOut') return leftOutLaunch(schedule, { ...occurrence, due }, verdict.reason)
  const goes = verdict.kind === 'moved' ? verdict.to : due
  const launch = launchOf(schedule, { ...occurrence, due: goes }, new Map(), undefined)
  const sendUntil = occurrence.due + schedule.policy.maxLateness
  const late = sendUntil < goes ? ({ state: 'expired', reason: reasons.late } as const) : undefined
  const limits = { sendUntil, retryUntil: Math.min(launch.retryUntil, sendUntil) }
  return { ...launch, ...limits, ...(late === undefined ? {} : { missed: late }) }
}

/** What decides about due times that have come before they were minted. */
interface Before {
  readonly now: number
  /** The nominal time of the newest due time that has come and goes. */
  readonly newest: number | undefined
  readonly lostBefore: number
  readonly pauses: readonly Pause[]
}

/**
 * The nominal time of the newest due time that has come and goes: what a pause, a person or a rule leaves out stands for no
 * older one. Searched only as far back as one could still be launched.
 */
function newestCome(
  schedule: Schedule,
  watermark: number,
  now: number,
  pauses: readonly Pause[],
  ended: ReadonlySet<string>,
): number | undefined {
  const earliest = earliestGoing(schedule, now - schedule.policy.maxLateness)
  let newest: number | undefined
  for (const { label, nominal, due, leftOut } of decidedTimes(schedule, Math.max(watermark, earliest))) {
    if (nominal > now || (leftOut === undefined && due > now)) break
    if (leftOut === undefined && !pauseAt(pauses, due) && !ended.has(keyOf(schedule, label))) newest = nominal
  }
  return newest
}

function keyOf({ name }: Pick<Schedule, 'name'>, label: string): string {
  return `${name}@${label}`
}

/** What the record of any due time says; one that is left out would have had this long. */
function basicsOf(schedule: Schedule, { label, nominal, due }: Occurrence) {
  const { name, account, launch, policy, when } = schedule
  const sendUntil = due + policy.maxLateness
  const key = keyOf({ name }, label)
  const request = renderRequest(launch, nominal, when.timezone)
  const common = { key, account, origin: 'schedule', schedule: name, request, nominal, due, policy } as const
  const submission = submissionOf(schedule)
  return { ...common, ...(submission === undefined ? {} : { submission }), sendUntil, retryUntil: sendUntil }
}

/** The file that an occurrence submits, where it does; its rows go by the schedule's hours, each when its turn has come. */
export function submissionOf({ bulk, policy, when, quietHours, allowed }: Schedule): Submission | undefined {
  if (bulk === undefined) return undefined
  const hours = {
    timezone: when.timezone,
    ...(quietHours ? { quietHours } : {}),
    ...(allowed ? { allowed: byValue(allowed) } : {}),
  }
  const closes = quietHours !== undefined || allowed !== undefined
  return { ...bulk, lateness: policy.maxLateness, ...(closes ? { hours } : {}) }
}

function byValue({ hours, otherwise }: NonNullable<Schedule['allowed']>) {
  const spans = hours.map(({ from, to, days }) => ({ from, to, ...(days ? { days: [...days] } : {}) }))
  return { hours: spans, otherwise }
}

function leftOutLaunch(schedule: Schedule, occurrence: Occurrence, reason: string): NewLaunch {
  return missedLaunch(basicsOf(schedule, occurrence), { state: 'skipped', reason })
}

/** What never goes out has no use for its attachments; of what may have gone they are part of the question. */
function missedLaunch(launch: NewLaunch, missed: NonNullable<NewLaunch['missed']>): NewLaunch {
  if (missed.state === 'unknown' || launch.request.attach === undefined) return { ...launch, missed }
  const { attach: _, ...request } = launch.request
  return { ...launch, request, missed }
}

function launchOf(
  schedule: Schedule,
  occurrence: Occurrence,
  dayCounts: Map<number, number>,
  nextDue: number | undefined,
): NewLaunch {
  const { policy, when } = schedule
  const { due } = occurrence
  const basics = basicsOf(schedule, occurrence)
  const { sendUntil } = basics
  const lookAt = preflightAt(policy, due)
  const open = openBetween(schedule, when.timezone, due, sendUntil + 1)
  const closes = open.at(-1)?.[1] ?? due
  const isOpenThroughout = open.length === 1 && open[0]?.[0] === due && closes === sendUntil + 1
  return {
    ...basics,
    // Design: another attempt may not reach into the next due time, which is about to mail the same people anyway.
    retryUntil: Math.min(closes - 1, nextDue ?? sendUntil, due + (policy.retry.deadline ?? policy.maxLateness)),
    ...(isOpenThroughout ? {} : { open }),
    guard: guardOf(schedule, due, dayCounts),
    ...(lookAt === undefined ? {} : { preflightAt: lookAt }),
  }
}

/** Unless it says otherwise, a schedule may launch its mailing as often in a day as its own timetable says. */
function guardOf(schedule: Schedule, due: number, dayCounts: Map<number, number>): Guard {
  const { policy, when } = schedule
  const day = dayOf(when.timezone, due)
  const own = dayCounts.get(day.start) ?? countOf(schedule, day)
  dayCounts.set(day.start, own)
  return { maxPerDay: policy.maxPerDay ?? own, since: day.start, coolDown: policy.coolDown ?? 0, onHit: policy.onGuard }
}

/** How many due times of the schedule really go on the day; at least the one that is asked about. */
export function countOf(schedule: Schedule, day: { readonly start: number; readonly end: number }): number {
  if (schedule.when.entries.some(entry => entry.kind === 'every' && dayMs / entry.every >= mostCounted)) {
    return Number.MAX_SAFE_INTEGER
  }
  let looked = 0
  let count = 0
  for (const { nominal, due, leftOut } of decidedTimes(schedule, earliestGoing(schedule, day.start))) {
    if (nominal >= day.end) break
    looked += 1
    if (looked >= mostCounted) return Number.MAX_SAFE_INTEGER
    if (leftOut === undefined && due >= day.start && due < day.end) count += 1
  }
  return Math.max(1, count)
}

/** How a due time that has passed ends without being launched; undefined where it is to be launched. */
function missedEnd(
  { policy }: Schedule,
  { nominal, due }: DecidedTime,
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
