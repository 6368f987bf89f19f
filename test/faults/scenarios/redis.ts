import { setTimeout as pauseFor } from 'node:timers/promises'
import { endLoad, startLoad } from '../load.ts'
import { until } from '../processes.ts'
import { retriesOf } from '../project.ts'
import { freePort } from '../redis-process.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

async function killRedis(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const load = await startLoad(stage, { count: 60, spread: 10 })
    await until('the first launch is started', () => stage.oracle.starts().length > 0)
    for (let round = 0; round < 4; round++) {
      await pauseFor(trial.random.whole(300, 1_800))
      await stage.redis.kill()
      trial.fault()
      await pauseFor(trial.random.whole(0, 700))
      await stage.redis.restart()
    }
    await endLoad(stage, load)
  })
}

/** After a permit has had its life, nothing may start under a ledger that answers nobody. */
const lastWrites = 1_500

function checkSilence(stage: Stage, from: number, to: number): void {
  const late = stage.oracle.starts().filter(({ at }) => at > from + lastWrites && at < to)
  stage.trial.check(late.length === 0, `I3: ${late.length} mailings were started while the ledger took no commit`)
}

async function freezeRedis(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const load = await startLoad(stage, { count: 40, spread: 10 })
    await until('some launches are started', () => stage.oracle.starts().length >= 5)
    await pauseFor(trial.random.whole(0, 1_000))
    const frozen = Date.now()
    stage.redis.freeze()
    trial.fault()
    await pauseFor(5_000)
    checkSilence(stage, frozen, Date.now())
    stage.redis.thaw()
    await endLoad(stage, load)
  })
}

const inFlight = 6
const slowly = { connect: '500ms', headers: '5s', total: '6s' }

async function fillRedis(trial: Trial): Promise<void> {
  // A commit that is refused is an attempt: there must be some left when the memory is freed.
  const options = { timeouts: slowly, faults: [`delay-after=2s:x${inFlight}`], policy: { retry: retriesOf(60) } }
  await Stage.with(trial, options, async stage => {
    // All of the first are due at once, the others one by one from a second later on.
    const load = await startLoad(stage, { count: inFlight * 6, spread: 6, services: 1 })
    await until('the first launches are in flight', () => stage.oracle.starts().length >= inFlight)
    const full = Date.now()
    await fill(stage)
    trial.fault()
    const landed = async () => (await stage.launches()).filter(({ state }) => state === 'launched').length >= inFlight
    await until('outcomes land in a full Redis', landed, 8_000)
    await pauseFor(trial.random.whole(1_000, 4_000))
    checkSilence(stage, full, Date.now())
    await stage.redis.client.config('SET', 'maxmemory', '0')
    await endLoad(stage, load)
  })
}

/** More is held than may be: a limit that is only just reached would let small writes through now and then. */
async function fill({ redis: { client } }: Stage): Promise<void> {
  const junk = 'x'.repeat(100_000)
  for (let index = 0; index < 40; index++) await client.set(`junk-${index}`, junk)
  const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1])
  await client.config('SET', 'maxmemory', String(used - 2_000_000))
}

/** Writes are refused for a while: as a replica refuses them, or as a primary that has lost its replicas. */
async function refuseWrites(
  trial: Trial,
  refuse: (stage: Stage) => Promise<unknown>,
  accept: (stage: Stage) => Promise<unknown>,
  states: readonly string[],
): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const load = await startLoad(stage, { count: 40, spread: 8 })
    await until('some launches are started', () => stage.oracle.starts().length >= 5)
    await pauseFor(trial.random.whole(0, 1_000))
    const refused = Date.now()
    await refuse(stage)
    trial.fault()
    await pauseFor(4_000)
    checkSilence(stage, refused, Date.now())
    await accept(stage)
    await endLoad(stage, load, states)
  })
}

export const redisScenarios: readonly Scenario[] = [
  {
    name: 'redis-kill',
    about: 'Redis is killed four times under load and comes back with its files; everything is launched once',
    run: killRedis,
  },
  {
    name: 'redis-freeze',
    about: 'Redis stands still for 5 s under load; nothing starts meanwhile, everything is launched once',
    run: freezeRedis,
  },
  {
    name: 'redis-full',
    about: 'maxmemory is reached while requests are in flight; their outcomes land, no new one leaves',
    run: fillRedis,
  },
  {
    name: 'redis-readonly',
    about: 'Redis answers READONLY for 4 s under load',
    run: trial =>
      refuseWrites(
        trial,
        async ({ redis }) => redis.client.replicaof('127.0.0.1', await freePort()),
        ({ redis }) => redis.client.replicaof('NO', 'ONE'),
        // A replica that becomes a primary may look like a promotion, and hold what it held.
        ['launched', 'held', 'unknown'],
      ),
  },
  {
    name: 'redis-noreplicas',
    about: 'Redis answers NOREPLICAS for 4 s under load',
    run: trial =>
      refuseWrites(
        trial,
        ({ redis }) => redis.client.config('SET', 'min-replicas-to-write', '1'),
        ({ redis }) => redis.client.config('SET', 'min-replicas-to-write', '0'),
        ['launched'],
      ),
  },
]
