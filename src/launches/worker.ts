/** Takes launch jobs of one account from one of its two queues and makes one attempt for each. */
import { DelayedError, type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { type AttemptEnding, type AttemptTools, attemptLaunch, type Sending } from './attempt.ts'
import { takeNextRow } from './next-row.ts'
import { waitAtMost } from './patience.ts'
import { type LaunchJob, launchJobSchema, queueName, rowQueueName } from './queue.ts'

/** How long a worker without a launch in hand may take to close. Milliseconds. */
const idlePatience = 3_000
/** Since a row was last seen to stand in line, so long it is worth asking whether one does. Milliseconds. */
const lineMemory = 10_000
/** A worker that has taken so many rows along lets its job end: other mailings want its place too. */
const mostTaken = 100

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
  #lineSeen = Number.NEGATIVE_INFINITY

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
    const attemptOf = (key: string) => {
      const attempt = attemptLaunch(tools, account.name, account.sending, key, this.#abort.signal)
      this.#inFlight.add(attempt)
      return attempt.finally(() => this.#inFlight.delete(attempt))
    }
    const processor = async (job: Job<LaunchJob>, lock?: string) => {
      const data = pointer.safeParse(job.data)
      if (!data.success) return heard.jobNotUnderstood(queue, job.id)
      const ending = await attemptOf(data.data.key)
      if (rowEnded) await this.#goOn(tools, ending, attemptOf, rowEnded)
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

  /**
   * Makes the attempts of rows that stood in line for what this one has left free. Each has a job of its own, which then finds
   * it done; whoever is taken along by nobody goes on by that.
   */
  async #goOn(
    { ledger }: AttemptTools,
    first: AttemptEnding,
    attemptOf: (key: string) => Promise<AttemptEnding>,
    rowEnded: (key: string) => void,
  ): Promise<void> {
    this.#lookForLine(first)
    let last = first.claim
    for (let taken = 0; last && taken < mostTaken && this.#isLineLikely(); taken++) {
      const key = await takeNextRow(ledger, last.key, last)
      if (key === undefined) return
      this.#lineSeen = performance.now()
      const ending = await attemptOf(key)
      if (ending.kind === 'done') rowEnded(key)
      last = ending.claim
    }
  }

  #lookForLine(ending: AttemptEnding): void {
    if (ending.kind === 'later' && (ending.why === 'lane' || ending.why === 'batch')) this.#lineSeen = performance.now()
  }

  /** Rows of many mailings hardly ever stand in line, and do not pay for those that do. */
  #isLineLikely(): boolean {
    return !this.#worker.closing && performance.now() - this.#lineSeen < lineMemory
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
