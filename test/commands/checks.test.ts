import { describe, expect, it } from 'vitest'
import { answerChecks } from '../../src/commands/checks/account.ts'
import { age, attempted, type Check, checkCounts, checkLines, ok, warn } from '../../src/commands/checks/check.ts'
import { deduplicationCheck } from '../../src/commands/checks/deduplication.ts'
import {
  breakerChecks,
  doubtCheck,
  holdChecks,
  plannerCheck,
  troubleChecks,
  workersCheck,
} from '../../src/commands/checks/ledger.ts'
import { checkNode, checkZones } from '../../src/commands/checks/machine.ts'
import { clockCheck, durabilityCheck, flawChecks, memoryCheck } from '../../src/commands/checks/server.ts'
import type { LogReading, StatusReading } from '../../src/launches/evidence.ts'
import type { Hold } from '../../src/launches/hold.ts'
import { remedyFor } from '../../src/launches/mailing-check.ts'
import type { LastLook } from '../../src/launches/preflight.ts'
import type { ServerFacts } from '../../src/redis/server.ts'
import { account } from '../altcraft/account.ts'

const now = Date.UTC(2026, 10, 23)
const day = 86_400_000
const trouble: LastLook = {
  at: now,
  verdict: 'inactive',
  why: 'mailing 90 is not active',
  since: now,
  key: 'a',
  due: now,
}

describe('Node and its time zones', () => {
  it.each([
    ['24.1.0', 'ok'],
    ['22.12.0', 'ok'],
    ['27.0.0', 'ok'],
    ['25.1.0', 'warn'],
    ['20.20.2', 'warn'],
    ['20.18.9', 'bad'],
    ['18.20.0', 'bad'],
  ])('Node %s is %s', (version, state) => {
    const check = checkNode(version, now)
    expect(check.state).toBe(state)
    expect(check.do).toBe(state === 'ok' ? undefined : 'Run Sendoff with Node 22 or 24')
  })

  it.each([
    ['2026b', 'ok'],
    ['2025c', 'warn'],
    ['2024aa', 'warn'],
    [undefined, 'warn'],
    ['new', 'warn'],
  ])('zone data %s is %s', (version, state) => {
    expect(checkZones(version, now).state).toBe(state)
  })

  it('zone data of last year is not held against anybody before July', () => {
    expect(checkZones('2025c', Date.UTC(2026, 5, 30)).state).toBe('ok')
  })
})

const good: ServerFacts = {
  version: '7.4.1',
  appendonly: true,
  appendfsync: 'always',
  policy: 'noeviction',
  hz: 100,
  listpackValue: 4096,
}

describe('a Redis server', () => {
  it('that is right is ok on every side', () => {
    expect(flawChecks(good, true).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  it.each<[string, Partial<ServerFacts>, boolean, Check['state']]>([
    ['Redis eviction', { policy: 'allkeys-lru' }, true, 'bad'],
    ['Redis eviction', { policy: 'allkeys-lru' }, false, 'warn'],
    ['Redis append-only file', { appendonly: false }, true, 'bad'],
    ['Redis version', { version: '6.2.0' }, false, 'bad'],
    ['Redis hz', { hz: 10 }, true, 'warn'],
    ['Redis records', { listpackValue: 64 }, true, 'warn'],
  ])('%s with %j, durable %j, is %s', (name, over, requireDurable, state) => {
    const [check, ...others] = flawChecks({ ...good, ...over }, requireDurable).filter(each => each.state !== 'ok')
    expect(others).toEqual([])
    expect(check).toMatchObject({ name, state, do: expect.any(String) })
  })

  it.each<[string, Partial<ServerFacts>, Check['state'], string]>([
    ['disk', {}, 'ok', 'costs an fsync per write'],
    ['disk', { appendfsync: 'everysec' }, 'ok', 'up to a second'],
    ['disk', { appendfsync: 'everysec', version: '7.0.15' }, 'bad', 'everysec alone may lose a second'],
    ['memory', {}, 'ok', 'means disk here'],
    ['memory', { appendfsync: 'everysec' }, 'ok', 'may forget the last second of intents'],
    ['memory', { appendonly: false }, 'ok', 'may forget every intent'],
    ['replicas:2', {}, 'ok', 'on disk here and 2 replicas'],
    ['replicas:1', { version: '7.0.15' }, 'ok', '1 replicas (WAIT)'],
  ])('durability %s with %j is %s: %s', (asked, over, state, words) => {
    const check = durabilityCheck('main', asked, { ...good, ...over })
    expect(check.state).toBe(state)
    expect(check.says).toContain(words)
  })

  it.each([
    [{ used: 9e9, limit: undefined }, 'ok'],
    [{ used: 69, limit: 100 }, 'ok'],
    [{ used: 70, limit: 100 }, 'warn'],
  ] as const)('memory %j is %s', (memory, state) => expect(memoryCheck(memory).state).toBe(state))

  it.each([
    [{ offset: -2_000, within: 1 }, 'ok'],
    [{ offset: 2_010, within: 1 }, 'bad'],
    [{ offset: -90_000, within: 100 }, 'bad'],
    [{ offset: 2_500, within: 800 }, 'warn'],
  ] as const)('clock %j is %s', (reading, state) => expect(clockCheck(reading).state).toBe(state))
})

describe('a ledger', () => {
  const hold = (scope: string, cause: Hold['cause']): Hold => ({
    scope,
    cause,
    reason: 'why',
    by: 'ops',
    at: now - day,
  })

  it.each([
    [hold('all', 'person'), 'warn', 'sendoff hold off --reason'],
    [hold('account:main', 'token'), 'bad', 'sendoff hold off --account main --reason'],
    [hold('mailing:main:90', 'rights'), 'bad', 'sendoff hold off --account main --mailing 90 --reason'],
    [hold('all', 'store'), 'bad', 'what happened to Redis'],
  ] as const)('with the stop %j is %s', (stop, state, words) => {
    const [check] = holdChecks([stop], now)
    expect(check).toMatchObject({ state, do: expect.stringContaining(words) })
  })

  it('with an open breaker is bad, and says when it tries again and how to close it', () => {
    const breaker = { account: 'main', since: now - 90_000, failures: 7, cause: 'No route.', tryAt: now + 60_000 }
    const [check] = breakerChecks([breaker], now)
    expect(check?.state).toBe('bad')
    expect(check?.says).toContain('open since 90 s, after 7 failures in a row; the next probe may go in 60 s')
    expect(check?.do).toContain('sendoff hold off --account main --cause breaker --reason')
  })

  it.each([
    [holdChecks([], now)[0]?.state, 'ok'],
    [breakerChecks([], now)[0]?.state, 'ok'],
    [doubtCheck(0).state, 'ok'],
    [doubtCheck(1).state, 'warn'],
    [troubleChecks([])[0]?.state, 'ok'],
    [troubleChecks([trouble])[0]?.state, 'warn'],
    [troubleChecks([trouble])[0]?.do, remedyFor('inactive')],
    [workersCheck('main', 0).state, 'warn'],
    [workersCheck('main', 2).state, 'ok'],
    [plannerCheck(undefined, 0, now).state, 'ok'],
    [plannerCheck(undefined, 3, now).state, 'warn'],
    [plannerCheck(now - 61_000, 3, now).state, 'warn'],
    [plannerCheck(now - 9_000, 3, now).state, 'ok'],
  ])('is told: %s', (state, expected) => expect(state).toBe(expected))
})

describe('the answers of Altcraft', () => {
  const read: StatusReading = { kind: 'read', active: true, completed: false, status: 'Active' }
  const log: LogReading = { kind: 'read', entries: [], skew: 0 }
  const unread = (error: number | undefined): StatusReading => ({ kind: 'unread', why: 'it says no', error })
  const noLog = (refused: boolean): LogReading => ({ kind: 'unread', why: 'it says no', refused })

  it.each<[string, boolean, StatusReading, LogReading, string[]]>([
    ['all is well', true, read, log, ['ok', 'ok', 'ok']],
    ['the mailing is not active', true, { ...read, active: false }, log, ['warn', 'ok', 'ok']],
    ['mailing 1 is not active', false, { ...read, active: false }, log, ['ok', 'ok', 'ok']],
    ['the token is wrong', true, unread(401), noLog(true), ['bad']],
    ['the token may not look', true, unread(403), noLog(true), ['warn', 'warn']],
    ['the mailing is not there', true, unread(400), noLog(false), ['warn', 'warn']],
    ['mailing 1 is not there', false, unread(400), noLog(false), ['ok', 'ok']],
    ['it is not Altcraft', true, unread(undefined), noLog(false), ['bad']],
    ['its clock is off', true, read, { ...log, skew: 10_001 }, ['ok', 'ok', 'warn']],
    ['it has no clock', true, read, { ...log, skew: undefined }, ['ok', 'ok', 'ok']],
  ])('where %s', (_, isScheduled, status, logged, states) => {
    const checks = answerChecks(account('http://127.0.0.1'), { mailing: 90, isScheduled }, status, logged)
    expect(checks.map(({ state }) => state)).toEqual(states)
    for (const check of checks) expect(check.do !== undefined).toBe(check.state !== 'ok')
  })
})

describe('de-duplication', () => {
  const proof = { at: now - day, baseUrl: 'http://127.0.0.1', sentence: 'seen', by: 'ops' }
  it.each([
    ['off', undefined, 'ok'],
    ['declared', 'unread', 'ok'],
    ['probed', undefined, 'warn'],
    ['probed', 'unread', 'warn'],
    ['probed', proof, 'ok'],
    ['probed', { ...proof, at: now - 31 * day }, 'warn'],
    ['probed', { ...proof, baseUrl: 'http://elsewhere' }, 'warn'],
  ] as const)('%s with the proof %j is %s', (deduplication, stored, state) => {
    expect(deduplicationCheck(account('http://127.0.0.1', { deduplication }), stored, now).state).toBe(state)
  })
})

describe('checks', () => {
  it('are told in columns, with what to do below, and counted', () => {
    const checks = [ok('Node', '24'), warn('time zones', 'old', 'Update')]
    expect(checkLines(checks)).toBe('ok    Node        24\nwarn  time zones  old\n                  -> Update')
    expect(checkCounts(checks)).toBe('1 ok, 1 warn, 0 bad')
  })

  it.each([
    ['fails', () => Promise.reject(new Error('no way')), 'no way'],
    ['hangs', () => new Promise<never>(() => {}), 'no answer within 0.01 s'],
  ])('of a look that %s say so', async (_, look, words) => {
    expect(await attempted('it', 10, 'Try', look)).toMatchObject([
      { state: 'bad', says: expect.stringContaining(words) },
    ])
  })

  it.each([
    [-5, '0 s'],
    [119_000, '119 s'],
    [7_000_000, '116 min'],
    [100_000_000, '27 h'],
    [30 * day, '30 days'],
  ])('%d ms is %s', (ms, words) => expect(age(ms)).toBe(words))
})
