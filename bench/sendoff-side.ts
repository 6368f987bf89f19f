/** The product's whole way of a launch, from its job to its record. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { createStartMailing } from '../src/altcraft/start-mailing.ts'
import { type ArmedAccount, accountSchema } from '../src/config/account.ts'
import { Secret } from '../src/config/secret.ts'
import { type AttemptTools, attemptLaunch, type Sending } from '../src/launches/attempt.ts'
import { systemClocks } from '../src/launches/commit.ts'
import { createLaunch } from '../src/launches/create.ts'
import type { Ledger } from '../src/launches/ledger.ts'
import { defaultPolicy } from '../src/launches/policy.ts'
import { LaunchQueues } from '../src/launches/queue.ts'
import { StoreWatch, systemStepClock } from '../src/launches/store-watch.ts'
import { LaunchWorker } from '../src/launches/worker.ts'
import { CommitConnection } from '../src/redis/commit-connection.ts'
import { keysUnder } from '../src/redis/keys.ts'
import { groupScript } from '../src/redis/script.ts'
import { StoreFile } from '../src/redis/store-memory.ts'
import type { Load } from './bare-side.ts'
import { measure, type Round, timeEach } from './measure.ts'
import type { Store } from './store.ts'

const keys = keysUnder('bench')

function fail(...what: unknown[]): void {
  throw new Error(`the benchmark met ${JSON.stringify(what)}`)
}

async function create(store: Store, count: number): Promise<{ key: string; request: { id: number } }[]> {
  const now = Date.now()
  const made = Array.from({ length: count }, (_, index) => ({
    key: `bench-${now}-${index}`,
    account: 'main',
    origin: 'manual' as const,
    request: { id: index + 1 },
    due: now,
    sendUntil: now + 900_000,
    retryUntil: now + 900_000,
    policy: { ...defaultPolicy, overlap: 'allow' as const },
  }))
  await Promise.all(made.map(launch => createLaunch({ redis: store.redis, keys }, launch)))
  return made
}

/** Watches over the store as the service does, with the file that remembers its commits, and fails where it raises an alarm. */
async function watchOver(ledger: Ledger): Promise<{ watch: StoreWatch; end: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sendoff-bench-watch-'))
  const memory = new StoreFile(folder)
  const heard = { storeIsAnother: () => {}, storeForgot: fail, clockWrong: fail }
  const watch = new StoreWatch(ledger, heard, memory, systemStepClock())
  await watch.look()
  const timer = setInterval(() => void watch.look(), 5_000)
  const end = async () => {
    clearInterval(timer)
    memory.flush()
    await rm(folder, { recursive: true, force: true })
  }
  return { watch, end }
}

async function prepare(store: Store, { url, mode }: Load, done: () => void) {
  const account: ArmedAccount = {
    ...accountSchema.parse({ baseUrl: url, token: { env: 'BENCH' }, connections: mode }),
    name: 'main',
    tokenSecret: new Secret('bench'),
    ca: undefined,
  }
  const mailer = createStartMailing(new Map([['main', account]]))
  const ledger = { redis: store.redis, keys }
  const commits = new CommitConnection(store.address, 'bench-commit')
  const { watch, end } = await watchOver(ledger)
  const tools: AttemptTools = {
    ledger,
    commits,
    startMailing: mailer.startMailing,
    clocks: systemClocks,
    accept: commit => watch.accept(commit),
    owner: 'bench',
    heard: {
      settleRefused: fail,
      settleDelayed: fail,
      launchEnded: fail,
      breakerChanged: fail,
      attemptSettled: (_, { state }) => (state === 'launched' ? done() : fail(state)),
    },
  }
  // With `appendfsync always` the reply is the proof that the commit is on the disk; without a file there is none to wait for.
  const durability = { kind: 'reply' } as const
  const { errors: rules, confirmation } = account
  const brakes = { limits: {}, breaker: { failures: 5, pause: 30_000 } }
  const sending: Sending = { lease: 15_000, sendingLasts: 90_000, durability, rules, confirmation, brakes }
  const close = async () => {
    await end()
    await commits.close()
    await mailer.close()
  }
  return { tools, sending, close }
}

export async function sendoffRound(store: Store, load: Load): Promise<Round> {
  const queues = new LaunchQueues(store.redis, keys)
  const made = await create(store, load.launches)
  await queues.add(
    made.map(({ key, request }) => ({
      account: 'main',
      jobId: key,
      delay: 0,
      // As a due time has it: a launch by hand waits behind those, which costs BullMQ more.
      job: { key, origin: 'schedule' as const, request },
    })),
  )
  let ended = () => {}
  const { tools, sending, close } = await prepare(store, load, () => ended())
  const round = await measure(store, load.launches, done => {
    ended = done
    const account = { name: 'main', sending, concurrency: load.concurrency }
    const heard = { jobNotUnderstood: fail, redisLost: fail }
    const worker = new LaunchWorker(store.redis, keys.queuePrefix, account, tools, heard)
    worker.start()
    return () => worker.stop(pauseFor(5_000))
  })
  await queues.close()
  await close()
  return round
}

/** The attempt alone, without a queue, one after the other. */
export async function sendoffAlone(store: Store, load: Load): Promise<number[]> {
  const made = await create(store, load.launches)
  const { tools, sending, close } = await prepare(store, load, () => {})
  const { signal } = new AbortController()
  const times = await timeEach(load.launches, index =>
    attemptLaunch(tools, 'main', sending, made[index]?.key ?? '', signal),
  )
  await close()
  return times
}

/** Commits per second that one strict connection makes, with so many under way at a time, for about `seconds`. */
export async function commitsPerSecond(store: Store, underWay: number, seconds: number): Promise<number> {
  const commits = new CommitConnection(store.address, 'bench-commit')
  const script = groupScript(
    'benchCommit',
    { before: '', each: "return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)" },
    0,
  )
  const start = performance.now()
  let made = 0
  const lane = async () => {
    while (performance.now() - start < seconds * 1_000) {
      const answer = await commits.write(script, keys.store, ['commits'], { kind: 'reply' })
      if (answer.kind === 'doubt') fail(answer.why)
      made += 1
    }
  }
  await Promise.all(Array.from({ length: underWay }, lane))
  const perSecond = made / ((performance.now() - start) / 1_000)
  await commits.close()
  return perSecond
}
