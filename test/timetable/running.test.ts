import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { showLaunch } from '../../src/launches/read.ts'
import { pauseSchedule } from '../../src/timetable/pausing.ts'
import { runSchedule } from '../../src/timetable/running.ts'
import { decision, hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const schedule = scheduleOf('s', hourly, { maxLateness: hour, overlap: 'queueOne' })
const run = (confirmation?: string) => runSchedule(stage.ledger, stage.queues, schedule, decision, confirmation)

async function ran(): Promise<string> {
  const answer = await run()
  if (answer.kind !== 'run') throw new Error(`not run: ${JSON.stringify(answer)}`)
  return answer.launch.key
}

describe('a run of a schedule', () => {
  it('is a launch of its own, with the launch and the policy of the schedule, and leaves the timetable alone', async () => {
    await stage.put(schedule)
    const { redis, keys } = stage.ledger
    const before = await redis.hgetall(keys.watermarks)
    const key = await ran()
    expect(key).toMatch(/^s-run-20261123T073000-[0-9a-f]{8}$/)
    expect(await showLaunch(stage.ledger, key)).toMatchObject({
      state: 'planned',
      origin: 'manual',
      schedule: 's',
      mailing: 90,
      due: stage.now,
      sendUntil: stage.now + hour,
      policy: { overlap: 'queueOne' },
      by: 'somebody',
      why: 'a new template',
    })
    expect(await redis.hgetall(keys.watermarks)).toEqual(before)
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
  })

  it('says which due times of the day its guard will stop for it, and which it will not', async () => {
    const daily = { timezone: 'UTC', entries: [{ kind: 'cron', pattern: '0 9 * * *', timezone: 'UTC' }] } as const
    const places = async (maxPerDay?: number) => {
      const policy = maxPerDay === undefined ? {} : { maxPerDay }
      const answer = await runSchedule(stage.ledger, stage.queues, scheduleOf('s', daily, policy), decision)
      return answer.kind === 'run' ? (answer.usedPlaces ?? 'none') : answer.kind
    }
    expect(await places()).toEqual({ perDay: 1, gone: 1, stopped: [nine], needed: 2 })
    expect(await places(2)).toBe('none')
    stage.now = nine + minute
    expect(await places()).toBe('none')
  })

  it('is refused while the schedule is paused, and stopped at its claim where the pause came in between', async () => {
    await stage.put(schedule)
    const key = await ran()
    await pauseSchedule(stage.ledger, 's', decision)
    expect(await run()).toMatchObject({ kind: 'paused', pause: { reason: 'a new template' } })
    expect(await stage.claim(key)).toMatchObject({ state: 'skipped', reason: 'paused: a new template' })
  })

  it('is refused while a calendar or hours of the schedule are closed, and does not outlast them', async () => {
    const office = { hours: [{ from: '08:00', to: '09:00' }], otherwise: 'move' } as const
    const schedule = { ...scheduleOf('s', hourly, { maxLateness: hour }), allowed: office }
    await stage.put(schedule)
    const now = () => runSchedule(stage.ledger, stage.queues, schedule, decision)
    expect(await now()).toEqual({ kind: 'closed', why: 'its hours are closed until 2026-11-23T08:00:00.000Z' })
    stage.now = nine - 10 * minute
    const answer = await now()
    if (answer.kind !== 'run') throw new Error('it was not run')
    stage.now = nine
    expect(await stage.claim(answer.launch.key)).toMatchObject({ kind: 'over', state: 'expired' })
  })

  it('that would mail the same people again within a day needs the time of what it repeats', async () => {
    await stage.put(schedule)
    await stage.server.redis.zadd(stage.ledger.keys.sent('main', 90, 'own'), stage.now - hour, 'other')
    expect(await run()).toMatchObject({ kind: 'unconfirmed', confirmation: '06:30' })
    expect(await run('06:31')).toMatchObject({ kind: 'unconfirmed' })
    expect(await run('06:30')).toMatchObject({ kind: 'run' })
  })

  it('passes the guards again at its claim: what went out in between has it held for a person', async () => {
    await stage.put(schedule)
    const key = await ran()
    await stage.server.redis.zadd(stage.ledger.keys.sent('main', 90, 'own'), stage.now, 'other')
    expect(await stage.claim(key)).toMatchObject({ state: 'held', reason: expect.stringMatching(/^guard: /) })
  })

  it('is no due time: a missed one is not superseded by it, nor it by one', async () => {
    await stage.put(schedule)
    stage.now = nine - minute
    await stage.plan()
    stage.now = nine - 30_000
    const key = await ran()
    stage.now = nine + 5 * minute
    const later = await ran()
    expect(await stage.claim('s@20261123T0900')).toMatchObject({ kind: 'claimed' })
    await stage.server.redis.del(`${stage.ledger.keys.root}lane:main:90`)
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
    expect(await stage.state(later)).toBe('planned')
  })
})
