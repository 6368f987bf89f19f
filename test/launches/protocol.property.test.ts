import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { connectEdited, realProduct } from './protocol/product.ts'
import { Run, type RunInput } from './protocol/run.ts'
import type { Settings } from './protocol/world.ts'

const runs = Number(process.env.TEST_PROTOCOL_RUNS ?? 300)
const seed = process.env.TEST_PROTOCOL_SEED
const keys = keysUnder('test')
const minute = 60_000

const launches = fc.array(
  fc.record({
    mailing: fc.constantFrom(1, 1, 2),
    lateness: fc.constantFrom(15 * minute, 120 * minute, 30_000),
    attempts: fc.constantFrom(3, 1, 5),
    overlap: fc.constantFrom('allow', 'skip', 'queueOne'),
    guarded: fc.constantFrom(false, false, false, true),
  }),
  { minLength: 1, maxLength: 3 },
)
const settings: fc.Arbitrary<Settings> = fc.record({
  dropsRepeats: fc.boolean(),
  window: fc.constantFrom(1_440 * minute, 40 * minute),
  logDelay: fc.constantFrom(0, minute),
  onSilentLog: fc.constantFrom('hold', 'relaunch'),
  launches,
})
const choices = fc.array(fc.nat({ max: 2 ** 31 - 1 }), { minLength: 8, maxLength: 70, size: 'max' })

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

describe('the launch protocol', () => {
  it('keeps its rules in every order of events', async () => {
    const connections = connectEdited(server.socket, keys, [])
    const ends: string[] = []
    let steps = 0
    let launchedRuns = 0
    await fc.assert(
      fc.asyncProperty(fc.record({ settings, choices }), async ({ settings, choices }: RunInput) => {
        await server.redis.flushall()
        const end = await new Run(connections, queues, realProduct, settings).play(choices)
        ends.push(...end.states)
        if (end.states.includes('launched')) launchedRuns++
        steps += end.steps
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    )
    const tally: Record<string, number> = {}
    for (const state of ends) tally[state] = (tally[state] ?? 0) + 1
    console.log(tally, launchedRuns, steps)
    expect(launchedRuns).toBeGreaterThan(runs / 3)
    await connections.close()
  })
})
