import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pauseSchedule, resumeSchedule } from '../../src/timetable/pausing.ts'
import { skipDueTime } from '../../src/timetable/skipping.ts'
import { decision, hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  await stage.put(scheduleOf('s', hourly, { maxLateness: 6 * hour, misfire: 'once' }))
})

const key = 's@20261123T0900'
const ten = nine + hour
const superseded = expect.stringMatching(/^skipped: misfire: .*a newer due time/)

/** From just before ten until just after it. */
async function pauseOverTen(): Promise<void> {
  stage.now = ten - minute
  await pauseSchedule(stage.ledger, 's', decision)
  stage.now = ten + minute
  await resumeSchedule(stage.ledger, 's', decision)
}

describe('of due times that no planner saw, an older one', () => {
  it('gives way to a newer one that goes', async () => {
    stage.now = ten + minute
    await stage.plan()
    expect(await stage.records('s')).toMatchObject({ '20261123T0900': superseded, '20261123T1000': 'planned' })
  })

  it('goes where the newer one came in a pause', async () => {
    await pauseOverTen()
    await stage.plan()
    expect(await stage.records('s')).toMatchObject({
      '20261123T0800': superseded,
      '20261123T0900': 'planned',
      '20261123T1000': 'skipped: paused: a new template',
    })
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
  })

  it('goes where a person had left the newer one out', async () => {
    expect(await skipDueTime(stage.ledger, stage.queues, await stage.stored('s'), ten, decision)).toMatchObject({
      kind: 'skipped',
    })
    stage.now = ten + minute
    await stage.plan()
    expect(await stage.records('s')).toMatchObject({
      '20261123T0800': superseded,
      '20261123T0900': 'planned',
      '20261123T1000': 'skipped: person: a new template',
    })
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
  })
})

describe('of due times that were planned and that no worker saw, an older one', () => {
  beforeEach(async () => {
    for (const before of [nine - minute, ten - minute]) {
      stage.now = before
      await stage.plan()
    }
  })

  it('goes where the newer one came in a pause and has not been looked at yet', async () => {
    await pauseOverTen()
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
  })

  it('gives way where there was no pause', async () => {
    stage.now = ten + minute
    expect(await stage.claim(key)).toMatchObject({ kind: 'over', state: 'skipped' })
  })
})
