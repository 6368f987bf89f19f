import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { overviewOf } from '../../src/timetable/overview.ts'
import { pauseSchedule, resumeSchedule } from '../../src/timetable/pausing.ts'
import { skipDueTime, unskipDueTime } from '../../src/timetable/skipping.ts'
import { decision, hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  stage.now = nine - 30 * minute
  await stage.put(scheduleOf('s'))
})

const only = async () => (await overviewOf(stage.ledger, stage.now))[0]
const next = async () => ((await only())?.next ?? Number.NaN) - nine

it('what is next is at once another after a pause, a resumption, a skip, its taking back and an edit, and as time goes on', async () => {
  expect(await next()).toBe(0)
  await pauseSchedule(stage.ledger, 's', decision, nine + 90 * minute)
  expect(await next()).toBe(2 * hour)
  await pauseSchedule(stage.ledger, 's', decision)
  expect(await next()).toBeNaN()
  await resumeSchedule(stage.ledger, 's', decision)
  expect(await next()).toBe(0)
  await skipDueTime(stage.ledger, stage.queues, await stage.stored('s'), nine, decision)
  expect(await next()).toBe(hour)
  await unskipDueTime(stage.ledger, stage.queues, await stage.stored('s'), nine, decision)
  expect(await next()).toBe(0)
  const edited = { ...hourly, entries: [{ kind: 'cron', pattern: '20 * * * *', timezone: 'UTC' } as const] }
  await stage.put(scheduleOf('s', edited))
  expect(await next()).toBe(20 * minute)
  await stage.put(scheduleOf('s'))
  expect(await next()).toBe(0)
  stage.now = nine - 1
  expect(await next()).toBe(0)
  stage.now = nine
  expect(await next()).toBe(hour)
})

it('the last launch is the newest whose time has come, as its record is now', async () => {
  expect((await only())?.last).toBeUndefined()
  stage.now = nine - minute
  await stage.plan()
  expect((await only())?.last).toBeUndefined()
  stage.now = nine
  expect((await only())?.last).toMatchObject({ key: 's@20261123T0900', state: 'planned', due: nine, error: null })
  await stage.claim('s@20261123T0900')
  expect((await only())?.last?.state).toBe('claimed')
})
