import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { resultsOf } from '../../src/bulk/read.ts'
import { holdOn } from '../../src/launches/hold.ts'
import { BatchStage, nine } from './stage.ts'

let stage: BatchStage
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

/** Launches whatever is released until nothing is left; returns the keys in the order in which they went. */
async function launchAll(id: string): Promise<string[]> {
  const gone: string[] = []
  for (;;) {
    await stage.feeder.pass()
    const window = await stage.window(id)
    if (window.length === 0) return gone
    for (const key of window) {
      await stage.attempt(key)
      gone.push(key)
    }
    stage.now += 1_000
  }
}

describe('a batch', () => {
  it('is released in windows, each row once and in order, and is done when the last has ended', async () => {
    const id = await stage.batchOf(700)
    const gone = await launchAll(id)
    expect(gone).toEqual(Array.from({ length: 700 }, (_, index) => `${id}#row${index + 1}`))
    const { batch, counts } = await stage.view(id)
    expect(batch.state).toBe('done')
    expect(counts).toEqual({ total: 700, unreleased: 0, released: { launched: 700 } })
    expect(stage.announced).toEqual([`${id} done`])
  })

  it('has no more rows under way than its window, whoever feeds, and two feeders release no row twice', async () => {
    const id = await stage.batchOf(200)
    const other = stage.anotherFeeder()
    const seen = new Set<string>()
    for (let round = 0; seen.size < 200 && round < 100; round++) {
      await Promise.all([stage.feeder.pass(), other.pass(), stage.feeder.pass()])
      const window = await stage.window(id)
      expect(window.length).toBeLessThanOrEqual(1_000)
      for (const key of window) {
        expect(seen).not.toContain(key)
        seen.add(key)
        await stage.attempt(key)
      }
      stage.now += 1_000
    }
    expect(seen.size).toBe(200)
    await stage.feeder.pass()
    expect((await stage.view(id)).counts.released).toEqual({ launched: 200 })
  })

  it('begins with a small window, which grows with the rate', async () => {
    const id = await stage.batchOf(600)
    await stage.feeder.pass()
    const first = (await stage.window(id)).length
    expect(first).toBe(40)
    for (const key of await stage.window(id)) await stage.attempt(key)
    stage.now += 1_000
    await stage.feeder.pass()
    expect((await stage.window(id)).length).toBeGreaterThan(first * 5)
  })

  it('releases no more in a minute than its pace allows', async () => {
    const id = await stage.batchOf(500, { pace: { perMinute: 60 } })
    let released = 0
    for (let second = 0; second < 60; second++) {
      await stage.feeder.pass()
      for (const key of await stage.window(id)) {
        await stage.attempt(key)
        released += 1
      }
      stage.now += 1_000
    }
    expect(released).toBeGreaterThanOrEqual(58)
    expect(released).toBeLessThanOrEqual(61)
    const { perMinute, eta } = await stage.view(id)
    expect(Math.round(perMinute ?? 0)).toBe(60)
    expect(eta).toBeGreaterThan(stage.now + 400_000)
  })

  it('has no more rows claimed or sending at once than its concurrency', async () => {
    const id = await stage.batchOf(20, { pace: { concurrency: 2 } })
    await stage.feeder.pass()
    const [first = '', second = '', third = ''] = await stage.window(id)
    const claim = await stage.claimed(first)
    await stage.claimed(second)
    expect(await stage.claim(third)).toEqual({ kind: 'later', wait: 1_000, why: 'batch' })
    await stage.commit(claim)
    expect((await stage.claim(third)).kind).toBe('later')
    await stage.settle(claim, 'launched')
    expect((await stage.claim(third)).kind).toBe('claimed')
  })

  it('releases nothing outside of its hours, and a row that they close on waits without a deadline', async () => {
    const allowed = { hours: [{ from: '09:00', to: '10:00' }], otherwise: 'move' } as const
    const id = await stage.batchOf(100, { hours: { timezone: 'UTC', allowed } })
    await stage.feeder.pass()
    const window = await stage.window(id)
    expect(window.length).toBe(40)
    const [key = ''] = window
    stage.now = nine + 3_600_000
    expect(await stage.claim(key)).toEqual({ kind: 'later', wait: 23 * 3_600_000, why: 'early' })
    await stage.feeder.pass()
    expect((await stage.window(id)).length).toBe(40)
    stage.now = nine + 86_400_000
    const claim = await stage.claimed(key)
    expect(claim.due).toBe(stage.now)
    expect(claim.sendUntil).toBe(stage.now + 900_000)
  })

  it('is not released while its account is held, and not beyond a row whose mailing is held', async () => {
    const id = await stage.batchOf(30)
    await holdOn(stage.ledger, { kind: 'account', account: 'main' }, { cause: 'person', reason: 'no', by: 'me' })
    await stage.feeder.pass()
    expect(await stage.window(id)).toEqual([])
    await stage.server.redis.del(stage.ledger.keys.holds)
    await holdOn(
      stage.ledger,
      { kind: 'mailing', account: 'main', mailing: 11 },
      { cause: 'rights', reason: 'no', by: 'me' },
    )
    await stage.feeder.pass()
    expect((await stage.window(id)).length).toBe(10)
  })

  it('gives results of every row, also of those that were never released', async () => {
    const id = await stage.batchOf(60)
    await stage.feeder.pass()
    const [first = '', second = ''] = await stage.window(id)
    await stage.attempt(first)
    await stage.attempt(second, 'rejected', { error: 404, error_text: 'No such mailing', status: 200 })
    const results = []
    for await (const row of resultsOf(stage.ledger, id)) results.push(row)
    expect(results).toHaveLength(60)
    expect(results[0]).toMatchObject({ number: 1, key: 'row1', state: 'launched', attempts: 1 })
    expect(results[1]).toMatchObject({ state: 'rejected', error: 404, error_text: 'No such mailing' })
    expect(results[2]).toMatchObject({ state: 'planned', attempts: 0 })
    expect(results[59]).toMatchObject({ number: 60, launchKey: `${id}#row60`, state: 'unreleased' })
  })
})
