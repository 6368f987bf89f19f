/**
 * Everything that happens, for who watches: the stream `events`, to which every process writes. One connection reads it for all
 * watchers of this process, and only while there are any.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Ledger } from '../launches/ledger.ts'

export interface StreamedEvent {
  /** Of the stream: later ones are greater. */
  readonly id: string
  readonly event: string
  /** The account that it is about, where it is about one. */
  readonly account: string | undefined
  /** Its fields as JSON. */
  readonly data: string
}

export interface Watcher {
  /** Whose it is: what `Caller.id` says. */
  readonly who: string
  tell(event: StreamedEvent): void
  /** Asks whether it may still watch, and ends it where not. */
  check(): Promise<void>
  /** Called when the hub closes. */
  closed(): void
}

/** How long one reading waits for events. Milliseconds. */
const patience = 5_000
/** Events that one reading takes. */
const atOnce = 500

const entrySchema = z.tuple([z.string(), z.array(z.string())])
const toldSchema = z.record(z.string(), z.unknown())
const readReply = z.array(z.tuple([z.string(), z.array(entrySchema)])).nullable()

export class EventHub {
  readonly #ledger: Ledger
  readonly #connect: () => Redis
  readonly #watchers = new Set<Watcher>()
  #reader: Redis | undefined
  /** Set from when the reading is begun until it ends: all who come meanwhile wait for the same beginning. */
  #beginning: Promise<void> | undefined
  #closed = false

  /** `connect` opens a connection of its own: a reading blocks it. */
  constructor(ledger: Ledger, connect: () => Redis) {
    this.#ledger = ledger
    this.#connect = connect
  }

  /**
   * Tells every event from now on; returns how to stop. Rejects where Redis does not answer: nobody watches then, and the next who
   * comes begins anew.
   */
  async watch(watcher: Watcher): Promise<() => void> {
    this.#watchers.add(watcher)
    const leave = () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size === 0) this.#end()
    }
    if (this.#closed) watcher.closed()
    else {
      try {
        this.#beginning ??= this.#begin()
        await this.#beginning
      } catch (error) {
        leave()
        throw error
      }
    }
    return leave
  }

  /** What is kept of what happened after the event of this id, the oldest first; `gap`: some of it is gone, or nobody can say. */
  async since(id: string): Promise<{ readonly events: readonly StreamedEvent[]; readonly gap: boolean }> {
    const { redis, keys } = this.#ledger
    const oldest = await redis.xrange(keys.events, '-', '+', 'COUNT', 1)
    const entries = await redis.xrange(keys.events, `(${id}`, '+')
    const newest = await redis.xrevrange(keys.events, '+', '-', 'COUNT', 1)
    const [first, last] = [oldest[0]?.[0], newest[0]?.[0]]
    // Where nothing is left, the event of this id is gone as well; where it is later than all, the stream is another, restored one.
    const gap = first === undefined || last === undefined || isBefore(id, first) || isBefore(last, id)
    return { events: entries.map(eventOf), gap }
  }

  get watchers(): number {
    return this.#watchers.size
  }

  /** How many of them are of this caller. */
  watchersOf(who: string): number {
    return [...this.#watchers].filter(each => each.who === who).length
  }

  /** Somebody has lost a right to watch: each watcher of this process asks whether it was them. */
  async checkAll(): Promise<void> {
    await Promise.all([...this.#watchers].map(watcher => watcher.check()))
  }

  /** Sends every watcher away. */
  close(): void {
    this.#closed = true
    for (const watcher of this.#watchers) watcher.closed()
    this.#end()
  }

  async #begin(): Promise<void> {
    const reader = this.#connect()
    this.#reader = reader
    try {
      // From what is the newest now, and not from when the reading reaches Redis: nothing falls between.
      const newest = await this.#ledger.redis.xrevrange(this.#ledger.keys.events, '+', '-', 'COUNT', 1)
      void this.#read(reader, newest[0]?.[0] ?? '0-0')
    } catch (error) {
      // Who left meanwhile has ended it, and another may have begun.
      if (this.#reader === reader) this.#end()
      throw error
    }
  }

  #end(): void {
    this.#reader?.disconnect()
    this.#reader = undefined
    this.#beginning = undefined
  }

  async #read(reader: Redis, from: string): Promise<void> {
    let last = from
    while (this.#reader === reader) {
      try {
        const reply = await reader.xread('COUNT', atOnce, 'BLOCK', patience, 'STREAMS', this.#ledger.keys.events, last)
        for (const [, entries] of readReply.parse(reply) ?? []) {
          for (const [id, fields] of entries) {
            last = id
            for (const watcher of this.#watchers) watcher.tell(eventOf([id, fields]))
          }
        }
      } catch {
        // The connection is lost, or ended: it comes back by itself, and the reading goes on where it was.
        await new Promise(resolve => setTimeout(resolve, 200).unref())
      }
    }
  }
}

/** Decisions are written by scripts, field by field; what else happens has its fields in one, as they were. */
function eventOf([id, fields]: [string, string[]]): StreamedEvent {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < fields.length; index += 2) pairs.push([fields[index] ?? '', fields[index + 1] ?? ''])
  const { event = 'unknown', at, data, ...texts } = Object.fromEntries(pairs)
  const told = data === undefined ? {} : toldSchema.parse(JSON.parse(data))
  const time = at === undefined ? {} : { at: new Date(Number(at)).toISOString() }
  return { id, event, account: texts.account, data: JSON.stringify({ event, ...time, ...texts, ...told }) }
}

/** Whether the event of this id came before that of the other. */
export function isBefore(id: string, other: string): boolean {
  const [at = 0, number = 0] = id.split('-').map(Number)
  const [otherAt = 0, otherNumber = 0] = other.split('-').map(Number)
  return at < otherAt || (at === otherAt && number < otherNumber)
}
