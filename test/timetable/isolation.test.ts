import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { plan } from '../../src/timetable/planner.ts'
import { hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const told: string[] = []
const heard = {
  minted: () => {},
  mintingFailed: (schedule: string, error: unknown) => told.push(`${schedule}: ${String(error).slice(0, 60)}`),
  mintingWorks: (schedule: string) => told.push(`${schedule} works`),
}
const pass = () => plan(stage.ledger, stage.queues, heard, stage.now)

describe('a schedule that cannot be minted', () => {
  beforeEach(() => {
    told.length = 0
  })

  it('keeps no other from it, is told once per cause, stays due, and is minted once it can be', async () => {
    const { redis, keys } = { redis: stage.server.redis, keys: stage.ledger.keys }
    await stage.put(scheduleOf('a', hourly))
    await stage.put(scheduleOf('b', hourly, {}, 91))
    const sound = (await redis.hget(keys.schedules, 'a')) ?? ''
    await redis.hset(keys.schedules, 'a', '{"name":"a"')
    stage.now = nine - 30_000
    await pass()
    await pass()
    expect(Object.keys(await stage.records('b'))).toContain('20261123T0900')
    expect(told).toEqual([expect.stringMatching(/^a: SyntaxError/)])
    await redis.hset(keys.schedules, 'a', '{"name":"a"}')
    await pass()
    expect(told).toHaveLength(2)
    await redis.hset(keys.schedules, 'a', sound)
    await pass()
    expect(told[2]).toBe('a works')
    expect(await stage.state('a@20261123T0900')).toBe('planned')
  })

  it('is not to blame for a Redis that takes no writes: the pass fails as a whole', async () => {
    await stage.put(scheduleOf('a', hourly))
    stage.now = nine - 30_000
    await stage.server.redis.config('SET', 'maxmemory', '1')
    await expect(pass()).rejects.toThrow('OOM')
    await stage.server.redis.config('SET', 'maxmemory', '0')
    expect(told).toEqual([])
  })
})

describe('large attachments', () => {
  const attach = [{ name: 'a.pdf', content: 'x'.repeat(3 * 1024 * 1024) }]
  const minutely = {
    timezone: 'UTC',
    entries: [{ kind: 'every', every: minute, anchor: 0, timezone: 'UTC' }],
  } as const

  it('of many due times that were missed are minted in pieces, and are not kept with what never goes', async () => {
    const large = scheduleOf('s', minutely, { misfire: 'all', maxLateness: 5 * minute })
    await stage.put({ ...large, launch: { id: 90, attach } })
    stage.now += hour
    let scripts = 0
    stage.before = () => {
      scripts += 1
    }
    await stage.plan()
    expect(scripts).toBeGreaterThan(20)
    stage.before = undefined
    const states = Object.values(await stage.records('s')).map(text => text.split(':')[0])
    expect(states.filter(state => state === 'expired')).toHaveLength(54)
    expect(states.filter(state => state === 'planned').length).toBeGreaterThanOrEqual(6)
    const size = async (label: string) =>
      (await stage.ledger.redis.hget(stage.ledger.keys.launch(`s@${label}`), 'request'))?.length
    expect(await size('20261123T0800Z')).toBe('{"id":90}'.length)
    expect(await size('20261123T0830Z')).toBeGreaterThan(3 * 1024 * 1024)
  })
})
