import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cancelBatch } from '../../src/bulk/cancel.ts'
import { objectionTo } from '../../src/bulk/objection.ts'
import { batchesNamed, resultsOf } from '../../src/bulk/read.ts'
import type { Row } from '../../src/bulk/row.ts'
import { RowsSeen } from '../../src/bulk/rows-seen.ts'
import { BatchStage, decision, nine, rowsOf } from './stage.ts'

let stage: BatchStage
beforeAll(async () => {
  stage = await BatchStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.clear())

const staged = () => stage.server.redis.hlen(stage.ledger.keys.batchStaged('offers'))
const kept = async () => (await stage.server.redis.keys('*')).length

const confirmed = (...repeats: string[]) => ({ kind: 'confirmed', repeats }) as const

async function seenOf(rows: AsyncIterable<Row>): Promise<RowsSeen> {
  const seen = new RowsSeen('main')
  for await (const _ of seen.chunks(rows));
  return seen
}

/** The process is killed after so many rows: nobody reads on, and nobody tidies up. */
async function interrupted(count: number, of: number): Promise<void> {
  let killed = () => {}
  const death = new Promise<void>(resolve => {
    killed = resolve
  })
  async function* rows(): AsyncGenerator<Row> {
    for await (const row of rowsOf(of)) {
      if (row.number > count) {
        killed()
        await new Promise(() => {})
      }
      yield row
    }
  }
  void stage.submit(rows())
  await death
}

describe('submitting', () => {
  it('makes a batch of its name and the digest of its rows, and feeds nothing before the last row is read', async () => {
    async function* watched(): AsyncGenerator<Row> {
      for await (const row of rowsOf(1_100)) {
        if (row.number % 400 === 0) {
          await stage.feeder.pass()
          expect(await stage.server.redis.zcard(stage.ledger.keys.ofOrigin('bulk'))).toBe(0)
        }
        yield row
      }
    }
    const answer = await stage.submit(watched())
    expect(answer).toEqual({
      kind: 'submitted',
      id: expect.stringMatching(/^offers-[0-9a-f]{8}$/),
      rows: 1_100,
      staged: 0,
    })
    expect(await staged()).toBe(0)
  })

  it('of the same rows again is the same batch, whatever has become of it', async () => {
    const id = await stage.batchOf(10)
    expect(await stage.submit(rowsOf(10))).toEqual({ kind: 'again', id, state: 'running' })
    await cancelBatch(stage.ledger, id, decision)
    expect(await stage.submit(rowsOf(10))).toEqual({ kind: 'again', id, state: 'cancelled' })
    expect(await staged()).toBe(0)
  })

  it('of other rows under the same name is refused until a person names the newest batch of that name; the name then means both', async () => {
    const first = await stage.batchOf(10)
    stage.now += 1
    const refused = { kind: 'sameName', id: first, state: 'running' }
    expect(await stage.submit(rowsOf(11))).toEqual(refused)
    expect(await stage.submit(rowsOf(11), {}, confirmed('offers'))).toEqual(refused)
    expect(await staged()).toBe(0)
    expect((await stage.submit(rowsOf(11), { name: 'more' })).kind).toBe('submitted')
    expect((await stage.submit(rowsOf(12), { account: 'other' })).kind).toBe('submitted')
    const second = await stage.submit(rowsOf(9), {}, confirmed(first))
    if (second.kind !== 'submitted') throw new Error(second.kind)
    expect(await stage.submit(rowsOf(8), {}, confirmed(first))).toMatchObject({ kind: 'sameName', id: second.id })
    expect(await stage.submit(rowsOf(10))).toMatchObject({ kind: 'again', id: first })
    expect((await batchesNamed(stage.ledger, 'offers')).filter(id => id === first || id === second.id)).toEqual([
      second.id,
      first,
    ])
    expect(await batchesNamed(stage.ledger, first)).toEqual([first])
  })

  it('of the same rows under another name is refused until a person names the newest batch that has them', async () => {
    const first = await stage.batchOf(10)
    const refused = { kind: 'otherName', id: first, state: 'running' }
    expect(await stage.submit(rowsOf(10), { name: 'again' })).toEqual(refused)
    expect(await stage.submit(rowsOf(10), { name: 'again' }, confirmed('offers'))).toEqual(refused)
    stage.now += 1
    const second = await stage.submit(rowsOf(10), { name: 'again' }, confirmed(first))
    expect(second.kind).toBe('submitted')
    const third = await stage.submit(rowsOf(10), { name: 'third' }, confirmed(first))
    expect(third).toMatchObject({ kind: 'otherName', id: expect.stringMatching(/^again-/) })
  })

  it('is held against what went to the same people within two hours, through whatever door', async () => {
    const toSegment = (id: number) => ({ id, override_source_type: 'segment', override_source_id: 7 }) as const
    const first = await stage.batchOf(2, {}, toSegment)
    await stage.feeder.pass()
    for (const key of await stage.window(first)) {
      await stage.attempt(key)
      stage.now += 60_000
    }
    const mended = () => rowsOf(3, toSegment)
    const refused = {
      kind: 'sentLately',
      confirmation: '09:01',
      more: 0,
      sends: [
        { mailing: 2, audience: 'segment-7', at: nine + 60_000 },
        { mailing: 1, audience: 'segment-7', at: nine },
      ],
    }
    const other = { name: 'mended' }
    expect(await stage.submit(mended(), other)).toEqual(refused)
    expect(await stage.submit(mended(), other, confirmed('09:00'))).toEqual(refused)
    // Not to the same people, or the very same batch.
    expect((await stage.submit(rowsOf(3), { name: 'own' })).kind).toBe('submitted')
    expect((await stage.submit(rowsOf(2, toSegment))).kind).toBe('again')
    expect(await stage.submit(mended(), { id: 'mended@20261123T0905' }, { kind: 'intended' })).toMatchObject({
      kind: 'submitted',
    })
    expect((await stage.submit(rowsOf(4, toSegment), { name: 'b' }, confirmed('09:01'))).kind).toBe('submitted')
    expect((await stage.submit(rowsOf(5, toSegment), { name: 'c' }, confirmed(first))).kind).toBe('submitted')
    stage.now += 2 * 3_600_000
    expect((await stage.submit(rowsOf(6, toSegment), { name: 'd' })).kind).toBe('submitted')
  })

  it('is told of beforehand, and changes nothing', async () => {
    const first = await stage.batchOf(10)
    const before = await kept()
    const seen = await seenOf(rowsOf(11))
    const look = (name: string) => objectionTo(stage.ledger, stage.declaration({ name }), seen, { kind: 'refuse' })
    expect(await look('offers')).toEqual({ kind: 'sameName', id: first, state: 'running' })
    expect(await look('others')).toBeUndefined()
    expect(await kept()).toBe(before)
  })

  it('makes no batch of other rows than a person was shown', async () => {
    const shown = await seenOf(rowsOf(600))
    const refuse = { kind: 'refuse' } as const
    expect(await stage.submit(rowsOf(601), {}, refuse, shown)).toEqual({ kind: 'changed' })
    const others = rowsOf(600, number => ({ id: number === 600 ? 1 : number }))
    expect(await stage.submit(others, {}, refuse, shown)).toEqual({ kind: 'changed' })
    expect(await kept()).toBe(0)
    expect((await stage.submit(rowsOf(600), {}, refuse, shown)).kind).toBe('submitted')
  })

  it('for another account is no repeat; for a schedule that launches the same file every week neither', async () => {
    await stage.batchOf(10)
    expect((await stage.submit(rowsOf(10), { name: 'b', account: 'other' })).kind).toBe('submitted')
    const friday = { name: 'friday', id: 'friday@20261127T0900' }
    expect(await stage.submit(rowsOf(10), friday, { kind: 'intended' })).toMatchObject({
      kind: 'submitted',
      id: friday.id,
    })
    const other = await stage.submit(rowsOf(9), friday, { kind: 'intended' })
    expect(other).toEqual({ kind: 'otherRows', id: friday.id, state: 'running' })
  })

  it('that is interrupted goes on where it was, and launches nothing before', async () => {
    await interrupted(1_200, 1_600)
    await expect.poll(staged).toBe(4)
    await stage.feeder.pass()
    expect(await stage.server.redis.zcard(stage.ledger.keys.ofOrigin('bulk'))).toBe(0)
    expect(await stage.submit(rowsOf(1_600))).toMatchObject({ kind: 'submitted', rows: 1_600, staged: 1_000 })
    const keys = []
    for await (const { key } of resultsOf(stage.ledger, (await batchesNamed(stage.ledger, 'offers'))[0] ?? ''))
      keys.push(key)
    expect(keys).toEqual(Array.from({ length: 1_600 }, (_, index) => `row${index + 1}`))
  })

  it('that is interrupted and goes on with a shorter, other file keeps nothing of the first', async () => {
    await interrupted(2_100, 2_500)
    await expect.poll(staged).toBe(8)
    const answer = await stage.submit(rowsOf(700, number => ({ id: number + 1 })))
    expect(answer).toMatchObject({ kind: 'submitted', rows: 700, staged: 0 })
    if (answer.kind !== 'submitted') return
    expect(await stage.server.redis.hlen(stage.ledger.keys.batchRows(answer.id))).toBe(4)
  })

  it('is given up where a row is bad: nothing of it stays', async () => {
    async function* bad(): AsyncGenerator<Row> {
      yield* rowsOf(1_200)
      throw new Error('line 1202: no mailing')
    }
    await expect(stage.submit(bad())).rejects.toThrow('line 1202: no mailing')
    expect(await kept()).toBe(0)
    async function* none(): AsyncGenerator<Row> {}
    expect(await stage.submit(none())).toEqual({ kind: 'empty' })
    expect(await kept()).toBe(0)
  })

  it('twice at once under one name makes one batch of the same rows, and none that mixes two files', async () => {
    const same = await Promise.all([stage.submit(rowsOf(1_600)), stage.submit(rowsOf(1_600))])
    expect(same.map(({ kind }) => kind).toSorted()).toEqual(['again', 'submitted'])
    await stage.clear()
    const mixed = await Promise.all([
      stage.submit(rowsOf(1_600)),
      stage.submit(rowsOf(1_600, number => ({ id: number + 5 }))),
    ])
    for (const answer of mixed) {
      if (answer.kind !== 'submitted') continue
      const mailings = []
      for await (const { mailing } of resultsOf(stage.ledger, answer.id)) mailings.push(mailing)
      expect(mailings).toHaveLength(1_600)
      expect(new Set(mailings.map((mailing, index) => mailing - index)).size).toBe(1)
    }
  })
})
