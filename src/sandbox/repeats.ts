/**
 * Request de-duplication as Altcraft's pages describe it (guides.altcraft.com, "Deduplication of requests"): a repeat
 * within a day is answered with the original answer and not executed. What the pages leave open is decided here and
 * said in docs/simulate.md: a repeat during the first waits for it, and refusals are kept unless told otherwise.
 */
import { createHash } from 'node:crypto'
import type { Message } from './message.ts'
import type { Reply } from './reply.ts'

const windowMs = 86_400_000

export class Repeats {
  readonly #keepRefusals: boolean
  /** In the order of arrival, so that the oldest are at the front. */
  readonly #first = new Map<string, { readonly at: number; readonly reply: Promise<Reply> }>()

  constructor(keepRefusals: boolean) {
    this.#keepRefusals = keepRefusals
  }

  forget(): void {
    this.#first.clear()
  }

  /** `now` in milliseconds. `execute` runs only for the first request of a key; rejects as `execute` does. */
  async answer(key: string, now: number, execute: () => Promise<Reply>): Promise<{ reply: Reply; repeat: boolean }> {
    this.#drop(now)
    const earlier = this.#first.get(key)
    if (earlier) return { reply: marked(await earlier.reply, key), repeat: true }
    const entry = { at: now, reply: execute() }
    this.#first.set(key, entry)
    let keep = false
    try {
      const reply = await entry.reply
      keep = this.#keepRefusals || reply.error === 0
      return { reply, repeat: false }
    } finally {
      if (!keep && this.#first.get(key) === entry) this.#first.delete(key)
    }
  }

  #drop(now: number): void {
    for (const [key, { at }] of this.#first) {
      if (at + windowMs > now) return
      this.#first.delete(key)
    }
  }
}

/** The answer to a repeat: the original one and the two headers that give it away. */
export function marked(reply: Reply, key: string): Reply {
  return { ...reply, headers: { ...reply.headers, 'Duplicate-Key': key, 'Duplicate-Request': 'true' } }
}

/**
 * What makes two requests the same: the token and the Request-ID; without a Request-ID, for starts, a checksum of
 * address, headers and body. Undefined where Altcraft makes no check. A digest, so that no answer carries the token.
 */
export function repeatKey(message: Message): string | undefined {
  if (message.repeatId !== undefined) return digest([message.token, message.repeatId])
  if (message.call !== 'start') return undefined
  const headers: string[] = []
  for (let i = 0; i < message.rawHeaders.length; i += 2) {
    headers.push(`${message.rawHeaders[i]?.toLowerCase()}: ${message.rawHeaders[i + 1]}`)
  }
  return digest([message.url, headers.sort(), message.bodySha256])
}

function digest(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64')
}
