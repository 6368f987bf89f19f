/**
 * The launch queues, two per account: one for rows of batches, one for all other launches. BullMQ carries launches and wakes workers, nothing more: it forgets ids, re-runs jobs
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

/** The queue of rows of batches: what is due never waits behind them for a worker. */
export function rowQueueName(account: string): string {
  return `bulk-${account}`
}

/** A row's key is that of its batch, `#` and its own; no other launch has a `#` in its key. */
function queueOf({ account, job }: QueuedLaunch): string {
  return job.key.includes('#') ? rowQueueName(account) : queueName(account)
}

/** Within the account's queue, what somebody asks for by hand goes after what is due: BullMQ takes jobs without one first. */
const manualPriority = 10

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
    const names = [...new Set(launches.map(queueOf))]
    await Promise.all(
      names.map(name => {
        const jobs = launches
          .filter(launch => queueOf(launch) === name)
          .map(({ job, jobId, delay }) => ({
            name: 'launch',
            data: job,
            opts: {
              ...launchJobOptions,
              // A row's key may hold what BullMQ allows in no id of a job.
              jobId: jobId.replaceAll(':', '%3A'),
              delay: Math.max(0, delay),
              ...(job.origin === 'manual' ? { priority: manualPriority } : {}),
            },
          }))
        return this.#queue(name).addBulk(jobs)
      }),
    )
  }

  /** Takes jobs out that have not begun; one that has begun finds the ledger's word. */
  async remove(account: string, jobIds: readonly string[]): Promise<void> {
    await Promise.all(jobIds.map(id => this.#queue(queueName(account)).remove(id)))
  }

  /** How many workers, of all processes, serve the account's queue now. */
  workerCount(account: string): Promise<number> {
    return this.#queue(queueName(account)).getWorkersCount()
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

  #queue(name: string): Queue<LaunchJob> {
    let queue = this.#queues.get(name)
    if (!queue) {
      queue = new Queue<LaunchJob>(name, { connection: this.#redis, prefix: this.#prefix })
      // What fails here fails at the call as well, where it is handled.
      queue.on('error', () => {})
      this.#queues.set(name, queue)
    }
    return queue
  }
}
