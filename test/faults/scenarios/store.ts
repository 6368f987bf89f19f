import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { until } from '../processes.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

/** Who, of those that knew better, is there when an old copy of the store comes back. */
type Witness =
  /** The service that sent what the copy does not know of. */
  | 'sender'
  /** Nobody lives; the next service starts in the same folder. */
  | 'folder'
  /** A service that has sent nothing itself, and has only seen others send. */
  | 'bystander'

const count = 20
/** Commits after the last look at the store: the sender alone knows of them, by their numbers. */
const unseen = 6
/** Twice the time between two looks of a service at its store. */
const twoLooks = 11_000

/** Redis comes back with the files of earlier: what was launched since must not be launched again. */
export async function restore(trial: Trial, witness: Witness): Promise<void> {
  const timeouts = { connect: '1s', headers: '25s', total: '30s' }
  await Stage.with(trial, { timeouts, faults: ['silent:id=2001:x1'] }, async stage => {
    if (witness === 'bystander') await occupy(stage)
    const mailings = Array.from({ length: count }, (_, index) => ({ mailing: 1_001 + index }))
    const { last } = await stage.declareLaunches(mailings, { services: 2, spread: witness === 'sender' ? 10 : 6 })
    const sender = await stage.serve()
    const started = () => stage.oracle.starts().length
    await until('some are launched', () => started() >= trial.random.whole(3, 8))
    if (witness === 'sender') await nextLook(stage)
    const [folder, copy] = [join(stage.folder, 'redis'), join(stage.folder, 'copy')]
    cpSync(folder, copy, { recursive: true })
    const wanted = witness === 'sender' ? Math.min(count, started() + unseen) : count
    await until('those that the copy does not know are launched', () => started() >= wanted)
    if (witness === 'bystander') await pauseFor(twoLooks)
    if (witness !== 'sender') await sender.end('SIGKILL')
    await stage.redis.kill()
    rmSync(folder, { recursive: true })
    cpSync(copy, folder, { recursive: true })
    trial.fault()
    await stage.redis.restart()
    if (witness === 'folder') await stage.serve()
    await stage.rest(last, 40_000)
    const holds = await stage.redis.client.hlen('{sendoff}:holds')
    trial.check(holds > 0, 'the store has forgotten launches, and nothing is held')
    // Whoever ends the stop relies on it that what may have gone out is unknown, and stays so.
    await stage.command('hold', 'off', '--reason', 'looked at what is unknown')
    await pauseFor(4_000)
    await stage.rest(last)
    const audit = await stage.audit(last, true)
    for (const { key, state, reason } of audit.launches) {
      trial.check(['launched', 'unknown', 'held'].includes(state), `${key} is ${state}: ${reason}`)
    }
  })
}

/** Returns when the service has just looked at its store: it looks again only after all that follows here. */
async function nextLook(stage: Stage): Promise<void> {
  const monitor = await stage.redis.client.monitor()
  monitor.on('error', () => {})
  await new Promise<void>(resolve => {
    monitor.on('monitor', (_time: string, [command, section]: string[]) => {
      if (command?.toLowerCase() === 'info' && section === 'replication') resolve()
    })
  })
  monitor.disconnect()
}

/** A service that lives, looks at the store and has its only hand busy with a launch that gets no answer. */
async function occupy(stage: Stage): Promise<void> {
  await stage.serve({ SENDOFF_WORKER__CONCURRENCY: '1' })
  await stage.launch(2_001)
  await until('it is busy', () => stage.oracle.requests().length > 0)
}

/** The primary is lost, and a replica that stood still for a while becomes it: what was launched meanwhile it does not know. */
async function promote(trial: Trial): Promise<void> {
  await Stage.with(trial, { proxies: ['redis'] }, async stage => {
    const mailings = Array.from({ length: count }, (_, index) => ({ mailing: 1_001 + index }))
    const { last } = await stage.declareLaunches(mailings, { services: 2, spread: 6 })
    await stage.serve()
    const replica = await stage.redis.startReplica(join(stage.folder, 'replica'))
    const started = () => stage.oracle.starts().length
    await until('some are launched', () => started() >= trial.random.whole(2, 6))
    replica.freeze()
    const known = started()
    await until('more are launched', () => started() >= known + unseen)
    await stage.redis.giveWayTo(replica)
    stage.redisProxy?.retarget(stage.redis.port)
    trial.fault()
    const held = async () => (await stage.redis.client.hlen('{sendoff}:holds')) > 0
    await until('everything is held', held, 40_000)
    await stage.rest(last, 40_000)
    await stage.command('hold', 'off', '--reason', 'looked at what is unknown')
    await stage.rest(last)
    const audit = await stage.audit(last, true)
    for (const { key, state, reason } of audit.launches) {
      trial.check(['launched', 'unknown', 'held'].includes(state), `${key} is ${state}: ${reason}`)
    }
    trial.check(audit.inState('unknown').length > 0, 'what the replica has not heard of is not in doubt')
  })
}

/** A clean restart and a kill are ordinary: nobody is held up by twenty of them. */
async function restartOften(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const mailings = Array.from({ length: 40 }, (_, index) => ({ mailing: 1_001 + index }))
    const { last } = await stage.declareLaunches(mailings, { services: 1, spread: 16 })
    await stage.serve()
    for (let round = 0; round < 20; round++) {
      await pauseFor(trial.random.whole(100, 700))
      await stage.redis.kill()
      trial.fault()
      await stage.redis.restart()
    }
    await stage.rest(last)
    const audit = await stage.audit(last)
    trial.check(audit.inState('launched').length === 40, `${audit.inState('launched').length} of 40 were launched`)
    const holds = await stage.redis.client.hgetall('{sendoff}:holds')
    trial.check(Object.keys(holds).length === 0, `ordinary restarts hold launches: ${JSON.stringify(holds)}`)
  })
}

export const storeScenarios: readonly Scenario[] = [
  {
    name: 'restored',
    about: 'Redis comes back with an old copy of its files under the service that has sent since',
    run: trial => restore(trial, 'sender'),
  },
  {
    name: 'restored-restart',
    about: 'the same, and the service was killed with it and starts again in its folder',
    run: trial => restore(trial, 'folder'),
  },
  {
    name: 'restored-bystander',
    about: 'the same, and only a service is left that has seen others send',
    run: trial => restore(trial, 'bystander'),
  },
  {
    name: 'promoted',
    about: 'the primary is lost, and a replica that is behind takes its place',
    run: promote,
  },
  {
    name: 'redis-restarts',
    about: 'Redis is killed twenty times; nothing is held and everything is launched',
    run: restartOften,
  },
]
