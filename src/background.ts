/** What runs beside the workers, each on its own beat: the sweep with recovery, the heartbeat, the planner's watch, the feeder of batches, preflight, retention. */
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Feeder } from './bulk/feeder.ts'
import { pruneBatches } from './bulk/retention.ts'
import type { Config } from './config/config.ts'
import type { Events } from './events.ts'
import { holdOn } from './launches/hold.ts'
import type { Ledger } from './launches/ledger.ts'
import { waitAtMost } from './launches/patience.ts'
import type { LaunchQueues } from './launches/queue.ts'
import type { Recovery } from './launches/recovery.ts'
import { pruneLedger } from './launches/retention.ts'
import type { StoreWatch } from './launches/store-watch.ts'
import { sweepEvery, sweepLedger } from './launches/sweep.ts'
import type { Fitness } from './redis/fitness.ts'
import type { Planning } from './timetable/planning.ts'
import { lookAhead, type PreflightTools } from './timetable/preflight.ts'

const pruneEvery = 3_600_000
const heartbeatEvery = 5_000
const watchEvery = 5_000
const checkEvery = 10_000
const heartbeatLasts = 20_000
const lookEvery = 5_000
const feedEvery = 1_000

export interface Background {
  stop(): Promise<void>
}

export interface BackgroundParts {
  readonly ledger: Ledger
  readonly queues: LaunchQueues
  readonly planning: Planning
  readonly recovery: Recovery
  readonly watch: StoreWatch
  readonly fitness: Fitness
  readonly preflight: PreflightTools
  readonly feeder: Feeder
  readonly owner: string
  readonly config: Config
  readonly events: Events
}

/** The sweep, the heartbeat, the planner's watch, the feeder, preflight and retention, each on its own beat until stopped. */
export function startBackground(parts: BackgroundParts): Background {
  const { ledger, planning, owner, config, events } = parts
  const ended = new AbortController()
  const beat = async (what: string, period: number, act: () => Promise<void>) => {
    while (!ended.signal.aborted) {
      await act().catch(error => {
        if (!ended.signal.aborted) events.backgroundFailed(what, error)
      })
      await pauseFor(period, undefined, { signal: ended.signal }).catch(() => {})
    }
  }
  const beats = [
    beat('the sweep', sweepEvery, () => sweep(parts)),
    beat('the heartbeat', heartbeatEvery, () => beatHeart(ledger, owner)),
    beat('the watch over the store', watchEvery, async () => void (await parts.watch.look())),
    beat('the check of Redis', checkEvery, () => holdUnfit(ledger, parts.fitness)),
    beat("the planner's watch", sweepEvery, () => planning.watch()),
    beat('the feeder', feedEvery, () => parts.feeder.pass()),
    beat('preflight', lookEvery, () => lookAhead(parts.preflight, ended.signal)),
    beat('retention', pruneEvery, async () => {
      let total = 0
      for (let removed = 1; removed > 0 && !ended.signal.aborted; total += removed) {
        removed = await pruneLedger(ledger, config.history)
      }
      if (total > 0) events.pruned(total)
      await pruneBatches(ledger, config.history.keep)
    }),
  ]
  return {
    stop: async () => {
      ended.abort()
      await waitAtMost(2_000, Promise.all(beats))
    },
  }
}

async function sweep({ ledger, queues, recovery, events }: BackgroundParts): Promise<void> {
  const swept = await sweepLedger(ledger, 500)
  events.swept(swept)
  recovery.take(
    swept.flatMap(({ kind, key, account }) =>
      kind === 'recover' || kind === 'confirm' ? [{ kind, key, account }] : [],
    ),
  )
  await queues.add(
    swept.flatMap(launch => {
      if (launch.kind !== 'requeue') return []
      const { key, account, token } = launch
      // A job that is stuck with a dead worker keeps its id; the new one must not be taken for it.
      return [{ account, jobId: token === 0 ? key : `${key}~${token}`, delay: 0, job: { key } }]
    }),
  )
}

/** Says that this process lives: what it was sending is not released while it may still write. */
async function beatHeart(ledger: Ledger, owner: string): Promise<void> {
  await ledger.redis.set(ledger.keys.process(owner), Date.now(), 'PX', heartbeatLasts)
}

/** A Redis that was reconfigured while running is as unfit as one that was so at start: nothing more is entrusted to it. */
export async function holdUnfit(ledger: Ledger, fitness: Fitness): Promise<void> {
  for (const { account, why } of await fitness.look(ledger.redis)) {
    const scope = account === undefined ? ({ kind: 'all' } as const) : ({ kind: 'account', account } as const)
    await holdOn(ledger, scope, { cause: 'store', reason: why, by: 'service' })
  }
}
