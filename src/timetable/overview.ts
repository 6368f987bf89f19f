/** The stored schedules as people see them in a list: what is next, whether they are paused, what came of the last launch. */
import { z } from 'zod'
import { states } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { listLaunches } from '../launches/list.ts'
import { endOf, type Pause, pauseAt } from '../launches/pause.ts'
import { comingTimes } from './coming-times.ts'
import { lastRunsOf } from './last-runs.ts'
import { allPauses } from './pausing.ts'
import type { Schedule } from './schedule.ts'
import { comingSkips } from './skipping.ts'
import { type Stored, storedSet } from './store.ts'
import { unmintable } from './unmintable.ts'

/** More due times in a row than people leave out one by one. */
const furthestLook = 1_000

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
  only?: readonly string[],
  accounts?: readonly string[],
): Promise<ScheduleOverview[]> {
  const [{ schedules }, pauses, skips] = await Promise.all([
    storedSet(ledger),
    allPauses(ledger),
    comingSkips(ledger, now),
  ])
  const left = new Set(skips.map(({ due, schedule }) => `${schedule} ${due}`))
  const chosen = [...schedules]
    .filter(([name]) => only === undefined || only.includes(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const names = chosen.map(([name]) => name)
  const lasts = await lastLaunches(ledger, names, now, accounts)
  return chosen.map(([name, stored], index) => {
    const pause = pauseAt(pauses.get(name) ?? [], now)
    const coming = knownComing(stored, now, pause, due => left.has(`${name} ${due}`))
    return { name, schedule: stored.schedule, pause, ...coming, last: lasts[index] }
  })
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
  for (const { due, leftOut } of comingTimes(schedule, now)) {
    if (open === Number.POSITIVE_INFINITY || ++looked > furthestLook) return { next: undefined, completed: false }
    if (leftOut !== undefined || due < open || isLeftOut(due)) continue
    return { next: due, completed: false }
  }
  return { next: undefined, completed: looked === 0 }
}

/** The newest launch of each of the schedules whose time has come, of those that may be told of. */
async function lastLaunches(
  ledger: Ledger,
  schedules: readonly string[],
  now: number,
  accounts: readonly string[] | undefined,
): Promise<(LastLaunch | undefined)[]> {
  const newest = await lastRunsOf(ledger, schedules, now, 1, lastFields)
  return Promise.all(
    schedules.map((schedule, index) => {
      const [run] = newest[index] ?? []
      if (run === undefined) return undefined
      const [account, state, due, reason, error, error_text] = run.values
      if (accounts !== undefined && !accounts.includes(account ?? '')) return lastAmong(ledger, schedule, now, accounts)
      return lastSchema.parse({ key: run.key, state, due, reason, error, error_text })
    }),
  )
}

const lastFields = ['account', 'state', 'due', 'reason', 'error', 'error_text'] as const

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
