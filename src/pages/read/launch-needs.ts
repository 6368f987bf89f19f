/** Single launches that need a person. Rows of batches are told by their batch, what a stop holds is told by the stop. */
import { type Caller, maySee } from '../../http/access.ts'
import type { Cursor } from '../../launches/cursor.ts'
import { reasons, type State } from '../../launches/launch.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { type LaunchFilter, listPage } from '../../launches/list.ts'
import type { ListedLaunch } from '../../launches/record.ts'

/** What ended badly longer ago than this is history, not news. Milliseconds. */
export const newsLasts = 24 * 3_600_000
const newsworthy: readonly State[] = ['swallowed', 'rejected', 'failed', 'expired']

/** Of each state at most so many are shown, and so many more are counted. */
const mostShown = 20
const mostCounted = 200
/** So many pages of a list are walked; a page of which nothing passes walks some thousand launches. */
const mostPages = 20

/** The newest of `times` launches of its schedule that ended in the same way. */
interface LaunchNeed {
  readonly launch: ListedLaunch
  readonly times: number
}

/** Launches in this state that are not shown; `isAll`: there are no others. */
export interface MoreNeeds {
  readonly state: State
  readonly count: number
  readonly isAll: boolean
}

interface LaunchNeeds {
  readonly shown: readonly LaunchNeed[]
  readonly more: readonly MoreNeeds[]
}

export async function launchNeeds(
  ledger: Ledger,
  accounts: readonly string[],
  caller: Caller,
  now: number,
): Promise<LaunchNeeds> {
  const among = accounts.filter(name => maySee(caller, name))
  const since = { from: now - newsLasts, dueBy: now }
  const asked: readonly [State, readonly LaunchFilter[]][] = [
    ['unknown', [{}]],
    ['held', [{ heldBy: 'guard' }, { heldBy: 'preflight' }]],
    ...newsworthy.map((state): [State, LaunchFilter[]] => [state, [since]]),
  ]
  const found = await Promise.all(
    asked.map(async ([state, filters]) => {
      const lists = filters.flatMap(filter =>
        (['schedule', 'manual'] as const).map(origin => ({ ...filter, state, origin, among })),
      )
      return needsIn(state, await Promise.all(lists.map(filter => newest(ledger, filter, accounts))))
    }),
  )
  return { shown: found.flatMap(({ shown }) => shown), more: found.flatMap(({ more }) => more) }
}

interface Walked {
  readonly records: readonly ListedLaunch[]
  readonly isAll: boolean
}

function needsIn(state: State, lists: readonly Walked[]): LaunchNeeds {
  const records = lists.flatMap(({ records }) => records).filter(needsPerson)
  const groups = together(records.toSorted((one, other) => other.due - one.due))
  const count = groups.slice(mostShown).reduce((sum, { times }) => sum + times, 0)
  const isAll = lists.every(list => list.isAll)
  return { shown: groups.slice(0, mostShown), more: count === 0 && isAll ? [] : [{ state, count, isAll }] }
}

async function newest(ledger: Ledger, filter: LaunchFilter, accounts: readonly string[]): Promise<Walked> {
  const records: ListedLaunch[] = []
  let after: Cursor | undefined
  for (let page = 0; page < mostPages; page++) {
    const limit = mostCounted - records.length
    const found = await listPage(ledger, filter, { limit, accounts, ...(after && { after }) })
    records.push(...found.records)
    after = found.next
    if (after === undefined) return { records, isAll: true }
    if (records.length >= mostCounted) break
  }
  return { records, isAll: false }
}

/** One cause makes a schedule fail at every due time: that is one thing to look at. Each unknown or held launch is one by itself. */
function together(launches: readonly ListedLaunch[]): LaunchNeed[] {
  const groups = new Map<string, { launch: ListedLaunch; times: number }>()
  for (const launch of launches) {
    const { key, schedule, state, error, error_text } = launch
    const isOne = schedule === undefined || state === 'unknown' || state === 'held'
    const name = isOne ? key : JSON.stringify([schedule, state, error, error_text])
    const group = groups.get(name)
    if (group) group.times += 1
    else groups.set(name, { launch, times: 1 })
  }
  return [...groups.values()]
}

/** What a store that forgot holds goes when that stop ends: the stop is what needs a person, and it stands on every page. */
function needsPerson({ state, reason }: ListedLaunch): boolean {
  return state !== 'held' || !reason?.startsWith(reasons.store)
}
