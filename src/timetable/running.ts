/** Running a schedule now, outside of its timetable: its launch and its policy, under a key of its own, through every guard. */
import {
  askedBefore,
  confirmedBy,
  type Identity,
  isRefused,
  launchByHand,
  type RefusedRepeat,
  type Repeat,
  repeatOf,
} from '../launches/by-hand.ts'
import type { NewLaunch } from '../launches/create.ts'
import { audienceOf } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { type Pause, pauseAt } from '../launches/pause.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { judgeBy, openBetween } from './allowance.ts'
import { renderRequest } from './content.ts'
import { submissionOf } from './minting.ts'
import { type Decision, pausesOf } from './pausing.ts'
import { serverNow } from './planner.ts'
import type { Schedule } from './schedule.ts'
import { type UsedPlaces, usedPlaces } from './used-places.ts'
import { dayOf } from './zone.ts'

export type RunRefusal =
  | { readonly kind: 'paused'; readonly pause: Pause }
  /** A calendar or hours of the schedule allow nothing now. */
  | { readonly kind: 'closed'; readonly why: string }
  | RefusedRepeat
export type RunPermission = RunRefusal | Exclude<Repeat, RefusedRepeat>
export type RunAnswer =
  | {
      readonly kind: 'run'
      readonly launch: Pick<NewLaunch, 'key' | 'account' | 'due' | 'sendUntil'>
      readonly usedPlaces?: UsedPlaces
    }
  | RunRefusal

export function isRunRefused(permission: RunPermission): permission is RunRefusal {
  return permission.kind === 'paused' || permission.kind === 'closed' || isRefused(permission)
}

/** Whether a run would be let through now. `confirmation`: as `repeatOf` takes it. */
export async function runPermission(
  ledger: Ledger,
  schedule: Schedule,
  confirmation: string | undefined,
): Promise<RunPermission> {
  const now = await serverNow(ledger)
  const pause = pauseAt(await pausesOf(ledger, schedule.name), now)
  if (pause) return { kind: 'paused', pause }
  const verdict = judgeBy(schedule, schedule.when.timezone)(now)
  if (verdict.kind === 'leftOut') return { kind: 'closed', why: verdict.reason }
  if (verdict.kind === 'moved')
    return { kind: 'closed', why: `its hours are closed until ${new Date(verdict.to).toISOString()}` }
  return repeatOf(ledger, schedule.account, schedule.launch, confirmation, now)
}

/**
 * Runs the schedule now. Nothing about its timetable changes: what is due stays due. A pause that begins in this very moment is
 * seen again when the launch is claimed. Who asks twice with the same identity gets one launch.
 */
export async function runSchedule(
  ledger: Ledger,
  queues: LaunchQueues,
  schedule: Schedule,
  { by, why }: Decision,
  confirmation?: string,
  identity?: Identity,
): Promise<RunAnswer> {
  const before = await askedBefore(ledger, { schedule: schedule.name, request: schedule.launch }, identity)
  if (before) return { kind: 'run', launch: before }
  const permission = await runPermission(ledger, schedule, confirmation)
  if (isRunRefused(permission)) return permission
  const { name, account, policy, when } = schedule
  const now = await serverNow(ledger)
  const request = renderRequest(schedule.launch, now, when.timezone)
  const open = openBetween(schedule, when.timezone, now, now + policy.maxLateness + 1)
  const submission = submissionOf(schedule)
  const asked = {
    account,
    open,
    request,
    submission,
    schedule: name,
    due: now,
    policy,
    ...confirmedBy(permission),
    identity,
    by,
    why,
  }
  const launch = await launchByHand(ledger, queues, asked, now)
  return { kind: 'run', launch, ...(await placesUsed(ledger, schedule, now)) }
}

/** What the guard will stop of today's due times once this run has gone. */
async function placesUsed(ledger: Ledger, schedule: Schedule, now: number): Promise<{ usedPlaces?: UsedPlaces }> {
  const { account, launch, when } = schedule
  const sent = ledger.keys.sent(account, launch.id, audienceOf(launch))
  const scores = await ledger.redis.zrange(sent, dayOf(when.timezone, now).start, '+inf', 'BYSCORE', 'WITHSCORES')
  const gone = scores.flatMap((score, index) => (index % 2 === 1 ? [Number(score)] : []))
  const places = usedPlaces(schedule, [...gone, now], now)
  return places ? { usedPlaces: places } : {}
}
