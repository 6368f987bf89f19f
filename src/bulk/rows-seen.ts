/** What is kept of rows while they pass: how many, their digest, and to whom they go. */
import { createHash, type Hash } from 'node:crypto'
import { audienceOf } from '../launches/launch.ts'
import { type Chunk, chunksOf } from './chunks.ts'
import type { Row } from './row.ts'

/** Pairs of mailing and audience beyond so many are not held against what was sent lately. */
const mostPairs = 1_000

export class RowsSeen {
  rows = 0
  readonly #hash: Hash
  readonly #pairs = new Map<string, readonly [mailing: number, audience: string]>()

  constructor(account: string) {
    this.#hash = createHash('sha256').update(account)
  }

  /** The rows in chunks, each taken note of as it passes. Throws what the rows throw. */
  async *chunks(rows: AsyncIterable<Row>): AsyncGenerator<Chunk> {
    for await (const chunk of chunksOf(this.#noting(rows))) {
      this.#hash.update('\n').update(chunk.text)
      this.rows += chunk.rows
      yield chunk
    }
  }

  /** Identity of the account and of all rows so far, in hexadecimal digits. */
  get digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** The first `mostPairs` different pairs of mailing and audience. */
  get pairs(): (readonly [mailing: number, audience: string])[] {
    return [...this.#pairs.values()]
  }

  async *#noting(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
    for await (const row of rows) {
      if (this.#pairs.size < mostPairs) {
        const audience = audienceOf(row.request)
        this.#pairs.set(`${row.request.id}:${audience}`, [row.request.id, audience])
      }
      yield row
    }
  }
}
