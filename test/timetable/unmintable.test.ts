import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { consequences, planLines, planObject } from '../../src/commands/plan-view.ts'
import { readAudit } from '../../src/launches/audit.ts'
import { type Applied, applyPlan, overdueIn } from '../../src/timetable/apply.ts'
import { overviewOf } from '../../src/timetable/overview.ts'
import { pausedSchedules } from '../../src/timetable/paused.ts'
import { pauseSchedule, resumeSchedule } from '../../src/timetable/pausing.ts'
import { planBetween } from '../../src/timetable/plan.ts'
import type { Schedule, Timetable } from '../../src/timetable/schedule.ts'
import { storedSet } from '../../src/timetable/store.ts'
import { decision, hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'
import { putSchedule } from './stored.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const start = nine - 90 * minute
const mars: Timetable = {
  timezone: 'Mars/Olympus',
  entries: [{ kind: 'cron', pattern: '0 * * * *', timezone: 'Mars/Olympus' }],
}
const uncountable: Schedule = {
  ...scheduleOf('s', {
    timezone: 'UTC',
    entries: [{ kind: 'every', every: minute, anchor: 0, from: Date.UTC(2026, 0, 1), timezone: 'UTC' }],
    maxRuns: 10_000,
  }),
  allowed: { hours: [{ from: '09:00', to: '09:01', days: [1] }], otherwise: 'skip' },
}
const put = (schedule: Schedule) => putSchedule(stage.ledger, schedule.name, schedule)
const write = (text: string) => stage.server.redis.hset(stage.ledger.keys.schedules, 's', text)

/** What is stored as `s` and cannot be minted, by its cause. */
const causes: Record<string, { readonly store: () => Promise<unknown>; readonly why: RegExp }> = {
  'its zone is unknown': { store: () => put(scheduleOf('s', mars)), why: /^Mars\/Olympus is no time zone/ },
  'its text is cut off': { store: () => write('{"name":"s"'), why: /^what is stored cannot be read: SyntaxError/ },
  'its text is no schedule': { store: () => write('{"name":"s"}'), why: /^what is stored cannot be read: / },
  'its text is of another schedule': {
    store: async () => write((await stage.server.redis.hget(stage.ledger.keys.schedules, 'near')) ?? ''),
    why: /its name is near$/,
  },
  'its maxRuns cannot be counted': { store: () => put(uncountable), why: /^maxRuns cannot be counted/ },
}

/** `s`, stored at 07:30 and unmintable since, beside one that is fine; it is nine o'clock. */
async function given(cause: string): Promise<RegExp> {
  const { store, why } = causes[cause] ?? { store: async () => {}, why: /never/ }
  stage.now = start
  await stage.put(scheduleOf('s'))
  await stage.put(scheduleOf('near', hourly, {}, 91))
  await store()
  stage.now = nine
  return why
}

const told: string[] = []
const heard = { minted: () => {}, unminted: (schedule: string, why: string) => told.push(`${schedule}: ${why}`) }
beforeEach(() => void told.splice(0))

async function apply(...declared: Schedule[]): Promise<Applied> {
  const stored = await storedSet(stage.ledger)
  return applyPlan(stage.ledger, stage.queues, heard, stored, planBetween(stored.schedules, declared), 'someone')
}
const near = scheduleOf('near', hourly, {}, 92)
const replaced = scheduleOf('s', hourly, {}, 93)
const watermark = async (name: string) => Number(await stage.server.redis.hget(stage.ledger.keys.watermarks, name))
const audited = async (subject: string) =>
  (await readAudit(stage.ledger, 9, subject)).map(({ what, why, before, after }) => `${what}|${why}|${before}|${after}`)

describe.each(Object.keys(causes))('a stored schedule that cannot be minted, because %s,', cause => {
  it('is replaced: nothing is minted for it, which is told and on the audit, and all else goes its way', async () => {
    const why = await given(cause)
    expect(await apply(near, replaced)).toEqual({ kind: 'applied' })
    expect(told).toEqual([expect.stringMatching(/^s: /)])
    expect(told[0]?.slice(3)).toMatch(why)
    expect(await audited('schedule:s')).toContain(`due times not minted|${told[0]?.slice(3)}|${start}|${nine}`)
    expect(await stage.records('s')).toEqual({})
    expect(Object.keys(await stage.records('near'))).toContain('20261123T0900')
    stage.now = nine + hour - 30_000
    await stage.plan()
    expect(await stage.records('s')).toEqual({ '20261123T1000': 'planned' })
    expect(await watermark('s')).toBe(stage.now + minute)
    expect((await apply(near, scheduleOf('s'))).kind).toBe('applied')
    expect(told).toHaveLength(1)
  })

  it('is removed, and renamed', async () => {
    await given(cause)
    expect(await apply(near)).toEqual({ kind: 'applied' })
    expect([...(await storedSet(stage.ledger)).schedules.keys()]).toEqual(['near'])
    expect(told).toHaveLength(1)
    await given(cause)
    expect(await apply(near, { ...replaced, name: 't', formerly: ['s'] })).toEqual({ kind: 'applied' })
    expect([...(await storedSet(stage.ledger)).schedules.keys()].sort()).toEqual(['near', 't'])
    expect(told).toHaveLength(2)
    expect(await watermark('t')).toBe(nine)
  })

  it('is shown by the plan with the reason and without its old due times', async () => {
    const why = await given(cause)
    const { schedules } = await storedSet(stage.ledger)
    for (const declared of [[near, replaced], [near]]) {
      const plan = planBetween(schedules, declared)
      expect(overdueIn(plan, nine)).toEqual([])
      const steps = consequences(plan, nine, new Map())
      const shown = planObject(plan, steps, [])
      const [step] = [...shown.changed, ...shown.removed].filter(({ schedule }) => schedule === 's')
      expect(step?.unmintable).toMatch(why)
      expect(step?.dueTimes).toMatchObject({ vanish: { count: 0 }, move: { count: 0 }, unchanged: 0 })
      expect(planLines(plan, steps, false)).toContain(
        `warning: s: what is stored cannot be planned (${step?.unmintable}): what was due under it since ${new Date(start).toISOString()} gets no record`,
      )
    }
  })

  it('is listed with the reason, paused and resumed, and what its pause has stopped goes no more once it is removed', async () => {
    const why = await given(cause)
    const [first, second] = await overviewOf(stage.ledger, nine)
    expect(first).toMatchObject({ name: 'near', next: nine + hour, unmintable: undefined })
    expect(second).toMatchObject({
      name: 's',
      next: undefined,
      completed: false,
      unmintable: expect.stringMatching(why),
    })
    expect(await pauseSchedule(stage.ledger, 's', decision)).toEqual({ kind: 'paused', sending: [] })
    expect(await resumeSchedule(stage.ledger, 's', decision)).toEqual({ kind: 'resumed' })
    await pauseSchedule(stage.ledger, 's', decision)
    stage.now = nine + minute
    expect(await apply(near)).toEqual({ kind: 'applied' })
    expect(await pausedSchedules(stage.ledger, stage.now)).toEqual(new Map([['s', decision.why]]))
  })
})
