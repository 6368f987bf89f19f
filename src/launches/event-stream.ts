/**
 * What happens, for who watches over HTTP: every process writes its happenings to one stream in Redis, which keeps the newest. It is
 * no record: the ledger and the audit are. What is lost while Redis is away is lost.
 */
import type { Ledger } from './ledger.ts'

/** How many events are kept, about. */
export const keptEvents = 10_000
/** Events of one process that wait to be written, at most; then the oldest are lost. */
const mostWaiting = 2_000
/** Events are written together. Milliseconds. */
const every = 50

export interface Happening {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly words: string
  readonly fields: { readonly event: string; readonly [name: string]: unknown }
}

export class EventStream {
  readonly #ledger: Ledger
  readonly #hide: (text: string) => string
  #waiting: string[][] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<unknown> = Promise.resolve()

  /** `hide` takes every secret out of a text. */
  constructor(ledger: Ledger, hide: (text: string) => string) {
    this.#ledger = ledger
    this.#hide = hide
  }

  /** Writes it soon. Never throws, never waits. */
  tell({ level, words, fields }: Happening): void {
    if (level === 'debug') return
    const { event, account, ...rest } = fields
    const told = Object.entries(rest).flatMap(([name, value]) => {
      const kept = keptOf(value, this.#hide)
      return kept === undefined ? [] : [[name, kept]]
    })
    const data = { level, words: this.#hide(words), ...Object.fromEntries(told) }
    const about = typeof account === 'string' ? ['account', account] : []
    this.#waiting.push(['event', event, 'at', String(Date.now()), ...about, 'data', JSON.stringify(data)])
    if (this.#waiting.length > mostWaiting) this.#waiting.shift()
    this.#timer ??= setTimeout(() => this.#write(), every).unref()
  }

  /** Writes what waits, if Redis takes it. */
  async stop(): Promise<void> {
    this.#write()
    await this.#writing
  }

  #write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // While Redis does not take them they wait here, where there is a limit.
    if (this.#ledger.redis.status !== 'ready') return
    const { redis, keys } = this.#ledger
    const pipeline = redis.pipeline()
    for (const fields of this.#waiting.splice(0)) pipeline.xadd(keys.events, 'MAXLEN', '~', keptEvents, '*', ...fields)
    this.#writing = pipeline.exec().catch(() => {})
  }
}

/** Errors are told in words only where a happening says so: what libraries put into them is not known. */
function keptOf(value: unknown, hide: (text: string) => string): string | number | boolean | string[] | undefined {
  if (typeof value === 'string') return hide(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  return Array.isArray(value) && value.every(each => typeof each === 'string') ? value.map(hide) : undefined
}
