import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy, type Policy } from '../../src/launches/policy.ts'
import type { LaunchQueues } from '../../src/launches/queue.ts'
import { applyPlan } from '../../src/timetable/apply.ts'
import { planBetween } from '../../src/timetable/plan.ts'
import { plan } from '../../src/timetable/planner.ts'
import type { Schedule, When } from '../../src/timetable/schedule.ts'
import { storedSchedules, storedSet } from '../../src/timetable/store.ts'
import { overdueProblems } from '../../src/timetable/take-over.ts'
import { minute, Stage } from './stage.ts'

const nine = Date.UTC(2026, 11, 24, 8)
let stage: Stage
let ledger: Ledger
let queues: LaunchQueues
let redis: Stage['server']['redis']

beforeAll(async () => {
  stage = await Stage.open()
  ledger = stage.ledger
  queues = stage.queues
  redis = stage.server.redis
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  stage.now = nine
})

type At = Extract<When, { kind: 'at' }>
const at = (times: string[], ifPast?: At['ifPast']): At => {
  return { kind: 'at', times, timezone: 'Europe/Berlin', ...(ifPast ? { ifPast } : {}) }
}
function schedule(entries: When[], name = 'premiere', policy: Partial<Policy> = {}): Schedule {
  return {
    name,
    account: 'main',
    when: { timezone: 'Europe/Berlin', entries },
    launch: { id: 77 },
    policy: { ...defaultPolicy, ...policy },
    source: { file: 'jobs/premiere.yaml', line: 4 },
  }
}

/** What `start --apply` does with these files; the problem, where it is refused. */
async function apply(...declared: Schedule[]): Promise<string | undefined> {
  const stored = await storedSet(ledger)
  const files = planBetween(stored.schedules, declared)
  try {
    await applyPlan(ledger, queues, { minted: () => {} }, stored, files, 'someone')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const record = (key: string) => redis.hgetall(ledger.keys.launch(key))
const launches = () => redis.zrangebyscore(ledger.keys.ofOrigin('schedule'), '-inf', '+inf')

describe('a time in at', () => {
  it('that was taken over in time goes out, and keeps nobody from starting on the mornings after', async () => {
    const declared = schedule([at(['2026-12-24T09:00'])])
    stage.now = nine - minute
    expect(await apply(declared)).toBeUndefined()
    stage.now = nine
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    expect(await launches()).toEqual(['premiere@20261224T0900'])
    stage.now = nine + 23 * 60 * minute
    expect(await apply(declared)).toBeUndefined()
    // Nor does an edit of something else, or another time beside it.
    expect(await apply(schedule([at(['2026-12-24T09:00', '2027-01-01T09:00'])], 'premiere', { misfire: 'all' }))).toBe(
      undefined,
    )
    expect(await launches()).toEqual(['premiere@20261224T0900'])
  })

  it('that has passed when it is new is refused, with place and remedy, and nothing of the difference is applied', async () => {
    stage.now = nine + minute
    const fine = schedule([{ kind: 'every', every: minute, anchor: 0, timezone: 'UTC' }], 'fine')
    expect(await apply(fine, schedule([at(['2026-12-24T09:00', '2027-01-01T09:00'])]))).toBe(
      'jobs/premiere.yaml:4:1: premiere.when.at: 20261224T0900 has passed (2026-12-24T08:00:00.000Z), and was not in force before: write ifPast: skip to leave it out, or ifPast: now to launch it at once',
    )
    expect((await storedSchedules(ledger)).size).toBe(0)
  })

  it('that has passed and is added to a stored schedule is refused as well', async () => {
    stage.now = nine - minute
    await apply(schedule([at(['2026-12-24T09:00'])]))
    stage.now = nine + 10 * minute
    expect(await apply(schedule([at(['2026-12-24T09:00', '2026-12-24T09:05'])]))).toContain('20261224T0905 has passed')
    expect((await storedSchedules(ledger)).get('premiere')?.schedule.when.entries).toMatchObject([
      { times: ['2026-12-24T09:00'] },
    ])
  })

  it('is left out by ifPast: skip', async () => {
    stage.now = nine + minute
    expect(await apply(schedule([at(['2026-12-24T09:00'], 'skip')]))).toBeUndefined()
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    expect(await launches()).toEqual([])
  })

  it('is launched at once by ifPast: now, once, whatever is said of missed due times', async () => {
    stage.now = nine + 7 * minute
    const declared = schedule([at(['2026-12-24T09:00'], 'now')], 'premiere', { misfire: 'skip' })
    expect(await apply(declared)).toBeUndefined()
    const made = await record('premiere@20261224T0900')
    expect(made).toMatchObject({
      state: 'planned',
      nominal: String(nine),
      due: String(nine + 7 * minute),
      sendUntil: String(nine + 15 * minute),
      retryUntil: String(nine + 15 * minute),
      maxPerDay: '1',
    })
    const job = await redis.exists(`${ledger.keys.queuePrefix}:launch-main:premiere@20261224T0900`)
    expect(job).toBe(1)
    stage.now += minute
    expect(await apply(declared)).toBeUndefined()
    expect(await apply(schedule([at(['2026-12-24T09:00'], 'now')], 'premiere', { misfire: 'all' }))).toBeUndefined()
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    expect(await launches()).toEqual(['premiere@20261224T0900'])
    expect(await record('premiere@20261224T0900')).toEqual(made)
  })

  it('of yesterday evening that is launched after midnight passes the guard of the new day', async () => {
    stage.now = Date.parse('2026-12-24T23:05Z')
    await apply(schedule([at(['2026-12-24T23:55'], 'now')]))
    const made = await record('premiere@20261224T2355')
    expect(made).toMatchObject({ daySince: String(Date.parse('2026-12-24T23:00Z')), maxPerDay: '1' })
  })

  it('is recorded as expired by ifPast: now where it is too late for it', async () => {
    stage.now = nine + 16 * minute
    expect(await apply(schedule([at(['2026-12-24T09:00'], 'now')]))).toBeUndefined()
    expect(await record('premiere@20261224T0900')).toMatchObject({ state: 'expired', nominal: String(nine) })
    expect(await redis.exists(`${ledger.keys.queuePrefix}:launch-main:premiere@20261224T0900`)).toBe(0)
  })
})

describe('calendars and hours decide about a time in at as everywhere else', () => {
  const night = { from: '22:00', to: '08:00', does: 'move' } as const
  const withHours = (entries: When[], rest: Partial<Schedule>): Schedule => ({ ...schedule(entries), ...rest })

  it('what a calendar leaves out is no run that maxRuns counts: the time after it is refused, or launched', async () => {
    stage.now = Date.parse('2026-12-20T11:00+01:00')
    const holiday = [{ name: 'holidays', days: [['2026-12-19', '2026-12-19']] as [string, string][] }]
    const declared = (ifPast?: At['ifPast']): Schedule => {
      const whole = withHours([at(['2026-12-19T10:55', '2026-12-20T10:55'], ifPast)], { except: holiday })
      return { ...whole, when: { ...whole.when, maxRuns: 1 } }
    }
    const refusal = await apply(declared())
    expect(refusal).toContain('20261220T1055 has passed')
    expect(refusal).not.toContain('20261219')
    expect(await apply(declared('now'))).toBeUndefined()
    expect(await launches()).toEqual(['premiere@20261220T1055'])
    expect(await record('premiere@20261220T1055')).toMatchObject({ state: 'planned', due: String(stage.now) })
  })

  it.each([undefined, 'skip', 'now'] as const)(
    'moved to the morning it has not passed at night, ifPast %s',
    async ifPast => {
      stage.now = Date.parse('2026-12-25T01:00+01:00')
      const morning = Date.parse('2026-12-25T08:00+01:00')
      const declared = withHours([at(['2026-12-24T23:00', '2026-12-24T23:30'], ifPast)], { quietHours: night })
      expect(await apply(declared)).toBeUndefined()
      expect(await launches()).toEqual(['premiere@20261224T2330'])
      expect(await record('premiere@20261224T2330')).toMatchObject({
        state: 'planned',
        nominal: String(Date.parse('2026-12-24T23:30+01:00')),
        due: String(morning),
        sendUntil: String(morning + 15 * minute),
      })
    },
  )

  it('moved to the morning it has passed after that: refused, or launched until maxLateness after the morning', async () => {
    stage.now = Date.parse('2026-12-25T08:10+01:00')
    expect(await apply(withHours([at(['2026-12-24T23:30'])], { quietHours: night }))).toContain('has passed')
    expect(await apply(withHours([at(['2026-12-24T23:30'], 'now')], { quietHours: night }))).toBeUndefined()
    expect(await record('premiere@20261224T2330')).toMatchObject({
      state: 'planned',
      sendUntil: String(stage.now + 5 * minute),
    })
  })
})

describe('what was in force before is told by labels', () => {
  const before = schedule([at(['2026-12-24T09:00'])])
  it.each([
    ['the same time written otherwise', [at(['2026-12-24T08:00Z'])], 0],
    ['the same local time in another zone', [{ ...at(['2026-12-24T09:00']), timezone: 'Europe/London' }], 0],
    ['a minute later', [at(['2026-12-24T09:01'])], 1],
    ['a time that another entry has too', [at(['2026-12-24T09:00']), at(['2026-12-24T09:00'], 'skip')], 0],
    ['a time to come', [at(['2026-12-24T12:00'])], 0],
    ['a time outside of its span', [{ ...at(['2026-12-24T09:01']), from: nine + 5 * minute }], 0],
  ] as const)('%s', (_, entries, count) => {
    expect(overdueProblems(schedule([...entries]), before, nine + 100 * minute)).toHaveLength(count)
  })

  it('of two thousand passed times in a moment, also beside an entry that is due every second', () => {
    const times = Array.from(
      { length: 2_000 },
      (_, day) => `${new Date(nine - day * 86_400_000).toISOString().slice(0, 16)}Z`,
    )
    const begin = performance.now()
    expect(overdueProblems(schedule([at(times)]), undefined, nine)).toHaveLength(2_000)
    const everySecond: When = { kind: 'every', every: 1_000, anchor: 0, timezone: 'UTC' }
    expect(overdueProblems(schedule([everySecond, at(times.slice(0, 20))]), undefined, nine)).toHaveLength(20)
    expect(performance.now() - begin).toBeLessThan(3_000)
  })
})
