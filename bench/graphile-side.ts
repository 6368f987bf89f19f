/** graphile-worker on PostgreSQL: the same undici call for each of its jobs. */
import { EventEmitter } from 'node:events'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import { z } from 'zod'
import { caller, type Load } from './bare-side.ts'
import { measure, noFigures, type Round } from './measure.ts'
import type { Postgres } from './postgres.ts'

const payload = z.object({ id: z.number() })
const logger = new Logger(() => () => {})

/** The settings that its own page on performance has: a local queue, and completions that are written together. */
const together = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }

/** `batched`: jobs are fetched and completed many at a time; as it comes, each by itself. */
export async function graphileRound({ connectionString }: Postgres, load: Load, batched: boolean): Promise<Round> {
  const utils = await makeWorkerUtils({ connectionString, logger })
  await utils.migrate()
  await utils.addJobs(
    Array.from({ length: load.launches }, (_, index) => ({ identifier: 'launch', payload: { id: index + 1 } })),
  )
  const { call, close } = caller(load)
  const events = new EventEmitter()
  const round = await measure(noFigures, load.launches, done => {
    events.on('job:complete', done)
    const started = run(
      {
        logger,
        events,
        noHandleSignals: true,
        preset: {
          worker: {
            connectionString,
            concurrentJobs: load.concurrency,
            maxPoolSize: load.concurrency + 1,
            ...(batched ? together : {}),
          },
        },
      },
      { launch: async job => call(payload.parse(job)) },
    )
    return async () => (await started).stop()
  })
  await close()
  await utils.release()
  return round
}
