/**
 * What wakes the planner: one BullMQ Job Scheduler, `every` and never `pattern`, served by every process that may plan. Its
 * jobs carry nothing. Should it be lost, the watch in each process sees that no planner has run, and plans itself.
 */
import { Queue, Worker } from 'bullmq'
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { type PlannerListener, plan, serverNow } from './planner.ts'
import { repeatStrategy } from './repeat-strategy.ts'

const planEvery = 10_000
/** Shorter than the horizon by more than the watch's period, so that no due time passes unplanned. */
const silence = 25_000

export interface PlanningListener extends PlannerListener {
  backgroundFailed(what: string, error: unknown): void
}

export class Planning {
  readonly #ledger: Ledger
  readonly #queues: LaunchQueues
  readonly #heard: PlanningListener
  readonly #queue: Queue
  readonly #worker: Worker

  constructor(ledger: Ledger, queues: LaunchQueues, heard: PlanningListener) {
    this.#ledger = ledger
    this.#queues = queues
    this.#heard = heard
    const settings = { repeatStrategy }
    const options = { connection: ledger.redis, prefix: ledger.keys.queuePrefix, settings }
    this.#queue = new Queue('planner', options)
    this.#worker = new Worker('planner', () => this.now(), { ...options, autorun: false, maxStalledCount: 1_000 })
    this.#queue.on('error', () => {})
    this.#worker.on('error', () => {})
    this.#worker.on('failed', (_, error) => heard.backgroundFailed('planning', error))
  }

  /** Plans once, then keeps planning. */
  async start(): Promise<void> {
    await this.now()
    await this.#schedule()
    this.#worker.run().catch(() => {})
  }

  /** One pass, now. */
  async now(): Promise<void> {
    await plan(this.#ledger, this.#queues, this.#heard, await serverNow(this.#ledger))
  }

  /** Plans where no planner has run for a while: its scheduler may have been lost with the data, or be stuck. */
  async watch(): Promise<void> {
    const ran = Number(await this.#ledger.redis.get(this.#ledger.keys.plannerRan))
    if ((await serverNow(this.#ledger)) - ran < silence) return
    await this.now()
    await this.#schedule()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#worker.close(), this.#queue.close()])
  }

  async #schedule(): Promise<void> {
    await this.#queue.upsertJobScheduler(
      'planner',
      { every: planEvery },
      { name: 'plan', opts: { removeOnComplete: true, removeOnFail: true } },
    )
  }
}
