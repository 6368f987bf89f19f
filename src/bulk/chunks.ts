/**
 * Rows as they wait in Redis: in chunks, deflated, a few bytes a row. A chunk's text is the canonical form of its rows, so
 * the same rows make the same chunks and the same digest, whatever file they came from.
 */
import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { type LaunchRequest, launchRequestSchema } from '../launches/launch.ts'
import type { Row } from './row.ts'

/** Where a chunk ends: at so many rows, or at so many characters. */
const chunkRows = 500
const chunkLength = 256 * 1024

export interface Chunk {
  readonly number: number
  readonly rows: number
  readonly text: string
}

/** A row of a chunk; its number follows from its place. */
export interface StoredRow {
  readonly key: string
  readonly request: LaunchRequest
}

/** Cuts rows into chunks; holds one chunk at a time. */
export async function* chunksOf(rows: AsyncIterable<Row>): AsyncGenerator<Chunk> {
  let number = 0
  let lines: string[] = []
  let length = 0
  for await (const { key, request } of rows) {
    const line = JSON.stringify([key, canonical(request)])
    lines.push(line)
    length += line.length
    if (lines.length === chunkRows || length >= chunkLength) {
      yield { number, rows: lines.length, text: lines.join('\n') }
      number += 1
      lines = []
      length = 0
    }
  }
  if (lines.length > 0) yield { number, rows: lines.length, text: lines.join('\n') }
}

/** The same value with the members of all objects in one order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [name, canonical(member)] as const)
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Identity of a chunk's text. */
export function chunkDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

export function packChunk(text: string): Buffer {
  // The level that costs least: what it leaves on the table is a tenth of what a row costs anyhow.
  return deflateRawSync(text, { level: 3 })
}

const lineSchema = z.tuple([z.string(), launchRequestSchema])

/** Takes a chunk out of its packing. Throws where it is none. */
export function unpackChunk(packed: Buffer): StoredRow[] {
  return inflateRawSync(packed)
    .toString('utf8')
    .split('\n')
    .map(line => {
      const [key, request] = lineSchema.parse(JSON.parse(line))
      return { key, request }
    })
}
