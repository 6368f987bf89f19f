import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAudit } from '../../src/launches/audit.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { type Proof, proofHolds, proofLasts, readProof, storeProof, withdrawProof } from '../../src/launches/proof.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

const day = 86_400_000
const now = Date.UTC(2026, 10, 23, 9)
const baseUrl = 'https://altcraft.example.com'
const proof: Proof = { at: now, baseUrl, sentence: 'Repeats of refused requests are replayed.', by: 'ops' }

let server: TestRedis
let ledger: Ledger

beforeAll(async () => {
  server = await startTestRedis()
  ledger = { redis: server.redis, keys: keysUnder('sendoff'), clock: () => now }
})
afterAll(() => server.stop())
beforeEach(() => server.redis.flushall())

describe('a stored proof', () => {
  it('is read back, for its account alone', async () => {
    expect(await readProof(ledger, 'main')).toBeUndefined()
    await storeProof(ledger, 'main', proof)
    expect(await readProof(ledger, 'main')).toEqual(proof)
    expect(await readProof(ledger, 'other')).toBeUndefined()
  })

  it('takes the place of the one before, and both are on the audit', async () => {
    await storeProof(ledger, 'main', proof)
    const later = { ...proof, at: now + day, by: 'crm' }
    await storeProof(ledger, 'main', later)
    expect(await readProof(ledger, 'main')).toEqual(later)
    const [second, first] = await readAudit(ledger, 10, 'account:main')
    expect(first).toMatchObject({ at: now, who: 'ops', what: 'proof stored', why: proof.sentence, before: '' })
    expect(JSON.parse(first?.after ?? '')).toEqual(proof)
    expect(second).toMatchObject({ who: 'crm', before: first?.after })
  })

  it('is withdrawn once, with a reason on the audit', async () => {
    await storeProof(ledger, 'main', proof)
    expect(await withdrawProof(ledger, 'main', 'a later probe saw no mark', 'crm')).toBe(true)
    expect(await readProof(ledger, 'main')).toBeUndefined()
    expect(await withdrawProof(ledger, 'main', 'again', 'crm')).toBe(false)
    expect(await readAudit(ledger, 10)).toMatchObject([
      { who: 'crm', what: 'proof withdrawn', subject: 'account:main', why: 'a later probe saw no mark', after: '' },
      { what: 'proof stored' },
    ])
  })

  it.each(['', 'yes', '{"at":"today"}'])('that reads %j counts as none', async text => {
    await server.redis.hset(ledger.keys.proofs, 'main', text)
    expect(await readProof(ledger, 'main')).toBeUndefined()
  })
})

describe('a proof', () => {
  it.each<[string, number, string, boolean]>([
    ['holds at once', now, baseUrl, true],
    ['holds for a clock that is a little behind', now - 5_000, baseUrl, true],
    ['holds on the thirtieth day', now + 30 * day, baseUrl, true],
    ['does not hold a moment later', now + proofLasts + 1, baseUrl, false],
    ['does not hold for another address', now, 'https://other.example.com', false],
    ['does not hold long before it was made', now - day, baseUrl, false],
  ])('%s', (_, at, url, holds) => {
    expect(proofHolds(proof, url, at)).toBe(holds)
  })
})
