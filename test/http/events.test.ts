/** What happens, as who watches is told: from every process, after every interruption, and nothing secret. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { revokeKey } from '../../src/http/api-keys.ts'
import { EventStream } from '../../src/launches/event-stream.ts'
import { holdOn } from '../../src/launches/hold.ts'
import { HttpStage } from './stage.ts'

let stage: HttpStage
let key: string

beforeAll(async () => {
  stage = await HttpStage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  key = await stage.key('viewer')
})

class Watcher {
  #text = ''
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  ended = false

  constructor(response: Response) {
    if (!response.body) throw new Error('there is nothing to read')
    this.#reader = response.body.getReader()
    void this.#read()
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder()
    for (;;) {
      const { done, value } = await this.#reader.read()
      if (done) break
      this.#text += decoder.decode(value)
    }
    this.ended = true
  }

  get events() {
    return this.#text
      .split('\n\n')
      .map(block => Object.fromEntries(block.split('\n').map(line => line.split(/: (.*)/s).slice(0, 2))))
      .filter(event => event.event !== undefined)
  }

  get text(): string {
    return this.#text
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise(resolve => setTimeout(resolve, 5))
  }

  leave(): Promise<void> {
    return this.#reader.cancel()
  }
}

const watch = async (headers: Readonly<Record<string, string>> = {}, by = key) =>
  new Watcher(await stage.ask('GET', '/api/v1/events', { key: by, headers }))
const tell = (launch: string, account = 'main', from = stage.stream) =>
  from.tell({
    level: 'info',
    words: `launched ${launch}`,
    fields: { event: 'launchEnded', launch, account, state: 'launched' },
  })

it('an event has its fields as they are, and its time as any other answer', async () => {
  const watcher = await watch()
  await watcher.until(() => watcher.text.includes('watching'))
  stage.stream.tell({
    level: 'warn',
    words: 'planned 2',
    fields: { event: 'planned', account: 'main', count: 2, late: true, names: ['a', 'b'], cause: new Error('secret') },
  })
  await watcher.until(() => watcher.text.includes('planned 2'))
  await watcher.leave()
  const [{ data = '{}' } = {}] = watcher.events
  const { at, ...told } = JSON.parse(data)
  const fields = { account: 'main', count: 2, late: true, names: ['a', 'b'] }
  expect(told).toEqual({ event: 'planned', level: 'warn', words: 'planned 2', ...fields })
  expect(new Date(at).toISOString()).toBe(at)
})

it('events of every process and decisions by every door are told, in order', async () => {
  const watcher = await watch()
  await watcher.until(() => watcher.text.includes('watching'))
  const other = stage.server.redis.duplicate()
  const elsewhere = new EventStream({ ...stage.ledger, redis: other }, text => text)
  tell('here')
  await watcher.until(() => watcher.text.includes('here'))
  await stage.ledger.redis.ping()
  tell('there', 'main', elsewhere)
  await elsewhere.stop()
  other.disconnect()
  await holdOn(stage.ledger, { kind: 'account', account: 'main' }, { cause: 'person', reason: 'why', by: 'anna' })
  await watcher.until(() => watcher.text.includes('anna'))
  await watcher.leave()
  expect(watcher.events.map(({ event }) => event)).toContain('decided')
})

it('who comes back with Last-Event-ID is told what it missed, once', async () => {
  for (const name of ['one', 'two', 'three']) {
    tell(name)
    await stage.stream.stop()
  }
  const all = await stage.ledger.redis.xrange(stage.ledger.keys.events, '-', '+')
  const second = all.findIndex(([, fields]) => fields.some(field => field.includes('"two"')))
  const watcher = await watch({ 'last-event-id': all[second]?.[0] ?? '' })
  tell('four')
  await watcher.until(() => watcher.text.includes('four'))
  await watcher.leave()
  const launches = watcher.events.map(({ data = '{}' }) => JSON.parse(data).launch)
  expect(launches).toEqual(['three', 'four'])
})

it.each([
  ['some of it', 1, ['three']],
  ['all of it', 0, []],
])(
  'who was away for so long that %s is gone is told that something is missing, before what is left',
  async (_, kept, left) => {
    for (const name of ['one', 'two', 'three']) {
      tell(name)
      await stage.stream.stop()
    }
    const { redis, keys } = stage.ledger
    const [first] = await redis.xrange(keys.events, '-', '+', 'COUNT', 1)
    await redis.xtrim(keys.events, 'MAXLEN', kept)
    const watcher = await watch({ 'last-event-id': first?.[0] ?? '' })
    await watcher.until(() => watcher.text.includes('gap'))
    tell('now')
    await watcher.until(() => watcher.text.includes('now'))
    await watcher.leave()
    const [gap, ...others] = watcher.events
    expect(gap).toMatchObject({ event: 'gap' })
    expect(others.map(({ data = '{}' }) => JSON.parse(data).launch)).toEqual([...left, 'now'])
  },
)

it('who comes from a place that the stream has not reached, as after Redis was set back, is told that something is missing', async () => {
  tell('one')
  await stage.stream.stop()
  const watcher = await watch({ 'last-event-id': '9999999999999-0' })
  await watcher.until(() => watcher.text.includes('gap'))
  tell('now')
  await watcher.until(() => watcher.text.includes('now'))
  await watcher.leave()
  expect(watcher.events.map(({ event }) => event)[0]).toBe('gap')
})

it('who was not away for too long is told of no gap', async () => {
  tell('one')
  await stage.stream.stop()
  const newest = (await stage.ledger.redis.xrange(stage.ledger.keys.events, '-', '+')).at(-1)
  const watcher = await watch({ 'last-event-id': newest?.[0] ?? '' })
  tell('now')
  await watcher.until(() => watcher.text.includes('now'))
  await watcher.leave()
  expect(watcher.text).not.toContain('gap')
})

it('a key of one account is told of that account alone', async () => {
  const watcher = await watch({}, await stage.key('viewer', 'partner', { accounts: ['other'] }))
  await watcher.until(() => watcher.text.includes('watching'))
  tell('secret')
  tell('mine', 'other')
  await watcher.until(() => watcher.text.includes('mine'))
  await watcher.leave()
  expect(watcher.text).not.toContain('secret')
})

it('no secret and no error of a library reaches the stream', async () => {
  const fields = {
    event: 'x',
    err: new Error('canary'),
    error_text: 'You sent canary',
    list: ['canary'],
    deep: { a: 'canary' },
  }
  stage.stream.tell({ level: 'warn', words: 'canary', fields })
  await stage.stream.stop()
  const text = JSON.stringify(await stage.ledger.redis.xrange(stage.ledger.keys.events, '-', '+'))
  expect(text).toContain('You sent •••')
  expect(text).not.toContain('canary')
})

it('where Redis fails as somebody begins to watch it is a problem, and the next one watches', async () => {
  await stage.server.redis.set(stage.ledger.keys.events, 'no stream')
  const refused = await stage.ask('GET', '/api/v1/events', { key })
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(stage.hub.watchers).toBe(0)
  await stage.server.redis.del(stage.ledger.keys.events)
  const watcher = await watch()
  tell('after')
  await watcher.until(() => watcher.text.includes('after'))
  await watcher.leave()
})

it('who stops reading is sent away, and nothing is kept for it', async () => {
  const response = await stage.ask('GET', '/api/v1/events', { key })
  expect(stage.hub.watchers).toBe(1)
  const words = 'x'.repeat(1_000_000)
  for (let count = 0; count < 6; count++) {
    stage.stream.tell({ level: 'info', words, fields: { event: 'big' } })
    await stage.stream.stop()
  }
  await expect.poll(() => stage.hub.watchers).toBe(0)
  await response.body?.cancel()
})

it('one key watches twenty times at once', async () => {
  const watchers = await Promise.all(Array.from({ length: 20 }, () => watch()))
  expect((await stage.ask('GET', '/api/v1/events', { key })).status).toBe(429)
  for (const watcher of watchers) await watcher.leave()
  await expect.poll(() => stage.hub.watchers).toBe(0)
})

it('five hundred watch a process at most, whoever they are', async () => {
  const leaving = await Promise.all(
    Array.from({ length: 500 }, (_, number) =>
      stage.hub.watch({ who: `${number}`, tell: () => {}, check: async () => {}, closed: () => {} }),
    ),
  )
  const refused = await stage.ask('GET', '/api/v1/events', { key })
  expect(await refused.json()).toMatchObject({ status: 429, code: 'tooManyWatching' })
  expect(refused.headers.get('retry-after')).toBe('30')
  leaving.pop()?.()
  const watcher = await watch()
  await watcher.until(() => watcher.text.includes('watching'))
  await watcher.leave()
  for (const leave of leaving) leave()
  await expect.poll(() => stage.hub.watchers).toBe(0)
})

describe('as time goes by', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('who takes nothing for thirty seconds is sent away', async () => {
    const response = await stage.ask('GET', '/api/v1/events', { key })
    // What is written first waits between the two; the sign of life after 15 seconds is the first that nobody takes.
    await vi.advanceTimersByTimeAsync(44_000)
    expect(stage.hub.watchers).toBe(1)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(stage.hub.watchers).toBe(0)
    await response.body?.cancel()
  })

  it('who reads is told every fifteen seconds that the other end is there, until its key is gone', async () => {
    const response = await stage.ask('GET', '/api/v1/events', { key })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect(await reader?.read()).toMatchObject({ value: expect.stringContaining('watching') })
    vi.advanceTimersByTime(15_000)
    expect(await reader?.read()).toMatchObject({ value: ': still here\n\n' })
    // As by another process, whose event was lost: nothing but the next look at the key tells.
    await stage.ledger.redis.del(stage.ledger.keys.apiKeys)
    vi.advanceTimersByTime(14_000)
    expect(stage.hub.watchers).toBe(1)
    vi.advanceTimersByTime(1_000)
    await expect.poll(() => stage.hub.watchers).toBe(0)
    await reader?.cancel()
  })
})

it('a key that is revoked or expires watches no longer', async () => {
  const revoked = await watch()
  const expired = await watch({}, await stage.key('viewer', 'short', { expires: Date.now() + 300 }))
  await expired.until(() => expired.ended)
  expect(revoked.ended).toBe(false)
  await revokeKey(stage.ledger, 'viewer', { by: 'test', why: 'test' })
  await revoked.until(() => revoked.ended)
  expect(stage.hub.watchers).toBe(0)
})

it('when the service stops, watchers are sent away', async () => {
  const watcher = await watch()
  await watcher.until(() => watcher.text.includes('watching'))
  stage.hub.close()
  await watcher.until(() => watcher.ended)
})
