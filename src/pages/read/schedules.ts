/** The schedules with what is next and what came of their last runs, a page at a time; filters as the address has them. */
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { type Caller, maySee } from '../../http/access.ts'
import { type State, states } from '../../launches/launch.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { overviewOf, type ScheduleOverview } from '../../timetable/overview.ts'
import { serverNow } from '../../timetable/planner.ts'
import type { Run } from '../view/state.tsx'

export const scheduleFilters = ['all', 'active', 'paused', 'bad', 'completed'] as const
type ScheduleFilter = (typeof scheduleFilters)[number]

export interface ScheduleItem extends ScheduleOverview {
  /** The oldest first. */
  readonly runs: readonly Run[]
}

export interface SchedulesAsked {
  readonly filter: ScheduleFilter
  /** What the name, the description or the mailing must hold. */
  readonly text: string
  /** From 1 on. */
  readonly page: number
}

export interface SchedulesPage extends SchedulesAsked {
  readonly items: readonly ScheduleItem[]
  readonly counts: Readonly<Record<ScheduleFilter, number>>
  /** That pass the filter. */
  readonly found: number
  readonly pages: number
}

const perPage = 100
const stripLength = 20

export async function readSchedules(open: OpenLedger, caller: Caller, asked: SchedulesAsked): Promise<SchedulesPage> {
  const { ledger } = open
  const now = await serverNow(ledger)
  const all = (await overviewOf(ledger, now, undefined, caller.accounts)).filter(each => isSeen(caller, each))
  const counts = { all: all.length, active: 0, paused: 0, bad: 0, completed: 0 }
  for (const filter of scheduleFilters) counts[filter] = all.filter(each => passes(each, filter)).length
  const found = all.filter(each => passes(each, asked.filter) && holds(each, asked.text))
  const pages = Math.max(1, Math.ceil(found.length / perPage))
  const page = Math.min(asked.page, pages)
  const shown = found.slice((page - 1) * perPage, page * perPage)
  const items = await Promise.all(
    shown.map(async each => ({ ...each, runs: await runsOf(ledger, each.name, now, stripLength, caller.accounts) })),
  )
  return { ...asked, page, items, counts, found: found.length, pages }
}

/** How a last run ended that somebody should look at. */
const badEnds: readonly State[] = ['rejected', 'failed', 'swallowed', 'unknown', 'expired', 'held']

function passes({ pause, completed, last, unmintable }: ScheduleOverview, filter: ScheduleFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'active':
      return pause === undefined && !completed
    case 'paused':
      return pause !== undefined
    case 'bad':
      return unmintable !== undefined || (last !== undefined && badEnds.includes(last.state))
    case 'completed':
      return completed
  }
}

function holds({ name, schedule }: ScheduleOverview, text: string): boolean {
  const words = [name, schedule?.description ?? '', schedule?.launch.id ?? '']
  return words.join(' ').toLowerCase().includes(text.toLowerCase())
}

/** Of what account it is cannot be said of one that cannot be read: it is for who may see all. */
export function isSeen(caller: Caller, { schedule }: Pick<ScheduleOverview, 'schedule'>): boolean {
  return schedule === undefined ? caller.accounts === undefined : maySee(caller, schedule.account)
}

/** The last launches of a schedule whose time has come, the oldest first; of them those of these accounts, where they are given. */
export async function runsOf(
  { redis, keys }: Ledger,
  name: string,
  now: number,
  count: number,
  accounts?: readonly string[],
): Promise<Run[]> {
  const flat = await redis.zrevrangebyscore(keys.ofSchedule(name), now, '-inf', 'WITHSCORES', 'LIMIT', 0, count)
  const found: { key: string; due: number }[] = []
  for (let index = 0; index < flat.length; index += 2)
    found.push({ key: flat[index] ?? '', due: Number(flat[index + 1]) })
  const known = await Promise.all(found.map(({ key }) => redis.hmget(keys.launch(key), 'state', 'account')))
  return found
    .flatMap(({ key, due }, index): Run[] => {
      const [word, account] = known[index] ?? []
      const state = states.find(each => each === word)
      const isTold = accounts?.includes(account ?? '') ?? true
      return state === undefined || !isTold ? [] : [{ key, due, state }]
    })
    .toReversed()
}
