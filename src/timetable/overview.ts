/** The stored schedules as people see them in a list: what is next, whether they are paused, what came of the last launch. */
import { z } from 'zod'
import { states } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { listLaunches } from '../launches/list.ts'
import { endOf, type Pause, pauseAt } from '../launches/pause.ts'
import { decidedTimes, earliestGoing } from './decided-times.ts'
import { allPauses } from './pausing.ts'
import type { Schedule } from './schedule.ts'
import { comingSkips } from './skipping.ts'
import { type Stored, storedSet } from './store.ts'
import { unmintable } from './unmintable.ts'

/** More due times in a row than people leave out one by one. */
const furthestLook = 1_000
/** How many schedules are asked about in one go. */
const page = 500

export interface ScheduleOverview {
  readonly name: string
  /** What is stored under the name, where it can be read. */
  readonly schedule: Schedule | undefined
  /** Why its due times cannot be worked out here, where they cannot. */
  readonly unmintable: string | undefined
  /** The pause in force. */
  readonly pause: Pause | undefined
  /** The next due time that goes out, as far as is known now; epoch milliseconds. None while only a person ends the pause. */
  readonly next: number | undefined
  /** Nothing of it is ever due again. */
  readonly completed: boolean
  /** The newest launch whose time has come, runs by hand included. */
  readonly last: LastLaunch | undefined
}

const lastSchema = z.object({
  key: z.string(),
  state: z.enum(states),
  due: z.coerce.number(),
  reason: z.string().nullable(),
  error: z.coerce.number().nullable(),
  error_text: z.string().nullable(),
})
type LastLaunch = z.infer<typeof lastSchema>

/**
 * All stored schedules, or those with these names, in the order of names. `now` in epoch milliseconds. `accounts`: whose launches
 * may be told of; a schedule that has moved to another account has launches of both.
 */
export async function overviewOf(
  ledger: Ledger,
  now: number,
  names?: readonly string[],
  accounts?: readonly string[],
): Promise<ScheduleOverview[]> {
  const [{ schedules }, pauses, skips] = await Promise.all([
    storedSet(ledger),
    allPauses(ledger),
    comingSkips(ledger, now),
  ])
  const left = new Set(skips.map(({ due, schedule }) => `${schedule} ${due}`))
  const chosen = [...schedules]
    .filter(([name]) => names === undefined || names.includes(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const found: ScheduleOverview[] = []
  for (let index = 0; index < chosen.length; index += page) {
    const some = chosen.slice(index, index + page)
    const lasts = await Promise.all(some.map(([name]) => lastLaunch(ledger, name, now, accounts)))
    for (const [offset, [name, stored]] of some.entries()) {
      const pause = pauseAt(pauses.get(name) ?? [], now)
      const coming = knownComing(stored, now, pause, due => left.has(`${name} ${due}`))
      found.push({ name, schedule: stored.schedule, pause, ...coming, last: lasts[offset] })
    }
  }
  return found
}

/** Of what cannot be minted here nothing is known; the list still shows the others. */
function knownComing(stored: Stored, ...asked: Asked): Coming & { readonly unmintable: string | undefined } {
  const flaw = unmintable(stored)
  if (flaw !== undefined || !stored.schedule) return { next: undefined, completed: false, unmintable: flaw }
  return { ...comingOf(stored.schedule, ...asked), unmintable: undefined }
}

type Coming = Pick<ScheduleOverview, 'next' | 'completed'>
type Asked = [now: number, pause: Pause | undefined, isLeftOut: (due: number) => boolean]

function comingOf(schedule: Schedule, ...[now, pause, isLeftOut]: Asked): Coming {
  const open = pause === undefined ? now + 1 : endOf(pause)
  let looked = 0
  for (const { due, leftOut } of decidedTimes(schedule, earliestGoing(schedule, now))) {
    if (due <= now) continue
    if (open === Number.POSITIVE_INFINITY || ++looked > furthestLook) return { next: undefined, completed: false }
    if (leftOut !== undefined || due < open || isLeftOut(due)) continue
    return { next: due, completed: false }
  }
  return { next: undefined, completed: looked === 0 }
}

async function lastLaunch(
  ledger: Ledger,
  schedule: string,
  now: number,
  accounts: readonly string[] | undefined,
): Promise<LastLaunch | undefined> {
  const { redis, keys } = ledger
  const [key] = await redis.zrevrangebyscore(keys.ofSchedule(schedule), now, '-inf', 'LIMIT', 0, 1)
  if (key === undefined) return undefined
  const [account, ...facts] = await redis.hmget(keys.launch(key), 'account', ...lastFields)
  if (accounts !== undefined && !accounts.includes(account ?? '')) return lastAmong(ledger, schedule, now, accounts)
  const [state, due, reason, error, error_text] = facts
  return lastSchema.parse({ key, state, due, reason, error, error_text })
}

const lastFields = ['state', 'due', 'reason', 'error', 'error_text'] as const

/** The same where the newest is of an account that may not be told of. */
async function lastAmong(
  ledger: Ledger,
  schedule: string,
  now: number,
  among: readonly string[],
): Promise<LastLaunch | undefined> {
  const [found] = await listLaunches(ledger, { schedule, to: now + 1, among }, 1, among)
  if (!found) return undefined
  const { key, state, due, reason = null, error = null, error_text = null } = found
  return { key, state, due, reason, error, error_text }
}
