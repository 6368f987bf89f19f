import { afterEach, describe, expect, it } from 'vitest'
import { type Altcraft, type AltcraftOptions, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { Repeats } from '../../src/sandbox/repeats.ts'
import type { Reply } from '../../src/sandbox/reply.ts'
import { answerOf, send, start } from './raw-client.ts'

const reply = (body: string, error = 0): Reply => ({ status: 200, headers: {}, body, error })

describe('the memory for repeats', () => {
  it('answers a repeat with the first answer for a day, and executes again after it', async () => {
    const repeats = new Repeats(true)
    let executed = 0
    const ask = (now: number) => repeats.answer('key', now, async () => reply(`${++executed}`))
    expect(await ask(0)).toEqual({ reply: reply('1'), repeat: false })
    const marks = { 'Duplicate-Key': 'key', 'Duplicate-Request': 'true' }
    expect(await ask(86_399_999)).toEqual({ reply: { ...reply('1'), headers: marks }, repeat: true })
    expect(await ask(86_400_000)).toEqual({ reply: reply('2'), repeat: false })
  })

  it.each([
    [true, 1],
    [false, 2],
  ])('keeps refusals: %s', async (keep, executions) => {
    const repeats = new Repeats(keep)
    let executed = 0
    for (let i = 0; i < 2; i++) await repeats.answer('key', 0, async () => reply(`${++executed}`, 402))
    expect(executed).toBe(executions)
  })

  it('keeps nothing of an execution that failed', async () => {
    const repeats = new Repeats(true)
    const broken = repeats.answer('key', 0, () => Promise.reject(new Error('disk full')))
    await expect(broken).rejects.toThrow('disk full')
    expect(await repeats.answer('key', 0, async () => reply('new'))).toMatchObject({ repeat: false })
  })
})

describe('a repeated start', () => {
  let altcraft: Altcraft
  const open = async (options: AltcraftOptions = {}) => {
    altcraft = await startAltcraft(options)
  }
  afterEach(() => altcraft.close())

  const ask = async (id: number, headers: Record<string, string> = {}, body?: string) => {
    const sent = start(id, headers)
    const { headers: got, body: text } = answerOf(
      await send(altcraft.port, { ...sent, body: body ?? sent.body }).ending,
    )
    return { duplicate: got.get('duplicate-request'), key: got.get('duplicate-key'), error: JSON.parse(text).error }
  }
  const first = { duplicate: undefined, key: undefined, error: 0 }
  const repeat = { duplicate: 'true', key: expect.stringMatching(/^[\w+/]{43}=$/), error: 0 }

  it('is known by its Request-ID, whatever else it says', async () => {
    await open()
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(first)
    expect(await ask(2, { 'Request-ID': 'a', 'User-Agent': 'other' })).toEqual(repeat)
    expect(await ask(1, { 'Request-ID': 'b' })).toEqual(first)
    expect(altcraft.launches().map(({ request_id }) => request_id)).toEqual(['a', 'b'])
  })

  it('is not known across tokens', async () => {
    await open()
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(first)
    expect(await ask(1, { 'Request-ID': 'a' }, '{"token":"other","id":1}')).toEqual(first)
  })

  it.each([
    ['the same headers and body', {}, {}, repeat],
    ['another header', { 'X-Request-ID': 'a' }, { 'X-Request-ID': 'b' }, first],
  ])('without a Request-ID is known by its checksum: %s', async (_what, one, two, answer) => {
    await open()
    expect(await ask(1, one)).toEqual(first)
    expect(await ask(1, two)).toEqual(answer)
  })

  it('waits for the first while that is under way', async () => {
    await open({ faults: [parseFault('delay=200ms:x1')] })
    const both = await Promise.all([ask(1, { 'Request-ID': 'a' }), ask(1, { 'Request-ID': 'a' })])
    expect(both).toContainEqual(first)
    expect(both).toContainEqual(repeat)
    expect(altcraft.launches()).toHaveLength(1)
  })

  it('is answered when the first answer was lost', async () => {
    await open({ faults: [parseFault('drop-after:x1')] })
    expect((await send(altcraft.port, start(1, { 'Request-ID': 'a' })).ending).text).toBe('')
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(repeat)
    expect(altcraft.launches()).toHaveLength(1)
  })

  it('is executed when the first never reached Altcraft', async () => {
    await open({ faults: [parseFault('status=503:x1')] })
    await send(altcraft.port, start(1, { 'Request-ID': 'a' })).ending
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(first)
  })

  it('is refused again unseen, unless refusals are not kept', async () => {
    await open({ faults: [parseFault('refuse=402:x1')] })
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual({ ...first, error: 402 })
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual({ ...repeat, error: 402 })
    expect(await ask(1, { 'Request-ID': 'b' })).toEqual(first)
    await altcraft.close()
    await open({ faults: [parseFault('refuse=402:x1')], replayRefusals: false })
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual({ ...first, error: 402 })
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(first)
  })

  it('is executed every time where de-duplication is off', async () => {
    await open({ deduplication: false })
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(first)
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(first)
    expect(altcraft.launches()).toHaveLength(2)
  })

  it('is new again after everything was forgotten', async () => {
    await open()
    await ask(1, { 'Request-ID': 'a' })
    altcraft.clear()
    expect(await ask(1, { 'Request-ID': 'a' })).toEqual(first)
  })
})
