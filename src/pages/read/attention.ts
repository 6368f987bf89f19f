/** What needs a person now: everything that does not end well by itself, the gravest first. */
import { listBatches } from '../../bulk/list.ts'
import { problemsOf } from '../../bulk/read.ts'
import type { KnownCalendar } from '../../duty/known-calendar.ts'
import { type LaunchRow, launchRow } from '../../duty/launch-shape.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { type Caller, maySee } from '../../http/access.ts'
import { openBreakers } from '../../launches/breaker.ts'
import type { State } from '../../launches/launch.ts'
import { remedyFor } from '../../launches/mailing-check.ts'
import { openTroubles } from '../../launches/preflight.ts'
import type { Drift } from '../../timetable/files-drift.ts'
import { launchNeeds, type MoreNeeds, newsLasts } from './launch-needs.ts'
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
  | ({ readonly kind: 'more' } & MoreNeeds)
  /** Rows of a batch that ended badly or are unknown, by state; `text`: what most of them were told; `stopped`: a rule paused it. */
  | {
      readonly kind: 'batch'
      readonly id: string
      readonly account: string
      readonly rows: readonly { readonly state: State; readonly count: number }[]
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

/** At most so many troubled mailings and batches are looked at. */
const mostLooked = 20
/** How rows of a batch end that somebody should look at, the gravest first. */
const badEnds: readonly State[] = ['unknown', 'swallowed', 'rejected', 'failed', 'expired']

export async function readAttention(
  open: OpenLedger,
  caller: Caller,
  known: KnownCalendar,
  drift: Drift | undefined,
): Promise<Attention[]> {
  const { now } = known
  const { config, ledger } = open
  const [launches, breakers, batches, machinery, troubles] = await Promise.all([
    launchNeeds(ledger, Object.keys(config.accounts), caller, now),
    openBreakers(ledger),
    batchesInNeed(open, caller, now),
    machineryNeeds(open, caller, known, drift),
    // A look does not say of which account it is: it is for who may see all.
    caller.accounts === undefined ? openTroubles(ledger, mostLooked, now) : [],
  ])
  const zones = await zonesOf(
    ledger,
    launches.shown.map(({ launch }) => launch.schedule ?? null),
  )
  const all: Attention[] = [
    ...machinery,
    ...breakers
      .filter(({ account }) => maySee(caller, account))
      .map(({ account, cause, tryAt }): Attention => ({ kind: 'breaker', account, cause, tryAt })),
    ...troubles.flatMap(({ key, due, why, verdict }): Attention[] =>
      verdict === 'fine' || due <= now ? [] : [{ kind: 'preflight', key, due, why, remedy: remedyFor(verdict) }],
    ),
    ...launches.shown.map(
      ({ launch, times }): Attention => ({
        kind: 'launch',
        launch: launchRow(launch),
        times,
        zone: zones.get(launch.schedule ?? ''),
      }),
    ),
    ...launches.more.map((more): Attention => ({ kind: 'more', ...more })),
    ...batches,
  ]
  return all.toSorted((one, other) => gravity(one) - gravity(other))
}

/** How many things need a person, those that are not shown counted. */
export function needsCount(attention: readonly Attention[]): number {
  return attention.reduce((sum, item) => sum + (item.kind === 'more' ? Math.max(1, item.count) : 1), 0)
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
      return item.rows.some(({ state }) => state === 'unknown') || item.stopped !== undefined ? 2 : 7
    case 'launch':
      return gravityOf(item.launch.state)
    case 'more':
      return gravityOf(item.state)
  }
}

function gravityOf(state: State): number {
  if (state === 'unknown') return 2
  if (state === 'held') return 5
  return state === 'expired' ? 8 : 7
}

async function batchesInNeed({ ledger }: OpenLedger, caller: Caller, now: number): Promise<Attention[]> {
  const views = (await listBatches(ledger, mostLooked, caller.accounts)).filter(
    ({ batch }) => batch.state === 'running' || batch.state === 'paused' || (batch.ended ?? 0) > now - newsLasts,
  )
  const found = await Promise.all(
    views.map(async ({ batch, counts }): Promise<Attention[]> => {
      const stopped = batch.state === 'paused' && batch.pausedBy === 'service' ? batch.reason : undefined
      const rows = badEnds.flatMap(state => {
        const count = counts.released[state] ?? 0
        return count === 0 ? [] : [{ state, count }]
      })
      if (rows.length === 0 && stopped === undefined) return []
      const [first] = await problemsOf(ledger, batch.id, 1)
      return [{ kind: 'batch', id: batch.id, account: batch.account, rows, text: first?.text ?? '', stopped }]
    }),
  )
  return found.flat()
}
