import { setImmediate as nextTurn } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runScript, type Script } from '../../src/redis/script.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

const push: Script = { name: 'testPush', lua: "return redis.call('RPUSH', KEYS[1], ARGV[1])" }
const numbers = Array.from({ length: 20 }, (_, index) => index + 1)

let server: TestRedis
let redis: Redis

beforeAll(async () => {
  server = await startTestRedis()
})
afterAll(() => server.stop())
beforeEach(async () => {
  redis = new Redis({ path: server.socket, maxRetriesPerRequest: null, retryStrategy: () => 5 })
  redis.on('error', () => {})
  await redis.ping()
  await redis.del('list')
  // The script is known from here on: only calls by its digest are counted.
  await runScript(redis, push, 'other', [0])
  await nextTurn()
})
afterEach(() => redis.disconnect())

describe('scripts that are run in one turn of the event loop', () => {
  it('leave in two pieces: the first at once, the others together', async () => {
    const before = redis.stream.bytesWritten
    const first = runScript(redis, push, 'list', [1])
    expect(redis.stream.writableCorked).toBe(0)
    expect(redis.stream.bytesWritten).toBeGreaterThan(before)
    const others = numbers.slice(1).map(number => runScript(redis, push, 'list', [number]))
    expect(redis.stream.writableCorked).toBe(1)
    await nextTurn()
    expect(redis.stream.writableCorked).toBe(0)
    expect(await Promise.all([first, ...others])).toEqual(numbers)
    expect(await server.redis.lrange('list', 0, -1)).toEqual(numbers.map(String))
  })

  it('leave at once again in the next turn', async () => {
    await Promise.all(numbers.map(number => runScript(redis, push, 'list', [number])))
    await nextTurn()
    const next = runScript(redis, push, 'list', [21])
    expect(redis.stream.writableCorked).toBe(0)
    expect(await next).toBe(21)
  })

  it('are sent again by a patient connection that broke while they were held back', async () => {
    const calls = numbers.map(number => runScript(redis, push, 'list', [number]))
    redis.stream.destroy()
    await Promise.all(calls)
    const pushed = new Set(await server.redis.lrange('list', 0, -1))
    expect(pushed).toEqual(new Set(numbers.map(String)))
    // The connection that took its place holds nothing back.
    expect(redis.stream.writableCorked).toBe(0)
    expect(await runScript(redis, push, 'list', [21])).toBeGreaterThanOrEqual(21)
  })
})
