/** The composition root: everything is built here, started in order and stopped in reverse. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { createReadPlatform } from './altcraft/read-platform.ts'
import { createStartMailing } from './altcraft/start-mailing.ts'
import { holdUnfit, startBackground } from './background.ts'
import { Feeder } from './bulk/feeder.ts'
import { fileSubmitter } from './bulk/submit-file.ts'
import type { ArmedAccount } from './config/account.ts'
import type { Config } from './config/config.ts'
import { hiding } from './config/secret.ts'
import type { Events } from './events.ts'
import { type HttpService, startHttp } from './http/start.ts'
import type { AttemptTools, Sending } from './launches/attempt.ts'
import { type BreakerRule, closeBreaker } from './launches/breaker.ts'
import { systemClocks } from './launches/commit.ts'
import { EventStream } from './launches/event-stream.ts'
import type { Ledger } from './launches/ledger.ts'
import { waitAtMost } from './launches/patience.ts'
import { LaunchQueues } from './launches/queue.ts'
import { Recovery } from './launches/recovery.ts'
import { StoreWatch, systemStepClock } from './launches/store-watch.ts'
import { LaunchWorker } from './launches/worker.ts'
import { createPages } from './pages/app.tsx'
import { CommitConnection } from './redis/commit-connection.ts'
import { connectPatiently, describeAddress, type RedisAddress } from './redis/connection.ts'
import { Fitness } from './redis/fitness.ts'
import { keysUnder } from './redis/keys.ts'
import { openRedis } from './redis/open.ts'
import { StoreFile } from './redis/store-memory.ts'
import { FilesDrift } from './timetable/files-drift.ts'
import { serverNow } from './timetable/planner.ts'
import { Planning } from './timetable/planning.ts'
import type { Schedule } from './timetable/schedule.ts'
import { type Declaration, startFromFiles, stepIntoFiles } from './timetable/step-into-files.ts'
import { storedSchedules } from './timetable/store.ts'

export interface ServiceInput {
  readonly config: Config
  readonly accounts: ReadonlyMap<string, ArmedAccount>
  /** What the files declare, or what is wrong with them: then only stored schedules can be run. */
  readonly declared: Declaration
  /** Whether stored schedules are brought into step with the files. */
  readonly apply: boolean
  readonly events: Events
}

export interface Service {
  /** Does about these declarations what was done about the first ones at the start: applies or announces them. */
  reload(declared: readonly Schedule[]): Promise<void>
  /** Stops within `deadline` milliseconds: no new claims, in-flight attempts awaited, what is left becomes unknown. */
  stop(deadline: number): Promise<void>
}

/** Time a commit and the write after it may take, added to what connecting may take. */
const commitMargin = 5_000
/** The longest that one step of stopping may take, once nothing is in flight. */
const stepPatience = 3_000
/** Time in which an outcome must be written down before its owner counts as gone. */
const settleMargin = 15_000

/** Builds and starts the service. Throws RedisUnreachable, UnfitRedis or DeclarationError, with nothing left running. */
export async function startService(input: ServiceInput): Promise<Service> {
  const { config, accounts, events } = input
  // What has been built, undone in reverse; a start that fails half-way undoes its half.
  const undo: (() => Promise<unknown>)[] = []
  try {
    const opened = await openRedis(config)
    undo.push(() => opened.leave())
    const asked = new Map([...accounts].map(([name, { durability }]) => [name, durability]))
    const fitness = await Fitness.of(opened.redis, config.redis.requireDurable, asked)
    for (const sentence of fitness.advice) events.redisAdvice(sentence)
    const sendings = new Map([...accounts].map(([name, account]) => [name, sendingOf(account, fitness)]))
    opened.redis.disconnect()

    const redis = connectPatiently(opened.address, 'sendoff')
    watchConnection(redis, events)
    undo.push(async () => redis.disconnect())
    const keys = keysUnder(config.redis.prefix)
    const owner = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`
    const ledger: Ledger = { redis, keys, owner }
    const stream = new EventStream(ledger, hiding([...accounts.values()].map(account => account.tokenSecret)))
    events.alsoTell(happening => stream.tell(happening))
    undo.push(() => stream.stop())
    const queues = new LaunchQueues(redis, keys)
    undo.push(() => queues.close())
    const mailer = createStartMailing(accounts)
    undo.push(() => mailer.close())

    const memory = new StoreFile(config.paths.data)
    undo.push(async () => memory.flush())
    const watch = new StoreWatch(ledger, events, memory, systemStepClock())
    await watch.look()
    // A connection that is new may be to another server, or to one that was started with another configuration.
    const commits = new CommitConnection(opened.address, 'sendoff-commit', async () => {
      await watch.look()
      await holdUnfit(ledger, fitness)
    })
    undo.push(() => commits.close())
    await startFromFiles(ledger, queues, events, input)
    await warnOfMissingAccounts(ledger, input)
    await closeUnused(ledger, sendings)
    const planning = new Planning(ledger, queues, events)
    undo.push(() => planning.stop())
    await planning.start()

    const tools: AttemptTools = {
      ledger,
      commits,
      startMailing: mailer.startMailing,
      submitFile: fileSubmitter(ledger, config.paths.jobs),
      clocks: systemClocks,
      accept: commit => watch.accept(commit),
      owner,
      heard: events,
    }
    const platform = createReadPlatform(accounts)
    undo.push(() => platform.close())
    const now = () => serverNow(ledger)
    const recovery = new Recovery({ ledger, queues, accounts, readLog: platform.readLog, now, heard: events })
    undo.push(() => recovery.stop())
    const feeder = new Feeder({ ledger, queues, accounts: new Set(accounts.keys()), heard: events })
    undo.push(() => feeder.stop())
    // Rows of batches have workers of their own: what is due never waits for one that is busy with a row.
    const workers = [...sendings].flatMap(([name, sending]) => {
      const account = { name, sending, concurrency: config.worker.concurrency }
      return [undefined, (key: string) => feeder.rowEnded(key)].map(
        rowEnded => new LaunchWorker(redis, keys.queuePrefix, account, tools, events, rowEnded),
      )
    })
    const preflight = { ledger, queues, accounts, readStatus: platform.readStatus, heard: events }
    const background = startBackground({
      ledger,
      queues,
      planning,
      recovery,
      watch,
      fitness,
      preflight,
      feeder,
      owner,
      config,
      events,
    })
    undo.push(() => background.stop())
    const files = new FilesDrift(ledger, input.declared)
    const drift = () => files.now()
    const http = await startHttp({
      config,
      address: opened.address,
      ledger,
      fitness,
      drift,
      events,
      pages: createPages,
    })
    undo.push(async () => http?.stop())
    for (const worker of workers) worker.start()
    events.serviceStarted(await startFacts(ledger, opened.address, accounts, owner))
    return {
      reload: declared => {
        files.declare(declared)
        return stepIntoFiles(ledger, queues, events, { declared, apply: input.apply })
      },
      stop: deadline => stop(workers, http, undo, events, deadline),
    }
  } catch (error) {
    await unwind(undo)
    throw error
  }
}

async function stop(
  workers: readonly LaunchWorker[],
  http: HttpService | undefined,
  undo: (() => Promise<unknown>)[],
  events: Events,
  deadline: number,
): Promise<void> {
  events.serviceStopping(workers.reduce((sum, worker) => sum + worker.inFlight, 0))
  const told = http?.drain()
  const timer = new AbortController()
  const over = pauseFor(deadline, undefined, { signal: timer.signal }).catch(() => {})
  const [left] = await Promise.all([Promise.all(workers.map(worker => worker.stop(over))), Promise.race([told, over])])
  timer.abort()
  await unwind(undo)
  events.serviceStopped(left.reduce((sum, count) => sum + count, 0))
}

/** A step that waits for a Redis that answers no more is not waited for: the process is about to end. */
async function unwind(undo: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of undo.reverse()) await waitAtMost(stepPatience, step())
  undo.length = 0
}

function sendingOf(account: ArmedAccount, fitness: Fitness): Sending {
  return {
    lease: account.timeouts.connect + commitMargin,
    sendingLasts: account.timeouts.total + settleMargin,
    // Asked anew for each attempt: the server can be reconfigured while launches go out.
    get durability() {
      return fitness.durabilityOf(account.name)
    },
    rules: account.errors,
    confirmation: account.confirmation,
    brakes: { limits: account.limits, breaker: breakerRuleOf(account) },
  }
}

function breakerRuleOf({ breaker: { failures, pause } }: ArmedAccount): BreakerRule | undefined {
  return failures === 'off' || failures === 0 ? undefined : { failures, pause }
}

/** A breaker that was open when it was switched off would be shown for ever: no claim asks it and no answer closes it. */
async function closeUnused(ledger: Ledger, sendings: ReadonlyMap<string, Sending>): Promise<void> {
  for (const [account, { brakes }] of sendings) {
    if (!brakes?.breaker) await closeBreaker(ledger, account, 'this account has no breaker any more', 'service')
  }
}

/** Schedules of an account that this process does not know expire unsent, unless another process knows it. */
async function warnOfMissingAccounts(ledger: Ledger, { accounts, events }: ServiceInput): Promise<void> {
  for (const { schedule } of (await storedSchedules(ledger)).values()) {
    if (!accounts.has(schedule.account)) events.accountMissing(schedule.name, schedule.account)
  }
}

async function startFacts(
  ledger: Ledger,
  address: RedisAddress,
  accounts: ReadonlyMap<string, ArmedAccount>,
  owner: string,
) {
  const schedules = await ledger.redis.hlen(ledger.keys.schedules)
  return { redis: describeAddress(address), accounts: [...accounts.keys()], schedules, owner }
}

function watchConnection(redis: Redis, events: Events): void {
  let lost = false
  redis.on('error', error => {
    if (!lost) events.redisLost(error)
    lost = true
  })
  redis.on('ready', () => {
    if (lost) events.redisBack()
    lost = false
  })
}
