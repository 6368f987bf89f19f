/**
 * Launches per second through the whole path, beside the shortest honest BullMQ worker that makes the same undici call with
 * the same connection mode and keeps no ledger. Both take their jobs from one Redis, against one endpoint, in turn; who goes
 * first alternates, and every ratio is taken within one round, so that a machine with other work to do disturbs both alike.
 *
 * Run it compiled (`npm run bench`): what tsx adds to each closure costs the side that has more of them. LAUNCHES, ROUNDS and
 * CONCURRENCY in the environment change its size. It listens on the loopback only and ends by itself.
 */
import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { bareAlone, bareRound, type Load, type Mode } from './bare-side.ts'
import { median, quantile, type Round, spread } from './measure.ts'
import { Report } from './report.ts'
import { commitsPerSecond, sendoffAlone, sendoffRound } from './sendoff-side.ts'
import { type Store, type StoreDurability, startStore } from './store.ts'

const launches = Number(process.env.LAUNCHES ?? 2_000)
const rounds = Number(process.env.ROUNDS ?? 7)
const concurrency = Number(process.env.CONCURRENCY ?? 50)
const longestRun = 10 * 60_000
const durabilities: readonly StoreDurability[] = ['memory', 'disk']
const modes: readonly Mode[] = ['fresh', 'reuse']

interface Pair {
  readonly bare: Round
  readonly sendoff: Round
}

async function startEndpoint() {
  const child = fork(new URL(`./endpoint${extname(import.meta.url)}`, import.meta.url), { execArgv: process.execArgv })
  const port = await new Promise<number>(resolve => child.once('message', message => resolve(Number(message))))
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

async function inTurn(store: Store, load: Load, bareFirst: boolean): Promise<Pair> {
  const first = bareFirst ? await bareRound(store, load) : undefined
  const sendoff = await sendoffRound(store, load)
  const bare = first ?? (await bareRound(store, load))
  await store.redis.flushall()
  return { bare, sendoff }
}

const headings = [
  'durability',
  'connections',
  'bare/s',
  'sendoff/s',
  'ratio (least..most)',
  'commands: bare',
  'sendoff',
  'scripts: bare',
  'sendoff',
  'CPU us in Node: bare',
  'sendoff',
  'in Redis: bare',
  'sendoff',
]

function row(durability: StoreDurability, mode: Mode, pairs: readonly Pair[]): (string | number)[] {
  const of = (side: keyof Pair, figure: keyof Round) => median(pairs.map(pair => pair[side][figure]))
  const both = (figure: keyof Round, digits: number) => [
    of('bare', figure).toFixed(digits),
    of('sendoff', figure).toFixed(digits),
  ]
  return [
    ...[durability, mode, ...both('perSecond', 0)],
    spread(pairs.map(({ bare, sendoff }) => sendoff.perSecond / bare.perSecond)),
    ...[...both('commands', 1), ...both('scripts', 2), ...both('nodeCpu', 0), ...both('redisCpu', 0)],
  ]
}

const ms = (times: readonly number[]) => [0.5, 0.99].map(part => quantile(times, part).toFixed(2)).join(' / ')

async function bench(url: string, stores: Readonly<Record<StoreDurability, Store>>): Promise<void> {
  const notes: string[] = []
  const rows: (string | number)[][] = []
  for (const mode of modes) {
    const load = { launches, concurrency, url, mode }
    const pairs: Record<StoreDurability, Pair[]> = { memory: [], disk: [] }
    for (let round = 0; round <= rounds; round++) {
      for (const durability of durabilities) {
        const pair = await inTurn(stores[durability], load, round % 2 === 0)
        // The first round warms all of it up.
        if (round > 0) pairs[durability].push(pair)
      }
    }
    for (const durability of durabilities) rows.push(row(durability, mode, pairs[durability]))
    const cost = (side: keyof Pair) =>
      spread(pairs.disk.map((pair, index) => pair[side].perSecond / (pairs.memory[index]?.[side].perSecond ?? 0)))
    notes.push(`disk / memory, ${mode}: bare ${cost('bare')}, sendoff ${cost('sendoff')}`)
    const few = { ...load, launches: Math.min(launches, 500) }
    await bareAlone(few)
    const alone = ms(await bareAlone(few))
    const [memory, disk] = [await sendoffAlone(stores.memory, few), await sendoffAlone(stores.disk, few)].map(ms)
    notes.push(`one at a time, ${mode}, ms p50 / p99: bare ${alone}, sendoff memory ${memory}, disk ${disk}`)
  }
  for (const durability of durabilities) {
    const single = Math.round(await commitsPerSecond(stores[durability], 1, 1))
    const many = Math.round(await commitsPerSecond(stores[durability], concurrency, 1))
    notes.push(`${durability}: one connection commits ${single}/s one by one, ${many}/s with ${concurrency} under way`)
  }
  report.table(headings, rows)
  for (const note of notes) report.say(`- ${note}`)
}

setTimeout(() => {
  process.stderr.write('the benchmark took too long and was given up\n')
  process.exit(1)
}, longestRun).unref()
const report = new Report('Launches per second beside bare BullMQ')
report.say(
  `${launches} launches x ${rounds} rounds, ${concurrency} at once; processor time and commands are per launch.`,
)
const endpoint = await startEndpoint()
const stores = { memory: await startStore('memory'), disk: await startStore('disk') }
try {
  await bench(endpoint.url, stores)
  await report.keep()
} finally {
  for (const store of Object.values(stores)) store.stop()
  endpoint.stop()
}
