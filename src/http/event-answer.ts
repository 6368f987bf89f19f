/** Server-sent events: one watcher of the hub as an answer that goes on. */
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { type Caller, maySee, stranger } from './access.ts'
import { keyWithId } from './api-keys.ts'
import { isBefore, type StreamedEvent, type Watcher } from './event-hub.ts'
import type { HttpParts } from './parts.ts'
import { Problem } from './problem.ts'

/** Something is sent this often, so that both ends notice a lost connection, and the key is looked at again. Milliseconds. */
const heartbeatEvery = 15_000
/** A watcher that takes its events more slowly than they come is sent away, and comes back with its Last-Event-ID. */
const mostWaiting = 5_000
/** What waits for one watcher may have so many characters. */
const mostCharacters = 4_000_000
/** Who takes nothing for so long has stopped reading. Milliseconds. */
const longestWrite = 30_000
/** Watchers of one process at most, and those of one key. */
const mostWatchers = 500
const mostOfOne = 20
/** A timer of Node counts no further. Milliseconds. */
const longestTimer = 2_147_483_647

/**
 * Answers with everything that happens from now on, as far as the caller may see it, and for as long as `mayStay` says yes; absent:
 * as long as the caller's key is there. Throws Problem, or what Redis throws.
 */
export async function answerEvents(
  context: Context,
  caller: Caller,
  parts: HttpParts,
  mayStay: () => Promise<boolean> = () => hasKey(caller, parts),
): Promise<Response> {
  if (parts.events.watchers >= mostWatchers)
    throw new Problem('tooManyWatching', 'Too many are watching this process', {}, { 'retry-after': '30' })
  if (parts.events.watchersOf(caller.id) >= mostOfOne)
    throw new Problem(
      'tooManyWatching',
      `One API key may watch ${mostOfOne} times at once`,
      {},
      { 'retry-after': '30' },
    )
  const after = context.req.header('last-event-id')
  const { outgoing }: Partial<HttpBindings> = context.env ?? {}
  const watching = new Watching(caller, parts, mayStay, () => outgoing?.destroy())
  // Before the answer begins: what goes wrong here is still a problem with a status.
  await watching.begin()
  // A proxy that waits for more before it passes anything on would make a live page a dead one.
  context.header('x-accel-buffering', 'no')
  return streamSSE(
    context,
    stream => watching.run(stream, after),
    async error => parts.heard.requestFailed(error),
  )
}

/** Whether the key of the caller is neither revoked nor expired; who needs none has none to lose. */
async function hasKey({ id }: Caller, { open }: HttpParts): Promise<boolean> {
  return id === stranger || (await keyWithId(open.ledger, id, Date.now())) !== undefined
}

class Watching implements Watcher {
  readonly who: string
  readonly #caller: Caller
  readonly #parts: HttpParts
  readonly #mayStay: () => Promise<boolean>
  readonly #cut: () => void
  readonly #timers: NodeJS.Timeout[] = []
  #waiting: StreamedEvent[] = []
  #characters = 0
  #wake: () => void = () => {}
  #leave: () => void = () => {}
  #over = false
  #tellEnd: () => void = () => {}
  readonly #ended: Promise<void>

  /** `cut` ends the connection to a reader that has stopped reading: no end of an answer reaches it. */
  constructor(caller: Caller, parts: HttpParts, mayStay: () => Promise<boolean>, cut: () => void) {
    this.#mayStay = mayStay
    this.#cut = cut
    this.#ended = new Promise(resolve => {
      this.#tellEnd = resolve
    })
    this.who = caller.id
    this.#caller = caller
    this.#parts = parts
  }

  /** Events are kept from now on. Rejects where Redis does not answer. */
  async begin(): Promise<void> {
    const leave = await this.#parts.events.watch(this)
    if (this.#over) leave()
    else this.#leave = leave
  }

  /** Sends them until either side ends it. */
  async run(stream: SSEStreamingApi, after: string | undefined): Promise<void> {
    stream.onAbort(() => this.#end())
    this.#keepTime(stream)
    try {
      await this.#written(stream.write(': watching\n\n'))
      const last = after === undefined ? undefined : await this.#catchUp(stream, after)
      const missed = this.#taken().filter(({ id }) => last === undefined || isBefore(last, id))
      for (const event of missed) await this.#send(stream, event)
      while (!this.#over) {
        for (const event of this.#taken()) await this.#send(stream, event)
        await this.#pause()
      }
    } finally {
      this.#end()
      stream.abort()
    }
  }

  tell(event: StreamedEvent): void {
    if (this.#over) return
    // A key may have been revoked: that is about no account.
    if (event.event === 'decided' && event.account === undefined) void this.check()
    if (!this.#isForCaller(event)) return
    this.#waiting.push(event)
    this.#characters += event.data.length
    if (this.#waiting.length > mostWaiting || this.#characters > mostCharacters) this.#sendAway()
    this.#wake()
  }

  closed(): void {
    this.#end()
  }

  #keepTime(stream: SSEStreamingApi): void {
    if (this.#over) return
    const { expires } = this.#caller
    const beat = setInterval(() => {
      void this.check()
      void this.#written(stream.write(': still here\n\n'))
    }, heartbeatEvery)
    this.#timers.push(beat.unref())
    if (expires === undefined) return
    const left = Math.max(0, Math.min(expires - Date.now(), longestTimer))
    this.#timers.push(setTimeout(() => this.#end(), left).unref())
  }

  /** Ends the watching of who may not watch any more. */
  async check(): Promise<void> {
    try {
      if (!(await this.#mayStay())) this.#end()
    } catch {
      // Without Redis nothing is told either; the next heartbeat asks again.
    }
  }

  /** What happened since the watcher was here last; returns the id up to which everything has been told, where there is one. */
  async #catchUp(stream: SSEStreamingApi, after: string): Promise<string | undefined> {
    const { events, gap } = await this.#parts.events.since(after)
    if (gap) await this.#written(stream.writeSSE({ event: 'gap', data: '{}' }))
    for (const event of events) if (this.#isForCaller(event)) await this.#send(stream, event)
    // A place that is gone, or was never in this stream, says nothing of what has been told.
    return events.at(-1)?.id ?? (gap ? undefined : after)
  }

  /** Everything that waits, which it does no longer. */
  #taken(): StreamedEvent[] {
    this.#characters = 0
    return this.#waiting.splice(0)
  }

  #isForCaller({ account }: StreamedEvent): boolean {
    // What is about everything is not for keys of some accounts.
    return account === undefined ? this.#caller.accounts === undefined : maySee(this.#caller, account)
  }

  async #send(stream: SSEStreamingApi, { id, event, data }: StreamedEvent): Promise<void> {
    if (!this.#over) await this.#written(stream.writeSSE({ id, event, data }))
  }

  /** Waits for what is being written; who does not take it in time, or is sent away meanwhile, is waited for no longer. */
  async #written(writing: Promise<unknown>): Promise<void> {
    const late = setTimeout(() => this.#sendAway(), longestWrite)
    try {
      await Promise.race([writing, this.#ended])
    } finally {
      clearTimeout(late)
    }
  }

  #pause(): Promise<void> {
    if (this.#waiting.length > 0 || this.#over) return Promise.resolve()
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  #sendAway(): void {
    this.#end()
    this.#cut()
  }

  /** Leaves the hub at once, whatever is being written. */
  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#taken()
    for (const timer of this.#timers) clearInterval(timer)
    this.#leave()
    this.#tellEnd()
    this.#wake()
  }
}
