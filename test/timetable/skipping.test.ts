import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAudit } from '../../src/launches/audit.ts'
import { pruneLedger } from '../../src/launches/retention.ts'
import { comingSkips, skipDueTime, unskipDueTime } from '../../src/timetable/skipping.ts'
import { day, decision, hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'
import { putSchedule } from './stored.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  await stage.put(scheduleOf('s'))
})

const key = 's@20261123T0900'
const skip = async (at = nine) => skipDueTime(stage.ledger, stage.queues, await stage.stored('s'), at, decision)
const unskip = async (at = nine) => unskipDueTime(stage.ledger, stage.queues, await stage.stored('s'), at, decision)
const jobs = () => stage.server.redis.zcard(`${stage.ledger.keys.queuePrefix}:launch-main:delayed`)
async function planAt(now: number): Promise<void> {
  stage.now = now
  await stage.plan()
}

describe('a due time that a person leaves out', () => {
  it('has its record at once, and no planner makes another', async () => {
    expect(await skip()).toEqual({ kind: 'skipped', key, due: nine })
    expect(await comingSkips(stage.ledger, stage.now)).toEqual([
      { key, schedule: 's', due: nine, reason: 'person: a new template' },
    ])
    await planAt(nine - minute)
    stage.now = nine
    expect(await stage.claim(key)).toEqual({ kind: 'over', state: 'skipped', changed: false, reason: '' })
    expect(await stage.records('s')).toMatchObject({ '20261123T0900': 'skipped: person: a new template' })
  })

  it('and that is planned already loses its job', async () => {
    await planAt(nine - minute)
    expect(await jobs()).toBe(1)
    await skip()
    expect(await jobs()).toBe(0)
    expect(await stage.state(key)).toBe('skipped')
  })

  it('stays left out through an edit', async () => {
    await skip()
    await putSchedule(stage.ledger, 's', { ...scheduleOf('s'), launch: { id: 91 } })
    await planAt(nine - minute)
    expect(await stage.state(key)).toBe('skipped')
  })

  it('keeps its record until its time, however long that is', async () => {
    const far = nine + 30 * day
    await skip(far)
    stage.now = far - 1
    const retention = { keep: 8 * day, maxRows: { schedule: 0, bulk: 0, manual: 0 } }
    await pruneLedger(stage.ledger, retention)
    expect(await comingSkips(stage.ledger, stage.now)).toHaveLength(1)
    stage.now = far + 8 * day + 1
    await pruneLedger(stage.ledger, retention)
    expect(await stage.records('s')).toEqual({})
  })

  it('must be a coming due time; else the next ones are named', async () => {
    const answer = await skip(nine + minute)
    expect(answer).toMatchObject({ kind: 'notDue' })
    const next = answer.kind === 'notDue' ? answer.next.map(({ due }) => due) : []
    expect(next).toEqual([-1, 0, 1, 2, 3].map(hours => nine + hours * hour))
    expect(await skip(stage.now - 30 * minute)).toMatchObject({ kind: 'notDue' })
    expect(await stage.records('s')).toEqual({})
  })

  it('is not left out twice, nor once its launch has moved on', async () => {
    await skip()
    expect(await skip()).toEqual({ kind: 'leftOut', key, reason: 'person: a new template' })
    await planAt(nine + hour - minute)
    await stage.server.redis.hset(stage.ledger.keys.launch('s@20261123T1000'), 'attempts', 1)
    expect(await skip(nine + hour)).toMatchObject({ kind: 'refused' })
  })

  it('is not left out where a rule of its schedule does so already', async () => {
    const days = [['2026-11-23', '2026-11-23']] as const
    await putSchedule(stage.ledger, 's', { ...scheduleOf('s'), except: [{ name: 'holidays', days }] })
    expect(await skip()).toMatchObject({ kind: 'leftOut', key, reason: expect.stringMatching(/^calendar: /) })
    expect(await stage.records('s')).toEqual({})
  })

  it('may be named by its nominal time or by when it really goes', async () => {
    const when = { ...hourly, jitter: { upTo: 600_000, shift: 90_500 } }
    await putSchedule(stage.ledger, 's', scheduleOf('s', when))
    expect(await skip()).toEqual({ kind: 'skipped', key, due: nine + 90_500 })
    expect(await unskip(nine + 90_000)).toMatchObject({ kind: 'restored', key })
    expect(await skip(nine + 90_000)).toMatchObject({ kind: 'skipped', key })
  })

  it('is not left out where the schedule is changed in that very moment', async () => {
    const read = await stage.stored('s')
    await putSchedule(stage.ledger, 's', { ...scheduleOf('s'), launch: { id: 91 } })
    const answer = await skipDueTime(stage.ledger, stage.queues, read, nine, decision)
    expect(answer).toEqual({ kind: 'scheduleChanged' })
    expect(await stage.records('s')).toEqual({})
  })
})

describe('taking a skip back', () => {
  it('removes the record, and the planner makes the launch when its time comes near', async () => {
    await skip()
    expect(await unskip()).toEqual({ kind: 'restored', key, due: nine, planned: false })
    expect(await stage.records('s')).toEqual({})
    await planAt(nine - minute)
    stage.now = nine
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
  })

  it('makes the launch at once where the planner has been there already', async () => {
    await planAt(nine - minute)
    await skip()
    await stage.plan()
    expect(await unskip()).toEqual({ kind: 'restored', key, due: nine, planned: true })
    expect(await jobs()).toBe(1)
    stage.now = nine
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
  })

  it('is too late once the time has come', async () => {
    await skip()
    stage.now = nine
    expect(await unskip()).toEqual({ kind: 'notSkipped', skips: [] })
    expect(await stage.state(key)).toBe('skipped')
  })

  it('takes back only what a person has left out, and names what that is', async () => {
    await skip()
    expect(await unskip(nine + hour)).toMatchObject({ kind: 'notSkipped', skips: [{ key }] })
  })

  it('of a due time that an edit has taken away leaves nothing', async () => {
    await skip()
    const when = { ...hourly, entries: [{ kind: 'cron', pattern: '30 * * * *', timezone: 'UTC' }] } as const
    await putSchedule(stage.ledger, 's', scheduleOf('s', when))
    await planAt(nine - 1)
    expect(await unskip()).toMatchObject({ kind: 'restored', planned: false })
    expect(Object.keys(await stage.records('s'))).not.toContain('20261123T0900')
  })
})

it('both are on the audit', async () => {
  await skip()
  await unskip()
  expect(await readAudit(stage.ledger, 10, key)).toMatchObject([
    { who: 'somebody', what: 'unskip', why: 'a new template', before: 'person: a new template', after: '' },
    { who: 'somebody', what: 'skip', why: 'a new template', before: '', after: 'skipped' },
  ])
})
