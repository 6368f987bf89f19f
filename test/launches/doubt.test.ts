import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Claim, claimLaunch } from '../../src/launches/claim.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { armRepeat, askPerson, endDoubt, lookAgainAt } from '../../src/launches/doubt.ts'
import { holdOff, holdOn } from '../../src/launches/hold.ts'
import { quarantine } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { type Settlement, settleLaunch } from '../../src/launches/settle.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

const start = Date.UTC(2026, 10, 23, 9)
const hour = 3_600_000
const sendingLasts = 60_000
let server: TestRedis
let commits: CommitConnection
let ledger: Ledger
let now = start

beforeAll(async () => {
  server = await startTestRedis()
  commits = new CommitConnection({ kind: 'socket', path: server.socket }, 'test')
  ledger = { redis: server.redis, keys: keysUnder('test'), clock: () => now }
})
afterAll(async () => {
  await commits.close()
  await server.stop()
})
beforeEach(async () => {
  await server.redis.flushall()
  now = start
  await createLaunch(ledger, launch('a'))
})

function launch(key: string): NewLaunch {
  const times = { due: start, sendUntil: start + 2 * hour, retryUntil: start + 2 * hour }
  return {
    key,
    account: 'main',
    origin: 'manual',
    request: { id: 90 },
    policy: { ...defaultPolicy, overlap: 'allow' },
    ...times,
  }
}

async function claimed(key: string, owner: string): Promise<Claim> {
  const answer = await claimLaunch(ledger, key, `nonce of ${owner}`.replaceAll(' ', '-'), owner, 10_000)
  if (answer.kind !== 'claimed') throw new Error(`${key} is not claimed but ${JSON.stringify(answer)}`)
  return answer.claim
}

const commit = (claim: Claim) =>
  commitLaunch(ledger, commits, claim, { start: now, sendingLasts, accept: () => true, durability: { kind: 'reply' } })

const settle = (claim: Claim, state: Settlement['state'], outcome = 'ambiguous', handed = true) =>
  settleLaunch(ledger, claim, {
    state,
    reason: 'because',
    attempt: { start: now, end: now, outcome, reason: 'because', handed },
  })

const release = () =>
  endDoubt(ledger, 'a', undefined, { state: 'waiting', at: now, sendUntil: now + hour }, 'someone', 'why')
const inDoubt = async () => {
  const record = await showLaunch(ledger, 'a')
  if (record?.state !== 'unknown') throw new Error(`a is ${record?.state}`)
  return record
}
const arm = async (until = now + hour) => armRepeat(ledger, await inDoubt(), until, 'service', 'repeat')

/** Its owner is not heard of again. */
async function vanished(owner: string): Promise<Claim> {
  const claim = await claimed('a', owner)
  await commit(claim)
  now += sendingLasts + 1
  await sweepLedger(ledger, 10)
  await inDoubt()
  return claim
}
async function reset(): Promise<void> {
  const claim = await claimed('a', 'first')
  await commit(claim)
  await settle(claim, 'unknown')
}

describe('"not launched", said by a person,', () => {
  const failed = () => endDoubt(ledger, 'a', undefined, { state: 'failed' }, 'someone', 'the report is empty')
  it.each([
    ['to be sent again', release],
    ['and not to be sent again', failed],
  ])('%s, is refused while the request may travel and while its owner lives', async (_, say) => {
    await vanished('owner')
    await server.redis.set(ledger.keys.process('owner'), now)
    expect(await say()).toMatchObject({ kind: 'refused', why: expect.stringContaining('travelling') })
    now += quarantine.vanished + 1
    expect(await say()).toMatchObject({ kind: 'refused', why: expect.stringContaining('still lives') })
    await server.redis.del(ledger.keys.process('owner'))
    expect(await say()).toEqual({ kind: 'done' })
  })

  it('needs no waiting for the other two words', async () => {
    await vanished('owner')
    expect(await endDoubt(ledger, 'a', undefined, { state: 'writtenOff' }, 'someone', 'too late')).toEqual({
      kind: 'done',
    })
  })
})

describe('an identical repeat', () => {
  it('is claimed and committed only as long as the platform remembers what it repeats', async () => {
    await reset()
    expect(await arm(now + 5_000)).toBe(true)
    const repeat = await claimed('a', 'second')
    now += 5_001
    expect(await commit(repeat)).toMatchObject({ granted: false })
    await settle(repeat, 'unknown', 'notLaunched', false)
    expect(await arm(now - 1)).toBe(false)
    expect(await arm(now + 5_000)).toBe(true)
    now += 5_001
    expect(await claimLaunch(ledger, 'a', 'n', 'third', 10_000)).toMatchObject({ kind: 'over', state: 'unknown' })
  })

  it('that sent nothing leaves the record of the attempt that it would repeat as it was', async () => {
    await reset()
    await arm()
    const repeat = await claimed('a', 'second')
    await holdOn(ledger, { kind: 'all' }, { cause: 'person', reason: 'wrong price', by: 'someone' })
    expect(await commit(repeat)).toMatchObject({ granted: false })
    await settle(repeat, 'unknown', 'notLaunched', false)
    await settle(repeat, 'unknown', 'notLaunched', false)
    expect((await inDoubt()).attemptList.map(({ number, outcome, handed }) => [number, outcome, handed])).toEqual([
      [1, 'ambiguous', true],
      [2, 'notLaunched', false],
    ])
  })

  it('whose job was lost is armed again, by whoever read the record last', async () => {
    await reset()
    const record = await inDoubt()
    expect(await arm()).toBe(true)
    expect(await armRepeat(ledger, record, now + hour, 'another', 'repeat')).toBe(false)
    expect(await arm()).toBe(true)
    expect((await inDoubt()).repeats).toBe(2)
  })

  it('that was armed and never claimed does not stand in the way of a release, nor comes after a person is asked', async () => {
    await reset()
    await arm()
    await askPerson(ledger, 'a', 1, 'service', 'no proof')
    expect(await claimLaunch(ledger, 'a', 'n', 'second', 10_000)).toMatchObject({ kind: 'over', state: 'unknown' })
    await arm()
    now += quarantine.reset
    expect(await release()).toEqual({ kind: 'done' })
  })

  it('under a stop stays unknown, and does not go out when the stop ends', async () => {
    await reset()
    await arm()
    const repeat = await claimed('a', 'second')
    await holdOn(ledger, { kind: 'all' }, { cause: 'person', reason: 'wrong price', by: 'someone' })
    expect(await commit(repeat)).toMatchObject({ granted: false })
    expect(await inDoubt()).toMatchObject({ repeats: 1 })
    expect(await arm()).toBe(false)
    await holdOff(ledger, { kind: 'all' }, 'person', 'mended', 'someone')
    expect(await claimLaunch(ledger, 'a', 'n', 'third', 10_000)).toMatchObject({ kind: 'over', state: 'unknown' })
  })

  it('that is armed meets a stop, and recovery decides anew when that has ended', async () => {
    await reset()
    await arm()
    await holdOn(ledger, { kind: 'all' }, { cause: 'person', reason: 'wrong price', by: 'someone' })
    expect(await claimLaunch(ledger, 'a', 'n', 'second', 10_000)).toMatchObject({ kind: 'over', state: 'unknown' })
    await holdOff(ledger, { kind: 'all' }, 'person', 'mended', 'someone')
    expect(await claimLaunch(ledger, 'a', 'n', 'second', 10_000)).toMatchObject({ kind: 'over', state: 'unknown' })
    expect(await arm()).toBe(true)
  })

  it('keeps the lane of its mailing when its worker is lost before the commit', async () => {
    await reset()
    await createLaunch(ledger, launch('b'))
    await arm()
    await claimed('a', 'second')
    now += 10_001
    expect(await claimLaunch(ledger, 'b', 'n', 'third', 10_000)).toMatchObject({ kind: 'later', why: 'lane' })
    expect(await inDoubt()).toMatchObject({ state: 'unknown' })
  })
})

describe('a release', () => {
  it('waits for the quarantine of an owner that vanished, whatever a repeat came to meanwhile', async () => {
    await vanished('first')
    const until = now + quarantine.vanished
    await arm()
    const repeat = await claimed('a', 'second')
    await settle(repeat, 'unknown', 'notLaunched', false)
    expect(await inDoubt()).toMatchObject({ reset: false, quarantineUntil: until })
    now = until - 1
    expect(await release()).toMatchObject({ kind: 'refused', why: expect.stringContaining('may still be travelling') })
    now = until
    expect(await release()).toEqual({ kind: 'done' })
  })

  it('waits for every owner that vanished and lives', async () => {
    await vanished('first')
    await arm()
    await commit(await claimed('a', 'second'))
    now += sendingLasts + 1
    await sweepLedger(ledger, 10)
    now += quarantine.vanished
    for (const owner of ['first', 'second']) {
      await server.redis.set(ledger.keys.process(owner), '1')
      expect(await release()).toMatchObject({ kind: 'refused', why: expect.stringContaining(`lives (${owner})`) })
      await server.redis.del(ledger.keys.process(owner))
    }
    expect(await release()).toEqual({ kind: 'done' })
  })

  it.each([
    ['its own attempt', false],
    ['an attempt that was repeated since', true],
  ])('does not wait for an owner that came back and spoke of %s', async (_, repeated) => {
    const late = await vanished('first')
    await server.redis.set(ledger.keys.process('first'), '1')
    if (repeated) {
      await arm()
      await settle(await claimed('a', 'second'), 'unknown', 'notLaunched', false)
    }
    await settle(late, 'unknown')
    expect(await inDoubt()).toMatchObject({ reset: true, quarantineUntil: now + quarantine.reset })
    now += quarantine.reset
    expect(await release()).toEqual({ kind: 'done' })
  })

  it('gives all attempts anew, and a later doubt finds nothing of the earlier one', async () => {
    await reset()
    await server.redis.hset(ledger.keys.launch('a'), 'evidence', 'explained', 'entries', '[]', 'advice', 'ask')
    now += quarantine.reset
    await release()
    const again = await claimed('a', 'second')
    expect(again).toMatchObject({ attempts: 1, made: 0, doubt: false, earlierHanded: true })
    await commit(again)
    await settle(again, 'unknown')
    const { evidence, entries, advice } = await inDoubt()
    expect({ evidence, entries, advice }).toEqual({ evidence: 'none', entries: undefined, advice: undefined })
  })
})

describe('a launch in doubt', () => {
  it('takes the late word that it failed', async () => {
    const late = await vanished('first')
    expect(await settle(late, 'failed', 'notLaunched', false)).toMatchObject({ kind: 'settled' })
    expect((await showLaunch(ledger, 'a'))?.state).toBe('failed')
  })

  it('counts for the guards until it is known not to have gone, also when it is written off', async () => {
    await reset()
    await endDoubt(ledger, 'a', undefined, { state: 'writtenOff' }, 'someone', 'why')
    expect(await server.redis.zrange(ledger.keys.sent('main', 90, 'own'), '0', '-1')).toEqual(['a'])
  })

  it('is looked at again by recovery only while it is unknown', async () => {
    await reset()
    await arm()
    await claimed('a', 'second')
    await lookAgainAt(ledger, 'a', now)
    expect(await sweepLedger(ledger, 10)).toEqual([])
    expect((await showLaunch(ledger, 'a'))?.state).toBe('claimed')
  })
})
