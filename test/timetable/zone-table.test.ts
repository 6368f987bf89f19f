import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { overviewOf } from '../../src/timetable/overview.ts'
import { mintSchedules, plan } from '../../src/timetable/planner.ts'
import type { Timetable } from '../../src/timetable/schedule.ts'
import { zoneTable } from '../../src/timetable/zone.ts'
import { hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'

let stage: Stage
const told: string[] = []
const heard = {
  minted: () => {},
  mintingFailed: (schedule: string, error: unknown) => told.push(`${schedule}: ${String(error)}`),
  zonesChanged: (before: string, table: string, schedules: number) => told.push(`${before} ${table} ${schedules}`),
}
const pass = () => plan(stage.ledger, stage.queues, heard, stage.now)
const next = async (name: string) => Number(await stage.ledger.redis.zscore(stage.ledger.keys.upcoming, name))
const daily = (timezone: string): Timetable => ({
  timezone,
  entries: [{ kind: 'cron', pattern: '0 9 * * *', timezone }],
})

beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  told.length = 0
})

describe('a new zone table', () => {
  it('is an edit: what is next is worked out anew from the watermark, once, and told', async () => {
    const { redis, keys } = stage.ledger
    await stage.put(scheduleOf('s', daily('Europe/Berlin')))
    await pass()
    expect(told).toEqual([])
    expect(await redis.get(keys.zones)).toBe(zoneTable)
    expect(await next('s')).toBe(nine - hour)
    // Under the old table Berlin was two hours further behind.
    await redis.zadd(keys.upcoming, nine + hour, 's')
    await redis.set(keys.zones, '2020a')
    stage.now = nine - hour - 30_000
    await pass()
    await pass()
    expect(told).toEqual([`2020a ${zoneTable} 1`])
    expect(await stage.records('s')).toEqual({ '20261123T0900': 'planned' })
    expect(await next('s')).toBe(nine + 23 * hour)
  })

  it('that only one of several processes has is worked out again after each that has another', async () => {
    const { redis, keys } = stage.ledger
    await stage.put(scheduleOf('s', hourly))
    await redis.set(keys.zones, '2020a')
    await mintSchedules(stage.ledger, stage.queues, heard, [await stage.stored('s')], stage.now)
    expect(await redis.get(keys.zones)).toBe('several')
    await pass()
    expect(await redis.get(keys.zones)).toBe(zoneTable)
  })
})

describe('an edit', () => {
  it('says by which zone table it was made where nothing was stored, and that there are several where another was', async () => {
    const { redis, keys } = stage.ledger
    await stage.put(scheduleOf('s', hourly))
    expect(await redis.get(keys.zones)).toBe(zoneTable)
    await redis.set(keys.zones, '2020a')
    await stage.put(scheduleOf('t', hourly))
    expect(await redis.get(keys.zones)).toBe('several')
  })
})

describe('a zone that this Node does not know', () => {
  it('is refused loudly: its due time stays due, the others go on and are listed', async () => {
    await stage.put(scheduleOf('far', daily('Mars/Olympus')))
    await stage.put(scheduleOf('near', hourly, {}, 91))
    const due = await next('far')
    stage.now = nine - minute / 2
    await pass()
    await pass()
    expect(told).toEqual([expect.stringMatching(/^far: RangeError: Mars\/Olympus is no time zone/)])
    expect(await next('far')).toBe(due)
    expect(await stage.state('near@20261123T0900')).toBe('planned')
    expect(await overviewOf(stage.ledger, stage.now)).toMatchObject([
      { schedule: { name: 'far' }, next: undefined, completed: false },
      { schedule: { name: 'near' }, next: nine },
    ])
  })
})
