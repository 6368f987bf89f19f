import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { resultsOf } from '../../src/bulk/read.ts'
import { holdOn } from '../../src/launches/hold.ts'
import { BatchStage, nine, rowsOf } from './stage.ts'

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

  it('is not released while its account is held, and says so', async () => {
    const id = await stage.batchOf(30)
    await holdOn(stage.ledger, { kind: 'account', account: 'main' }, { cause: 'person', reason: 'no', by: 'me' })
    await stage.feeder.pass()
    expect(await stage.window(id)).toEqual([])
    expect((await stage.view(id)).waits).toBe('held')
  })

  it('sets some rows of a stopped mailing aside, so that those behind them can go, but not all', async () => {
    const scope = { kind: 'mailing', account: 'main', mailing: 90 } as const
    await holdOn(stage.ledger, scope, { cause: 'rights', reason: 'no', by: 'me' })
    // Of a thousand rows every tenth is of another mailing.
    const id = await stage.batchOf(1_000, {}, number => ({ id: number % 10 === 0 ? number : 90 }))
    const gone = []
    for (let round = 0; round < 40; round++) {
      await stage.feeder.pass()
      for (const key of await stage.window(id)) {
        const answer = await stage.claim(key)
        if (answer.kind !== 'claimed') continue
        await stage.settle(answer.claim, 'launched')
        gone.push(key)
      }
      stage.now += 1_000
    }
    const { released } = (await stage.view(id)).counts
    expect(released.held).toBeGreaterThanOrEqual(100)
    expect(released.held).toBeLessThan(250)
    expect(gone.length).toBeGreaterThanOrEqual(10)
    expect((await stage.view(id)).batch.held).toBe(released.held)
  })

  it('launches one of two rows with one key, and is done all the same', async () => {
    async function* twins() {
      yield* rowsOf(3)
      yield* rowsOf(2)
    }
    const answer = await stage.submit(twins())
    if (answer.kind !== 'submitted') throw new Error(answer.kind)
    await launchAll(answer.id)
    const { batch, counts } = await stage.view(answer.id)
    expect(batch).toMatchObject({ state: 'done', repeated: 2 })
    expect(counts.released).toEqual({ launched: 3 })
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
