/** pg-boss on PostgreSQL: the same undici call for each of its jobs. */
import PgBoss from 'pg-boss'
import { caller, type Load } from './bare-side.ts'
import { measure, noFigures, type Round } from './measure.ts'
import type { Postgres } from './postgres.ts'

/** Fetching, calling and completing overlap where more than one does it. */
const loops = 2

/**
 * Jobs are fetched, called for all at once, and completed together, by the library's own fetch and complete: its work() pauses
 * half a second between two fetches, which would be all that is measured.
 */
export async function pgBossRound(postgres: Postgres, load: Load): Promise<Round> {
  const boss = new PgBoss({ connectionString: postgres.connectionString, supervise: false, schedule: false })
  // What goes wrong is thrown by the call that it happens to as well.
  boss.on('error', () => {})
  await boss.start()
  // A queue has a table of its own: what earlier rounds left is not in the way.
  const queue = `launches-${Date.now()}`
  await boss.createQueue(queue)
  await boss.insert(Array.from({ length: load.launches }, (_, index) => ({ name: queue, data: { id: index + 1 } })))
  const { call, close } = caller(load)
  const round = await measure(noFigures, load.launches, done => {
    let going = true
    const loop = async () => {
      while (going) {
        const jobs = await boss.fetch<{ id: number }>(queue, { batchSize: Math.ceil(load.concurrency / loops) })
        if (jobs.length === 0) return
        await Promise.all(jobs.map(job => call(job.data)))
        await boss.complete(
          queue,
          jobs.map(({ id }) => id),
        )
        for (const _ of jobs) done()
      }
    }
    const all = Promise.all(Array.from({ length: loops }, loop))
    return () => {
      going = false
      return all
    }
  })
  await close()
  await boss.stop({ graceful: false, wait: true })
  return round
}
