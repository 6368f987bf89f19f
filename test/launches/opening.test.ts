/** What open hours do to a launch between its claim and its write, on a real Redis. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Claim, claimLaunch } from '../../src/launches/claim.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { armRepeat, endDoubt } from '../../src/launches/doubt.ts'
import { reasons } from '../../src/launches/launch.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { retryLaunch } from '../../src/launches/person.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { type Settlement, settleLaunch } from '../../src/launches/settle.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

let server: TestRedis
let commits: CommitConnection
let now = 0
let ledger: Ledger
const lease = 10_000
const start = Date.UTC(2026, 10, 23, 9)

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
})

const minute = 60_000
/** For five minutes from its due time, and again from the tenth minute to the twelfth. */
const open = [
  [start, start + 5 * minute],
  [start + 10 * minute, start + 12 * minute],
] as const

function launch(key: string, mailing = 90): NewLaunch {
  const sendUntil = start + 15 * minute
  return {
    ...{ key, account: 'main', origin: 'manual', request: { id: mailing }, due: start, sendUntil, open },
    retryUntil: sendUntil,
    policy: { ...defaultPolicy, overlap: 'allow' },
  }
}

async function claimed(key: string, nonce = `nonce-${key}`): Promise<Claim> {
  const answer = await claimLaunch(ledger, key, nonce, 'worker', lease)
  if (answer.kind !== 'claimed') throw new Error(`${key} is not claimed but ${JSON.stringify(answer)}`)
  return answer.claim
}

const asked = () => ({ start: now, sendingLasts: 60_000, accept: () => true, durability: { kind: 'reply' } }) as const
const commit = (claim: Claim) => commitLaunch(ledger, commits, claim, asked())

function ending(state: Settlement['state'], handed: boolean, notBefore?: number): Settlement {
  const attempt = { start: now, end: now + 5, outcome: state, reason: 'because', handed }
  return { state, reason: 'because', attempt, ...(notBefore === undefined ? {} : { notBefore }) }
}

const stateOf = async (key: string) => (await showLaunch(ledger, key))?.state

describe('open hours', () => {
  it('keep a launch that comes late for the next span, and the sweep looks at it then', async () => {
    await createLaunch(ledger, launch('a'))
    now += 5 * minute
    expect(await claimLaunch(ledger, 'a', 'n', 'w', lease)).toEqual({ kind: 'later', wait: 5 * minute, why: 'early' })
    expect(await sweepLedger(ledger, 10)).toEqual([])
    now += 5 * minute - 1
    expect(await claimLaunch(ledger, 'a', 'n', 'w', lease)).toEqual({ kind: 'later', wait: 1, why: 'early' })
    now += 1
    expect((await claimed('a')).key).toBe('a')
    expect(await commit(await claimed('a'))).toMatchObject({ granted: true })
  })

  it('end a launch that comes after the last span, by what was tried', async () => {
    await createLaunch(ledger, launch('untried'))
    await createLaunch(ledger, launch('tried', 91))
    await settleLaunch(ledger, await claimed('tried'), ending('waiting', false, start + minute))
    now += 12 * minute
    const closed = { kind: 'over', changed: true, reason: reasons.closed }
    expect(await claimLaunch(ledger, 'untried', 'n', 'w', lease)).toEqual({ ...closed, state: 'expired' })
    expect(await claimLaunch(ledger, 'tried', 'n', 'w', lease)).toEqual({ ...closed, state: 'failed' })
  })

  it('let a next attempt wait for the next span', async () => {
    await createLaunch(ledger, launch('a'))
    await settleLaunch(ledger, await claimed('a'), ending('waiting', false, start + 6 * minute))
    now += 6 * minute
    expect(await claimLaunch(ledger, 'a', 'n', 'w', lease)).toEqual({ kind: 'later', wait: 4 * minute, why: 'early' })
    expect(await showLaunch(ledger, 'a')).toMatchObject({ state: 'waiting', notBefore: start + 10 * minute })
  })

  it('end while it connects: no commit, and the attempt counts as not launched', async () => {
    await createLaunch(ledger, launch('a'))
    now += 5 * minute - 1
    const claim = await claimed('a')
    now += 1
    expect(await commit(claim)).toEqual({ granted: false, why: 'its hours are closed' })
    expect(await stateOf('a')).toBe('claimed')
  })

  it('give back a launch whose lease ran out while they were closed', async () => {
    await createLaunch(ledger, launch('a'))
    await claimed('a')
    now += 5 * minute
    expect(await claimLaunch(ledger, 'a', 'other', 'w', lease)).toMatchObject({ kind: 'later', wait: 5 * minute })
    expect(await stateOf('a')).toBe('planned')
  })

  it('end the permit of a commit, also where its reply has to be asked for again', async () => {
    await createLaunch(ledger, launch('a'))
    now += 5 * minute - 300
    const claim = await claimed('a')
    let passed = 0
    const clocks = { wall: () => passed, steady: () => passed }
    const permits = [
      await commitLaunch(ledger, commits, claim, asked(), clocks),
      await commitLaunch(ledger, commits, claim, asked(), clocks),
    ]
    const isOpen = () => permits.map(permit => permit.granted && permit.stillOpen())
    expect(isOpen()).toEqual([true, true])
    passed = 299
    expect(isOpen()).toEqual([true, true])
    passed = 300
    expect(isOpen()).toEqual([false, false])
    now += 300
    const late = await commitLaunch(ledger, commits, claim, asked(), clocks)
    expect(late.granted && late.stillOpen()).toBe(false)
  })

  it('bind an identical repeat, which might be the launch: recovery decides anew', async () => {
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    await commit(claim)
    await settleLaunch(ledger, claim, ending('unknown', true))
    now += 5 * minute - 1
    await armRepeat(
      ledger,
      { key: 'a', token: claim.token, repeats: 0 },
      now + 60 * minute,
      'service',
      'it drops repeats',
    )
    const repeat = await claimed('a', 'repeat')
    now += 1
    expect(await commit(repeat)).toEqual({ granted: false, why: 'its hours are closed' })
    expect(await showLaunch(ledger, 'a')).toMatchObject({ state: 'unknown', doubt: '1' })
    await armRepeat(ledger, { key: 'a', token: repeat.token, repeats: 1 }, now + 60 * minute, 'service', 'again')
    expect(await claimLaunch(ledger, 'a', 'n', 'w', lease)).toMatchObject({ kind: 'over', state: 'unknown' })
    expect(await server.redis.hget(ledger.keys.launch('a'), 'repeatAt')).toBeNull()
  })

  it('give way to the deadline of a person who tries again, or releases', async () => {
    await createLaunch(ledger, launch('failed'))
    await settleLaunch(ledger, await claimed('failed'), ending('failed', false))
    await createLaunch(ledger, launch('unknown', 91))
    const claim = await claimed('unknown')
    await commit(claim)
    await settleLaunch(ledger, claim, ending('unknown', true))
    now += 5 * minute
    const until = now + 5 * minute
    await retryLaunch(ledger, 'failed', until, 'somebody', 'mended')
    await endDoubt(
      ledger,
      'unknown',
      undefined,
      { state: 'waiting', at: now, sendUntil: until },
      'somebody',
      'I looked',
    )
    for (const key of ['failed', 'unknown']) expect(await commit(await claimed(key))).toMatchObject({ granted: true })
  })

  it('stay where recovery relaunches by itself', async () => {
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    await commit(claim)
    await settleLaunch(ledger, claim, ending('unknown', true))
    now += 5 * minute
    const end = { state: 'waiting', at: now, sendUntil: start + 15 * minute } as const
    expect(await endDoubt(ledger, 'a', claim.token, end, 'service', 'the log is silent')).toEqual({ kind: 'done' })
    expect(await claimLaunch(ledger, 'a', 'n', 'w', lease)).toEqual({ kind: 'later', wait: 5 * minute, why: 'early' })
  })
})
