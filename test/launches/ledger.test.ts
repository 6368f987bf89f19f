import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Claim, claimLaunch } from '../../src/launches/claim.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import { createLaunch, type NewLaunch } from '../../src/launches/create.ts'
import { holdOff, holdOn } from '../../src/launches/hold.ts'
import { reasons, states, transitions } from '../../src/launches/launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../../src/launches/ledger.ts'
import { listLaunches } from '../../src/launches/list.ts'
import { defaultPolicy, type Policy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { pruneLedger, shortestKeep } from '../../src/launches/retention.ts'
import { type Settlement, settleLaunch } from '../../src/launches/settle.ts'
import { sweepLedger } from '../../src/launches/sweep.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import type { Script } from '../../src/redis/script.ts'
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

function launch(key: string, over: Partial<NewLaunch> = {}, policy: Partial<Policy> = {}): NewLaunch {
  const sendUntil = start + 900_000
  const common = {
    account: 'main',
    origin: 'manual',
    request: { id: 90 },
    due: start,
    sendUntil,
    retryUntil: sendUntil,
  } as const
  return { key, ...common, policy: { ...defaultPolicy, overlap: 'allow', ...policy }, ...over }
}

async function claimed(key: string, nonce = `nonce-${key}`): Promise<Claim> {
  const answer = await claimLaunch(ledger, key, nonce, 'worker', lease)
  if (answer.kind !== 'claimed') throw new Error(`${key} is not claimed but ${JSON.stringify(answer)}`)
  return answer.claim
}

const commit = (claim: Claim) =>
  commitLaunch(ledger, commits, claim, {
    start: now,
    sendingLasts: 60_000,
    accept: () => true,
    durability: { kind: 'reply' },
  })

function ending(state: Settlement['state'], over: Partial<Settlement['attempt']> = {}, notBefore?: number): Settlement {
  const attempt = { start: now, end: now + 5, outcome: state, reason: 'because', handed: true, ...over }
  return { state, reason: 'because', attempt, ...(notBefore === undefined ? {} : { notBefore }) }
}

const stateOf = async (key: string) => (await showLaunch(ledger, key))?.state

describe('a launch', () => {
  it('is created once per key, whoever asks again', async () => {
    expect(await createLaunch(ledger, launch('a'))).toBe(true)
    expect(await createLaunch(ledger, launch('a', { request: { id: 91 } }))).toBe(false)
    expect((await showLaunch(ledger, 'a'))?.mailing).toBe(90)
  })

  it('goes from planned through claimed and sending to launched, and every time is on the record', async () => {
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    now += 100
    expect(await commit(claim)).toMatchObject({ granted: true })
    now += 200
    await settleLaunch(ledger, claim, ending('launched', { error: 0, error_text: 'Successful operation', status: 200 }))
    expect(await showLaunch(ledger, 'a')).toMatchObject({
      state: 'launched',
      error: 0,
      error_text: 'Successful operation',
      status: 200,
      attempts: 1,
      lateness: 100,
      times: { planned: start, claimed: start, sending: start + 100, launched: start + 300 },
      attemptList: [{ number: 1, outcome: 'launched', error: 0 }],
    })
  })

  it('is not claimed before its time, and twice only by the same nonce', async () => {
    await createLaunch(ledger, launch('a', { due: start + 5_000 }))
    expect(await claimLaunch(ledger, 'a', 'n', 'w', lease)).toEqual({ kind: 'later', wait: 5_000, why: 'early' })
    now += 5_000
    const first = await claimed('a', 'n1')
    expect(await claimed('a', 'n1')).toEqual(first)
    expect(await claimLaunch(ledger, 'a', 'n2', 'w', lease)).toEqual({ kind: 'later', wait: lease, why: 'owned' })
  })

  it('whose lease is over is taken over, and its first owner cannot commit or settle any more', async () => {
    await createLaunch(ledger, launch('a'))
    const first = await claimed('a', 'n1')
    now += lease + 1
    const second = await claimed('a', 'n2')
    expect(second.token).toBe(first.token + 1)
    expect(await commit(first)).toMatchObject({ granted: false })
    expect(await settleLaunch(ledger, first, ending('failed'))).toEqual({ kind: 'refused', state: 'claimed' })
    expect(await commit(second)).toMatchObject({ granted: true })
  })

  it('whose commit the server lost after the write is still settled as what it came to', async () => {
    await createLaunch(ledger, launch('a'))
    await settleLaunch(ledger, await claimed('a'), ending('launched', { error: 0, error_text: 'ok' }))
    expect(await showLaunch(ledger, 'a')).toMatchObject({ state: 'launched', attempts: 1 })
  })

  it('found in sending is never claimed again, however late', async () => {
    await createLaunch(ledger, launch('a', { sendUntil: start + 1e9 }))
    await commit(await claimed('a', 'n1'))
    now += 5e8
    expect(await claimLaunch(ledger, 'a', 'n2', 'w', lease)).toMatchObject({ kind: 'over', state: 'sending' })
  })

  it('whose owner vanished while sending becomes unknown, and takes late evidence of the same attempt only', async () => {
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    await commit(claim)
    now += 60_001
    expect(await sweepLedger(ledger, 10)).toMatchObject([{ kind: 'unknown', key: 'a' }])
    expect(await settleLaunch(ledger, { ...claim, nonce: 'other' }, ending('launched'))).toMatchObject({
      kind: 'refused',
    })
    expect(await settleLaunch(ledger, claim, ending('launched', { error: 0, error_text: 'ok' }))).toMatchObject({
      kind: 'settled',
    })
    expect(await stateOf('a')).toBe('launched')
  })

  it('that is unknown is not claimed', async () => {
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    await commit(claim)
    await settleLaunch(ledger, claim, ending('unknown'))
    expect(await claimLaunch(ledger, 'a', 'n2', 'w', lease)).toMatchObject({ kind: 'over', state: 'unknown' })
  })

  it('settled twice with one nonce is settled once', async () => {
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    await commit(claim)
    const word = ending('waiting', { handed: false }, now + 2_000)
    expect(await settleLaunch(ledger, claim, word)).toEqual({ kind: 'settled', attempts: 1 })
    expect(await settleLaunch(ledger, claim, word)).toEqual({ kind: 'settled', attempts: 1 })
    expect((await showLaunch(ledger, 'a'))?.attemptList).toHaveLength(1)
  })

  it('that waited is claimed at its time with the same Request-ID, and knows what went before', async () => {
    await createLaunch(ledger, launch('a'))
    const first = await claimed('a', 'n1')
    await commit(first)
    await settleLaunch(ledger, first, ending('waiting', { error: 429, error_text: 'slow down' }, now + 2_000))
    now += 2_000
    const second = await claimed('a', 'n2')
    expect(second).toMatchObject({ requestId: first.requestId, attempts: 1, earlierHanded: true })
    await commit(second)
    await settleLaunch(ledger, second, ending('unknown'))
    // What an earlier attempt was told is not what this launch came to.
    expect(await showLaunch(ledger, 'a')).not.toHaveProperty('error')
  })

  it('is not committed after its deadline', async () => {
    await createLaunch(ledger, launch('a', { sendUntil: start + 5_000 }))
    const claim = await claimed('a')
    now += 5_001
    expect(await commit(claim)).toMatchObject({ granted: false })
  })

  it.each([
    ['expired', 0, reasons.late],
    ['failed', 1, reasons.exhausted],
  ])('past its deadline is %s after %i attempts', async (state, attempts, reason) => {
    await createLaunch(ledger, launch('a', { sendUntil: start + 5_000 }))
    if (attempts > 0) await settleLaunch(ledger, await claimed('a'), ending('waiting', { handed: false }, now + 10_000))
    now += 60_000
    expect(await sweepLedger(ledger, 10)).toMatchObject([{ kind: state, key: 'a' }])
    expect(await showLaunch(ledger, 'a')).toMatchObject({ state, reason, attempts })
  })

  it('tried before and planned again is failed past its deadline, and the sweep goes on', async () => {
    await createLaunch(ledger, launch('a', { sendUntil: start + 30_000 }))
    await createLaunch(ledger, launch('b', { sendUntil: start + 30_000, request: { id: 91 } }))
    await settleLaunch(ledger, await claimed('a', 'n1'), ending('waiting', { handed: false }, now))
    await claimed('a', 'n2')
    now += lease + 1
    expect(await sweepLedger(ledger, 10)).toMatchObject([{ kind: 'requeue' }, { kind: 'requeue' }])
    now += 60_000
    expect(await sweepLedger(ledger, 10)).toMatchObject([
      { kind: 'failed', key: 'a' },
      { kind: 'expired', key: 'b' },
    ])
  })

  it('claimed too late is over, in the state it came to', async () => {
    await createLaunch(ledger, launch('a', { sendUntil: start + 5_000 }))
    now += 5_001
    expect(await claimLaunch(ledger, 'a', 'n', 'w', lease)).toEqual({
      kind: 'over',
      state: 'expired',
      changed: true,
      reason: reasons.late,
    })
  })

  it('without a job is given back by the sweep, once per look', async () => {
    await createLaunch(ledger, launch('a'))
    expect(await sweepLedger(ledger, 10)).toEqual([])
    now += 3_000
    expect(await sweepLedger(ledger, 10)).toMatchObject([{ kind: 'requeue', key: 'a', token: 0 }])
    expect(await sweepLedger(ledger, 10)).toEqual([])
  })
})

describe('a permit to write', () => {
  const clocks = { at: 0, steadyAt: 0, wall: () => clocks.at, steady: () => clocks.steadyAt }
  const permitAfter = async (wall: number, steady: number) => {
    await createLaunch(ledger, launch('a'))
    const attempt = { start: now, sendingLasts: 60_000, accept: () => true, durability: { kind: 'reply' } as const }
    const permit = await commitLaunch(ledger, commits, await claimed('a'), attempt, clocks)
    clocks.at += wall
    clocks.steadyAt += steady
    return permit.granted && permit.stillOpen()
  }
  it.each([
    ['open at once', 10, 10, true],
    ['closed after a second by the wall clock', 1_500, 10, false],
    ['closed after a second by the steady clock', 10, 1_500, false],
    ['closed where the wall clock went back', -5_000, 10, false],
  ])('is %s', async (_, wall, steady, open) => expect(await permitAfter(wall, steady)).toBe(open))

  it('is refused where the ledger cannot be reached', async () => {
    const nowhere = new CommitConnection({ kind: 'socket', path: '/nonexistent.sock' }, 'test')
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    const attempt = { start: now, sendingLasts: 60_000, accept: () => true, durability: { kind: 'reply' } as const }
    expect(await commitLaunch(ledger, nowhere, claim, attempt)).toMatchObject({ granted: false })
  })

  it('survives a server that forgot its scripts', async () => {
    await createLaunch(ledger, launch('a'))
    const claim = await claimed('a')
    await server.redis.script('FLUSH')
    const first = await commit(claim)
    expect(first.granted || (await commit(claim)).granted).toBe(true)
  })
})

describe('what was sent', () => {
  const sent = () => server.redis.zrange(ledger.keys.sent('main', 90, 'own'), '0', '-1')
  const send = async (key: string) => {
    await createLaunch(ledger, launch(key, { due: now, sendUntil: now + 900_000 }))
    const claim = await claimed(key)
    await commit(claim)
    return claim
  }

  it('is forgotten after two days, but for the newest that is older', async () => {
    for (const key of ['a', 'b', 'c']) await settleLaunch(ledger, await send(key), ending('launched'))
    now += 3 * 86_400_000
    const claim = await send('d')
    expect(await sent()).toEqual(['c', 'd'])
    await settleLaunch(ledger, claim, ending('rejected'))
    expect(await sent()).toEqual(['c'])
  })

  it('is counted also where the store lost the commit', async () => {
    await createLaunch(ledger, launch('a'))
    await settleLaunch(ledger, await claimed('a'), ending('launched'))
    expect(await sent()).toEqual(['a'])
  })
})

describe('a stop that ends', () => {
  const scope = { kind: 'all' } as const
  const held = async (...keys: string[]) => {
    await holdOn(ledger, scope, { cause: 'person', reason: 'wrong price', by: 'someone' })
    for (const key of keys) {
      await createLaunch(ledger, launch(key))
      await claimLaunch(ledger, key, `nonce-${key}`, 'w', lease)
      expect(await stateOf(key)).toBe('held')
    }
  }

  it('gives back what it held, and says why what came too late did', async () => {
    await held('a', 'b')
    await server.redis.hset(ledger.keys.launch('b'), 'sendUntil', now + 1)
    now += 2
    expect(await holdOff(ledger, scope, 'person', 'mended', 'someone')).toBe(2)
    expect(await stateOf('a')).toBe('planned')
    expect(await showLaunch(ledger, 'b')).toMatchObject({ state: 'expired', reason: reasons.late })
  })

  it('and is interrupted is ended by the next who ends it', async () => {
    await held('a')
    await server.redis.del(ledger.keys.holds)
    expect(await holdOff(ledger, scope, 'person', 'mended', 'someone')).toBe(1)
    expect(await stateOf('a')).toBe('planned')
    expect(await holdOff(ledger, scope, 'person', 'mended', 'someone')).toBeUndefined()
  })
})

describe('launches of one mailing', () => {
  beforeEach(async () => {
    await createLaunch(ledger, launch('first'))
    await claimed('first')
  })

  it('are sent one at a time', async () => {
    await createLaunch(ledger, launch('second'))
    expect(await claimLaunch(ledger, 'second', 'n', 'w', lease)).toMatchObject({ kind: 'later', why: 'lane' })
    await settleLaunch(ledger, { key: 'first', token: 1, nonce: 'nonce-first' }, ending('failed', { handed: false }))
    expect(await claimLaunch(ledger, 'second', 'n', 'w', lease)).toMatchObject({ kind: 'claimed' })
  })

  it('are skipped where overlap is skip, also while one waits for its next attempt', async () => {
    await createLaunch(ledger, launch('second', {}, { overlap: 'skip' }))
    expect(await claimLaunch(ledger, 'second', 'n', 'w', lease)).toMatchObject({
      state: 'skipped',
      reason: reasons.overlap,
    })
    await settleLaunch(
      ledger,
      { key: 'first', token: 1, nonce: 'nonce-first' },
      ending('waiting', { handed: false }, now + 9_000),
    )
    await createLaunch(ledger, launch('third', {}, { overlap: 'skip' }))
    expect(await claimLaunch(ledger, 'third', 'n', 'w', lease)).toMatchObject({ state: 'skipped' })
  })

  it('queue one where overlap is queueOne, and skip the next', async () => {
    for (const key of ['second', 'third']) await createLaunch(ledger, launch(key, {}, { overlap: 'queueOne' }))
    expect(await claimLaunch(ledger, 'second', 'n', 'w', lease)).toMatchObject({ kind: 'later' })
    expect(await claimLaunch(ledger, 'third', 'n', 'w', lease)).toMatchObject({ state: 'skipped' })
  })

  it('do not wait for a claim whose lease is over', async () => {
    await createLaunch(ledger, launch('second'))
    now += lease + 1
    expect(await claimLaunch(ledger, 'second', 'n', 'w', lease)).toMatchObject({ kind: 'claimed' })
    expect(await stateOf('first')).toBe('planned')
  })

  it('that wait while the log of another is read were looked at in time', async () => {
    const other = { key: 'first', token: 1, nonce: 'nonce-first' }
    await settleLaunch(ledger, other, ending('unknown'))
    const scheduled = { origin: 'schedule', schedule: 's' } as const
    await createLaunch(ledger, launch('second', scheduled, { misfire: 'skip' }))
    expect(await claimLaunch(ledger, 'second', 'n', 'w', lease)).toMatchObject({ kind: 'later', why: 'lane' })
    now += 120_000
    await settleLaunch(ledger, other, ending('launched'))
    expect(await claimLaunch(ledger, 'second', 'n', 'w', lease)).toMatchObject({ kind: 'claimed' })
  })

  it('of other accounts and mailings are not in their way', async () => {
    await createLaunch(ledger, launch('other', { request: { id: 91 } }, { overlap: 'skip' }))
    await createLaunch(ledger, launch('elsewhere', { account: 'second' }, { overlap: 'skip' }))
    for (const key of ['other', 'elsewhere']) expect((await claimed(key)).key).toBe(key)
  })
})

describe('missed launches of a schedule', () => {
  const missed = (misfire: Policy['misfire']) =>
    Promise.all(
      [0, 60_000, 120_000].map(offset =>
        createLaunch(
          ledger,
          launch(`s@${offset}`, { origin: 'schedule', schedule: 's', due: start + offset }, { misfire }),
        ),
      ),
    )
  const answers = async () => {
    const found: string[] = []
    for (const offset of [0, 60_000, 120_000]) {
      const answer = await claimLaunch(ledger, `s@${offset}`, `n${offset}`, 'w', lease)
      found.push(answer.kind === 'over' ? String(answer.state) : answer.kind)
      if (answer.kind === 'claimed') await settleLaunch(ledger, answer.claim, ending('failed', { handed: false }))
    }
    return found
  }

  it.each([
    ['once', ['skipped', 'skipped', 'claimed']],
    ['skip', ['skipped', 'skipped', 'skipped']],
    ['all', ['claimed', 'claimed', 'claimed']],
  ] as const)('follow misfire: %s', async (misfire, expected) => {
    await missed(misfire)
    now = start + 130_000
    await server.redis.hset(ledger.keys.watermarks, 's', now + 60_000)
    expect(await answers()).toEqual(expected)
  })

  it('wait until the planner has come up to now', async () => {
    await missed('once')
    now = start + 130_000
    await server.redis.hset(ledger.keys.watermarks, 's', now - 1)
    await server.redis.zadd(ledger.keys.upcoming, now, 's')
    expect(await answers()).toEqual(['later', 'later', 'later'])
  })

  it.each([
    ['ahead', start + 86_400_000],
    ['never', undefined],
  ])('do not wait for a planner whose next due time is %s', async (_, next) => {
    await missed('once')
    now = start + 130_000
    await server.redis.hset(ledger.keys.watermarks, 's', start + 120_000)
    if (next !== undefined) await server.redis.zadd(ledger.keys.upcoming, next, 's')
    expect(await answers()).toEqual(['skipped', 'skipped', 'claimed'])
  })
})

describe('the ledger', () => {
  it('lists the newest first, filtered by state, schedule, mailing and account', async () => {
    for (let index = 0; index < 30; index++) {
      const over = index % 2 === 0 ? { schedule: 'even', origin: 'schedule' as const } : { request: { id: 91 } }
      await createLaunch(ledger, launch(`k${index}`, { due: start - 100 + index, ...over }))
    }
    await claimed('k3')
    const keys = async (filter: Parameters<typeof listLaunches>[1], limit = 3) =>
      (await listLaunches(ledger, filter, limit, ['main'])).map(record => record.key)
    expect(await keys({})).toEqual(['k29', 'k28', 'k27'])
    expect(await keys({ schedule: 'even' })).toEqual(['k28', 'k26', 'k24'])
    expect(await keys({ mailing: 91 })).toEqual(['k29', 'k27', 'k25'])
    expect(await keys({ mailing: 91, state: 'claimed' })).toEqual(['k3'])
    expect(await keys({ state: 'claimed', account: 'main' })).toEqual(['k3'])
    expect(await keys({ account: 'elsewhere' })).toEqual([])
  })

  it('keeps what is active, held or unknown, and what ended less than 8 days ago, whatever retention says', async () => {
    for (const [id, key] of ['old', 'young', 'unknown', 'planned'].entries())
      await createLaunch(ledger, launch(key, { sendUntil: start + 1e11, request: { id: id + 1 } }))
    await settleLaunch(ledger, await claimed('old'), ending('failed', { handed: false }))
    const unknown = await claimed('unknown')
    await commit(unknown)
    await settleLaunch(ledger, unknown, ending('unknown'))
    now += shortestKeep + 1
    await settleLaunch(ledger, await claimed('young'), ending('failed', { handed: false }))
    const maxRows = { schedule: 0, bulk: 0, manual: 0 }
    expect(await pruneLedger(ledger, { keep: 1, maxRows })).toBe(1)
    expect(await stateOf('old')).toBeUndefined()
    expect((await listLaunches(ledger, {}, 10, [])).map(({ key }) => key).sort()).toEqual([
      'planned',
      'unknown',
      'young',
    ])
  })
})

describe('the transition table', () => {
  const enter: Script = {
    name: 'testEnter',
    lua: `${luaLedger} local row = read(ARGV[3], 'state', 'due', 'account', 'mailing', 'origin') enter(ARGV[3], row, ARGV[4], now(), nil) return 1`,
  }
  const pairs = states.flatMap(from => states.filter(to => to !== from).map(to => ({ from, to })))

  it.each(states)('decides what may follow %s, in the scripts too', async from => {
    for (const { to } of pairs.filter(pair => pair.from === from)) {
      await server.redis.flushall()
      await createLaunch(ledger, launch('a'))
      await server.redis.hset(ledger.keys.launch('a'), 'state', from)
      const moved = runLedgerScript(ledger, enter, 'a', ['a', to]).then(
        () => true,
        () => false,
      )
      expect([to, await moved]).toEqual([to, transitions[from].includes(to)])
    }
  })

  it('reaches every state', () => {
    const reachable = new Set(['planned', 'skipped', 'expired', ...Object.values(transitions).flat()])
    expect(states.filter(state => !reachable.has(state))).toEqual([])
  })
})
