/** A property that finds nothing proves nothing: each of these changes to the protocol must be found by it. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { choices, settingsWith } from './protocol/arbitraries.ts'
import { type Mutant, mutants } from './protocol/mutants.ts'
import { connectEdited, realProduct } from './protocol/product.ts'
import { recoveryMutants } from './protocol/recovery-mutants.ts'
import { Run } from './protocol/run.ts'

/** Those that are found least often are found in one run of fifty. */
const numRuns = 800
const keys = keysUnder('test')

let server: TestRedis
let queues: LaunchQueues
beforeAll(async () => {
  server = await startTestRedis()
  queues = new LaunchQueues(server.redis, keys)
})
afterAll(async () => {
  await queues.close()
  await server.stop()
})

async function find({ edits = [], product, settings }: Mutant): Promise<string> {
  const connections = connectEdited(server.socket, keys, edits)
  const property = fc.asyncProperty(
    settingsWith({ brakes: undefined, ...settings }),
    choices,
    async (drawn, numbers) => {
      await server.redis.flushall()
      await new Run(connections, queues, { ...realProduct, ...product }, drawn).play(numbers)
    },
  )
  const { errorInstance } = await fc.check(property, { numRuns, endOnFailure: true })
  expect(connections.unmade()).toEqual([])
  await connections.close()
  return errorInstance instanceof Error ? errorInstance.message : 'nothing'
}

describe('a protocol is found out that', () => {
  it.each([...mutants, ...recoveryMutants])('$name', async mutant => {
    expect(await find(mutant)).toMatch(mutant.breaks)
  })
})
