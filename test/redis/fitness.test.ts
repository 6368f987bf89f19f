import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdUnfit } from '../../src/background.ts'
import { holdsInForce } from '../../src/launches/hold.ts'
import { Fitness } from '../../src/redis/fitness.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

describe('a server that is reconfigured while it is used', () => {
  let server: TestRedis
  beforeAll(async () => {
    server = await startTestRedis({ appendonly: 'yes', appendfsync: 'always' })
  })
  afterAll(() => server.stop())

  const asked = new Map([
    ['careful', 'disk'],
    ['careless', 'memory'],
  ])

  it('stops the accounts that it does not serve any more, and everything where it may forget', async () => {
    const ledger = { redis: server.redis, keys: keysUnder('test') }
    const fitness = await Fitness.of(server.redis, true, asked)
    await holdUnfit(ledger, fitness)
    expect(await holdsInForce(ledger)).toEqual([])
    await server.redis.config('SET', 'appendfsync', 'everysec')
    await holdUnfit(ledger, fitness)
    expect(await holdsInForce(ledger)).toMatchObject([{ scope: 'account:careful', cause: 'store' }])
    await server.redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await holdUnfit(ledger, fitness)
    expect((await holdsInForce(ledger)).map(({ scope }) => scope)).toContain('all')
  })

  it('is not started on, with all that is wrong in one sentence each', async () => {
    await expect(Fitness.of(server.redis, true, asked)).rejects.toThrow(
      /maxmemory-policy is allkeys-lru[\s\S]*accounts\.careful: durability disk/,
    )
  })

  it('is used all the same where a person said so, and what it lacks is told', async () => {
    const fitness = await Fitness.of(server.redis, false, asked)
    expect(fitness.advice.join('\n')).toMatch(/allkeys-lru[\s\S]*accounts\.careful/)
    expect(fitness.durabilityOf('careful')).toEqual({ kind: 'reply' })
  })
})
