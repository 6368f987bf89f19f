import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createKey } from '../../src/http/api-keys.ts'
import { onceOnly } from '../../src/http/idempotency.ts'
import { type Claim, claimLaunch } from '../../src/launches/claim.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { armRepeat, askPerson, endDoubt, noteReading } from '../../src/launches/doubt.ts'
import { holdOff } from '../../src/launches/hold.ts'
import { quarantine } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { retryLaunch } from '../../src/launches/person.ts'
import { defaultPolicy, type Policy } from '../../src/launches/policy.ts'
import { noteLook, takeLooks } from '../../src/launches/preflight.ts'
import { storeProof } from '../../src/launches/proof.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { type Settlement, settleLaunch } from '../../src/launches/settle.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { beginSession } from '../../src/pages/session.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { changeSchedules } from '../../src/timetable/change-schedules.ts'
import { pauseSchedule } from '../../src/timetable/pausing.ts'
import { mintSchedules, plan } from '../../src/timetable/planner.ts'
import { storedSet } from '../../src/timetable/store.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { putSchedule } from '../timetable/stored.ts'
import { liveThroughBatch } from './batch-life.ts'
import { plain, readPage, rowsOf, sectionOf } from './page.ts'

const page = readPage('docs/ledger.md')
const names = (heading: string) => rowsOf(sectionOf(page, heading)).map(([name]) => plain(name))
const launchSection = sectionOf(page, 'The launch hash')
const fields = rowsOf(launchSection.slice(0, launchSection.indexOf('### '))).map(([name]) => plain(name))
const batchFields = names('The batch hash').flatMap(name => name.split(', '))
const members = names('An attempt').flatMap(name => name.split(', '))

/** `{sendoff}:lane:<account>:<mailing>` matches what stands for it; the last part may hold anything. */
function pattern(name: string): RegExp {
  const parts = name.split(/<[^>]+>/).map(part => part.replace(/[{}.*+?^$()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`)
}

let server: TestRedis
let commits: CommitConnection
let queues: LaunchQueues
let ledger: Ledger
let now = Date.UTC(2026, 10, 23, 9)
const seenKeys = new Set<string>()
const seenFields = new Set<string>()
const seenBatchFields = new Set<string>()
const seenMembers = new Set<string>()

beforeAll(async () => {
  server = await startTestRedis()
  const keys = keysUnder('sendoff')
  ledger = { redis: server.redis, keys, clock: () => now, owner: 'host:1:abc' }
  commits = new CommitConnection({ kind: 'socket', path: server.socket }, 'test')
  queues = new LaunchQueues(server.redis, keys)
  await liveThrough()
})
afterAll(async () => {
  await queues.close()
  await commits.close()
  await server.stop()
})

async function look(): Promise<void> {
  for (const key of await server.redis.keys('*')) seenKeys.add(key)
  for (const id of await server.redis.zrange(ledger.keys.batches, '0', '-1')) {
    for (const field of await server.redis.hkeys(ledger.keys.batch(id))) seenBatchFields.add(field)
  }
  for (const key of await server.redis.keys(ledger.keys.launch('*'))) {
    for (const [field, value] of Object.entries(await server.redis.hgetall(key))) {
      seenFields.add(field)
      if (!field.startsWith('attempt:')) continue
      for (const member of Object.keys(JSON.parse(value))) seenMembers.add(member)
    }
  }
}

function manual(key: string, policy: Partial<Policy> = {}): NewLaunch {
  const sendUntil = now + 900_000
  const when = { due: now, sendUntil, retryUntil: sendUntil, open: [[now, sendUntil]] } as const
  return {
    key,
    account: 'main',
    origin: 'manual',
    request: { id: 90 },
    ...when,
    policy: { ...defaultPolicy, ...policy },
    by: 'someone',
    why: 'to see',
  }
}

async function claim(key: string): Promise<Claim | undefined> {
  const answer = await claimLaunch(ledger, key, `nonce-${key}-${now}`, 'owner', 10_000)
  await look()
  return answer.kind === 'claimed' ? answer.claim : undefined
}

async function attempt(
  key: string,
  word: Pick<Settlement, 'state' | 'stops' | 'confirmAfter'>,
  end: Partial<Settlement['attempt']>,
): Promise<void> {
  const held = await claim(key)
  if (!held) throw new Error(`${key} is not claimed`)
  await commitLaunch(ledger, commits, held, {
    start: now,
    sendingLasts: 60_000,
    accept: () => true,
    durability: { kind: 'reply' },
  })
  await look()
  const whole = { start: now, end: now + 5, outcome: 'launched', reason: 'because', handed: true, ...end }
  await settleLaunch(ledger, held, { ...word, reason: 'because', attempt: whole })
  await look()
}

/** Every key and every field that Sendoff writes comes to be at some moment of this. */
async function liveThrough(): Promise<void> {
  await createKey(ledger, { name: 'crm', role: 'viewer' }, { by: 'someone', why: 'a test' }, now)
  const asked = { key: 'a', caller: 'crm', target: 'POST /', body: {}, twice: 'harmless' as const }
  await onceOnly(ledger, asked, z.string(), async () => 'done')
  await beginSession(ledger, { id: 'a1b2c3', role: 'viewer' }, 'secret')
  await server.redis.set(`${ledger.keys.process('host:1:abc')}:ready`, now)
  const policy: Policy = { ...defaultPolicy, overlap: 'queueOne' }
  await putSchedule(ledger, 'offers', {
    name: 'offers',
    account: 'main',
    when: {
      timezone: 'UTC',
      entries: [{ kind: 'every', every: 3_600_000, anchor: now + 20_000, timezone: 'UTC' }],
      jitter: { upTo: 60_000, shift: 10_000 },
    },
    launch: { id: 90 },
    policy,
    source: { file: 'jobs/offers.yaml', line: 3 },
  })
  await plan(ledger, queues, { minted: () => {} }, now)
  now += 30_000
  await createLaunch(ledger, manual('manual-1', { overlap: 'allow' }))
  const [scheduled] = await server.redis.zrevrange(ledger.keys.ofSchedule('offers'), 0, -1)
  const first = await claim('manual-1')
  // Queued behind the first, and seen.
  await claim(scheduled ?? '')
  if (!first) throw new Error('the first launch is not claimed')
  const end = { start: now, end: now, outcome: 'notLaunched', reason: 'because', handed: false, detail: 'no route' }
  await settleLaunch(ledger, first, { state: 'waiting', reason: 'because', notBefore: now + 1_000, attempt: end })
  await look()
  now += 2_000
  const answer = { error: 0, error_text: 'Successful operation', status: 200, duplicate: false }
  await attempt('manual-1', { state: 'launched', confirmAfter: 10_000 }, answer)
  const guard = { maxPerDay: 9, since: now, coolDown: 0, onHit: 'hold', confirmed: now } as const
  for (const key of ['manual-2', 'manual-3'])
    await createLaunch(ledger, { ...manual(key, { overlap: 'allow' }), guard })
  // A refused right: a stop, under which the other one is held.
  await attempt(
    'manual-2',
    { state: 'rejected', stops: 'mailing' },
    { error: 403, error_text: 'No rights', status: 200 },
  )
  await claim('manual-3')
  await holdOff(ledger, { kind: 'mailing', account: 'main', mailing: 90 }, 'rights', 'mended', 'someone')
  await limits()
  await doubt()
  await rename()
  await liveThroughBatch(
    ledger,
    queues,
    () => now,
    look,
    time => {
      now += time
    },
  )
}

/** Two launches that may go one at a time, the first of which fails on its way. */
async function limits(): Promise<void> {
  const breaker = { failures: 5, pause: 30_000 }
  const brakes = { limits: { perMinute: 600, concurrency: 1 }, breaker }
  for (const [key, id] of [
    ['manual-7', 97],
    ['manual-8', 98],
  ] as const)
    await createLaunch(ledger, { ...manual(key, { overlap: 'allow' }), request: { id } })
  const first = await claimLaunch(ledger, 'manual-7', 'nonce', 'owner', 10_000, brakes)
  await claimLaunch(ledger, 'manual-8', 'nonce', 'owner', 10_000, brakes)
  await look()
  if (first.kind !== 'claimed') throw new Error('manual-7 is not claimed')
  const end = { start: now, end: now, outcome: 'notLaunched', reason: 'because', handed: false, detail: 'no route' }
  const word = { state: 'failed', reason: 'because', transport: { seen: 'failed', rule: breaker } } as const
  await settleLaunch(ledger, first.claim, { ...word, attempt: end })
  await look()
}

/** The history of a renamed schedule is still under its old name. */
async function rename(): Promise<void> {
  const stored = await storedSet(ledger)
  const before = stored.schedules.get('offers')
  if (!before?.schedule) throw new Error('offers is not stored')
  await mintSchedules(ledger, queues, { minted: () => {} }, [before], now)
  const after = { ...before.schedule, name: 'renamed' }
  const answer = await changeSchedules(ledger, stored.revision, [{ name: 'renamed', before, after }], 'someone', 'why')
  if (answer.kind !== 'changed') throw new Error(`offers is not renamed: ${answer.kind}`)
  await look()
}

/** A launch that is unknown, repeated, looked up, left to a person, ended by one and tried again. */
async function doubt(): Promise<void> {
  await createLaunch(ledger, manual('manual-4', { overlap: 'allow' }))
  await attempt('manual-4', { state: 'unknown' }, { outcome: 'ambiguous' })
  const inDoubt = { key: 'manual-4', token: 1, repeats: 0 }
  await armRepeat(ledger, inDoubt, now + 60_000, 'service', 'the platform drops repeats')
  await look()
  const found = { words: 'nothing', evidence: 'none', entries: [], at: now }
  await noteReading(ledger, { key: 'manual-4', token: 1 }, 'service', found)
  await askPerson(ledger, 'manual-4', 1, 'service', 'the log is silent')
  await look()
  now += quarantine.reset + 1
  await endDoubt(ledger, 'manual-4', undefined, { state: 'failed' }, 'someone', 'the report is empty')
  // One whose owner is not heard of again.
  await createLaunch(ledger, manual('manual-5', { overlap: 'allow' }))
  const lost = await claim('manual-5')
  if (!lost) throw new Error('manual-5 is not claimed')
  const sending = { start: now, sendingLasts: 60_000, accept: () => true, durability: { kind: 'reply' } as const }
  await commitLaunch(ledger, commits, lost, sending)
  now += 61_000
  await sweepLedger(ledger, 100)
  await look()
  await retryLaunch(ledger, 'manual-4', now + 900_000, 'someone', 'once more')
  // One whose mailing was not fine when it was looked at.
  await createLaunch(ledger, { ...manual('manual-6', { onPreflightProblem: 'hold' }), preflightAt: now })
  const [taken] = await takeLooks(ledger, 10)
  if (!taken) throw new Error('nothing is to be looked at')
  const { member, lease } = taken
  const found6 = { verdict: 'inactive', why: 'it is not active', again: now + 60_000, asked: true } as const
  await noteLook(ledger, { member, lease, account: 'main', mailing: 90, key: 'manual-6', due: now, ...found6 })
  await look()
  await storeProof(ledger, 'main', {
    at: now,
    baseUrl: 'https://altcraft.example.com',
    sentence: 'proven',
    by: 'someone',
  })
  await pauseSchedule(ledger, 'offers', { by: 'someone', why: 'new template' })
  await server.redis.set(ledger.keys.process('owner'), now, 'PX', 20_000)
  await look()
}

describe('docs/ledger.md', () => {
  it('names every key that is written, and no other', () => {
    const documented = names('Keys')
    const unknown = [...seenKeys].filter(key => !documented.some(name => pattern(name).test(key)))
    expect(unknown).toEqual([])
    expect(documented.filter(name => ![...seenKeys].some(key => pattern(name).test(key)))).toEqual([])
  })

  it('names every field of the launch hash, and no other', () => {
    const unknown = [...seenFields].filter(field => !fields.some(name => pattern(name).test(field)))
    expect(unknown).toEqual([])
    expect(fields.filter(name => ![...seenFields].some(field => pattern(name).test(field)))).toEqual([])
  })

  it('names every field of the batch hash, and no other but those of rare ends', () => {
    const unknown = [...seenBatchFields].filter(field => !batchFields.some(name => pattern(name).test(field)))
    expect(unknown).toEqual([])
    const missed = batchFields.filter(name => ![...seenBatchFields].some(field => pattern(name).test(field)))
    expect(missed).toEqual(['forgot', 'unsureUntil', 'ended', 'held', 'forgotten', 'repeated'])
  })

  it('names every member of an attempt, and no other', () => {
    expect([...seenMembers].toSorted()).toEqual(members.toSorted())
  })
})
