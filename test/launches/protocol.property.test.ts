/**
 * The product's own scripts on a real Redis, in every order of events that chance comes upon: workers that stop between any
 * two steps, lost replies, requests that arrive late, clocks that leap, people. More runs: TEST_PROTOCOL_RUNS. The same runs
 * again: TEST_PROTOCOL_SEED, which a failure names.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { choices, settingsWith } from './protocol/arbitraries.ts'
import { type Connections, connectEdited, realProduct } from './protocol/product.ts'
import { Run } from './protocol/run.ts'

const numRuns = Number(process.env.TEST_PROTOCOL_RUNS ?? 150)
const seed = process.env.TEST_PROTOCOL_SEED
const keys = keysUnder('test')

let server: TestRedis
let queues: LaunchQueues
let connections: Connections
beforeAll(async () => {
  server = await startTestRedis()
  queues = new LaunchQueues(server.redis, keys)
  connections = connectEdited(server.socket, keys, [])
})
afterAll(async () => {
  await connections.close()
  await queues.close()
  await server.stop()
})

describe('the launch protocol', () => {
  it(
    'keeps its rules whatever happens between its steps, and comes to an end',
    async () => {
      let launchedSomething = 0
      await fc.assert(
        fc.asyncProperty(settingsWith(), choices, async (settings, numbers) => {
          await server.redis.flushall()
          const states = await new Run(connections, queues, realProduct, settings).play(numbers)
          if (states.includes('launched')) launchedSomething++
        }),
        { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
      )
      // Rules are easily kept where nothing is ever launched.
      expect(launchedSomething).toBeGreaterThan(numRuns / 3)
    },
    60_000 + numRuns * 1_000,
  )
})
