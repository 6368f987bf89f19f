/** Metrics for Prometheus: what happened, told by the events, and how things stand, asked when somebody reads them. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { z } from 'zod'
import { standingOfBatches } from '../bulk/standing.ts'
import { holdRows, stopCauses } from '../duty/holds.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import type { Happening } from '../launches/event-stream.ts'
import type { Ledger } from '../launches/ledger.ts'
import { type Balance, balanceOf } from '../timetable/balance.ts'
import { serverNow } from '../timetable/planner.ts'

/** No mailing, no schedule and no batch is among the labels: there may be any number of them. */
const standing = ['planned', 'claimed', 'sending', 'waiting', 'held', 'unknown'] as const

const settled = z.object({
  event: z.literal('attemptSettled'),
  account: z.string(),
  state: z.string(),
  outcome: z.string(),
  attempt: z.number(),
  lateness: z.number(),
  duration: z.number(),
})
/** Whatever else brings a launch to another state and says so. */
const ended = z.object({
  event: z.enum(['launchEnded', 'doubtEnded', 'launchSwallowed']),
  account: z.string(),
  state: z.string(),
})

/** Due times of so long are weighed, and not of the last two minutes: what is late may still be recorded. Milliseconds. */
const weighed = 15 * 60_000
const settling = 2 * 60_000
/** Weighing is worth so long. Milliseconds. */
const weighEvery = 30_000
/** Counting thousands of batches is worth so long. Milliseconds. */
const countEvery = 10_000

export class Metrics {
  readonly #registry = new Registry()
  readonly #launches = this.#counter('sendoff_launches_total', 'Launches that came to a state', ['account', 'outcome'])
  readonly #attempts = this.#counter('sendoff_attempts_total', 'Requests to Altcraft', ['account', 'outcome'])
  readonly #lateness = new Histogram({
    name: 'sendoff_launch_lateness_seconds',
    help: 'From the due time to the first attempt',
    labelNames: ['account'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
    registers: [this.#registry],
  })
  readonly #duration = new Histogram({
    name: 'sendoff_attempt_duration_seconds',
    help: 'From the beginning of an attempt to its outcome',
    labelNames: ['account'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 75],
    registers: [this.#registry],
  })
  readonly #http = new Histogram({
    name: 'sendoff_http_request_duration_seconds',
    help: 'Requests to this API',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [this.#registry],
  })
  readonly #standing = this.#gauge('sendoff_launches', 'Launches in a state that is no end', ['state'])
  readonly #queue = this.#gauge('sendoff_queue_jobs', 'Jobs in the queue of an account', ['account', 'kind'])
  readonly #workers = this.#gauge('sendoff_workers', 'Workers of an account, of all processes', ['account'])
  readonly #stops = this.#gauge('sendoff_stops', 'Stops in force', ['cause'])
  readonly #planner = this.#gauge('sendoff_planner_age_seconds', 'Since a planner last finished a pass', [])
  readonly #dueTimes = this.#gauge(
    'sendoff_due_times',
    'Due times of 15 minutes, two minutes ago: declared, recorded',
    ['side'],
  )
  readonly #batches = this.#gauge('sendoff_batches', 'Batches on record', ['state'])
  readonly #rows = this.#gauge('sendoff_batch_rows', 'Released rows of the batches on record', ['state'])
  readonly #rowsWaiting = this.#gauge('sendoff_batch_rows_waiting', 'Rows that are still to be released', ['account'])
  readonly #memory = this.#gauge('process_resident_memory_bytes', 'Resident memory', [])
  /** When the batches were counted last. */
  #counted: number | undefined
  #weighing: { readonly at: number; readonly balance: Balance | undefined } | undefined

  constructor(version: string) {
    this.#gauge('sendoff_build_info', 'The release', ['version']).set({ version }, 1)
    this.#gauge('process_start_time_seconds', 'When the process began', []).set(Date.now() / 1_000 - process.uptime())
  }

  /** Counts what happened. */
  hear({ fields }: Happening): void {
    const attempt = settled.safeParse(fields).data
    if (attempt) {
      const { account, outcome, state } = attempt
      this.#attempts.inc({ account, outcome })
      this.#launches.inc({ account, outcome: state })
      this.#duration.observe({ account }, attempt.duration / 1_000)
      if (attempt.attempt === 1) this.#lateness.observe({ account }, Math.max(0, attempt.lateness) / 1_000)
      return
    }
    const end = ended.safeParse(fields).data
    if (end) this.#launches.inc({ account: end.account, outcome: end.state })
  }

  /** Counts a request to this API. */
  measure({ seconds, ...labels }: { method: string; route: string; status: number; seconds: number }): void {
    this.#http.observe(labels, seconds)
  }

  /** Everything as text, with how things stand now. Throws what Redis throws. */
  async read(open: OpenLedger): Promise<{ readonly type: string; readonly text: string }> {
    const { config, ledger, queues } = open
    const { redis, keys } = ledger
    const now = await serverNow(ledger)
    const [counts, ran, holds] = await Promise.all([
      Promise.all(standing.map(state => redis.zcard(keys.inState(state)))),
      redis.get(keys.plannerRan),
      holdRows(ledger),
    ])
    for (const [index, state] of standing.entries()) this.#standing.set({ state }, counts[index] ?? 0)
    for (const cause of stopCauses) this.#stops.set({ cause }, holds.filter(hold => hold.cause === cause).length)
    if (ran !== null) this.#planner.set((now - Number(ran)) / 1_000)
    for (const account of Object.keys(config.accounts)) {
      const [depth, workers] = await Promise.all([queues.depth(account), queues.workerCount(account)])
      for (const [kind, jobs] of Object.entries(depth)) this.#queue.set({ account, kind }, jobs)
      this.#workers.set({ account }, workers)
    }
    await this.#weigh(open, now)
    await this.#countBatches(ledger, now)
    this.#memory.set(process.memoryUsage.rss())
    return { type: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  async #weigh({ ledger }: OpenLedger, now: number): Promise<void> {
    if (this.#weighing === undefined || now - this.#weighing.at >= weighEvery) {
      const to = now - settling
      this.#weighing = { at: now, balance: await balanceOf(ledger, to - weighed, to) }
    }
    const { balance } = this.#weighing
    if (balance === undefined) return this.#dueTimes.reset()
    this.#dueTimes.set({ side: 'declared' }, balance.expected)
    this.#dueTimes.set({ side: 'recorded' }, balance.recorded)
  }

  async #countBatches(ledger: Ledger, now: number): Promise<void> {
    if (this.#counted !== undefined && now - this.#counted < countEvery) return
    const { batches, rows, waiting } = await standingOfBatches(ledger)
    for (const [state, count] of Object.entries(batches)) this.#batches.set({ state }, count)
    this.#rows.reset()
    for (const [state, count] of rows) this.#rows.set({ state }, count)
    // The last batch of an account may be gone.
    this.#rowsWaiting.reset()
    for (const [account, count] of waiting) this.#rowsWaiting.set({ account }, count)
    this.#counted = now
  }

  #counter(name: string, help: string, labelNames: string[]) {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }

  #gauge(name: string, help: string, labelNames: string[]) {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] })
  }
}
