/** The product's side: stored schedules, a pass of the planner, a sweep, and the minute before anything is due. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Ledger } from '../src/launches/ledger.ts'
import { LaunchQueues } from '../src/launches/queue.ts'
import { sweepLedger } from '../src/launches/sweep.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { applyPlan } from '../src/timetable/apply.ts'
import { planBetween } from '../src/timetable/plan.ts'
import { plan, serverNow } from '../src/timetable/planner.ts'
import type { Schedule } from '../src/timetable/schedule.ts'
import { storedSet } from '../src/timetable/store.ts'
import type { Workplace } from './child.ts'
import type { EmbeddedStore } from './embedded-store.ts'
import { type Daily, scheduleOf } from './many-schedules.ts'
import { figuresOf } from './store.ts'

const silent = { minted: () => {} }

/** What the service finds in its folder: one account, and the service's own defaults; `more` are lines of its file. */
export async function writeConfig(
  { folder, url, concurrency }: Workplace,
  more: readonly string[] = [],
): Promise<void> {
  await mkdir(join(folder, 'config'))
  const lines = [
    'version: 1',
    `accounts: { main: { baseUrl: "${url}", token: { env: BENCH_TOKEN } } }`,
    `worker: { concurrency: ${concurrency} }`,
    ...more,
    '',
  ]
  await writeFile(join(folder, 'config', 'sendoff.yaml'), lines.join('\n'))
}

/** What something cost: milliseconds, processor time of this process in milliseconds, Redis commands. */
export interface Cost {
  readonly ms: number
  readonly cpu: number
  readonly commands: number
}

export class SendoffTimetable {
  readonly #ledger: Ledger
  readonly #queues: LaunchQueues

  constructor(store: EmbeddedStore) {
    this.#ledger = { redis: store.redis, keys: keysUnder('sendoff') }
    this.#queues = new LaunchQueues(store.redis, this.#ledger.keys)
  }

  /** Adds them to what is stored, as `sendoff apply` does. */
  async add(dailies: readonly Daily[]): Promise<void> {
    const stored = await storedSet(this.#ledger)
    const kept = [...stored.schedules.values()].flatMap(({ schedule }): Schedule[] => (schedule ? [schedule] : []))
    const steps = planBetween(stored.schedules, [...kept, ...dailies.map(scheduleOf)])
    const applied = await applyPlan(this.#ledger, this.#queues, silent, stored, steps, 'bench')
    if (applied.kind !== 'applied') throw new Error('the stored schedules were changed by somebody else')
  }

  pass(): Promise<Cost> {
    return this.#cost(async () => plan(this.#ledger, this.#queues, silent, await serverNow(this.#ledger)))
  }

  sweep(): Promise<Cost> {
    return this.#cost(() => sweepLedger(this.#ledger, 500))
  }

  /** Redis commands per second while nothing is due. */
  async idle(seconds: number): Promise<number> {
    const before = await figuresOf(this.#ledger.redis)
    await pauseFor(seconds * 1_000)
    return ((await figuresOf(this.#ledger.redis)).commands - before.commands) / seconds
  }

  launched(): Promise<number> {
    return this.#ledger.redis.zcard(this.#ledger.keys.inState('launched'))
  }

  /** Follows the planner until told to stop: how long its passes took that minted, the longest of them in milliseconds. */
  followPasses(): () => Promise<number> {
    let longest = 0
    let known: string | null = null
    let going = true
    const following = (async () => {
      while (going) {
        const [ran, now] = [await this.#ledger.redis.get(this.#ledger.keys.plannerRan), await serverNow(this.#ledger)]
        // The key is written at the end of a pass and says when it began.
        if (known !== null && ran !== known) longest = Math.max(longest, now - Number(ran))
        known = ran
        await pauseFor(50)
      }
    })()
    return async () => {
      going = false
      await following
      return longest
    }
  }

  async #cost(act: () => Promise<unknown>): Promise<Cost> {
    const before = await figuresOf(this.#ledger.redis)
    const cpu = process.cpuUsage()
    const begun = performance.now()
    await act()
    const ms = performance.now() - begun
    const { user, system } = process.cpuUsage(cpu)
    const after = await figuresOf(this.#ledger.redis)
    return { ms, cpu: (user + system) / 1_000, commands: after.commands - before.commands }
  }

  close(): Promise<void> {
    return this.#queues.close()
  }
}
