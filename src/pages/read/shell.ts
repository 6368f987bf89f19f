/** What every page says: the health of the machinery, the stops in force, how many launches are unknown. */
import { type HoldRow, holdRows } from '../../duty/holds.ts'
import { type Caller, maySee } from '../../http/access.ts'
import type { Check, HttpParts } from '../../http/parts.ts'
import { openBreakers } from '../../launches/breaker.ts'
import { listLaunches } from '../../launches/list.ts'
import { serverNow } from '../../timetable/planner.ts'

interface ShellAccount {
  readonly name: string
  /** Workers, of all processes, that send for it now. */
  readonly workers: number
  /** Why nothing is tried there for a while. */
  readonly breaker: { readonly cause: string; readonly tryAt: number } | undefined
}

export interface Shell {
  /** When a planner last ran; epoch milliseconds. */
  readonly planner: number | undefined
  readonly checks: readonly Check[]
  readonly accounts: readonly ShellAccount[]
  /** This process's clock less that of Redis; milliseconds. */
  readonly skew: number
  readonly holds: readonly HoldRow[]
  readonly unknown: number
  /** Whether whoever looks may stop everything, and not single accounts alone. */
  readonly wholeAccounts: boolean
}

/** More unknown launches than this are not counted. */
const mostUnknown = 500

/** Reads it for this caller: only their accounts. */
export async function readShell({ open, checks }: HttpParts, caller: Caller): Promise<Shell> {
  const { config, ledger, queues } = open
  const names = Object.keys(config.accounts).filter(name => maySee(caller, name))
  const [now, planner, checked, breakers, holds, unknown, workers] = await Promise.all([
    serverNow(ledger),
    ledger.redis.get(ledger.keys.plannerRan),
    checks(),
    openBreakers(ledger),
    holdRows(ledger),
    listLaunches(ledger, { state: 'unknown' }, mostUnknown, names),
    Promise.all(names.map(name => queues.workerCount(name))),
  ])
  return {
    planner: planner === null ? undefined : Number(planner),
    checks: checked,
    accounts: names.map((name, index) => ({
      name,
      workers: workers[index] ?? 0,
      breaker: breakers.find(({ account }) => account === name),
    })),
    skew: ledger.clock === undefined ? Date.now() - now : 0,
    holds: holds.filter(({ scope }) => concerns(caller, scope)),
    unknown: unknown.filter(({ account }) => maySee(caller, account)).length,
    wholeAccounts: caller.accounts === undefined,
  }
}

/** Whether a stop of this scope touches what the caller may see. */
function concerns(caller: Caller, scope: string): boolean {
  const [kind, account = ''] = scope.split(':')
  return kind === 'all' || maySee(caller, account)
}
