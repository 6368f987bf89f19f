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

type Watcher = (event: StreamedEvent) => void

/** How long one reading waits for events. Milliseconds. */
const patience = 5_000
/** Events that one reading takes. */
const atOnce = 500

const entrySchema = z.tuple([z.string(), z.array(z.string())])
const readReply = z.array(z.tuple([z.string(), z.array(entrySchema)])).nullable()

export class EventHub {
  readonly #ledger: Ledger
  readonly #connect: () => Redis
  readonly #watchers = new Set<Watcher>()
  readonly #closers = new Set<() => void>()
  #reader: Redis | undefined
  #closed = false

  /** `connect` opens a connection of its own: a reading blocks it. */
  constructor(ledger: Ledger, connect: () => Redis) {
    this.#ledger = ledger
    this.#connect = connect
  }

  /** Tells every event from now on; returns how to stop. `closed` is called when the hub closes. */
  async watch(watcher: Watcher, closed: () => void): Promise<() => void> {
    this.#watchers.add(watcher)
    this.#closers.add(closed)
    if (this.#closed) closed()
    else await this.#begin()
    return () => {
      this.#watchers.delete(watcher)
      this.#closers.delete(closed)
      if (this.#watchers.size === 0) this.#end()
    }
  }

  /** What is kept of what happened after the event of this id, the oldest first; `gap`: some of it is gone. */
  async since(id: string): Promise<{ readonly events: readonly StreamedEvent[]; readonly gap: boolean }> {
    const { redis, keys } = this.#ledger
    const oldest = await redis.xrange(keys.events, '-', '+', 'COUNT', 1)
    const entries = await redis.xrange(keys.events, `(${id}`, '+')
    const first = oldest[0]?.[0]
    return { events: entries.map(eventOf), gap: first !== undefined && isBefore(id, first) }
  }

  get watchers(): number {
    return this.#watchers.size
  }

  /** Sends every watcher away. */
  close(): void {
    this.#closed = true
    for (const closed of this.#closers) closed()
    this.#end()
  }

  async #begin(): Promise<void> {
    if (this.#reader) return
    const reader = this.#connect()
    this.#reader = reader
    // From what is the newest now, and not from when the reading reaches Redis: nothing falls between.
    const newest = await this.#ledger.redis.xrevrange(this.#ledger.keys.events, '+', '-', 'COUNT', 1)
    void this.#read(reader, newest[0]?.[0] ?? '0-0')
  }

  #end(): void {
    this.#reader?.disconnect()
    this.#reader = undefined
  }

  async #read(reader: Redis, from: string): Promise<void> {
    let last = from
    while (this.#reader === reader) {
      try {
        const reply = await reader.xread('COUNT', atOnce, 'BLOCK', patience, 'STREAMS', this.#ledger.keys.events, last)
        for (const [, entries] of readReply.parse(reply) ?? []) {
          for (const [id, fields] of entries) {
            last = id
            for (const watcher of this.#watchers) watcher(eventOf([id, fields]))
          }
        }
      } catch {
        // The connection is lost, or ended: it comes back by itself, and the reading goes on where it was.
        await new Promise(resolve => setTimeout(resolve, 200).unref())
      }
    }
  }
}

function eventOf([id, fields]: [string, string[]]): StreamedEvent {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < fields.length; index += 2) pairs.push([fields[index] ?? '', fields[index + 1] ?? ''])
  const { event = 'unknown', ...rest } = Object.fromEntries(pairs)
  return { id, event, account: rest.account, data: JSON.stringify({ event, ...rest }) }
}

/** Whether the event of this id came before that of the other. */
export function isBefore(id: string, other: string): boolean {
  const [at = 0, number = 0] = id.split('-').map(Number)
  const [otherAt = 0, otherNumber = 0] = other.split('-').map(Number)
  return at < otherAt || (at === otherAt && number < otherNumber)
}
