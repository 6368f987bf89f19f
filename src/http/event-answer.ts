/** Server-sent events: one watcher of the hub as an answer that goes on. */
import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { type Caller, maySee } from './access.ts'
import { isBefore, type StreamedEvent } from './event-hub.ts'
import type { HttpParts } from './parts.ts'
import { Problem } from './problem.ts'

/** Something is sent at least this often, so that both ends notice a lost connection. Milliseconds. */
const heartbeatEvery = 15_000
/** A watcher that takes its events more slowly than they come is sent away, and comes back with its Last-Event-ID. */
const mostWaiting = 5_000
/** Watchers of one process at most. */
const mostWatchers = 500

/** Answers with everything that happens from now on, as far as the caller may see it. */
export function answerEvents(context: Context, caller: Caller, parts: HttpParts): Response {
  if (parts.events.watchers >= mostWatchers)
    throw new Problem('stopping', 'Too many are watching this process', {}, { 'retry-after': '30' })
  const after = context.req.header('last-event-id')
  // A proxy that waits for more before it passes anything on would make a live page a dead one.
  context.header('x-accel-buffering', 'no')
  return streamSSE(context, stream => new Watching(stream, caller, parts).run(after))
}

class Watching {
  readonly #stream: SSEStreamingApi
  readonly #caller: Caller
  readonly #parts: HttpParts
  #waiting: StreamedEvent[] = []
  #wake: () => void = () => {}
  #over = false

  constructor(stream: SSEStreamingApi, caller: Caller, parts: HttpParts) {
    this.#stream = stream
    this.#caller = caller
    this.#parts = parts
  }

  async run(after: string | undefined): Promise<void> {
    const { events } = this.#parts
    this.#stream.onAbort(() => this.#end())
    const leave = await events.watch(
      event => this.#take(event),
      () => this.#end(),
    )
    try {
      await this.#stream.write(': watching\n\n')
      const last = after === undefined ? undefined : await this.#catchUp(after)
      this.#waiting = this.#waiting.filter(({ id }) => last === undefined || isBefore(last, id))
      while (!this.#over) {
        for (const event of this.#waiting.splice(0)) await this.#send(event)
        await this.#pause()
      }
    } finally {
      leave()
    }
  }

  /** What happened since the watcher was here last; returns the id of the last of it. */
  async #catchUp(after: string): Promise<string> {
    const { events, gap } = await this.#parts.events.since(after)
    if (gap) await this.#stream.writeSSE({ event: 'gap', data: '{}' })
    for (const event of events) await this.#send(event)
    return events.at(-1)?.id ?? after
  }

  #take(event: StreamedEvent): void {
    this.#waiting.push(event)
    if (this.#waiting.length > mostWaiting) this.#end()
    this.#wake()
  }

  async #send({ id, event, account, data }: StreamedEvent): Promise<void> {
    if (account !== undefined && !maySee(this.#caller, account)) return
    // What is about everything is not for keys of some accounts.
    if (account === undefined && this.#caller.accounts !== undefined) return
    await this.#stream.writeSSE({ id, event, data })
  }

  #pause(): Promise<void> {
    if (this.#waiting.length > 0 || this.#over) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        void this.#stream.write(': still here\n\n').finally(resolve)
      }, heartbeatEvery)
      timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #end(): void {
    this.#over = true
    this.#wake()
  }
}
