/**
 * Launches per second through the whole path, beside the shortest honest BullMQ worker that makes the same undici call with
 * the same connection mode and keeps no ledger. Both take their jobs from one Redis, against one endpoint, in turn.
 */
import { fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { Client, Pool } from 'undici'
import { createStartMailing } from '../src/altcraft/start-mailing.ts'
import { type ArmedAccount, accountSchema } from '../src/config/account.ts'
import { Secret } from '../src/config/secret.ts'
import type { AttemptTools } from '../src/launches/attempt.ts'
import { systemClocks } from '../src/launches/commit.ts'
import { createLaunch } from '../src/launches/create.ts'
import { defaultPolicy } from '../src/launches/policy.ts'
import { LaunchQueues } from '../src/launches/queue.ts'
import { LaunchWorker } from '../src/launches/worker.ts'
import { CommitConnection } from '../src/redis/commit-connection.ts'
import { keysUnder } from '../src/redis/keys.ts'

const launches = Number(process.env.LAUNCHES ?? 2_000)
const rounds = Number(process.env.ROUNDS ?? 5)
const concurrency = Number(process.env.CONCURRENCY ?? 50)
type Mode = 'fresh' | 'reuse'
type Durability = 'memory' | 'disk'

async function startRedis(durability: Durability) {
  const dir = mkdtempSync(join(tmpdir(), 'sendoff-bench-'))
  const socket = join(dir, 'redis.sock')
  const aof = durability === 'disk' ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
  const child = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '', '--hz', '100', ...aof],
    { stdio: 'ignore' },
  )
  const redis = new Redis({ path: socket, maxRetriesPerRequest: null, retryStrategy: () => 20 })
  redis.on('error', () => {})
  await redis.ping()
  const stop = () => {
    redis.disconnect()
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  }
  return { redis, socket, stop }
}

async function startEndpoint() {
  const child = fork(new URL('./endpoint.ts', import.meta.url), { execArgv: process.execArgv })
  const port = await new Promise<number>(resolve => child.once('message', message => resolve(Number(message))))
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

interface Round {
  readonly perSecond: number
  readonly commandsPerLaunch: number
}

async function measured(redis: Redis, run: (done: () => void) => Promise<() => Promise<unknown>>): Promise<Round> {
  const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
  let left = launches
  let finish: () => void = () => {}
  const all = new Promise<void>(resolve => {
    finish = resolve
  })
  const before = await commands()
  const start = performance.now()
  const stop = await run(() => {
    left -= 1
    if (left === 0) finish()
  })
  await all
  const seconds = (performance.now() - start) / 1_000
  const used = (await commands()) - before
  await stop()
  return { perSecond: launches / seconds, commandsPerLaunch: used / launches }
}

async function bare(redis: Redis, url: string, mode: Mode): Promise<Round> {
  const queue = new Queue('bare', { connection: redis })
  const jobs = Array.from({ length: launches }, (_, index) => ({
    name: 'launch',
    data: { request: { id: index + 1 } },
    opts: { removeOnComplete: true, removeOnFail: true, jobId: `bare-${Date.now()}-${index}` },
  }))
  await queue.addBulk(jobs)
  const pool = new Pool(url, { connections: concurrency, pipelining: 1 })
  const round = await measured(redis, async done => {
    const worker = new Worker(
      'bare',
      async job => {
        const client = mode === 'reuse' ? pool : new Client(url, { pipelining: 0 })
        const body = JSON.stringify({ token: 'bench', ...job.data.request })
        const { statusCode, body: answer } = await client.request({
          method: 'POST',
          path: '/api/v1.1/campaigns/broadcasts/start',
          headers: { 'content-type': 'application/json' },
          body,
        })
        const envelope = await answer.json()
        if (mode === 'fresh') await client.close()
        if (statusCode !== 200 || typeof envelope !== 'object') throw new Error('refused')
      },
      { connection: redis, concurrency },
    )
    worker.on('completed', done)
    return () => worker.close()
  })
  await pool.close()
  await queue.obliterate({ force: true })
  await queue.close()
  return round
}

async function whole(redis: Redis, socket: string, url: string, mode: Mode): Promise<Round> {
  const keys = keysUnder('bench')
  const ledger = { redis, keys }
  const account: ArmedAccount = {
    ...accountSchema.parse({ baseUrl: url, token: { env: 'BENCH' }, connections: mode }),
    name: 'main',
    tokenSecret: new Secret('bench'),
    ca: undefined,
  }
  const mailer = createStartMailing(new Map([['main', account]]))
  const commits = new CommitConnection({ kind: 'socket', path: socket }, 'bench-commit')
  const queues = new LaunchQueues(redis, keys)
  const now = Date.now()
  const made = Array.from({ length: launches }, (_, index) => ({
    key: `bench-${now}-${index}`,
    account: 'main',
    origin: 'manual' as const,
    request: { id: index + 1 },
    due: now,
    sendUntil: now + 900_000,
    retryUntil: now + 900_000,
    policy: { ...defaultPolicy, overlap: 'allow' as const },
  }))
  await Promise.all(made.map(launch => createLaunch(ledger, launch)))
  await queues.add(
    made.map(({ key, request }) => ({
      account: 'main',
      jobId: key,
      delay: 0,
      job: { key, origin: 'manual' as const, request },
    })),
  )
  const round = await measured(redis, async done => {
    const silent = { settleRefused: fail, settleDelayed: fail, launchEnded: fail }
    const heard = {
      ...silent,
      attemptSettled: (_: unknown, { state }: { state: string }) => (state === 'launched' ? done() : fail(state)),
    }
    const tools: AttemptTools = {
      ledger,
      commits,
      startMailing: mailer.startMailing,
      clocks: systemClocks,
      accept: () => true,
      owner: 'bench',
      heard,
    }
    const sending = {
      lease: 15_000,
      sendingLasts: 90_000,
      durability: { kind: 'reply' as const },
      rules: account.errors,
      confirmation: account.confirmation,
    }
    const worker = new LaunchWorker(redis, keys.queuePrefix, { name: 'main', sending, concurrency }, tools, {
      jobNotUnderstood: fail,
      redisLost: fail,
    })
    worker.start()
    return () => worker.stop(pauseFor(5_000))
  })
  await queues.close()
  await commits.close()
  await mailer.close()
  return round
}

function fail(...what: unknown[]): void {
  throw new Error(`the benchmark met ${JSON.stringify(what)}`)
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const endpoint = await startEndpoint()
process.stdout.write(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${launches} launches x ${rounds} rounds, concurrency ${concurrency}\n`,
)
process.stdout.write('durability  connections  bare/s  sendoff/s  ratio  commands bare  commands sendoff\n')
for (const durability of ['memory', 'disk'] as const) {
  for (const mode of ['fresh', 'reuse'] as const) {
    const { redis, socket, stop } = await startRedis(durability)
    const pairs: { bare: Round; whole: Round }[] = []
    for (let round = 0; round <= rounds; round++) {
      const pair = {
        bare: await bare(redis, endpoint.url, mode),
        whole: await whole(redis, socket, endpoint.url, mode),
      }
      // The first round warms both up.
      if (round > 0) pairs.push(pair)
      await redis.flushall()
    }
    const cell = (text: string | number, width: number) => String(text).padEnd(width)
    process.stdout.write(
      `${cell(durability, 12)}${cell(mode, 13)}${cell(Math.round(median(pairs.map(pair => pair.bare.perSecond))), 8)}${cell(Math.round(median(pairs.map(pair => pair.whole.perSecond))), 11)}${cell(median(pairs.map(pair => pair.whole.perSecond / pair.bare.perSecond)).toFixed(2), 7)}${cell(median(pairs.map(pair => pair.bare.commandsPerLaunch)).toFixed(2), 15)}${median(pairs.map(pair => pair.whole.commandsPerLaunch)).toFixed(2)}\n`,
    )
    stop()
  }
}
endpoint.stop()
