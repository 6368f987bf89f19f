/** Releases rows of a batch as a feeder does it, as fast as it is asked to; nobody works on them. */
import { unpackChunk } from '../src/bulk/chunks.ts'
import { releaseRows } from '../src/bulk/release.ts'
import type { Ledger } from '../src/launches/ledger.ts'

/** As many as a feeder releases at once. */
const release = 100

/** The launch keys of the first `count` rows, a release at a time. */
export async function* releasing(
  { redis, keys }: Ledger,
  id: string,
  count: number,
): AsyncGenerator<readonly string[]> {
  let chunk = 0
  let turn = 0
  for (let released = 0; released < count; chunk++) {
    const packed = await redis.hgetBuffer(keys.batchRows(id), String(chunk))
    if (!packed) throw new Error(`chunk ${chunk} of ${id} is not there`)
    const stored = unpackChunk(packed)
    for (let skip = 0; skip < stored.length && released < count; skip += release) {
      const next = stored.slice(skip, skip + release)
      const at = skip + next.length
      const place = at < stored.length ? { chunk, skip: at } : { chunk: chunk + 1, skip: 0 }
      const made = await releaseRows({ redis, keys }, { id, turn, nextAt: 0, samples: [] }, next, place)
      if (!made) throw new Error(`${id} released nothing`)
      yield made
      released += made.length
      turn += 1
    }
  }
}
