import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { plan } from '../../src/timetable/planner.ts'
import type { Schedule, Timetable } from '../../src/timetable/schedule.ts'
import { storedSchedules, storedText } from '../../src/timetable/store.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { putSchedule } from './stored.ts'

const minute = 60_000
const nine = Date.UTC(2026, 10, 23, 9)
let server: TestRedis
let ledger: Ledger
let queues: LaunchQueues
let now = nine

beforeAll(async () => {
  server = await startTestRedis()
  const keys = keysUnder('test')
  ledger = { redis: server.redis, keys, clock: () => now }
  queues = new LaunchQueues(server.redis, keys)
})
afterAll(async () => {
  await queues.close()
  await server.stop()
})
beforeEach(async () => {
  now = nine
  await server.redis.flushall()
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
    const stored = schedule({
      timezone: 'Europe/Berlin',
      entries: [
        { kind: 'cron', pattern: '0 0 9 1 * 1', seconds: true, dayMatch: 'all', dst: { gap: 'skip' }, ...span },
        { kind: 'every', every: 1_000, anchor: 5, ...span },
        { kind: 'at', times: ['2026-12-24T09:00'], ifPast: 'now', dst: { gap: 'shift', fold: 'both' }, ...span },
        { kind: 'rrule', rule: 'FREQ=DAILY', start: '2026-12-24T09:00', dst: {}, ...span },
      ],
      jitter: { upTo: minute, shift: 1 },
      maxRuns: 3,
    })
    await putSchedule(ledger, 's', stored)
    expect((await storedSchedules(ledger)).get('s')?.schedule).toEqual(stored)
    expect(JSON.parse(storedText(stored))).toEqual(stored)
  })
})

describe('an edit', () => {
  it('removes planned launches by their nominal times: one whose time has come and that goes later stays', async () => {
    await putSchedule(ledger, 's', schedule({ ...minutely, jitter: { upTo: 5 * minute, shift: 90_000 } }))
    now = nine + minute
    await plan(ledger, queues, { minted: () => {} }, now)
    expect(await server.redis.zrangebyscore(ledger.keys.ofSchedule('s'), '-inf', '+inf')).toEqual([
      's@20261123T0901Z',
      's@20261123T0902Z',
    ])
    // 09:01 goes at 09:02:30, so at 09:01:30 it is still to come; it was declared before all the same.
    now = nine + minute + 30_000
    expect(await putSchedule(ledger, 's', schedule(minutely))).toEqual(['s@20261123T0902Z'])
    await plan(ledger, queues, { minted: () => {} }, now)
    const due = await server.redis.hgetall(ledger.keys.launch('s@20261123T0902Z'))
    expect(await server.redis.zrangebyscore(ledger.keys.ofSchedule('s'), '-inf', '+inf')).toContain('s@20261123T0901Z')
    expect(due).toMatchObject({ due: String(nine + 2 * minute) })
    expect(due).not.toHaveProperty('nominal')
  })
})
