import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DeclarationError } from '../../src/files/problem.ts'
import { readAudit } from '../../src/launches/audit.ts'
import { createLaunch } from '../../src/launches/create.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { listLaunches } from '../../src/launches/list.ts'
import { cancelLaunch } from '../../src/launches/person.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import type { LaunchQueues } from '../../src/launches/queue.ts'
import { applyPlan } from '../../src/timetable/apply.ts'
import { carryHistory, changeSchedules } from '../../src/timetable/change-schedules.ts'
import { occurrencesBetween } from '../../src/timetable/due-times.ts'
import { pausedSchedules } from '../../src/timetable/paused.ts'
import { planBetween } from '../../src/timetable/plan.ts'
import { plan as planDueTimes } from '../../src/timetable/planner.ts'
import type { Schedule, When } from '../../src/timetable/schedule.ts'
import { startFromFiles, stepIntoFiles } from '../../src/timetable/step-into-files.ts'
import { storedSchedules, storedSet } from '../../src/timetable/store.ts'
import { minute, Stage } from './stage.ts'

const nine = Date.UTC(2026, 10, 24, 9)
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

const heard = { minted: () => {} }
const cron = (pattern: string): When => ({ kind: 'cron', pattern, timezone: 'UTC' })

function schedule(name: string, when: When, more: Partial<Schedule> = {}): Schedule {
  return {
    name,
    account: 'main',
    when: { timezone: when.timezone, entries: [when] },
    launch: { id: 90 },
    policy: { ...defaultPolicy, maxLateness: 86_400_000, misfire: 'all' },
    source: { file: 'jobs/a.yaml', line: 4 },
    ...more,
  }
}

async function apply(...declared: Schedule[]) {
  const stored = await storedSet(ledger)
  return applyPlan(ledger, queues, heard, stored, planBetween(stored.schedules, declared), 'someone')
}
const pass = () => planDueTimes(ledger, queues, heard, stage.now)
const field = (key: string, name: string) => redis.hget(ledger.keys.launch(key), name)
const keysOf = (name: string) => redis.zrangebyscore(ledger.keys.ofSchedule(name), '-inf', '+inf')
async function jobs(): Promise<string[]> {
  const found = await redis.keys(`${ledger.keys.queuePrefix}:launch-main:s@*`)
  return found.map(key => key.slice(key.lastIndexOf(':') + 1)).sort()
}

describe('applying a plan', () => {
  it('adds, changes and removes, and writes each of it on the audit with both digests', async () => {
    await apply(schedule('edited', cron('0 9 * * *')), schedule('gone', cron('0 9 * * *')))
    const before = await storedSchedules(ledger)
    await apply(schedule('edited', cron('0 10 * * *')), schedule('new', cron('0 9 * * *')))
    const after = await storedSchedules(ledger)
    expect([...after.keys()].sort()).toEqual(['edited', 'new'])
    const audit = (await readAudit(ledger, 3)).map(({ what, subject, who, before, after }) => [
      what,
      subject,
      who,
      before,
      after,
    ])
    expect(audit.sort()).toEqual([
      ['schedule added', 'schedule:new', 'someone', '', after.get('new')?.digest],
      ['schedule changed', 'schedule:edited', 'someone', before.get('edited')?.digest, after.get('edited')?.digest],
      ['schedule removed', 'schedule:gone', 'someone', before.get('gone')?.digest, ''],
    ])
  })

  it('leaves a launch and no tombstone where a time is moved away and back', async () => {
    await apply(schedule('s', cron('0 9 * * *')))
    stage.now = nine - 30_000 + 86_400_000
    await pass()
    expect(await jobs()).toEqual(['s@20261125T0900'])
    await apply(schedule('s', cron('30 9 * * *')))
    expect(await keysOf('s')).toEqual([])
    expect(await jobs()).toEqual([])
    expect(await readAudit(ledger, 9, 's@20261125T0900')).toMatchObject([
      { what: 'launch taken back', who: 'someone', before: 'planned', after: '' },
    ])
    await apply(schedule('s', cron('0 9 * * *')))
    expect(await field('s@20261125T0900', 'state')).toBe('planned')
    expect(await jobs()).toEqual(['s@20261125T0900'])
  })

  it('keeps what is due already as it was declared, minted or not', async () => {
    await apply(schedule('s', cron('* * * * *')))
    // Nobody has planned for three minutes; the edit comes in the very millisecond of the third.
    stage.now = nine + 3 * minute
    await apply(schedule('s', cron('* * * * *'), { launch: { id: 91 } }))
    const ids = await Promise.all(
      ['0901', '0902', '0903', '0904'].map(async time => {
        const request = await field(`s@20261124T${time}`, 'request')
        return JSON.parse(request ?? 'null')?.id
      }),
    )
    expect(ids).toEqual([90, 90, 90, 91])
  })

  it('takes back what a rule left out ahead of time, and keeps what a person skipped or called off', async () => {
    await apply(schedule('s', cron('* * * * *')))
    const coming = (minutes: number, reason: string) =>
      createLaunch(ledger, {
        key: `s@20261124T090${minutes}`,
        account: 'main',
        origin: 'schedule',
        schedule: 's',
        request: { id: 90 },
        due: nine + minutes * minute,
        sendUntil: nine + 9 * minute,
        retryUntil: nine + 9 * minute,
        policy: defaultPolicy,
        missed: { state: 'skipped', reason },
      })
    await coming(5, 'calendar: a holiday')
    await coming(6, 'person: no mail today')
    await cancelLaunch(ledger, 's@20261124T0901', 'someone', 'not now')
    await apply(schedule('s', cron('* * * * *'), { launch: { id: 91 } }))
    expect(await field('s@20261124T0905', 'state')).toBe(null)
    expect(await field('s@20261124T0906', 'state')).toBe('skipped')
    expect(await field('s@20261124T0901', 'state')).toBe('cancelled')
    expect(await redis.zscore('{test}:ended:schedule', 's@20261124T0905')).toBe(null)
  })

  it('touches no launch of another origin, whatever schedule it names', async () => {
    await apply(schedule('s', cron('0 9 * * *')))
    await createLaunch(ledger, {
      key: 's-run-1-a',
      account: 'main',
      origin: 'manual',
      schedule: 's',
      request: { id: 90 },
      due: nine + minute,
      sendUntil: nine + 2 * minute,
      retryUntil: nine + 2 * minute,
      policy: defaultPolicy,
    })
    await apply(schedule('s', cron('30 9 * * *')))
    expect(await field('s-run-1-a', 'state')).toBe('planned')
  })

  it('ends the pause of a removed schedule when its name is declared again, and keeps that it was', async () => {
    await apply(schedule('s', cron('0 9 * * *')), schedule('t', cron('0 9 * * *')))
    await redis.hset('{test}:pauses', 's', '[{"from":1,"to":2,"reason":"r","by":"b"},{"from":3,"reason":"r","by":"b"}]')
    await apply(schedule('t', cron('0 9 * * *')))
    await apply(schedule('s', cron('0 9 * * *')), schedule('t', cron('0 9 * * *')))
    const pauses = JSON.parse((await redis.hget('{test}:pauses', 's')) ?? '')
    expect(pauses).toMatchObject([
      { from: 1, to: 2 },
      { from: 3, to: nine + 1 },
    ])
  })

  it('looks at a schedule next when it is due, not at once', async () => {
    await apply(
      schedule('s', cron('0 12 * * *')),
      schedule('over', { kind: 'at', times: ['2020-01-01T00:00'], ifPast: 'skip', timezone: 'UTC' }),
    )
    expect(await redis.zrangebyscore(ledger.keys.upcoming, '-inf', '+inf', 'WITHSCORES')).toEqual([
      's',
      String(nine + 180 * minute),
    ])
  })
})

describe('a removed schedule', () => {
  /** Due half an hour after its nominal time. */
  const late = schedule('s', cron('0 9 * * *'), {
    when: { timezone: 'UTC', entries: [cron('0 9 * * *')], jitter: { upTo: 30 * minute, shift: 30 * minute } },
  })
  const key = 's@20261125T0900'
  const paused = (from: number) => redis.hset(ledger.keys.pauses, 's', JSON.stringify([{ from, reason: 'r', by: 'b' }]))

  it('sends nothing that is due after its removal, though its nominal time has passed', async () => {
    await apply(late)
    stage.now = nine + 86_400_000 + minute
    await pass()
    expect(await field(key, 'state')).toBe('planned')
    await apply()
    expect(await field(key, 'state')).toBe(null)
    expect(await jobs()).toEqual([])
    expect(await readAudit(ledger, 1, key)).toMatchObject([{ what: 'launch taken back', before: 'planned' }])
    await apply(late)
    await pass()
    expect(await field(key, 'state')).toBe(null)
  })

  it('lets nothing go that its pause has stopped, and is not paused when it is declared again', async () => {
    await apply(late, schedule('t', cron('0 9 * * *')))
    stage.now = nine + 86_400_000 + minute
    await pass()
    stage.now = nine + 86_400_000 + 31 * minute
    await paused(stage.now - 1)
    stage.now += minute
    await apply(schedule('t', cron('0 9 * * *')))
    expect(await field(key, 'state')).toBe('skipped')
    expect(await field(key, 'reason')).toBe('paused: r')
    expect(JSON.parse((await redis.hget(ledger.keys.pauses, 's')) ?? '')).toEqual([
      { from: stage.now - minute - 1, reason: 'r', by: 'b' },
    ])
    stage.now += minute
    await apply(late, schedule('t', cron('0 9 * * *')))
    expect(JSON.parse((await redis.hget(ledger.keys.pauses, 's')) ?? '')).toEqual([
      { from: stage.now - 2 * minute - 1, reason: 'r', by: 'b', to: stage.now + 1 },
    ])
  })
})

describe('a schedule that is renamed to the name of a removed one', () => {
  it('does not take over the pause of that one', async () => {
    await apply(schedule('s', cron('0 9 * * *')), schedule('t', cron('0 9 * * *')))
    await redis.hset(ledger.keys.pauses, 's', JSON.stringify([{ from: 1, reason: 'r', by: 'b' }]))
    await apply(schedule('t', cron('0 9 * * *')))
    await apply(schedule('s', cron('0 9 * * *'), { formerly: ['t'] }))
    expect(await pausedSchedules(ledger, nine + minute)).toEqual(new Map())
  })
})

describe('a coming due time that a person left out', () => {
  const daily = cron('0 9 * * *')
  const elsewhere: When = { kind: 'cron', pattern: '0 18 * * *', timezone: 'Europe/Kyiv' }
  const two = (name: string, more: Partial<Schedule> = {}) =>
    schedule(name, daily, { ...more, when: { timezone: 'UTC', entries: [daily, elsewhere] } })
  const key = 's@20261125T0900'

  it.each([
    ['its label is named otherwise', two('s'), 's@20261125T0900.UTC'],
    ['its schedule is renamed with that', two('t', { formerly: ['s'] }), 't@20261125T0900.UTC'],
  ])('is not made again where %s, nor when it is named as before', async (_, edited, fresh) => {
    await apply(schedule('s', daily))
    stage.now = nine + 86_400_000 - 30_000
    await pass()
    await cancelLaunch(ledger, key, 'someone', 'not now')
    await apply(edited)
    expect(await keysOf(edited.name)).toEqual([fresh])
    expect(await field(fresh, 'state')).toBe('cancelled')
    await apply(schedule('s', daily, { formerly: ['t'] }))
    expect(await keysOf('s')).toEqual([key])
    expect(await field(key, 'state')).toBe('cancelled')
  })

  it('is carried over as well where it is left out while the edit is applied', async () => {
    await apply(schedule('s', daily))
    stage.now = nine + 86_400_000 - 30_000
    await pass()
    const stored = await storedSet(ledger)
    const before = stored.schedules.get('s')
    if (!before) throw new Error('s is not stored')
    await cancelLaunch(ledger, key, 'someone', 'not now')
    const change = { name: 's', before, after: two('s'), labels: {} }
    expect(await changeSchedules(ledger, stored.revision, [change], 'someone', 'why')).toEqual({
      kind: 'behind',
      names: ['s'],
    })
    expect(await field(key, 'state')).toBe('cancelled')
  })
})

describe('two who apply at once', () => {
  it('do not both win: the other is told, and has changed nothing', async () => {
    await apply(schedule('s', cron('* * * * *')))
    const answers = await Promise.all([
      apply(schedule('s', cron('0 10 * * *'))),
      apply(schedule('s', cron('0 11 * * *')), schedule('more', cron('0 9 * * *'))),
    ])
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['applied', 'overtaken'])
    const names = [...(await storedSchedules(ledger)).keys()].sort()
    expect(names).toEqual(answers[0]?.kind === 'applied' ? ['s'] : ['more', 's'])
  })

  it('meet between two batches of a long plan: the first stops there and says how far it came', async () => {
    const many = Array.from({ length: 501 }, (_, index) => schedule(`m${index}`, cron('0 9 * * *')))
    const stored = await storedSet(ledger)
    let asked = 0
    // The clock is asked once for the plan, and per batch before it and in its script. Then somebody else changes the set.
    const clock = () => {
      asked += 1
      if (asked === 4) void redis.incr(ledger.keys.revision)
      return stage.now
    }
    const answer = await applyPlan(
      { ...ledger, clock },
      queues,
      heard,
      stored,
      planBetween(stored.schedules, many),
      'someone',
    )
    expect(answer).toEqual({ kind: 'overtaken', done: 500 })
    expect((await storedSchedules(ledger)).size).toBe(500)
    // And the next one brings the rest of the way.
    expect(await apply(...many)).toEqual({ kind: 'applied' })
    expect((await storedSchedules(ledger)).size).toBe(501)
  })
})

describe('an edit that takes long', () => {
  it('mints again what came due while it minted, before the new declaration is in force', async () => {
    await apply(schedule('s', cron('* * * * *')))
    const stored = await storedSet(ledger)
    const declared = [schedule('s', cron('* * * * *'), { launch: { id: 91 } })]
    let asked = 0
    // From minting to the script three minutes pass, which is more than was minted ahead.
    const clock = () => {
      asked += 1
      return asked <= 2 ? nine : nine + 3 * minute
    }
    stage.now = nine + 3 * minute
    const plan = planBetween(stored.schedules, declared)
    expect(await applyPlan({ ...ledger, clock }, queues, heard, stored, plan, 'someone')).toEqual({ kind: 'applied' })
    const keys = await keysOf('s')
    const ids = await Promise.all(keys.map(async key => JSON.parse((await field(key, 'request')) ?? '').id))
    expect(keys.map((key, index) => `${key} ${ids[index]}`)).toEqual([
      's@20261124T0901 90',
      's@20261124T0902 90',
      's@20261124T0903 90',
      's@20261124T0904 91',
    ])
  })
})

describe('a time that has passed when it is taken over', () => {
  const at = (ifPast?: 'now' | 'skip'): When => ({
    kind: 'at',
    times: ['2026-11-24T08:55'],
    timezone: 'UTC',
    ...(ifPast === undefined ? {} : { ifPast }),
  })

  it('keeps the whole plan from being applied where nobody said what is to become of it', async () => {
    await expect(apply(schedule('fine', cron('0 9 * * *')), schedule('s', at()))).rejects.toThrow('ifPast')
    expect((await storedSchedules(ledger)).size).toBe(0)
  })

  it('is launched with the change and once, where it says so, and not at all by one who is overtaken', async () => {
    const stored = await storedSet(ledger)
    const plan = planBetween(stored.schedules, [schedule('s', at('now'))])
    const late = { ...stored, revision: '99' }
    expect((await applyPlan(ledger, queues, heard, late, plan, 'someone')).kind).toBe('overtaken')
    expect(await keysOf('s')).toEqual([])
    await apply(schedule('s', at('now')))
    expect(await field('s@20261124T0855', 'state')).toBe('planned')
    expect(await jobs()).toEqual(['s@20261124T0855'])
    await apply(schedule('s', at('now'), { description: 'once more' }))
    expect(await keysOf('s')).toEqual(['s@20261124T0855'])
  })
})

describe('a renamed schedule', () => {
  const old = schedule('old', cron('* * * * *'))
  const fresh = schedule('new', cron('* * * * *'), { formerly: ['old'], launch: { id: 91 } })

  it('begins where the old one ends: nothing is dropped, nothing due twice, and its history goes along', async () => {
    await apply(old)
    stage.now = nine + 2 * minute
    await apply(fresh)
    stage.now = nine + 4 * minute
    await pass()
    expect(await keysOf('old')).toEqual([])
    expect(await keysOf('new')).toEqual([
      'old@20261124T0901',
      'old@20261124T0902',
      'new@20261124T0903',
      'new@20261124T0904',
      'new@20261124T0905',
    ])
    const listed = await listLaunches(ledger, { schedule: 'new' }, 10, ['main'])
    expect(listed.map(({ key, mailing }) => `${key} ${mailing}`).at(-1)).toBe('old@20261124T0901 90')
    expect((await readAudit(ledger, 99)).filter(({ what }) => what === 'schedule renamed')).toMatchObject([
      { subject: 'schedule:new', before: expect.stringMatching(/^old [0-9a-f]{40}$/) },
    ])
  })

  it('keeps its pause, and what a person said about a coming due time', async () => {
    await apply(old)
    await redis.hset('{test}:pauses', 'old', '[{"from":1,"reason":"r","by":"b"}]')
    await cancelLaunch(ledger, 'old@20261124T0901', 'someone', 'not now')
    await apply(fresh)
    expect(await redis.hgetall('{test}:pauses')).toEqual({ new: '[{"from":1,"reason":"r","by":"b"}]' })
    expect(await keysOf('new')).toEqual(['new@20261124T0901'])
    expect(await field('new@20261124T0901', 'state')).toBe('cancelled')
    for (const index of ['launches:schedule', 'state:cancelled', 'mailing:main:90', 'ended:schedule']) {
      expect(await redis.zrangebyscore(`{test}:${index}`, '-inf', '+inf')).toEqual(['new@20261124T0901'])
    }
  })

  it('gets the rest of its history from the next apply, where the first was killed before it', async () => {
    await apply(old)
    stage.now = nine + 2 * minute
    await pass()
    const stored = await storedSet(ledger)
    const before = stored.schedules.get('old')
    if (!before) throw new Error('old is not stored')
    const change = { name: 'new', before, after: fresh, next: stage.now + minute }
    expect((await changeSchedules(ledger, stored.revision, [change], 'someone', 'why')).kind).toBe('changed')
    // Killed here.
    expect(await keysOf('old')).toEqual(['old@20261124T0901', 'old@20261124T0902'])
    await apply(fresh)
    expect(await keysOf('old')).toEqual([])
    expect(await redis.exists(ledger.keys.renames)).toBe(0)
  })

  it('has all of a long history, thousands at a time', async () => {
    const rows = Array.from({ length: 4_500 }, (_, index) => ['s@', nine - index * minute, index] as const)
    for (const [prefix, due, index] of rows) {
      await redis.hset(ledger.keys.launch(`${prefix}${index}`), { key: `${prefix}${index}`, schedule: 's' })
      await redis.zadd(ledger.keys.ofSchedule('s'), due, `${prefix}${index}`)
    }
    await redis.hset(ledger.keys.renames, 's', 't')
    await carryHistory(ledger)
    expect(await redis.zcard(ledger.keys.ofSchedule('t'))).toBe(4_500)
    expect(await redis.exists(ledger.keys.ofSchedule('s'))).toBe(0)
    expect(await field('s@4499', 'schedule')).toBe('t')
  })
})

describe('a service that looks at the files', () => {
  const said: string[] = []
  const listener = {
    ...heard,
    schedulesSynced: () => said.push('synced'),
    schedulesDiffer: () => said.push('differ'),
    schedulesKept: (stored: number) => said.push(`kept ${stored}`),
    filesRefused: (problems: readonly string[], stored: number) => said.push(`refused ${stored}: ${problems.join()}`),
  }
  beforeEach(() => said.splice(0))
  const step = (apply: boolean, ...declared: Schedule[]) => stepIntoFiles(ledger, queues, listener, { declared, apply })
  const one = schedule('s', cron('0 9 * * *'))
  const two = schedule('t', cron('0 9 * * *'))

  it('fills an empty store, applies where it may, else says that they differ', async () => {
    await step(false, one)
    await step(false, one, two)
    await step(true, one, two)
    await step(true, two)
    await step(true, two)
    expect(said).toEqual(['synced', 'differ', 'synced', 'synced'])
    expect([...(await storedSchedules(ledger)).keys()]).toEqual(['t'])
  })

  it('runs at its start what is stored where the files are wrong or cannot be applied, and not where nothing is', async () => {
    const begin = (declared: readonly Schedule[] | DeclarationError) =>
      startFromFiles(ledger, queues, listener, { declared, apply: true })
    const past = schedule('past', { kind: 'at', times: ['2026-11-24T08:55'], timezone: 'UTC' })
    const broken = new DeclarationError([{ severity: 'error', where: 'jobs/a.yaml', sentence: 'broken' }])
    await expect(begin(broken)).rejects.toThrow(broken)
    await expect(begin([one, past])).rejects.toThrow('ifPast')
    expect((await storedSchedules(ledger)).size).toBe(0)
    await begin([one])
    await begin([one, past])
    await begin(broken)
    expect(said).toEqual([
      'synced',
      expect.stringMatching(/^refused 1: .*past.when.at: .* ifPast/),
      expect.stringMatching(/^refused 1: .*broken/),
    ])
    expect([...(await storedSchedules(ledger)).keys()]).toEqual(['s'])
  })

  it('carries over the history of a renamed schedule though no difference is left', async () => {
    await step(true, one)
    const stored = await storedSet(ledger)
    const before = stored.schedules.get('s')
    if (!before) throw new Error('s is not stored')
    stage.now = nine + 86_400_000 + minute
    await pass()
    const after = schedule('t', cron('0 9 * * *'), { formerly: ['s'] })
    await changeSchedules(ledger, stored.revision, [{ name: 't', before, after, next: stage.now }], 'someone', 'why')
    // Killed here.
    expect(await keysOf('s')).toEqual(['s@20261125T0900'])
    await step(true, after)
    expect(await keysOf('t')).toEqual(['s@20261125T0900'])
    expect(await keysOf('s')).toEqual([])
  })

  it('never removes all of them at once', async () => {
    await step(true, one, two)
    await step(true)
    expect(said).toEqual(['synced', 'kept 2'])
    expect((await storedSchedules(ledger)).size).toBe(2)
  })

  it('gives way to another that starts at the same time, and ends at the same', async () => {
    await Promise.all([step(true, one, two), step(true, one, two)])
    expect((await storedSchedules(ledger)).size).toBe(2)
    expect(await readAudit(ledger, 9)).toHaveLength(2)
  })
})

describe('edits around due times', () => {
  /** A declaration, and when it is applied: on a full minute, or off it by a little. */
  const version = fc.record({
    minutes: fc.constantFrom('*', '*/2', '1-59/2', '3,7', '0'),
    name: fc.constantFrom('a', 'b'),
    removed: fc.boolean(),
    wait: fc.integer({ min: 0, max: 6 }),
    off: fc.constantFrom(-1, 0, 1, 29_999),
    passes: fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 3 }),
  })

  it('drop nothing and launch nothing twice: each due time is launched as declared when it came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 8 }), async versions => {
        await redis.flushall()
        stage.now = nine
        const inForce: { from: number; schedule: Schedule | undefined }[] = []
        let before: Schedule | undefined
        for (const [index, { minutes, name, removed, wait, off, passes }] of versions.entries()) {
          const until = Math.max(stage.now, Math.floor(stage.now / minute) * minute + wait * minute + off)
          for (const ahead of passes.toSorted((a, b) => a - b)) {
            if (stage.now + ahead >= until) break
            stage.now += ahead
            await pass()
          }
          stage.now = until
          // Under the name it has in this version, carried over from the other where it had that.
          const after =
            removed && before
              ? undefined
              : schedule(name, cron(`${minutes} * * * *`), {
                  launch: { id: index + 1 },
                  formerly: [name === 'a' ? 'b' : 'a'],
                })
          expect((await apply(...(after ? [after] : []))).kind).toBe('applied')
          inForce.push({ from: stage.now, schedule: after })
          before = after
        }
        stage.now += 10 * minute
        await pass()
        const expected = inForce.flatMap(({ from, schedule: each }, index) => {
          if (!each) return []
          const to = inForce[index + 1]?.from ?? stage.now
          return occurrencesBetween(each.when, from, to).map(({ label }) => `${each.name}@${label} ${each.launch.id}`)
        })
        const keys = await redis.zrangebyscore(ledger.keys.ofOrigin('schedule'), '-inf', stage.now)
        const found = await Promise.all(
          keys.map(async key => `${key} ${JSON.parse((await field(key, 'request')) ?? '{}').id}`),
        )
        expect(found.toSorted()).toEqual(expected.toSorted())
      }),
      { numRuns: 120 },
    )
  }, 120_000)
})
