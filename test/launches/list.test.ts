import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { type Cursor, cursorText, readCursor } from '../../src/launches/cursor.ts'
import { origins, states } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { type LaunchFilter, type LaunchPage, listFrom, listPage } from '../../src/launches/list.ts'
import { cancelLaunch, retryLaunch } from '../../src/launches/person.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import type { LaunchRecord, ListedLaunch } from '../../src/launches/record.ts'
import { pruneLedger, shortestKeep } from '../../src/launches/retention.ts'
import { settleLaunch } from '../../src/launches/settle.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

const start = Date.UTC(2026, 10, 23, 9)
const accounts = ['main', 'other']
let server: TestRedis
let ledger: Ledger
let now = start

beforeAll(async () => {
  server = await startTestRedis()
  ledger = { redis: server.redis, keys: keysUnder('test'), clock: () => now }
})
afterAll(() => server.stop())

/** Empties the store, and lets it know of the batches whose rows are sown without them. */
async function clear(): Promise<void> {
  await server.redis.flushall()
  now = start
  const policy = JSON.stringify({ overlap: 'allow', retry: defaultPolicy.retry })
  for (const id of ['b1', 'b10']) {
    const batch = { id, state: 'running', account: 'main', total: 1_000, cursor: 0, lateness: 900_000, policy }
    await server.redis.hset(`${ledger.keys.root}batch:${id}`, batch)
  }
}

function launch(key: string, over: Partial<NewLaunch> = {}): NewLaunch {
  const until = start + 900_000
  const policy = { ...defaultPolicy, overlap: 'allow' } as const
  const made = { account: 'main', origin: 'manual', request: { id: 1 }, due: start, sendUntil: until } as const
  return { key, ...made, retryUntil: until, policy, ...over }
}

/** Lets it be claimed and answered. */
async function answer(key: string, state: 'launched' | 'rejected' | 'failed' | 'waiting', error?: number) {
  const claimed = await claimLaunch(ledger, key, `nonce-${key}`, 'worker', 60_000)
  if (claimed.kind !== 'claimed') throw new Error(`${key} is not claimed but ${claimed.kind}`)
  const answered = error === undefined ? {} : { error, error_text: 'in words', status: 200 }
  const attempt = { start: now, end: now, outcome: state, reason: 'because', handed: true, ...answered }
  await settleLaunch(ledger, claimed.claim, { state, reason: 'because', notBefore: now + 60_000, attempt })
}

const seeds = fc.array(
  fc.record({
    // The order of bytes is neither that of a dictionary nor that of people.
    name: fc.string({ unit: fc.constantFrom('a', 'B', 'b', '_', '1', '10', '~2'), minLength: 1, maxLength: 4 }),
    origin: fc.constantFrom(...origins),
    batch: fc.constantFrom('b1', 'b10'),
    schedule: fc.constantFrom('daily', 'weekly'),
    account: fc.constantFrom(...accounts),
    mailing: fc.integer({ min: 1, max: 3 }),
    due: fc.integer({ min: -3, max: 0 }),
    fate: fc.constantFrom('planned', 'launched', 'rejected', 'failed', 'waiting', 'cancelled'),
    error: fc.constantFrom(undefined, 0, 404, 407),
  }),
  { minLength: 1, maxLength: 40 },
)
type Seed = typeof seeds extends fc.Arbitrary<readonly (infer Each)[]> ? Each : never

async function sow(seed: Seed): Promise<string> {
  const { origin, name, batch, schedule } = seed
  const key = origin === 'bulk' ? `${batch}#${name}` : origin === 'schedule' ? `${schedule}@${name}` : `manual-${name}`
  const over = { origin, account: seed.account, request: { id: seed.mailing }, due: start + seed.due }
  const fresh = await createLaunch(ledger, launch(key, { ...over, ...(origin === 'schedule' && { schedule }) }))
  if (!fresh) return key
  if (origin === 'bulk') await server.redis.hset(ledger.keys.launch(key), 'row', 1)
  if (seed.fate === 'planned') return key
  if (seed.fate === 'cancelled') await cancelLaunch(ledger, key, 'someone', 'not now')
  else await answer(key, seed.fate, seed.fate === 'launched' ? 0 : seed.error)
  return key
}

const filters: fc.Arbitrary<LaunchFilter> = fc.record(
  {
    state: fc.constantFrom(...states),
    schedule: fc.constantFrom('daily', 'weekly'),
    mailing: fc.integer({ min: 1, max: 3 }),
    account: fc.constantFrom(...accounts),
    batch: fc.constantFrom('b1', 'b10'),
    origin: fc.constantFrom(...origins),
    error: fc.constantFrom(0, 404, 407),
    from: fc.integer({ min: -4, max: 1 }).map(ms => start + ms),
    to: fc.integer({ min: -4, max: 1 }).map(ms => start + ms),
    dueBy: fc.integer({ min: -4, max: 1 }).map(ms => start + ms),
  },
  { requiredKeys: [] },
)

function passes(record: LaunchRecord, filter: LaunchFilter): boolean {
  const { batch, from, to, dueBy, ...same } = filter
  const coming = record.origin === 'schedule' && ['planned', 'skipped'].includes(record.state)
  return (
    Object.entries(same).every(([name, value]) => Reflect.get(record, name) === value) &&
    (batch === undefined || (record.origin === 'bulk' && record.key.startsWith(`${batch}#`))) &&
    (from === undefined || record.due >= from) &&
    (to === undefined || record.due < to) &&
    (dueBy === undefined || record.due <= dueBy || !coming)
  )
}

/** Everything is read, judged and put in order. */
async function naive(filter: LaunchFilter): Promise<string[]> {
  const hashes = await server.redis.keys(ledger.keys.launch('*'))
  const prefix = ledger.keys.launch('')
  const records = await Promise.all(hashes.map(hash => showLaunch(ledger, hash.slice(prefix.length))))
  return records
    .filter(record => record !== undefined)
    .filter(record => passes(record, filter))
    .sort((a, b) => b.due - a.due || Buffer.compare(Buffer.from(b.key), Buffer.from(a.key)))
    .map(({ key }) => key)
}

const keysOf = (records: readonly ListedLaunch[]) => records.map(({ key }) => key)

/** All pages, one after the other; something may happen between two. */
async function walk(filter: LaunchFilter, limit: number, between?: (page: LaunchPage) => Promise<unknown>) {
  const keys: string[] = []
  let after: Cursor | undefined
  for (;;) {
    const page = await listPage(ledger, filter, { limit, accounts, ...(after && { after }) })
    expect(page.records.length).toBeLessThanOrEqual(limit)
    keys.push(...keysOf(page.records))
    if (!page.next) return keys
    after = page.next
    await between?.(page)
  }
}

describe('pages of launches', () => {
  it('hold together what a filter of everything lets through, in its order, once each', async () => {
    const cases = fc.tuple(seeds, fc.array(filters, { minLength: 8, maxLength: 8 }), fc.integer({ min: 1, max: 5 }))
    await fc.assert(
      fc.asyncProperty(cases, async ([sown, asked, limit]) => {
        await clear()
        for (const seed of sown) await sow(seed)
        for (const filter of [{}, ...asked]) expect(await walk(filter, limit)).toEqual(await naive(filter))
      }),
      { numRuns: 40 },
    )
  })

  it('show once each what was there at the first, whatever is added between them', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, seeds, filters, fc.integer({ min: 1, max: 3 }), async (sown, added, filter, limit) => {
        await clear()
        for (const seed of sown) await sow(seed)
        const before = await naive(filter)
        const left = [...added]
        const shown = await walk(filter, limit, async () => {
          for (const seed of left.splice(0, 3)) await sow(seed)
        })
        const after = await naive(filter)
        expect(new Set(shown).size).toBe(shown.length)
        expect(shown.filter(key => before.includes(key))).toEqual(before)
        expect(shown).toEqual(after.filter(key => shown.includes(key)))
      }),
      { numRuns: 40 },
    )
  })

  it('go on where the launch that a page ended with is no longer listed', async () => {
    await clear()
    const all = Array.from({ length: 30 }, (_, index) => `k${index}`)
    for (const key of all) await createLaunch(ledger, launch(key))
    const expected = await naive({})
    const shown = await walk({ state: 'planned' }, 1, ({ next }) =>
      cancelLaunch(ledger, next?.key ?? '', 'someone', 'no'),
    )
    expect(shown).toEqual(expected)
  })

  it('are handed over short where few of very many pass, and the next one goes on', async () => {
    await clear()
    const many = Array.from({ length: 7_000 }, (_, index) => launch(`k${index}`, { due: start - index }))
    await Promise.all(many.map(each => createLaunch(ledger, each)))
    await createLaunch(ledger, launch('last', { account: 'other', due: start - 10_000 }))
    const filter = { account: 'other' }
    const first = await listPage(ledger, filter, { limit: 10, accounts })
    expect(first).toEqual({ records: [], next: { due: start - 1_499, key: 'k1499' } })
    expect(await walk(filter, 10)).toEqual(['last'])
    expect(keysOf((await listFrom(ledger, filter, { limit: 10, accounts })).records)).toEqual(['last'])
    expect(keysOf((await listPage(ledger, { ...filter, to: start - 6_999 }, { limit: 10, accounts })).records)).toEqual(
      ['last'],
    )
    expect((await listFrom(ledger, {}, { limit: 3_500, accounts })).records.length).toBe(3_500)
  })

  it('know a launch by the error of its last answer alone', async () => {
    await clear()
    for (const key of ['again', 'mended', 'retried']) await createLaunch(ledger, launch(key))
    const found = (error: number) => walk({ error }, 5)
    await answer('again', 'waiting', 404)
    await answer('mended', 'waiting', 404)
    await answer('retried', 'rejected', 404)
    expect(await found(404)).toEqual(['retried', 'mended', 'again'])
    now += 120_000
    await answer('again', 'waiting', 500)
    await answer('mended', 'launched', 0)
    await retryLaunch(ledger, 'retried', now + 60_000, 'someone', 'once more')
    expect([await found(404), await found(500), await found(0)]).toEqual([[], ['again'], ['mended']])
    expect(await server.redis.exists(ledger.keys.withError(404), ledger.keys.withError(0))).toBe(0)
    await answer('retried', 'rejected', 404)
    now += shortestKeep + 1
    await pruneLedger(ledger, { keep: 1, maxRows: { schedule: 0, bulk: 0, manual: 0 } })
    expect(await server.redis.exists(ledger.keys.withError(404))).toBe(0)
  })
})

describe('a cursor', () => {
  it('is read back from its text, and from no other', () => {
    const cursor = { due: start, key: 'weekly@20261123T0900~2' }
    expect(readCursor(cursorText(cursor))).toEqual(cursor)
    expect(cursorText(cursor)).toMatch(/^[\w-]+$/)
    for (const text of [
      '',
      'x',
      `${cursorText(cursor)}!`,
      `${start} key`,
      Buffer.from('x key').toString('base64url'),
    ]) {
      expect(readCursor(text)).toBeUndefined()
    }
  })
})
