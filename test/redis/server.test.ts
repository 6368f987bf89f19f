import { describe, expect, it } from 'vitest'
import { durabilityFor, judgeServer, type ServerFacts } from '../../src/redis/server.ts'

const good: ServerFacts = {
  version: '7.0.15',
  appendonly: true,
  appendfsync: 'always',
  policy: 'noeviction',
  hz: 100,
  listpackValue: 4096,
}

describe('a Redis is judged', () => {
  it.each([
    ['good', {}, []],
    ['too old', { version: '6.2.9' }, ['too old']],
    ['forgetful', { appendonly: false }, ['appendonly is no']],
    ['evicting', { policy: 'allkeys-lru' }, ['maxmemory-policy is allkeys-lru']],
    ['silent about itself', { policy: undefined, appendonly: undefined }, ['cannot be read', 'cannot be read']],
  ] as const)('%s', (_, over, refusals) => {
    const verdict = judgeServer({ ...good, ...over }, true)
    expect(verdict.refusals).toHaveLength(refusals.length)
    refusals.forEach((words, index) => {
      expect(verdict.refusals[index]).toContain(words)
    })
  })

  it('leniently where that was asked for, except an old version', () => {
    expect(judgeServer({ ...good, policy: 'allkeys-lru' }, false)).toMatchObject({
      refusals: [],
      advice: [expect.stringContaining('allkeys-lru')],
    })
    expect(judgeServer({ ...good, version: '6.0.0' }, false).refusals).toHaveLength(1)
  })
})

describe('durability', () => {
  it.each([
    ['memory', {}, { kind: 'reply' }],
    ['disk', {}, { kind: 'reply' }],
    ['disk', { version: '7.4.1', appendfsync: 'everysec' }, { kind: 'waitaof', replicas: 0 }],
    ['disk', { appendfsync: 'everysec' }, undefined],
    ['disk', { version: '7.4.1', appendonly: false }, undefined],
    ['replicas:2', { version: '7.4.1', appendfsync: 'everysec' }, { kind: 'waitaof', replicas: 2 }],
    ['replicas:1', {}, { kind: 'wait', replicas: 1 }],
    ['replicas:1', { appendfsync: 'everysec' }, undefined],
  ] as const)('%s on %j waits for %j', (asked, over, durability) => {
    const choice = durabilityFor(asked, { ...good, ...over })
    expect(choice.ok ? choice.durability : undefined).toEqual(durability)
  })
})
