import { setTimeout as pauseFor } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { until } from '../processes.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

/** What a job should never hold. */
const junk: readonly unknown[] = [
  {},
  { key: 5 },
  { key: '' },
  { key: 'no-such-launch' },
  { key: '../../etc/passwd' },
  { key: 'x'.repeat(100_000) },
  { key: 'no-such-launch', request: { id: -1 } },
  [],
  'text',
  null,
  { key: { deep: JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) } },
  { key: 'no-such-launch', content: 'y'.repeat(5_000_000) },
]

/** Jobs that should not be there: nonsense, and copies of launches in every state. */
export async function poison(trial: Trial): Promise<void> {
  const timeouts = { connect: '500ms', headers: '4s', total: '5s' }
  const faults = ['drop-after:id=1001', 'delay-after=2500ms:id=1002']
  await Stage.with(trial, { timeouts, faults }, async stage => {
    const queue = new Queue('launch-main', {
      connection: { host: '127.0.0.1', port: stage.redis.port },
      prefix: '{sendoff}:queue',
    })
    queue.on('error', () => {})
    const copies = async (key: string, count: number) => {
      await queue.addBulk(Array.from({ length: count }, () => ({ name: 'launch', data: { key } })))
      trial.fault(count)
    }
    await stage.declareLaunches([{ mailing: 1_010 }], { services: 7, spread: 1 })
    const services = [await stage.serve(), await stage.serve()]
    const unknown = await stage.launch(1_001)
    const finished = await stage.launch(1_003)
    await stage.rest(Date.now())
    const sending = await stage.launch(1_002)
    await until('it is being sent', () => stage.oracle.starts().some(({ mailing }) => mailing === 1_002))
    await copies(sending, 20)
    await copies(unknown, 50)
    await copies(finished, 100)
    const [planned] = (await stage.launches()).filter(({ mailing }) => mailing === 1_010)
    await copies(planned?.key ?? '', 100)
    for (const data of trial.random.shuffled(junk)) await queue.add('launch', data)
    trial.fault(junk.length)
    const last = (planned?.due ?? 0) + 1
    await stage.launch(1_004)
    await stage.rest(last)
    const left = () => queue.getJobCountByTypes('waiting', 'active', 'delayed')
    await until('no poison is left in the queue', async () => (await left()) === 0, 20_000)
    await queue.close()
    const audit = await stage.audit(last)
    const states = Object.fromEntries(audit.launches.map(({ mailing, state }) => [mailing, state]))
    for (const mailing of [1_002, 1_003, 1_004, 1_010]) {
      trial.check(states[mailing] === 'launched', `mailing ${mailing} is ${states[mailing]}`)
    }
    trial.check(
      services.every(({ ending }) => ending === undefined),
      'a service did not survive the poison',
    )
  })
}

/** The queue loses every job that it holds; the ledger gives each launch a new one. */
async function emptyQueue(trial: Trial): Promise<void> {
  await Stage.with(trial, {}, async stage => {
    const mailings = Array.from({ length: 20 }, (_, index) => ({ mailing: 1_001 + index }))
    const { last } = await stage.declareLaunches(mailings, { services: 1, spread: 4 })
    await stage.serve()
    await pauseFor(trial.random.whole(0, 2_000))
    const keys = await stage.redis.client.keys('{sendoff}:queue:launch-main*')
    if (keys.length > 0) await stage.redis.client.del(...keys)
    trial.fault(keys.length)
    await stage.rest(last)
    const audit = await stage.audit(last)
    trial.check(audit.inState('launched').length === mailings.length, 'a launch whose job was lost was not launched')
  })
}

export const queueScenarios: readonly Scenario[] = [
  {
    name: 'poison',
    about: 'the queue is fed nonsense and copies of launches in every state',
    run: poison,
  },
  { name: 'empty-queue', about: 'the queue forgets all its jobs', run: emptyQueue },
]
