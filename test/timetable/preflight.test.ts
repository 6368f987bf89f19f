import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createReadPlatform } from '../../src/altcraft/read-platform.ts'
import { claimLaunch } from '../../src/launches/claim.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { holdOff, holdOn } from '../../src/launches/hold.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { cancelLaunch, releaseLaunch } from '../../src/launches/person.ts'
import { defaultPolicy, type Policy } from '../../src/launches/policy.ts'
import { lastLook, openTroubles, takeLooks } from '../../src/launches/preflight.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { pauseSchedule, resumeSchedule } from '../../src/timetable/pausing.ts'
import { mintSchedules, plan } from '../../src/timetable/planner.ts'
import { lookAhead, type PreflightTools } from '../../src/timetable/preflight.ts'
import type { Schedule } from '../../src/timetable/schedule.ts'
import { skipDueTime } from '../../src/timetable/skipping.ts'
import { storedSchedules } from '../../src/timetable/store.ts'
import { account, token } from '../altcraft/account.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { putSchedule } from './stored.ts'

const minute = 60_000
const nine = Date.UTC(2026, 10, 23, 9)
const key = 'digest@20261123T0900'

let server: TestRedis
let altcraft: Altcraft
let ledger: Ledger
let queues: LaunchQueues
let platform: ReturnType<typeof createReadPlatform>
let now = 0
let told: string[] = []

beforeAll(async () => {
  server = await startTestRedis()
})
afterAll(() => server.stop())
beforeEach(async () => {
  await server.redis.flushall()
  now = nine - 45 * minute
  told = []
  altcraft = await startAltcraft({ token })
  ledger = { redis: server.redis, keys: keysUnder('t'), clock: () => now }
  queues = new LaunchQueues(server.redis, ledger.keys)
  platform = createReadPlatform(new Map([['main', account(altcraft.url)]]))
})
afterEach(async () => {
  await queues.close()
  await platform.close()
  await altcraft.close()
})

function tools(name = ''): PreflightTools {
  return {
    ledger,
    queues,
    accounts: new Set(['main']),
    readStatus: platform.readStatus,
    heard: {
      preflightProblem: (facts, verdict, why, remedy) => {
        expect(why + remedy).not.toContain(token)
        told.push(`${name}${facts.key} ${verdict}`)
      },
      preflightFine: facts => told.push(`${name}${facts.key} fine`),
    },
  }
}
const never = new AbortController().signal
const look = async (at: number) => {
  now = at
  await lookAhead(tools(), never)
}
const silent = { minted: () => undefined }
const planAt = async (at: number) => {
  now = at
  await plan(ledger, queues, silent, now)
}

/** What apply does before it changes a schedule. */
async function mintUpToNow(): Promise<void> {
  const stored = (await storedSchedules(ledger)).get('digest')
  if (stored) await mintSchedules(ledger, queues, silent, [stored], now)
}

async function declare(policy: Partial<Policy> = {}, more: Partial<Schedule> = {}): Promise<void> {
  const schedule: Schedule = {
    name: 'digest',
    account: 'main',
    when: { timezone: 'UTC', entries: [{ kind: 'cron', pattern: '0 9 * * *', timezone: 'UTC' }] },
    launch: { id: 90 },
    policy: { ...defaultPolicy, ...policy },
    source: { file: 'jobs/s.yaml', line: 4 },
    ...more,
  }
  await mintUpToNow()
  await putSchedule(ledger, schedule.name, schedule)
  await plan(ledger, queues, silent, now)
}

describe('preflight', () => {
  it('looks once at an active mailing, half an hour before, and says nothing', async () => {
    await declare()
    await look(nine - 31 * minute)
    expect(altcraft.requests()).toBe(0)
    await look(nine - 30 * minute)
    for (const minutes of [29, 10, 2]) await look(nine - minutes * minute)
    expect(altcraft.requests()).toBe(1)
    expect(told).toEqual([])
    expect(await lastLook(ledger, 'main', 90)).toMatchObject({ verdict: 'fine', key, due: nine, why: '' })
  })

  it('asks nothing for a schedule that has it off', async () => {
    await declare({ preflight: 'off' })
    for (const minutes of [30, 10, 1]) await look(nine - minutes * minute)
    expect(altcraft.requests()).toBe(0)
  })

  it('announces a mailing that is not active, once, and that it is active again before the hour', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare()
    await look(nine - 30 * minute)
    await look(nine - 29 * minute)
    await look(nine - 25 * minute)
    expect(told).toEqual([`${key} inactive`])
    expect(altcraft.requests()).toBe(2)
    expect(await openTroubles(ledger, 10, now)).toMatchObject([{ verdict: 'inactive', since: nine - 30 * minute, key }])
    altcraft.setMailing(90, 'active')
    await look(nine - 20 * minute)
    await look(nine - 10 * minute)
    expect(told).toEqual([`${key} inactive`, `${key} fine`])
    expect(altcraft.requests()).toBe(3)
    expect(await openTroubles(ledger, 10, now)).toEqual([])
  })

  it('asks nothing while a pause covers the due time, looks again once it is resumed, and where the pause ends before', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare()
    const decision = { by: 'somebody', why: 'the mailing is off' }
    await pauseSchedule(ledger, 'digest', decision)
    for (const minutes of [30, 20, 10]) await look(nine - minutes * minute)
    await planAt(nine - minute)
    await look(nine - minute)
    expect([altcraft.requests(), told]).toEqual([0, []])

    await planAt(nine + 23 * 60 * minute)
    await look(nine + (24 * 60 - 30) * minute)
    expect([altcraft.requests(), told]).toEqual([0, []])
    await resumeSchedule(ledger, 'digest', decision)
    await look(nine + (24 * 60 - 27) * minute)
    expect(told).toEqual(['digest@20261124T0900 inactive'])
  })

  it('looks where the pause ends by itself before the due time', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare()
    await pauseSchedule(ledger, 'digest', { by: 'somebody', why: 'lunch' }, nine - 5 * minute)
    await look(nine - 30 * minute)
    expect(told).toEqual([`${key} inactive`])
  })

  it('asks nothing for a due time that a person skips', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare()
    const stored = (await storedSchedules(ledger)).get('digest')
    if (!stored) throw new Error('digest is not stored')
    expect(await skipDueTime(ledger, queues, stored, nine, { by: 'somebody', why: 'off' })).toMatchObject({ key })
    for (const minutes of [30, 20, 10]) await look(nine - minutes * minute)
    await planAt(nine - minute)
    await look(nine - minute)
    expect([altcraft.requests(), told]).toEqual([0, []])
  })

  it('announces another problem of the same mailing', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare()
    await look(nine - 30 * minute)
    altcraft.setMailing(90, 'missing')
    await look(nine - 20 * minute)
    altcraft.setFaults([parseFault('refuse=401:on=status')])
    await look(nine - 10 * minute)
    altcraft.setFaults([parseFault('drop:on=status')])
    await look(nine - 4 * minute)
    expect(told).toEqual([`${key} inactive`, `${key} missing`, `${key} token`, `${key} unreachable`])
  })

  it('of two processes that look at the same time announces once and asks once', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare()
    now = nine - 30 * minute
    await Promise.all(['a ', 'b ', 'c '].map(name => lookAhead(tools(name), never)))
    expect(told).toHaveLength(1)
    expect(altcraft.requests()).toBe(1)
  })

  it('is taken over where its process vanished', async () => {
    await declare()
    now = nine - 30 * minute
    expect(await takeLooks(ledger, 10)).toMatchObject([{ kind: 'schedule', next: nine }])
    await look(nine - 29 * minute)
    expect(altcraft.requests()).toBe(0)
    await look(nine - 27 * minute)
    expect(altcraft.requests()).toBe(1)
  })

  it('leaves an account that this process does not know to others', async () => {
    await declare()
    now = nine - 30 * minute
    await lookAhead({ ...tools(), accounts: new Set<string>() }, never)
    expect(altcraft.requests()).toBe(0)
    await look(nine - 27 * minute)
    expect(altcraft.requests()).toBe(1)
  })

  it('announces each due time, and a dense timetable asks no more often than the pause', async () => {
    altcraft.setMailing(90, 'inactive')
    const entries = [{ kind: 'every' as const, every: minute, anchor: 0, timezone: 'UTC' }]
    await declare({}, { when: { timezone: 'UTC', entries } })
    const start = now
    for (let at = start; at < start + 20 * minute; at += 10_000) {
      await planAt(at)
      await look(at)
    }
    expect(altcraft.requests()).toBe(4)
    expect(told).toHaveLength(4)
    expect(new Set(told).size).toBe(4)
  })

  it('follows an edit: another mailing is looked at, and one that was removed is not', async () => {
    await declare()
    now = nine - 40 * minute
    await declare({ preflight: 35 * minute }, { launch: { id: 91 } })
    await look(nine - 35 * minute)
    expect(await lastLook(ledger, 'main', 91)).toMatchObject({ verdict: 'fine' })
    expect(await lastLook(ledger, 'main', 90)).toBeUndefined()
    await declare()
    await mintUpToNow()
    await putSchedule(ledger, 'digest', undefined)
    await look(nine - 1 * minute)
    expect(altcraft.requests()).toBe(1)
    expect(await server.redis.zcard(ledger.keys.preflights)).toBe(0)
  })

  it('keeps the time that an edit sets while a look is under way', async () => {
    await declare()
    now = nine - 30 * minute
    const slow = {
      ...tools(),
      readStatus: async (...asked: Parameters<typeof platform.readStatus>) => {
        await declare({ preflight: 20 * minute })
        return platform.readStatus(...asked)
      },
    }
    await lookAhead(slow, never)
    expect(await server.redis.zscore(ledger.keys.preflights, 'schedule:digest')).toBe(String(nine - 20 * minute))
  })

  it('looks at once where nobody could look in time', async () => {
    altcraft.setMailing(90, 'inactive')
    now = nine - 30_000
    await declare()
    await look(nine - 29_000)
    expect(told).toEqual([`${key} inactive`])
  })

  it('asks nothing more for launches whose mailing was looked at', async () => {
    await declare()
    await look(nine - 30 * minute)
    await planAt(nine - 30_000)
    expect(await server.redis.zscore(ledger.keys.preflights, `launch:${key}`)).toBeNull()
  })

  it('looks for a launch that is made before it is to be looked at', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare({ preflight: 20_000 })
    await planAt(nine - 50_000)
    await look(nine - 21_000)
    expect(told).toEqual([])
    await look(nine - 20_000)
    expect(told).toEqual([`${key} inactive`])
  })
})

describe('a launch by hand', () => {
  it('for a later time is looked at too, and no more once it was called off', async () => {
    altcraft.setMailing(90, 'inactive')
    const launch = {
      key: 'manual-1',
      account: 'main',
      origin: 'manual',
      request: { id: 90 },
      policy: defaultPolicy,
    } as const
    await createLaunch(ledger, {
      ...launch,
      due: nine,
      sendUntil: nine + minute,
      retryUntil: nine,
      preflightAt: nine - 30 * minute,
    })
    await look(nine - 31 * minute)
    expect(told).toEqual([])
    await look(nine - 30 * minute)
    expect(told).toEqual(['manual-1 inactive'])
    await cancelLaunch(ledger, 'manual-1', 'someone', 'why')
    await look(nine - 20 * minute)
    expect(altcraft.requests()).toBe(1)
    expect(await server.redis.zcard(ledger.keys.preflights)).toBe(0)
  })
})

describe('a problem that is only announced', () => {
  it('does not keep the launch back', async () => {
    altcraft.setMailing(90, 'inactive')
    await declare()
    await look(nine - 30 * minute)
    await planAt(nine - 30_000)
    now = nine
    expect(await claimLaunch(ledger, key, 'n', 'o', 10_000)).toMatchObject({ kind: 'claimed' })
  })
})

describe('a launch that preflight may hold', () => {
  async function heldAtNine(): Promise<void> {
    altcraft.setMailing(90, 'inactive')
    await declare({ onPreflightProblem: 'hold', misfire: 'skip' })
    await look(nine - 30 * minute)
    await planAt(nine - 30_000)
    now = nine
    expect(await claimLaunch(ledger, key, 'n', 'o', 10_000)).toMatchObject({
      kind: 'over',
      state: 'held',
      changed: true,
    })
  }
  const stateOf = async () => {
    const { state, reason, heldBy } = (await showLaunch(ledger, key)) ?? {}
    return { state, reason, heldBy }
  }

  it('is held with the reason while its mailing is not active, and goes when it is, within its deadline', async () => {
    await heldAtNine()
    expect(await stateOf()).toEqual({
      state: 'held',
      reason: 'preflight: mailing 90 is not active in Altcraft (status Inactive)',
      heldBy: 'preflight',
    })
    altcraft.setMailing(90, 'active')
    await look(nine + 1_000)
    expect(await stateOf()).toMatchObject({ state: 'planned', reason: undefined })
    // Later than misfire: skip would allow: it was not missed, it was held.
    now = nine + 10 * minute
    expect(await claimLaunch(ledger, key, 'n', 'o', 10_000)).toMatchObject({ kind: 'claimed' })
  })

  it('is looked at again until its deadline, and not after it', async () => {
    await heldAtNine()
    for (let at = nine; at <= nine + 30 * minute; at += 30_000) await look(at)
    expect(altcraft.requests()).toBe(5)
    expect(await stateOf()).toMatchObject({ state: 'held' })
    expect(await server.redis.zscore(ledger.keys.preflights, `launch:${key}`)).toBeNull()
  })

  it('is not held where nobody found a problem', async () => {
    await declare({ onPreflightProblem: 'hold' })
    await look(nine - 30 * minute)
    await planAt(nine - 30_000)
    now = nine
    expect(await claimLaunch(ledger, key, 'n', 'o', 10_000)).toMatchObject({ kind: 'claimed' })
  })

  it('can be let go by a person, and is not held again', async () => {
    await heldAtNine()
    expect(await releaseLaunch(ledger, key, 'someone', 'I know')).toEqual({ kind: 'done' })
    expect(await claimLaunch(ledger, key, 'n2', 'o', 10_000)).toMatchObject({ kind: 'claimed' })
    expect((await showLaunch(ledger, key))?.notes).toMatchObject([{ what: 'held -> planned', why: 'I know' }])
    expect(await releaseLaunch(ledger, key, 'someone', 'again')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('claimed'),
    })
  })

  it('that a stop holds meanwhile stays held, by the stop', async () => {
    await heldAtNine()
    await holdOn(ledger, { kind: 'all' }, { cause: 'person', reason: 'audit', by: 'someone' })
    altcraft.setMailing(90, 'active')
    await look(nine + 1_000)
    expect(await stateOf()).toEqual({ state: 'held', reason: 'hold: audit', heldBy: 'hold' })
    expect(await releaseLaunch(ledger, key, 'someone', 'why')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('stop'),
    })
    await holdOff(ledger, { kind: 'all' }, 'person', 'done', 'someone')
    expect(await stateOf()).toMatchObject({ state: 'planned' })
  })
})
