/** What of the machinery itself needs a person: nothing plans, files that are not taken over, schedules that stand still. */
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { type Caller, maySee } from '../../http/access.ts'
import { endOf, pauseAt } from '../../launches/pause.ts'
import type { Drift } from '../../timetable/files-drift.ts'

export type MachineryNeed =
  /** No planner has run since (epoch milliseconds); undefined: none ever has. */
  | { readonly kind: 'planner'; readonly since: number | undefined }
  /** A schedule whose due time (epoch milliseconds) has passed and that no planner has looked at, though they run. */
  | { readonly kind: 'overdue'; readonly name: string; readonly due: number }
  /** A schedule whose due times cannot be worked out here. */
  | { readonly kind: 'unplannable'; readonly name: string; readonly why: string }
  | { readonly kind: 'drift'; readonly drift: Drift }
  /** A schedule that has been paused for long, without an end. */
  | {
      readonly kind: 'paused'
      readonly name: string
      readonly since: number
      readonly by: string
      readonly reason: string
    }

/** Planners plan every ten seconds; a watch steps in after twenty-five. Milliseconds. */
export const plannerIsLate = 40_000
/** Due times are minted a minute ahead; one that is this old was forgotten. Milliseconds. */
const overdueAfter = 120_000
/** A pause that lasts longer than this may have been forgotten. Milliseconds. */
const longPause = 7 * 86_400_000
/** Schedules of one kind that are listed. */
const mostOfKind = 20

export async function machineryNeeds(
  { ledger: { redis, keys } }: OpenLedger,
  caller: Caller,
  { now, schedules, unmintable, pauses }: Pick<KnownCalendar, 'now' | 'schedules' | 'unmintable' | 'pauses'>,
  drift: Drift | undefined,
): Promise<MachineryNeed[]> {
  const mine = new Set(schedules.filter(({ account }) => maySee(caller, account)).map(({ name }) => name))
  const isWhole = caller.accounts === undefined
  const [ran, late] = await Promise.all([
    redis.get(keys.plannerRan),
    redis.zrangebyscore(keys.upcoming, '-inf', now - overdueAfter, 'WITHSCORES', 'LIMIT', 0, mostOfKind),
  ])
  const planner = ran === null ? undefined : Number(ran)
  const isLate = schedules.length > 0 && (planner === undefined || now - planner > plannerIsLate)
  const overdue: MachineryNeed[] = []
  for (let index = 0; index < late.length; index += 2) {
    const [name = '', due] = [late[index], Number(late[index + 1])]
    if (mine.has(name)) overdue.push({ kind: 'overdue', name, due })
  }
  const paused = [...mine].flatMap((name): MachineryNeed[] => {
    const pause = pauseAt(pauses.get(name) ?? [], now)
    if (pause === undefined || endOf(pause) !== Number.POSITIVE_INFINITY || now - pause.from < longPause) return []
    return [{ kind: 'paused', name, since: pause.from, by: pause.by, reason: pause.reason }]
  })
  return [
    ...(isLate ? [{ kind: 'planner', since: planner } as const] : overdue),
    // Of what account it is cannot be said: it is for who may see all.
    ...(isWhole ? [...unmintable] : []).map(([name, why]) => ({ kind: 'unplannable', name, why }) as const),
    ...(isWhole && drift !== undefined ? [{ kind: 'drift', drift } as const] : []),
    ...paused.slice(0, mostOfKind),
  ]
}
