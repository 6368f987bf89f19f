/** BullMQ's own job schedulers, as far as they ever read a pattern in our queue, against a real Redis. */
import { Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/launches/ledger.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { Planning } from '../../src/timetable/planning.ts'
import { repeatStrategy } from '../../src/timetable/repeat-strategy.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

let server: TestRedis
let ledger: Ledger
beforeAll(async () => {
  server = await startTestRedis()
  ledger = { redis: server.redis, keys: keysUnder('test') }
})
afterAll(() => server.stop())

const next = (pattern: string, tz: string, after: string, more = {}) => {
  const at = repeatStrategy(Date.parse(after), { pattern, tz, ...more })
  return typeof at === 'number' ? new Date(at).toISOString() : at
}

describe('the repeat strategy', () => {
  it.each([
    // BullMQ's own loses this midnight, and gives up for good after the half-hour change of Lord Howe.
    ['0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', '2026-04-23T22:00:00.000Z'],
    ['30 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', '2026-04-23T22:30:00.000Z'],
    ['0 9 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', '2026-04-04T22:30:00.000Z'],
    ['0 * * * *', 'Australia/Lord_Howe', '2026-04-04T14:45Z', '2026-04-04T15:30:00.000Z'],
    ['*/10 * * * * *', 'UTC', '2026-04-04T14:45:01Z', '2026-04-04T14:45:10.000Z'],
  ])('reads %s in %s after %s', (pattern, zone, after, expected) => {
    expect(next(pattern, zone, after)).toBe(expected)
  })

  it('keeps to startDate and endDate, and is silent when nothing is left', () => {
    expect(next('0 9 * * *', 'UTC', '2026-01-01T00:00Z', { startDate: '2026-02-01T09:00Z' })).toBe(
      '2026-02-01T09:00:00.000Z',
    )
    expect(next('0 9 * * *', 'UTC', '2026-01-01T00:00Z', { endDate: '2026-01-01T09:00Z' })).toBeUndefined()
  })

  it.each([
    ['0 9 * *', 'UTC', '4 fields'],
    ['0 9 * * *', '', 'set tz beside the pattern'],
    ['0 9 * * *', '+03:00', 'not an IANA time zone'],
  ])('refuses %j in %j', (pattern, zone, sentence) => {
    expect(() => next(pattern, zone, '2026-01-01T00:00Z')).toThrow(sentence)
  })
})

describe('a pattern in the planner’s queue', () => {
  it('is read by the engine, at its insertion and by whoever runs its job', async () => {
    const planning = new Planning(ledger, new LaunchQueues(server.redis, ledger.keys), {
      minted: () => {},
      backgroundFailed: () => {},
    })
    await planning.start()
    const options = { connection: server.redis, prefix: ledger.keys.queuePrefix }
    // The inserting side reads by the engine as well; the planner's worker works out every time after the first.
    const queue = new Queue('planner', { ...options, settings: { repeatStrategy } })
    try {
      // Every second, in words that only the engine reads: with BullMQ's own strategy the series would end here.
      const repeat = { pattern: '* * * L-3,1-31 * *', tz: 'Australia/Lord_Howe' }
      await queue.upsertJobScheduler('odd', repeat, { name: 'odd', opts: { removeOnComplete: true } })
      const first = (await queue.getJobScheduler('odd'))?.next ?? 0
      await expect
        .poll(async () => (await queue.getJobScheduler('odd'))?.next, { timeout: 20_000 })
        .toBeGreaterThan(first)
    } finally {
      await queue.removeJobScheduler('odd')
      await planning.stop()
      await queue.close()
    }
  })

  it.each([
    ['0 0 * * *', 'Africa/Cairo', '2030-04-25T12:00Z', '2030-04-25T22:00:00.000Z'],
    ['0 9 * * *', 'Australia/Lord_Howe', '2030-04-06T12:00Z', '2030-04-06T22:30:00.000Z'],
  ])('%s in %s is stored at the instant the engine names', async (pattern, tz, after, expected) => {
    const options = { connection: server.redis, prefix: 'nights', settings: { repeatStrategy } }
    const queue = new Queue('nights', options)
    const worker = new Worker('nights', async () => {}, { ...options, autorun: false })
    try {
      await queue.upsertJobScheduler('night', { pattern, tz, startDate: after })
      expect(new Date((await queue.getJobScheduler('night'))?.next ?? 0).toISOString()).toBe(expected)
    } finally {
      await queue.removeJobScheduler('night')
      await worker.close()
      await queue.close()
    }
  })

  it('that the engine refuses is not taken in', async () => {
    const queue = new Queue('nights', { connection: server.redis, prefix: 'nights', settings: { repeatStrategy } })
    await expect(queue.upsertJobScheduler('bad', { pattern: '0 9 * *', tz: 'UTC' })).rejects.toThrow('4 fields')
    expect(await queue.getJobScheduler('bad')).toBeUndefined()
    await queue.close()
  })
})
