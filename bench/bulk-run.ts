/**
 * Rows per second of a batch while it runs, beside the same jobs in a queue of bare BullMQ: all rows wait when the process that works on them
 * starts (the service as `sendoff start` runs it, or a bare worker with the same call), and the far side counts until the last has arrived. Both on the
 * product's embedded Redis, in turn.
 *
 * ROWS, ROUNDS and CONCURRENCY in the environment change its size.
 */
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { z } from 'zod'
import { endAll, forked, startProcess } from './child.ts'
import { joinStore } from './embedded-store.ts'
import { median, spread } from './measure.ts'
import { Report } from './report.ts'
import { writeConfig } from './sendoff-timetable.ts'
import { figuresOf } from './store.ts'
import { type Submission, submitInProcess } from './submitting.ts'

const rows = Number(process.env.ROWS ?? 20_000)
const rounds = Number(process.env.ROUNDS ?? 3)
const concurrency = Number(process.env.CONCURRENCY ?? 50)
const longestRun = 15 * 60_000

/** Per second, and per row in microseconds and commands. */
interface Run {
  readonly perSecond: number
  readonly nodeCpu: number
  readonly redisCpu: number
  readonly commands: number
}

async function run(side: Submission['side'], folder: string, url: string): Promise<Run> {
  await mkdir(folder)
  const place = { folder, url, concurrency }
  await writeConfig(place)
  const store = await joinStore(folder)
  const socket = store.redis.options.path
  if (socket === undefined) throw new Error('the embedded Redis has no socket')
  await submitInProcess({ side, socket, prefix: 'sendoff', name: 'offers', rows, file: '' })
  const arrived = async () => Number(await (await fetch(`${url}/count`)).text())
  const first = await arrived()
  const before = await figuresOf(store.redis)
  const worker = await startProcess(side === 'bare' ? 'bare-process' : 'service-process', place)
  const [begun, cpu] = [performance.now(), await worker.cpu()]
  while ((await arrived()) - first < rows) await pauseFor(50)
  const seconds = (performance.now() - begun) / 1_000
  const after = await figuresOf(store.redis)
  const nodeCpu = ((await worker.cpu()) - cpu) / rows
  await worker.stop()
  await store.leave()
  return {
    perSecond: rows / seconds,
    nodeCpu,
    redisCpu: (after.cpu - before.cpu) / rows,
    commands: (after.commands - before.commands) / rows,
  }
}

setTimeout(() => {
  process.stderr.write('the benchmark took too long and was given up\n')
  process.exit(1)
}, longestRun).unref()
const report = new Report('Rows per second of a batch')
process.env.BENCH_TOKEN = 'bench'
const folder = await mkdtemp(join(tmpdir(), 'sendoff-rows-'))
const endpoint = forked('endpoint')
try {
  const url = `http://127.0.0.1:${z.number().parse((await once(endpoint, 'message'))[0])}`
  const runs: Record<'bare' | 'sendoff', Run[]> = { bare: [], sendoff: [] }
  for (let round = 0; round < rounds; round++) {
    for (const side of ['bare', 'sendoff'] as const)
      runs[side].push(await run(side, join(folder, `${side}-${round}`), url))
  }
  const line = (side: 'bare' | 'sendoff') => {
    const of = (figure: keyof Run) => median(runs[side].map(each => each[figure]))
    const ratio = spread(runs[side].map((each, round) => each.perSecond / (runs.bare[round]?.perSecond ?? Number.NaN)))
    const costs = [of('nodeCpu').toFixed(0), of('redisCpu').toFixed(0), of('commands').toFixed(1)]
    return [side, of('perSecond').toFixed(0), ratio, ...costs]
  }
  report.say(
    `${rows} rows x ${rounds} rounds, ${concurrency} at once, a fresh connection for each, writes on the disk before they are answered.`,
  )
  report.table(
    ['side', 'rows a second', 'ratio', 'CPU us in Node a row', 'in Redis', 'commands'],
    [line('bare'), line('sendoff')],
  )
  await report.keep()
} finally {
  await endAll()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
