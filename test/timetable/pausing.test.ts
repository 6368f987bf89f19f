import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAudit } from '../../src/launches/audit.ts'
import { settleLaunch } from '../../src/launches/settle.ts'
import { pauseSchedule, pausesOf, resumeSchedule } from '../../src/timetable/pausing.ts'
import { zoneTable } from '../../src/timetable/zone.ts'
import { decision, hour, hourly, minute, nine, Stage, scheduleOf } from './stage.ts'
import { putSchedule } from './stored.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const key = 's@20261123T0900'
const paused = 'skipped: paused: a new template'
const pause = (until?: number) => pauseSchedule(stage.ledger, 's', decision, until)
const resume = () => resumeSchedule(stage.ledger, 's', { by: 'somebody', why: 'it is done' })

/** Minted, and its time not yet come. */
async function nineIsPlanned(policy = {}): Promise<void> {
  stage.now = nine - 30 * minute
  await stage.put(scheduleOf('s', hourly, policy))
  stage.now = nine - minute
  await stage.plan()
}

describe('a pause', () => {
  it.each([
    ['begins a moment before the due time', -100, paused],
    ['begins at the due time', 0, paused],
    ['begins after it was claimed', 100, 'claimed'],
  ])('that %s decides about its launch, and the record says which', async (_, at, expected) => {
    await nineIsPlanned()
    stage.now = nine
    if (at > 0) await stage.claim(key)
    stage.now = nine + at
    const answer = await pause()
    stage.now = Math.max(stage.now, nine)
    await stage.claim(key)
    expect((await stage.records('s'))['20261123T0900']).toBe(expected)
    expect(answer).toEqual({ kind: 'paused', sending: at > 0 ? [key] : [] })
  })

  it('leaves a record of everything that is due in it, and each is announced', async () => {
    await nineIsPlanned()
    await pause()
    for (let at = nine; at <= nine + 2 * hour; at += hour) {
      stage.now = at - minute
      await stage.plan()
      stage.now = at
      await stage.claim(`s@20261123T${new Date(at).toISOString().slice(11, 16).replace(':', '')}`)
    }
    const dues = ['0900', '1000', '1100']
    expect(await stage.records('s')).toEqual(Object.fromEntries(dues.map(each => [`20261123T${each}`, paused])))
    expect(stage.announced).toEqual(dues.map(each => `s@20261123T${each} ${paused}`))
  })

  it('stops what was due before it and has not gone yet', async () => {
    await nineIsPlanned()
    stage.now = nine + minute
    await pause()
    stage.now += minute
    expect(await stage.claim(key)).toMatchObject({ kind: 'over', state: 'skipped' })
  })

  it('stops another attempt as well as the first', async () => {
    await nineIsPlanned()
    stage.now = nine
    const first = await stage.claim(key)
    if (first.kind !== 'claimed') throw new Error('it is not claimed')
    const attempt = { start: nine, end: nine, outcome: 'notLaunched', reason: 'no route', handed: false }
    const settlement = { state: 'waiting', reason: 'no route', notBefore: nine + 1_000, attempt } as const
    await settleLaunch(stage.ledger, first.claim, settlement)
    await pause()
    stage.now = nine + 1_000
    expect(await stage.claim(key)).toMatchObject({ kind: 'over', state: 'skipped' })
    expect(await stage.records('s')).toMatchObject({ '20261123T0900': paused })
  })

  it('ends by itself at its `until`, and what is due then goes', async () => {
    await nineIsPlanned()
    await pause(nine)
    stage.now = nine
    expect(await stage.claim(key)).toMatchObject({ kind: 'claimed' })
    expect(await resume()).toEqual({ kind: 'notPaused' })
  })

  it.each([
    ['minted, and nobody looked at it', true],
    ['not minted, because no planner ran', false],
  ])('is not caught up: what was due in it never goes, %s', async (_, minted) => {
    await stage.put(scheduleOf('s', hourly, { maxLateness: 6 * hour, misfire: 'all' }))
    stage.now = nine - minute
    if (minted) await stage.plan()
    await pause()
    stage.now = nine + 10 * minute
    await resume()
    stage.now = nine + 20 * minute
    await stage.plan()
    if (minted) await stage.claim(key)
    expect(await stage.records('s')).toMatchObject({ '20261123T0900': paused })
    expect(stage.announced).toContain(`${key} ${paused}`)
  })

  it('says so even where its launch would have been too late by then', async () => {
    await nineIsPlanned()
    await pause()
    stage.now = nine + 5 * hour
    await resume()
    await stage.claim(key)
    expect(await stage.records('s')).toMatchObject({ '20261123T0900': paused })
  })

  it('is remembered beside a later one as long as something due in it could still go', async () => {
    await stage.put(scheduleOf('s', hourly, { maxLateness: 6 * hour, misfire: 'all' }))
    stage.now = nine - minute
    await pause()
    stage.now = nine + minute
    await resume()
    stage.now = nine + 2 * minute
    await pause()
    stage.now = nine + 3 * minute
    await resume()
    await stage.plan()
    expect(await stage.records('s')).toMatchObject({ '20261123T0900': paused })
    stage.now = nine + 7 * hour
    await pause()
    expect(await pausesOf(stage.ledger, 's')).toHaveLength(1)
  })

  it('stays through an edit, lets nothing go when its schedule is removed, and ends when it is declared again', async () => {
    await nineIsPlanned()
    await pause()
    await putSchedule(stage.ledger, 's', { ...scheduleOf('s'), launch: { id: 91 } })
    await stage.plan()
    stage.now = nine
    expect(await stage.claim(key)).toMatchObject({ state: 'skipped' })
    stage.now = nine + 59 * minute
    await stage.plan()
    stage.now = nine + hour
    await putSchedule(stage.ledger, 's', undefined)
    // Due at ten, in the pause, and not looked at before the schedule went.
    expect((await stage.records('s'))['20261123T1000']).toBe(paused)
    stage.now = nine + 100 * minute
    await stage.put(scheduleOf('s'))
    stage.now = nine + 119 * minute
    await stage.plan()
    stage.now = nine + 2 * hour
    expect(await stage.claim('s@20261123T1100')).toMatchObject({ kind: 'claimed' })
  })

  it('that begins while the planner lists due times is seen before their records are made', async () => {
    await stage.put(scheduleOf('s', hourly, { maxLateness: 6 * hour, misfire: 'all' }))
    // What is next is known to be by this zone table: the first script is the one that mints.
    await stage.server.redis.set(stage.ledger.keys.zones, zoneTable)
    stage.now = nine + minute
    const text = JSON.stringify([{ from: nine, to: nine + 1, reason: 'a new template', by: 'somebody' }])
    let looks = 0
    stage.before = () => {
      if (++looks === 1) void stage.server.redis.hset(stage.ledger.keys.pauses, 's', text)
    }
    await stage.plan()
    stage.before = undefined
    expect(await stage.records('s')).toEqual({})
    await stage.plan()
    expect((await stage.records('s'))['20261123T0900']).toBe(paused)
  })
})

describe('pausing and resuming', () => {
  it('is refused where it says nothing: no such schedule, an end that has passed, nothing to resume', async () => {
    expect(await pause()).toEqual({ kind: 'noSchedule' })
    expect(await resume()).toEqual({ kind: 'noSchedule' })
    await stage.put(scheduleOf('s'))
    expect(await pause(stage.now)).toEqual({ kind: 'ended' })
    expect(await resume()).toEqual({ kind: 'notPaused' })
    const decided = (await readAudit(stage.ledger, 10)).filter(({ what }) => !what.startsWith('schedule '))
    expect(decided).toEqual([])
  })

  it('of what is paused already changes reason and end, and not since when', async () => {
    await stage.put(scheduleOf('s'))
    const from = stage.now
    await pause(nine)
    stage.now += minute
    expect(await pauseSchedule(stage.ledger, 's', { by: 'another', why: 'it takes longer' })).toMatchObject({
      kind: 'changed',
    })
    expect(await pausesOf(stage.ledger, 's')).toEqual([{ from, reason: 'it takes longer', by: 'another' }])
  })

  it('is on the audit: who, why, before, after', async () => {
    await stage.put(scheduleOf('s'))
    await pause(nine)
    const from = stage.now
    stage.now += minute
    await resume()
    const [resumed, begun] = await readAudit(stage.ledger, 10, 'schedule:s')
    expect(begun).toMatchObject({ who: 'somebody', what: 'pause', why: 'a new template', before: '' })
    const whole = { from, until: nine, reason: 'a new template', by: 'somebody' }
    expect(JSON.parse(begun?.after ?? '')).toEqual(whole)
    expect(resumed).toMatchObject({ who: 'somebody', what: 'resume', why: 'it is done', after: '' })
    expect(JSON.parse(resumed?.before ?? '')).toEqual(whole)
  })
})
