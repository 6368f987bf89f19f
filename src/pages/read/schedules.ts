/** The schedules with what is next and what came of their last runs, a page at a time; filters as the address has them. */
import { type HoldRow, holdRows } from '../../duty/holds.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { type Caller, maySee } from '../../http/access.ts'
import { type State, states } from '../../launches/launch.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { lastRunsOf } from '../../timetable/last-runs.ts'
import { overviewOf, type ScheduleOverview } from '../../timetable/overview.ts'
import { serverNow } from '../../timetable/planner.ts'
import type { Run } from '../view/state.tsx'
import { stopOver } from './stops.ts'

export const scheduleFilters = ['all', 'active', 'paused', 'bad', 'completed'] as const
type ScheduleFilter = (typeof scheduleFilters)[number]

export interface ScheduleItem extends ScheduleOverview {
  /** The oldest first. */
  readonly runs: readonly Run[]
  /** What keeps its launches back for now. */
  readonly stop: HoldRow | undefined
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

const perPage = 50
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
  const names = shown.map(({ name }) => name)
  const runs = await runsOf(ledger, names, now, stripLength, caller.accounts)
  const stops = await holdRows(ledger)
  const items = shown.map((each, index) => {
    const { schedule } = each
    const stop = schedule && stopOver(stops, schedule.account, schedule.launch.id)
    return { ...each, runs: runs[index] ?? [], stop }
  })
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

/** The last launches of each of the schedules whose time has come, the oldest first; of them those of these accounts, where they are given. */
export async function runsOf(
  ledger: Ledger,
  names: readonly string[],
  now: number,
  count: number,
  accounts?: readonly string[],
): Promise<Run[][]> {
  const found = await lastRunsOf(ledger, names, now, count, ['state', 'due', 'account'])
  return found.map(runs =>
    runs
      .flatMap(({ key, values: [word, due, account] }): Run[] => {
        const state = states.find(each => each === word)
        const isTold = accounts?.includes(account ?? '') ?? true
        return state === undefined || !isTold ? [] : [{ key, due: Number(due), state }]
      })
      .toReversed(),
  )
}
