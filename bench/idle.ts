/**
 * What doing nothing costs: processor time and Redis commands per second of `sendoff start` (the built command line, its embedded Redis, one
 * schedule that is due in years), beside a bare BullMQ worker with one job scheduler that is due as late, on the same embedded Redis.
 *
 * SECONDS and ROUNDS in the environment change how long each is watched, and how often. `npm run build` comes first.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { z } from 'zod'
import { endAll, startProcess } from './child.ts'
import { type EmbeddedStore, joinStore } from './embedded-store.ts'
import { median } from './measure.ts'
import { Report } from './report.ts'
import { writeConfig } from './sendoff-timetable.ts'
import { figuresOf } from './store.ts'

const seconds = Number(process.env.SECONDS ?? 20)
const rounds = Number(process.env.ROUNDS ?? 3)
/** Until everything that a start does has been done. */
const settling = 5_000
const longestStart = 60_000
const cli = resolve('dist', 'cli.js')
const cpuReply = z.object({ cpu: z.number() })

/** Per second. */
interface Idle {
  readonly nodeCpu: number
  readonly redisCpu: number
  readonly commands: number
}

async function watch(store: EmbeddedStore, cpu: () => Promise<number>): Promise<Idle> {
  await pauseFor(settling)
  const look = async () => ({ ...(await figuresOf(store.redis)), node: await cpu(), at: performance.now() })
  const before = await look()
  await pauseFor(seconds * 1_000)
  const after = await look()
  const per = (figure: 'node' | 'cpu' | 'commands') =>
    ((after[figure] - before[figure]) * 1_000) / (after.at - before.at)
  // The look itself is three commands.
  return { nodeCpu: per('node'), redisCpu: per('cpu'), commands: per('commands') - 3 / seconds }
}

const jobs = `version: 1
schedules:
  far:
    account: main
    when: { at: "2099-01-01T09:00", timezone: UTC }
    launch: { id: 1 }
`

/** Until its schedule is stored, and its planner has made a pass. */
async function started(child: ChildProcess, store: EmbeddedStore): Promise<void> {
  const until = Date.now() + longestStart
  while ((await store.redis.exists('{sendoff}:planner-ran')) === 0) {
    if (child.exitCode !== null || Date.now() > until) throw new Error('sendoff start did not start')
    await pauseFor(100)
  }
}

async function sendoffIdle(folder: string): Promise<Idle> {
  await writeConfig({ folder, url: 'http://127.0.0.1:1', concurrency: 8 })
  await mkdir(join(folder, 'jobs'))
  await writeFile(join(folder, 'jobs', 'far.yaml'), jobs)
  const hook = new URL(`./cpu-hook${extname(import.meta.url)}`, import.meta.url).href
  const child = fork(cli, ['start'], {
    cwd: folder,
    execArgv: ['--import', hook],
    env: { ...process.env, BENCH_TOKEN: 'bench' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const store = await joinStore(folder)
  try {
    await started(child, store)
    return await watch(store, async () => {
      const reply = once(child, 'message')
      child.send('cpu')
      return cpuReply.parse((await reply)[0]).cpu
    })
  } finally {
    child.kill('SIGTERM')
    await ended
    await store.leave()
  }
}

async function bareIdle(folder: string): Promise<Idle> {
  const store = await joinStore(folder)
  const queue = new Queue('bare', { connection: store.redis })
  await queue.upsertJobScheduler('far', { pattern: '0 0 9 1 1 *' }, { name: 'launch', data: { request: { id: 1 } } })
  await queue.close()
  const worker = await startProcess('bare-process', { folder, url: 'http://127.0.0.1:1', concurrency: 8 })
  try {
    return await watch(store, () => worker.cpu())
  } finally {
    await worker.stop()
    await store.leave()
  }
}

if (!existsSync(cli)) {
  process.stderr.write(`${cli} is not there: npm run build makes it\n`)
  process.exit(1)
}
const report = new Report('Idle cost')
const folder = await mkdtemp(join(tmpdir(), 'sendoff-idle-'))
try {
  const sides = { 'bare BullMQ': bareIdle, 'sendoff start': sendoffIdle }
  const rows: (string | number)[][] = []
  for (const [name, run] of Object.entries(sides)) {
    const found: Idle[] = []
    for (let round = 0; round < rounds; round++) {
      const place = join(folder, `${name.replaceAll(' ', '-')}-${round}`)
      await mkdir(place)
      found.push(await run(place))
    }
    const of = (figure: keyof Idle) => median(found.map(each => each[figure]))
    const percent = (figure: 'nodeCpu' | 'redisCpu') => (of(figure) / 10_000).toFixed(2)
    rows.push([name, percent('nodeCpu'), percent('redisCpu'), of('commands').toFixed(1)])
  }
  report.say(`${seconds} s x ${rounds} rounds, one schedule that is not due; commands count those inside scripts.`)
  report.table(['side', '% of a processor in Node', '% in Redis', 'Redis commands a second'], rows)
  await report.keep()
} finally {
  await endAll()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
