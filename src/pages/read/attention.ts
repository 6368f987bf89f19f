/** What needs a person now: everything that does not end well by itself, the gravest first. */
import { listBatches } from '../../bulk/list.ts'
import { problemsOf } from '../../bulk/read.ts'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { type LaunchRow, launchRow } from '../../duty/launch-shape.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { type Caller, maySee } from '../../http/access.ts'
import { openBreakers } from '../../launches/breaker.ts'
import { reasons, type State } from '../../launches/launch.ts'
import { listLaunches } from '../../launches/list.ts'
import { remedyFor } from '../../launches/mailing-check.ts'
import { openTroubles } from '../../launches/preflight.ts'
import type { Drift } from '../../timetable/files-drift.ts'
import { type MachineryNeed, machineryNeeds } from './machinery.ts'
import { zonesOf } from './zones.ts'

export type Attention =
  /** The newest of `times` launches of its schedule that ended in the same way. */
  | {
      readonly kind: 'launch'
      readonly launch: LaunchRow
      readonly zone: string | undefined
      readonly times: number
    }
  /** Rows of a batch that ended badly or are unknown, together; `stopped`: a rule paused it. */
  | {
      readonly kind: 'batch'
      readonly id: string
      readonly account: string
      readonly rows: number
      readonly unknown: number
      readonly text: string
      readonly stopped: string | undefined
    }
  /** A mailing that is not fine, shortly before it is due. */
  | {
      readonly kind: 'preflight'
      readonly key: string
      readonly due: number
      readonly why: string
      readonly remedy: string
    }
  | MachineryNeed
  | { readonly kind: 'breaker'; readonly account: string; readonly cause: string; readonly tryAt: number }

/** What ended badly longer ago than this is history, not news. Milliseconds. */
const newsLasts = 24 * 3_600_000
/** Of each state at most so many are shown. */
const mostOfState = 20
const newsworthy: readonly State[] = ['swallowed', 'rejected', 'failed', 'expired']

export async function readAttention(
  open: OpenLedger,
  caller: Caller,
  known: KnownCalendar,
  drift: Drift | undefined,
): Promise<Attention[]> {
  const { now } = known
  const { config, ledger } = open
  const accounts = Object.keys(config.accounts)
  const since = { from: now - newsLasts, dueBy: now }
  const filters = [
    { state: 'unknown' as const },
    { state: 'held' as const },
    ...newsworthy.map(state => ({ state, ...since })),
  ]
  const [lists, breakers, batches, machinery, troubles] = await Promise.all([
    Promise.all(filters.map(filter => listLaunches(ledger, filter, mostOfState, accounts))),
    openBreakers(ledger),
    batchesInNeed(open, caller, now),
    machineryNeeds(open, caller, known, drift),
    // A look does not say of which account it is: it is for who may see all.
    caller.accounts === undefined ? openTroubles(ledger, mostOfState, now) : [],
  ])
  const launches = lists
    .flat()
    .map(launchRow)
    .filter(launch => launch.origin !== 'bulk' && maySee(caller, launch.account) && needsPerson(launch))
  const zones = await zonesOf(
    ledger,
    launches.map(({ schedule }) => schedule),
  )
  const all: Attention[] = [
    ...machinery,
    ...breakers
      .filter(({ account }) => maySee(caller, account))
      .map(({ account, cause, tryAt }): Attention => ({ kind: 'breaker', account, cause, tryAt })),
    ...troubles.flatMap(({ key, due, why, verdict }): Attention[] =>
      verdict === 'fine' || due <= now ? [] : [{ kind: 'preflight', key, due, why, remedy: remedyFor(verdict) }],
    ),
    ...together(launches).map(
      ([launch, times]): Attention => ({ kind: 'launch', launch, times, zone: zones.get(launch.schedule ?? '') }),
    ),
    ...batches,
  ]
  return all.toSorted((one, other) => gravity(one) - gravity(other))
}

/** What stops everything comes first, then what may have mailed people or not, what has not gone out, what may not, and what can wait. */
function gravity(item: Attention): number {
  switch (item.kind) {
    case 'planner':
      return 0
    case 'breaker':
      return 1
    case 'overdue':
      return 3
    case 'unplannable':
      return 4
    case 'preflight':
      return 6
    case 'drift':
      return 9
    case 'paused':
      return 10
    case 'batch':
      return item.unknown > 0 || item.stopped !== undefined ? 2 : 7
    case 'launch':
      return gravityOf(item.launch.state)
  }
}

function gravityOf(state: State): number {
  if (state === 'unknown') return 2
  if (state === 'held') return 5
  return state === 'expired' ? 8 : 7
}

/** One cause makes a schedule fail at every due time: that is one thing to look at. Each unknown or held launch is one by itself. */
function together(launches: readonly LaunchRow[]): [LaunchRow, number][] {
  const groups = new Map<string, [LaunchRow, number]>()
  for (const launch of launches) {
    const { key, schedule, state, error, error_text } = launch
    const isOne = schedule === null || state === 'unknown' || state === 'held'
    const name = isOne ? key : JSON.stringify([schedule, state, error, error_text])
    const group = groups.get(name)
    if (group) group[1] += 1
    else groups.set(name, [launch, 1])
  }
  return [...groups.values()]
}

/** What a stop holds goes when the stop ends: the stop is what needs a person, and it stands on every page. */
function needsPerson({ state, reason }: LaunchRow): boolean {
  return state !== 'held' || !(reason?.startsWith(reasons.hold) || reason?.startsWith(reasons.store))
}

async function batchesInNeed({ ledger }: OpenLedger, caller: Caller, now: number): Promise<Attention[]> {
  const views = (await listBatches(ledger, 20, caller.accounts)).filter(
    ({ batch }) => batch.state === 'running' || batch.state === 'paused' || (batch.ended ?? 0) > now - newsLasts,
  )
  const found = await Promise.all(
    views.map(async ({ batch }): Promise<Attention[]> => {
      const problems = await problemsOf(ledger, batch.id, 20)
      const stopped = batch.state === 'paused' && batch.pausedBy === 'service' ? batch.reason : undefined
      const [first] = problems
      if (!first && stopped === undefined) return []
      const rows = problems.reduce((sum, problem) => sum + problem.rows, 0)
      const unknown = problems.reduce((sum, { state, rows }) => sum + (state === 'unknown' ? rows : 0), 0)
      const { id, account } = batch
      return [{ kind: 'batch', id, account, rows, unknown, text: first?.text ?? '', stopped }]
    }),
  )
  return found.flat()
}
