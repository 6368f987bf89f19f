import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { plan } from '../../src/timetable/planner.ts'
import type { Timetable } from '../../src/timetable/schedule.ts'
import { minute, nine, Stage, scheduleOf } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  stage.now = nine - 30 * minute
})

const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`)
const recorded = () => stage.server.redis.zcard(stage.ledger.keys.ofOrigin('schedule'))
const watermark = (name: string) => stage.server.redis.hget(stage.ledger.keys.watermarks, name)
const jobs = async () => (await stage.server.redis.keys(`${stage.ledger.keys.queuePrefix}:launch-main:*@*`)).length

/** How many scripts of the planner ran meanwhile: the clock is read for each, and again for the jobs of what it made. */
async function scriptsOf(act: () => Promise<void>): Promise<number> {
  let count = 0
  stage.before = () => {
    count += 1
  }
  await act()
  stage.before = undefined
  return count / 2
}

describe('a pass of the planner', () => {
  it('mints many schedules in few scripts, each with its job and its own watermark', async () => {
    for (const name of names(250)) await stage.put(scheduleOf(name))
    stage.now = nine - minute
    expect(await scriptsOf(() => stage.plan())).toBe(3)
    expect(await recorded()).toBe(250)
    expect(await jobs()).toBe(250)
    expect(new Set(await Promise.all(names(250).map(watermark)))).toEqual(new Set([String(nine)]))
  })

  it('makes each launch once, with however many others at it at once', async () => {
    for (const name of names(150)) await stage.put(scheduleOf(name))
    stage.now = nine - minute
    let planned = 0
    const minted = (_: string, count: number) => {
      planned += count
    }
    const others = [1, 2, 3].map(() => new LaunchQueues(stage.server.redis, stage.ledger.keys))
    await Promise.all(others.map(queues => plan(stage.ledger, queues, { minted }, stage.now)))
    await Promise.all(others.map(queues => queues.close()))
    expect({ planned, recorded: await recorded(), jobs: await jobs() }).toEqual({
      planned: 150,
      recorded: 150,
      jobs: 150,
    })
  })

  it.each([
    ['its watermark', 'watermarks', String(nine - 10 * minute)],
    ['its text', 'schedules', '{}'],
    ['its pauses', 'pauses', '[]'],
  ] as const)('gives way where %s changed since it was read, and mints the others', async (_, key, other) => {
    for (const name of names(3)) await stage.put(scheduleOf(name))
    stage.now = nine - minute
    const before = await watermark('s1')
    stage.before = () => void stage.server.redis.hset(stage.ledger.keys[key], 's1', other)
    await stage.plan()
    expect(await stage.records('s0')).toEqual({ '20261123T0900': 'planned' })
    expect(await stage.records('s1')).toEqual({})
    expect(await stage.records('s2')).toEqual({ '20261123T0900': 'planned' })
    expect(await watermark('s1')).toBe(key === 'watermarks' ? other : before)
  })

  it('catches up with more due times than one script takes, and those of other schedules with them', async () => {
    const everySecond: Timetable = {
      timezone: 'UTC',
      entries: [{ kind: 'every', every: 1_000, anchor: 0, timezone: 'UTC' }],
    }
    stage.now = nine - 20 * minute
    await stage.put(scheduleOf('often', everySecond, { misfire: 'all' }))
    await stage.put(scheduleOf('seldom'))
    stage.now = nine
    await stage.plan()
    // 20 minutes and the minute ahead, each second once.
    expect(Object.keys(await stage.records('often'))).toHaveLength(21 * 60)
    expect(await watermark('often')).toBe(String(nine + minute))
    expect(await stage.records('seldom')).toEqual({ '20261123T0900': 'planned' })
  })

  it('queues each job for its due time, however long the pass has taken', async () => {
    for (const name of names(150)) await stage.put(scheduleOf(name))
    await stage.plan()
    const { redis, keys } = stage.ledger
    stage.now = nine - minute
    // The clock moves on by five seconds whenever it is read; jobs are delayed from the moment at which they are queued.
    stage.before = () => {
      stage.now += 5_000
    }
    await stage.plan()
    const delays = await Promise.all(
      names(150).map(name => redis.hget(`${keys.queuePrefix}:launch-main:${name}@20261123T0900`, 'delay')),
    )
    expect([...new Set(delays)].sort()).toEqual(['40000', '50000'])
  })

  it('writes large requests in more scripts, one at least in each', async () => {
    const launch = (size: number) => ({ id: 90, content: { text: 'x'.repeat(size) } })
    for (const name of names(5)) await stage.put({ ...scheduleOf(name), launch: launch(1_500_000) })
    await stage.put({ ...scheduleOf('huge'), launch: launch(5_000_000) })
    stage.now = nine - minute
    expect(await scriptsOf(() => stage.plan())).toBe(4)
    expect(await recorded()).toBe(6)
  })
})
