/** Lists of batches, the newest first, a page at a time. */
import type { Cursor } from '../launches/cursor.ts'
import type { Ledger } from '../launches/ledger.ts'
import { type BatchView, showBatch } from './read.ts'

interface PageAsked {
  readonly limit: number
  /** Where the page before ended: `due` is when that batch was submitted, `key` its id. */
  readonly after?: Cursor | undefined
  /** Of these alone; the cursor of a page names no batch of another account. */
  readonly accounts?: readonly string[] | undefined
}

export interface BatchPage {
  readonly views: readonly BatchView[]
  /** Where the next page begins; absent where this one is the last. */
  readonly next?: Cursor
}

/** How many batches are read from the list, and asked for their account, at once. */
const askedAtOnce = 200

/** The newest batches, at most `limit`; of these accounts alone, where they are given. */
export async function listBatches(ledger: Ledger, limit: number, accounts?: readonly string[]): Promise<BatchView[]> {
  return [...(await pageOfBatches(ledger, { limit, accounts })).views]
}

/** One page. Pages that follow each other by their cursors show each batch once, whatever is submitted meanwhile. */
export async function pageOfBatches(ledger: Ledger, asked: PageAsked): Promise<BatchPage> {
  const { limit } = asked
  const found: Cursor[] = []
  for await (const place of placesOf(ledger, asked)) {
    if (found.length === limit) {
      const next = found.at(-1)
      return { views: await viewsOf(ledger, found), ...(next && { next }) }
    }
    found.push(place)
  }
  return { views: await viewsOf(ledger, found) }
}

async function viewsOf(ledger: Ledger, places: readonly Cursor[]): Promise<BatchView[]> {
  const views = await Promise.all(places.map(({ key }) => showBatch(ledger, key)))
  return views.flatMap(view => view ?? [])
}

/** Where batches stand that are listed after the cursor: by when they were submitted and then by id, both descending. */
async function* placesOf({ redis, keys }: Ledger, { limit, after, accounts }: PageAsked): AsyncGenerator<Cursor> {
  const size = accounts === undefined ? Math.min(limit + 1, askedAtOnce) : askedAtOnce
  const newest = after?.due ?? '+inf'
  for (let start = 0; ; start += size) {
    const flat = await redis.zrange(keys.batches, newest, '-inf', 'BYSCORE', 'REV', 'LIMIT', start, size, 'WITHSCORES')
    const places: Cursor[] = []
    for (let index = 0; index + 1 < flat.length; index += 2)
      places.push({ key: flat[index] ?? '', due: Number(flat[index + 1]) })
    const owners =
      accounts === undefined ? [] : await Promise.all(places.map(({ key }) => redis.hget(keys.batch(key), 'account')))
    for (const [index, place] of places.entries()) {
      const isBefore = after !== undefined && place.due === after.due && place.key >= after.key
      if (!isBefore && (accounts === undefined || accounts.includes(owners[index] ?? ''))) yield place
    }
    if (places.length < size) return
  }
}
