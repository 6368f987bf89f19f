/**
 * The launch queues, two per account: one for rows of batches, one for all other launches. BullMQ carries launches and wakes workers, nothing more: it forgets ids, re-runs jobs
 * and loses them, so every job only points at a record, and the ledger decides.
 */
import type { Queue } from 'bullmq'
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

export interface QueueDepth {
  readonly waiting: number
  readonly delayed: number
  readonly active: number
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
  readonly #queues = new Map<string, Promise<Queue<LaunchJob>>>()

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis
    this.#prefix = keys.queuePrefix
  }

  /** Adds jobs, grouped by account; ids that are queued already stay as they are. */
  async add(launches: readonly QueuedLaunch[]): Promise<void> {
    const names = [...new Set(launches.map(queueOf))]
    await Promise.all(
      names.map(async name => {
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
        const queue = await this.#queue(name)
        await queue.addBulk(jobs)
      }),
    )
  }

  /** Takes jobs out that have not begun; one that has begun finds the ledger's word. */
  async remove(account: string, jobIds: readonly string[]): Promise<void> {
    if (jobIds.length === 0) return
    const queue = await this.#queue(queueName(account))
    await Promise.all(jobIds.map(id => queue.remove(id)))
  }

  /** How many workers, of all processes, serve the account's queue now. */
  async workerCount(account: string): Promise<number> {
    return (await this.#queue(queueName(account))).getWorkersCount()
  }

  /** Jobs of the account, in both of its queues, that wait for a worker now, for their time, or are with a worker. */
  async depth(account: string): Promise<QueueDepth> {
    const queues = await Promise.all([queueName(account), rowQueueName(account)].map(name => this.#queue(name)))
    // What is asked for by hand has a priority, and BullMQ counts it apart.
    const counts = await Promise.all(
      queues.map(queue => queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active')),
    )
    const sum = (...kinds: string[]) =>
      counts.reduce((total, count) => total + kinds.reduce((of, kind) => of + (count[kind] ?? 0), 0), 0)
    return { waiting: sum('waiting', 'prioritized'), delayed: sum('delayed'), active: sum('active') }
  }

  async close(): Promise<void> {
    const queues = await Promise.all(this.#queues.values())
    await Promise.all(queues.map(queue => queue.close()))
  }

  #queue(name: string): Promise<Queue<LaunchJob>> {
    let queue = this.#queues.get(name)
    if (!queue) {
      queue = this.#open(name)
      this.#queues.set(name, queue)
    }
    return queue
  }

  /** BullMQ is a third of what a command loads, and most commands only ask the ledger: it is loaded by the first that queues. */
  async #open(name: string): Promise<Queue<LaunchJob>> {
    const { Queue } = await import('bullmq')
    const queue = new Queue<LaunchJob>(name, { connection: this.#redis, prefix: this.#prefix })
    // What fails here fails at the call as well, where it is handled.
    queue.on('error', () => {})
    return queue
  }
}
