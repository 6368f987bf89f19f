/**
 * Launches per second through the whole path, beside three queues that do the same undici call over the same connection mode and
 * keep no ledger: bare BullMQ on Redis, pg-boss and graphile-worker on PostgreSQL. Both servers have every write on the disk before they
 * answer. All sides run in turn against one endpoint; the order moves on by one each round, and every ratio is taken within a round.
 *
 * Run it compiled (`npm run bench`). LAUNCHES, ROUNDS and CONCURRENCY in the environment change its size. Both servers are its
 * own, on Unix sockets in temporary folders; without PostgreSQL on the machine it says so and goes on.
 */
import { once } from 'node:events'
import { z } from 'zod'
import { bareRound, type Load, type Mode } from './bare-side.ts'
import { endAll, forked } from './child.ts'
import { graphileRound } from './graphile-side.ts'
import { median, type Round, spread } from './measure.ts'
import { pgBossRound } from './pg-boss-side.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { Report } from './report.ts'
import { sendoffRound } from './sendoff-side.ts'
import { type Store, startStore } from './store.ts'

const launches = Number(process.env.LAUNCHES ?? 2_000)
const rounds = Number(process.env.ROUNDS ?? 5)
const concurrency = Number(process.env.CONCURRENCY ?? 50)
const longestRun = 10 * 60_000
const modes: readonly Mode[] = ['fresh', 'reuse']

interface Side {
  readonly name: string
  readonly round: (load: Load) => Promise<Round>
}

function sidesOn(store: Store, postgres: Postgres | undefined): readonly Side[] {
  const onRedis = [
    { name: 'bare BullMQ', round: (load: Load) => bareRound(store, load) },
    { name: 'sendoff', round: (load: Load) => sendoffRound(store, load) },
  ]
  if (postgres === undefined) return onRedis
  return [
    ...onRedis,
    { name: 'pg-boss', round: load => pgBossRound(postgres, load) },
    { name: 'graphile-worker', round: load => graphileRound(postgres, load, false) },
    { name: 'graphile-worker, batched', round: load => graphileRound(postgres, load, true) },
  ]
}

/** All rounds of one connection mode, by side; the first warms everything up and is not counted. */
async function compare(sides: readonly Side[], store: Store, load: Load): Promise<readonly (readonly Round[])[]> {
  const counted: Round[][] = sides.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const at = (round + turn) % sides.length
      const result = await sides[at]?.round(load)
      if (round > 0 && result) counted[at]?.push(result)
    }
    await store.redis.flushall()
  }
  return counted
}

const rate = (round: Round | undefined) => round?.perSecond ?? Number.NaN

setTimeout(() => {
  process.stderr.write('the benchmark took too long and was given up\n')
  process.exit(1)
}, longestRun).unref()
const report = new Report('Launches per second beside other queues')
report.say(
  `${launches} launches x ${rounds} rounds, ${concurrency} at once, writes on the disk before they are answered.`,
)
const store = await startStore('disk')
const postgres = await startPostgres()
if (postgres === undefined) report.say('PostgreSQL is not installed here: pg-boss and graphile-worker are left out.')
const endpoint = forked('endpoint')
try {
  const url = `http://127.0.0.1:${z.number().parse((await once(endpoint, 'message'))[0])}`
  const sides = sidesOn(store, postgres)
  const rows: (string | number)[][] = []
  for (const mode of modes) {
    const results = await compare(sides, store, { launches, concurrency, url, mode })
    for (const [at, side] of sides.entries()) {
      const mine = results[at] ?? []
      const ratio = spread(mine.map((round, each) => round.perSecond / rate(results[0]?.[each])))
      const sendoff = spread(mine.map((round, each) => rate(results[1]?.[each]) / round.perSecond))
      const cpu = median(mine.map(({ nodeCpu }) => nodeCpu))
      rows.push([mode, side.name, median(mine.map(rate)).toFixed(0), ratio, sendoff, cpu.toFixed(0)])
    }
  }
  const headings = [
    'connections',
    'side',
    'launches/s',
    'of bare BullMQ',
    'sendoff is times this',
    'CPU us in Node a launch',
  ]
  report.table(headings, rows)
  report.say(
    'pg-boss, and graphile-worker where batched, fetch and complete many jobs at once: a crash calls again for all of them.',
  )
  await report.keep()
} finally {
  store.stop()
  await postgres?.stop()
  await endAll()
}
