/**
 * The feeder keeps a bounded window of each open batch in its account's queue. Every process has one; which of them feeds
 * does not matter (release.ts). It looks by itself every second, and at once when rows of this process have ended.
 */
import { z } from 'zod'
import { faultPoint } from '../launches/fault-point.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { openBetween } from '../timetable/allowance.ts'
import { serverNow } from '../timetable/planner.ts'
import { type BatchRecord, readBatch } from './batch.ts'
import { type StoredRow, unpackChunk } from './chunks.ts'
import { endedOf, factsOf, feeding, sampled, windowOf } from './feeding.ts'
import { leaveOpenBatches } from './pausing.ts'
import { type Place, releaseAgain, releaseRows, type Turn } from './release.ts'
import { stopsOf } from './stops.ts'

const day = 86_400_000
/** Open hours are worked out so far ahead, and anew when half of it has passed. */
const hoursAhead = 4 * day
/** A batch that wants more than this many releases in one pass goes on in the next: others wait. */
const mostReleases = 10
/** So many rows of stopped mailings are released, and held, so that the rows of others behind them can go. */
const mostSetAside = 100
const none: ReadonlySet<number> = new Set()

interface FeederListener {
  /** `left`: how its rows ended, or are unknown. */
  batchDone(id: string, account: string, left: BatchRecord['left']): void
  batchPaused(id: string, account: string, reason: string): void
  batchStuck(id: string, error: unknown): void
}

export interface FeederTools {
  readonly ledger: Ledger
  readonly queues: LaunchQueues
  /** Batches of other accounts are fed by other processes. */
  readonly accounts: ReadonlySet<string>
  readonly heard: FeederListener
}

/** A batch with what a release depends on, read at one moment. */
interface Read {
  readonly batch: BatchRecord
  readonly window: number
  readonly again: number
  readonly now: number
}

export class Feeder {
  readonly #tools: FeederTools
  readonly #chunks = new Map<string, { readonly number: number; readonly rows: readonly StoredRow[] }>()
  /** Rows that have ended here since the batch was fed last, and how many make it worth looking. */
  readonly #ended = new Map<string, { count: number; readonly worth: number }>()
  readonly #stuck = new Set<string>()
  #work: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(tools: FeederTools) {
    this.#tools = tools
  }

  /** Looks at every open batch once. Throws what Redis throws. */
  async pass(): Promise<void> {
    const { ledger } = this.#tools
    const open = await ledger.redis.smembers(ledger.keys.openBatches)
    for (const id of open) await this.#soon(id)
    for (const id of this.#chunks.keys()) if (!open.includes(id)) this.#forget(id)
  }

  /** A row's attempt has ended in this process: there may be room. Never throws. */
  rowEnded(key: string): void {
    const id = key.slice(0, key.indexOf('#'))
    const ended = this.#ended.get(id)
    if (!ended || this.#stopped) return
    ended.count += 1
    if (ended.count < ended.worth) return
    this.#ended.delete(id)
    // What fails here is tried again by the next pass, which says so.
    this.#soon(id).catch(() => {})
  }

  /** Waits for the release that is under way; begins no other. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#work.catch(() => {})
  }

  /** One batch after the other: a release waits for the one before it. */
  #soon(id: string): Promise<void> {
    const work = this.#work.then(() => this.#look(id))
    this.#work = work.catch(() => {})
    return work
  }

  /** A batch that cannot be fed does not keep the others from it. */
  async #look(id: string): Promise<void> {
    try {
      for (let releases = 0; releases < mostReleases && !this.#stopped; releases++) {
        if (!(await this.#feed(id))) break
      }
      this.#stuck.delete(id)
    } catch (error) {
      if (this.#tools.ledger.redis.status !== 'ready') throw error
      if (!this.#stuck.has(id)) this.#tools.heard.batchStuck(id, error)
      this.#stuck.add(id)
    }
  }

  /** One release; whether another may follow at once. */
  async #feed(id: string): Promise<boolean> {
    const { ledger, accounts } = this.#tools
    const read = await this.#read(id)
    if (!read || !accounts.has(read.batch.account)) return false
    const { batch, window, again, now } = read
    if (batch.state !== 'running') return this.#announce(batch)
    const stops = await stopsOf(ledger, batch.account)
    const open = await this.#openHours(batch, now)
    const facts = factsOf(batch, { window, again, stop: stops.account, open }, now)
    const step = feeding(facts, now)
    this.#ended.set(id, { count: 0, worth: Math.max(1, Math.ceil(windowOf(facts) / 4)) })
    if (step.kind === 'wait') return false
    const seen = { id, turn: batch.turn, samples: sampled(batch.samples, now, endedOf(batch, window)) }
    if (again > 0) {
      const count = Math.min(step.count, again)
      return this.#releaseAgain(batch.account, { ...seen, nextAt: step.nextAt(count) }, count)
    }
    const isFull = batch.held >= mostSetAside
    const rows = await this.#rowsAt(batch, step.count, isFull ? stops.mailings : none)
    if (!rows) return false
    const released = await releaseRows(
      ledger,
      { ...seen, nextAt: step.nextAt(rows.list.length) },
      rows.list,
      rows.place,
    )
    if (released) faultPoint('released')
    if (released) await this.#queue(batch.account, released, '')
    return released !== undefined
  }

  async #releaseAgain(account: string, turn: Turn, count: number): Promise<boolean> {
    const released = await releaseAgain(this.#tools.ledger, turn, count)
    if (released) await this.#queue(account, released, `~again${turn.turn}`)
    return released !== undefined
  }

  async #queue(account: string, keys: readonly string[], suffix: string): Promise<void> {
    await this.#tools.queues.add(
      keys.map(key => ({ account, jobId: `${key}${suffix}`, delay: 0, job: { key, origin: 'bulk' as const } })),
    )
  }

  async #read(id: string): Promise<Read | undefined> {
    const { ledger } = this.#tools
    const { redis, keys } = ledger
    const [hash, window, again] = await Promise.all([
      redis.hgetall(keys.batch(id)),
      redis.zcard(keys.batchWindow(id)),
      redis.zcard(keys.batchAgain(id)),
    ])
    const batch = readBatch(hash)
    return batch && { batch, window, again, now: await serverNow(ledger) }
  }

  /** A batch that has come to rest, or was paused by its own rule, is announced by whoever takes it off the list. */
  async #announce(batch: BatchRecord): Promise<false> {
    const { ledger, heard } = this.#tools
    const { id, account } = batch
    if (!(await leaveOpenBatches(ledger, id))) return false
    if (batch.state === 'done') heard.batchDone(id, account, batch.left)
    if (batch.state === 'paused') heard.batchPaused(id, account, batch.reason ?? '')
    this.#forget(id)
    return false
  }

  #forget(id: string): void {
    this.#chunks.delete(id)
    this.#ended.delete(id)
  }

  /** The spans in which its rows may leave, as the claim reads them too; undefined where any time will do. */
  async #openHours({ id, hours, open, openUntil }: BatchRecord, now: number) {
    if (!hours) return undefined
    if (open && openUntil > now + hoursAhead / 2) return open
    const { timezone, ...rules } = hours
    const spans = openBetween(rules, timezone, now, now + hoursAhead)
    const { redis, keys } = this.#tools.ledger
    await redis.hset(keys.batch(id), 'open', JSON.stringify(spans), 'openUntil', now + hoursAhead)
    return spans
  }

  /** The next rows, not further than the end of their chunk or the first whose mailing is stopped. */
  async #rowsAt(
    { id, chunk, skip }: BatchRecord,
    count: number,
    stopped: ReadonlySet<number>,
  ): Promise<{ list: StoredRow[]; place: Place } | undefined> {
    const rows = await this.#chunk(id, chunk)
    const next = rows.slice(skip, skip + count)
    const stop = next.findIndex(({ request }) => stopped.has(request.id))
    const list = stop === -1 ? next : next.slice(0, stop)
    if (list.length === 0) return undefined
    const released = skip + list.length
    return { list, place: released < rows.length ? { chunk, skip: released } : { chunk: chunk + 1, skip: 0 } }
  }

  async #chunk(id: string, number: number): Promise<readonly StoredRow[]> {
    const known = this.#chunks.get(id)
    if (known?.number === number) return known.rows
    const { redis, keys } = this.#tools.ledger
    const packed = z.instanceof(Buffer).parse(await redis.hgetBuffer(keys.batchRows(id), String(number)))
    const rows = unpackChunk(packed)
    this.#chunks.set(id, { number, rows })
    return rows
  }
}
