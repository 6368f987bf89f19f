/**
 * The launch queues, one per account. BullMQ carries launches and wakes workers, nothing more: it forgets ids, re-runs jobs
 * and loses them, so every job only points at a record, and the ledger decides.
 */
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../redis/keys.ts'
import { launchRequestSchema, origins } from './launch.ts'

/** What a launch job holds: the launch it is for and, for whoever looks into the queue, its override parameters. */
export const launchJobSchema = z.object({
  key: z.string().min(1),
  origin: z.enum(origins).optional(),
  request: launchRequestSchema.optional(),
})
export type LaunchJob = z.infer<typeof launchJobSchema>

export interface QueuedLaunch {
  readonly account: string
  readonly job: LaunchJob
  /** Legal for BullMQ: no colon, not a whole number. Adding an id that is there already changes nothing. */
  readonly jobId: string
  /** Milliseconds from now. */
  readonly delay: number
}

export function queueName(account: string): string {
  return `launch-${account}`
}

/** Jobs leave the queue when they end: what came of the launch is in the ledger. */
const launchJobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

export class LaunchQueues {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #queues = new Map<string, Queue<LaunchJob>>()

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis
    this.#prefix = keys.queuePrefix
  }

  /** Adds jobs, grouped by account; ids that are queued already stay as they are. */
  async add(launches: readonly QueuedLaunch[]): Promise<void> {
    const accounts = [...new Set(launches.map(launch => launch.account))]
    await Promise.all(
      accounts.map(account => {
        const jobs = launches
          .filter(launch => launch.account === account)
          .map(({ job, jobId, delay }) => ({
            name: 'launch',
            data: job,
            opts: { ...launchJobOptions, jobId, delay: Math.max(0, delay) },
          }))
        return this.#queue(account).addBulk(jobs)
      }),
    )
  }

  /** Takes jobs out that have not begun; one that has begun finds the ledger's word. */
  async remove(account: string, jobIds: readonly string[]): Promise<void> {
    await Promise.all(jobIds.map(id => this.#queue(account).remove(id)))
  }

  /** How many workers, of all processes, serve the account's queue now. */
  workerCount(account: string): Promise<number> {
    return this.#queue(account).getWorkersCount()
  }

  /** Jobs of the account that wait for a worker now, for their time, or are with a worker. */
  async depth(
    account: string,
  ): Promise<{ readonly waiting: number; readonly delayed: number; readonly active: number }> {
    const {
      waiting = 0,
      delayed = 0,
      active = 0,
    } = await this.#queue(account).getJobCounts('waiting', 'delayed', 'active')
    return { waiting, delayed, active }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map(queue => queue.close()))
  }

  #queue(account: string): Queue<LaunchJob> {
    let queue = this.#queues.get(account)
    if (!queue) {
      queue = new Queue<LaunchJob>(queueName(account), { connection: this.#redis, prefix: this.#prefix })
      // What fails here fails at the call as well, where it is handled.
      queue.on('error', () => {})
      this.#queues.set(account, queue)
    }
    return queue
  }
}
