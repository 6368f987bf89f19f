/** Takes launch jobs of one account from one of its two queues and makes one attempt for each. */
import { DelayedError, type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { type AttemptTools, attemptLaunch, type Sending } from './attempt.ts'
import { waitAtMost } from './patience.ts'
import { type LaunchJob, launchJobSchema, queueName, rowQueueName } from './queue.ts'

/** How long a worker without a launch in hand may take to close. Milliseconds. */
const idlePatience = 3_000

export interface WorkerListener {
  jobNotUnderstood(queue: string, id: string | undefined): void
  redisLost(error: unknown): void
}

/** Only the key is used: what else a job shows was checked where it came in, and the record says it again. */
const pointer = launchJobSchema.pick({ key: true })

export class LaunchWorker {
  readonly #worker: Worker<LaunchJob>
  readonly #abort = new AbortController()
  readonly #inFlight = new Set<Promise<unknown>>()

  constructor(
    redis: Redis,
    queuePrefix: string,
    account: { readonly name: string; readonly sending: Sending; readonly concurrency: number },
    tools: AttemptTools,
    heard: WorkerListener,
    /** Where it takes rows of batches: told of each that has ended its attempt; must not throw. */
    rowEnded?: (key: string) => void,
  ) {
    const queue = rowEnded ? rowQueueName(account.name) : queueName(account.name)
    const processor = async (job: Job<LaunchJob>, lock?: string) => {
      const data = pointer.safeParse(job.data)
      if (!data.success) return heard.jobNotUnderstood(queue, job.id)
      const attempt = attemptLaunch(tools, account.name, account.sending, data.data.key, this.#abort.signal)
      this.#inFlight.add(attempt)
      const ending = await attempt.finally(() => this.#inFlight.delete(attempt))
      if (ending.kind === 'done') return rowEnded?.(data.data.key)
      // Not a failure: the same job comes back at its time. Should this be lost, the sweep makes a new job.
      await job.moveToDelayed(Date.now() + ending.wait, lock)
      throw new DelayedError()
    }
    this.#worker = new Worker<LaunchJob>(queue, processor, {
      connection: redis,
      prefix: queuePrefix,
      concurrency: account.concurrency,
      autorun: false,
      // How often BullMQ runs a job again does not matter for safety: the record decides. Losing one would cost time.
      maxStalledCount: 1_000,
      stalledInterval: 15_000,
    })
    this.#worker.on('error', error => heard.redisLost(error))
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  start(): void {
    // Ends when the worker is closed; its errors are reported through the error event.
    this.#worker.run().catch(() => {})
  }

  /**
   * Takes no new jobs and waits for the attempts in flight until `deadline` resolves; those left then have their sockets
   * reset, which makes them unknown (or, before the write, not launched). Returns how many were left.
   */
  async stop(deadline: Promise<void>): Promise<number> {
    const closed = this.#worker.close()
    // With nothing in flight, closing waits for Redis alone, and one that is away is not waited for.
    if (this.#inFlight.size === 0) await waitAtMost(idlePatience, closed)
    else await Promise.race([closed, deadline])
    const left = this.#inFlight.size
    this.#abort.abort()
    await Promise.allSettled([...this.#inFlight])
    await waitAtMost(idlePatience, closed)
    return left
  }
}
