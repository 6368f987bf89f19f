import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Calendar } from '../../src/calendars/calendar.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import type { LaunchQueues } from '../../src/launches/queue.ts'
import { plan } from '../../src/timetable/planner.ts'
import type { Schedule, Timetable } from '../../src/timetable/schedule.ts'
import { storedSchedules, storedText } from '../../src/timetable/store.ts'
import { minute, Stage } from './stage.ts'
import { putSchedule } from './stored.ts'

const nine = Date.UTC(2026, 10, 23, 9)
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

function schedule(when: Timetable): Schedule {
  const source = { file: 'jobs/s.yaml', line: 4 }
  return { name: 's', account: 'main', when, launch: { id: 90 }, policy: defaultPolicy, source }
}
const minutely: Timetable = {
  timezone: 'UTC',
  entries: [{ kind: 'every', every: minute, anchor: 0, timezone: 'UTC' }],
}

describe('a stored schedule', () => {
  it('is read back as it was stored', async () => {
    const span = { timezone: 'Europe/Berlin', from: nine, until: nine + minute }
    const weekends = { name: 'weekends', weekdays: [6, 7], yearly: [['12-31', '01-02']] } as const
    const event = { start: '2027-02-01T09:00:00', end: '2027-02-01T10:00:00', zone: 'Europe/Riga' }
    const off: Calendar = {
      name: 'off',
      days: [['2027-01-01', '2027-01-08']],
      events: [event],
      not: [weekends, { name: 'deep', not: [weekends] }],
    }
    const when: Timetable = {
      timezone: 'Europe/Berlin',
      entries: [
        { kind: 'cron', pattern: '0 0 9 1 * 1', seconds: true, dayMatch: 'all', dst: { gap: 'skip' }, ...span },
        { kind: 'every', every: 1_000, anchor: 5, ...span },
        { kind: 'at', times: ['2026-12-24T09:00'], ifPast: 'now', dst: { gap: 'shift', fold: 'both' }, ...span },
        { kind: 'rrule', rule: 'FREQ=DAILY', start: '2026-12-24T09:00', dst: {}, ...span },
      ],
      jitter: { upTo: minute, shift: 1 },
      maxRuns: 3,
    }
    const stored: Schedule = {
      ...schedule(when),
      except: [off],
      quietHours: { from: '22:00', to: '08:00', does: 'move' },
      allowed: { hours: [{ from: '09:00', to: '18:00', days: [1, 5] }], otherwise: 'skip' },
    }
    await putSchedule(ledger, 's', stored)
    expect((await storedSchedules(ledger)).get('s')?.schedule).toEqual(stored)
    expect(JSON.parse(storedText(stored))).toEqual(stored)
  })
})

describe('an edit', () => {
  const quiet = { quietHours: { from: '09:00', to: '09:02', does: 'skip' } } as const
  const stateOf = (key: string) => redis.hget(ledger.keys.launch(key), 'state')

  it('removes what hours had left out and is still to come: the new declaration may let it go', async () => {
    await putSchedule(ledger, 's', { ...schedule(minutely), ...quiet })
    stage.now = nine + 30_000
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    expect(await stateOf('s@20261123T0901Z')).toBe('skipped')
    expect(await putSchedule(ledger, 's', schedule(minutely))).toEqual(['s@20261123T0901Z'])
    expect(await redis.zcard(`${ledger.keys.root}ended:schedule`)).toBe(0)
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    expect(await stateOf('s@20261123T0901Z')).toBe('planned')
  })

  it('leaves what hours had left out by then, and what is skipped for another reason', async () => {
    await putSchedule(ledger, 's', { ...schedule(minutely), ...quiet })
    stage.now = nine + 30_000
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    await redis.hset(ledger.keys.launch('s@20261123T0901Z'), 'reason', 'person: not today')
    expect(await putSchedule(ledger, 's', schedule(minutely))).toEqual([])
    await redis.hset(ledger.keys.launch('s@20261123T0901Z'), 'reason', 'hours: quiet')
    stage.now = nine + minute
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    await putSchedule(ledger, 's', schedule(minutely))
    expect(await stateOf('s@20261123T0901Z')).toBe('skipped')
  })

  it('removes planned launches by their nominal times: one whose time has come and that goes later stays', async () => {
    await putSchedule(ledger, 's', schedule({ ...minutely, jitter: { upTo: 5 * minute, shift: 90_000 } }))
    stage.now = nine + minute
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    expect(await redis.zrangebyscore(ledger.keys.ofSchedule('s'), '-inf', '+inf')).toEqual([
      's@20261123T0901Z',
      's@20261123T0902Z',
    ])
    // 09:01 goes at 09:02:30, so at 09:01:30 it is still to come; it was declared before all the same.
    stage.now = nine + minute + 30_000
    expect(await putSchedule(ledger, 's', schedule(minutely))).toEqual(['s@20261123T0902Z'])
    await plan(ledger, queues, { minted: () => {} }, stage.now)
    const due = await redis.hgetall(ledger.keys.launch('s@20261123T0902Z'))
    expect(await redis.zrangebyscore(ledger.keys.ofSchedule('s'), '-inf', '+inf')).toContain('s@20261123T0901Z')
    expect(due).toMatchObject({ due: String(nine + 2 * minute) })
    expect(due).not.toHaveProperty('nominal')
  })
})
