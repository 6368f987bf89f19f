/** What a large installation has, and `sendoff start` on it: ten thousand launches, a thousand schedules, a batch that runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { cancelBatch } from '../src/bulk/cancel.ts'
import { submitBatch } from '../src/bulk/submit.ts'
import { createKey } from '../src/http/api-keys.ts'
import { CommitConnection } from '../src/redis/commit-connection.ts'
import { keysUnder } from '../src/redis/keys.ts'
import type { Workplace } from './child.ts'
import { type EmbeddedStore, joinStore } from './embedded-store.ts'
import { fillLedger } from './finished-launches.ts'
import { declarationOf, manyRows } from './many-rows.ts'
import { quietOnes } from './many-schedules.ts'
import { SendoffTimetable, writeConfig } from './sendoff-timetable.ts'

export interface Size {
  readonly launches: number
  readonly schedules: number
  /** Of the batch: more than can be launched while it is watched. */
  readonly rows: number
}

/** Runs of each schedule that has run. */
const runs = 20
const decision = { by: 'bench', why: 'to measure' }

export class BusyService {
  /** `http://127.0.0.1:<port>`. */
  readonly address: string
  readonly key: string
  readonly #store: EmbeddedStore
  readonly #child: ChildProcess
  #batch = ''

  private constructor(address: string, key: string, store: EmbeddedStore, child: ChildProcess) {
    this.address = address
    this.key = key
    this.#store = store
    this.#child = child
  }

  /** `cli`: the built command line. */
  static async start(cli: string, place: Workplace, size: Size): Promise<BusyService> {
    await writeConfig(place, ['http: { listen: "127.0.0.1:0" }', 'log: { format: json }'])
    const store = await joinStore(place.folder)
    try {
      const key = await fill(store, size)
      const options = (process.env.SERVICE_ARGV ?? '').split(' ').filter(each => each !== '')
      const child = spawn(process.execPath, [...options, cli, 'start'], {
        cwd: place.folder,
        env: { ...process.env, BENCH_TOKEN: 'bench' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      return new BusyService(await addressOf(child), key, store, child)
    } catch (error) {
      await store.leave()
      throw error
    }
  }

  get ledger() {
    return { redis: this.#store.redis, keys: keysUnder('sendoff') }
  }

  /** From now on a batch runs, as fast as it can. Its id. */
  async submit(rows: number): Promise<string> {
    const answer = await submitBatch(this.ledger, declarationOf('offers'), manyRows(rows))
    if (answer.kind !== 'submitted') throw new Error(`the rows were not submitted: ${answer.kind}`)
    this.#batch = answer.id
    return answer.id
  }

  async stop(): Promise<void> {
    if (this.#batch !== '') await cancelBatch(this.ledger, this.#batch, decision)
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
    await this.#store.leave()
  }
}

/** The key is a launcher's, for all accounts. */
async function fill(store: EmbeddedStore, { launches, schedules }: Size): Promise<string> {
  const ledger = { redis: store.redis, keys: keysUnder('sendoff') }
  const socket = store.redis.options.path
  if (socket === undefined) throw new Error('the embedded Redis has no socket')
  const commits = new CommitConnection({ kind: 'socket', path: socket }, 'bench-commit')
  // Every other launch is of a schedule, and its number is even.
  const haveRun = Math.min(schedules, launches / 2 / runs)
  await fillLedger(ledger, commits, launches, haveRun * 2)
  await commits.close()
  const timetable = new SendoffTimetable(store)
  await timetable.add(
    quietOnes(schedules, Date.now()).map((daily, index) => ({
      ...daily,
      // Those that have run come first in the list.
      name: index < haveRun ? `schedule-${index * 2}` : `weekly-${index}`,
    })),
  )
  await timetable.close()
  const key = await createKey(ledger, { name: 'bench', role: 'admin' }, decision, Date.now())
  if (key === undefined) throw new Error('there is a key already')
  return key
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('its log is not read')
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    if (address === undefined) continue
    // What it says later is read and forgotten, so that it never waits for a reader.
    child.stdout.resume()
    return address
  }
  throw new Error('sendoff start ended before it listened')
}
