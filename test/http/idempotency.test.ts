/** Idempotency-Key: one intention, one launch, however often and however it is asked for. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { launchAsked } from '../../src/duty/by-hand.ts'
import { type Api, createApi } from '../../src/http/app.ts'
import { type Once, onceOnly } from '../../src/http/idempotency.ts'
import type { Identity } from '../../src/launches/by-hand.ts'
import { type CutRedis, cutBefore } from './cut-redis.ts'
import { HttpStage } from './stage.ts'
import { fill } from './world.ts'

let stage: HttpStage
let key: string

beforeAll(async () => {
  stage = await HttpStage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  key = await stage.key('launcher')
})
afterEach(() => {
  vi.useRealTimers()
})

const body = { account: 'main', request: { id: 90 } }
const launch = (idempotency: string, asked: unknown = body, by = key) =>
  stage.ask('POST', '/api/v1/launches', { key: by, body: asked, headers: { 'idempotency-key': idempotency } })
const launches = () => stage.server.redis.zcard(stage.ledger.keys.ofOrigin('manual'))
const keyIn = async (response: Response) =>
  z.object({ launch: z.object({ key: z.string() }) }).parse(await response.json()).launch.key

it('a launch asked for twice is made once, and the second answer says that it is one of before', async () => {
  const [first, second] = [await launch('a'), await launch('a')]
  expect([first.status, second.status]).toEqual([201, 201])
  expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
    null,
    'true',
  ])
  expect(await keyIn(second)).toBe(await keyIn(first))
  expect(await launches()).toBe(1)
})

it('ten at the same time are one launch: the others are told that it is under way, or its answer', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => launch('a')))
  expect(await launches()).toBe(1)
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter(status => status !== 201 && status !== 409)).toEqual([])
  expect(statuses).toContain(201)
})

it('another body under the same key is refused', async () => {
  await launch('a')
  const answer = await launch('a', { ...body, request: { id: 91 } })
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({ code: 'idempotencyKeyReused' })
  expect(await launches()).toBe(1)
})

it.each([
  [
    'blanks, and members in another order',
    '{ "request": {"content": {"b": 2, "a": [1, 2]}, "id": 90}, "account": "main" }',
  ],
  ['another way of writing a number', '{"account":"main","request":{"id":9e1,"content":{"a":[1.0,2],"b":2}}}'],
  ['a letter as its escape', '{"\\u0061ccount":"main","request":{"id":90,"content":{"a":[1,2],"b":2}}}'],
])('%s are the same body', async (_, raw) => {
  const first = await launch('a', { account: 'main', request: { id: 90, content: { a: [1, 2], b: 2 } } })
  const second = await stage.ask('POST', '/api/v1/launches', { key, raw, headers: { 'idempotency-key': 'a' } })
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(await keyIn(second)).toBe(await keyIn(first))
})

it.each([
  ['a list in another order', { a: [2, 1], b: 2 }],
  ['a text instead of a number', { a: [1, 2], b: '2' }],
  ['null instead of nothing', { a: [1, 2], b: 2, c: null }],
])('%s is another body', async (_, content) => {
  await launch('a', { account: 'main', request: { id: 90, content: { a: [1, 2], b: 2 } } })
  expect((await launch('a', { account: 'main', request: { id: 90, content } })).status).toBe(422)
})

it.each(['9007199254740993', '-1e300', '1e999'])('%s is not taken for a number that it is not', async number => {
  const raw = `{"account":"main","request":{"id":90,"content":{"a":${number}}}}`
  const answer = await stage.ask('POST', '/api/v1/launches', { key, raw, headers: { 'idempotency-key': 'a' } })
  expect(await answer.json()).toMatchObject({ code: 'invalid', errors: [{ at: 'request.content.a' }] })
  expect(await launches()).toBe(0)
})

it('without one nothing is launched', async () => {
  const answer = await stage.ask('POST', '/api/v1/launches', { key, body })
  expect(await answer.json()).toMatchObject({ status: 400, code: 'missingIdempotencyKey' })
  expect(await launches()).toBe(0)
})

it('the same key of another caller is another intention', async () => {
  const other = await stage.key('launcher', 'second')
  const first = await keyIn(await launch('a'))
  expect(await keyIn(await launch('a', body, other))).not.toBe(first)
})

it('a process that dies after it has made the launch leaves none to be made again', async () => {
  stage.now = Date.now()
  const once = { key: 'a', caller: 'x', target: 'POST /api/v1/launches', body, twice: 'harmless' as const }
  const open = { config: stage.config, ledger: stage.ledger, queues: stage.queues }
  const identities: Identity[] = []
  const make = async (identity: Identity) => {
    identities.push(identity)
    const answer = await launchAsked(open, { ...body, by: 'x', identity })
    return answer.kind === 'made' ? answer.launch.key : answer.kind
  }
  // It makes the launch and never comes back to say so.
  let made = (_: unknown) => {}
  const first = new Promise(resolve => {
    made = resolve
  })
  void onceOnly(stage.ledger, once, z.string(), async identity => {
    made(await make(identity))
    return new Promise<string>(() => {})
  })
  const key = await first
  await expect(onceOnly(stage.ledger, once, z.string(), make)).rejects.toMatchObject({ code: 'inProgress' })
  // It was even sent: the guard would now refuse the same people to whoever asks anew.
  await stage.ledger.redis.zadd(stage.ledger.keys.sent('main', 90, 'own'), stage.now, String(key))
  stage.now += 61_000
  expect(await onceOnly(stage.ledger, once, z.string(), make)).toEqual({ answer: key, again: false })
  expect(await onceOnly(stage.ledger, once, z.string(), make)).toEqual({ answer: key, again: true })
  expect(identities[1]).toEqual(identities[0])
  expect(await launches()).toBe(1)
})

it('a launch that was made is found under its key also when its time has passed and its account is configured no more', async () => {
  stage.now = Date.now()
  const later = { ...body, at: new Date(stage.now + 60_000).toISOString() }
  const jobs = vi.spyOn(stage.queues, 'add').mockRejectedValueOnce(new Error('Connection is closed.'))
  expect((await launch('a', later)).status).toBe(409)
  jobs.mockRestore()
  stage.now += 3_600_000
  const { open, ...parts } = stage.parts()
  const others = Object.entries(stage.config.accounts).filter(([name]) => name !== 'main')
  const config = { ...stage.config, accounts: Object.fromEntries(others) }
  const api = createApi({ ...parts, open: { ...open, config } }, () => ({ withoutKey: 'off', port: 8377 }))
  const answer = await api.request('/api/v1/launches', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'a' },
    body: JSON.stringify(later),
  })
  expect(answer.status).toBe(201)
  expect(await keyIn(answer)).toContain('-90-')
  expect((await launch('b', later)).status).toBe(400)
  expect(await launches()).toBe(1)
})

const decision: Once = { key: 'a', caller: 'x', target: 'POST …/resolve', body: {}, twice: 'another' }
const decide = (act: () => Promise<string>) => onceOnly(stage.ledger, decision, z.string(), act)
const never = () => new Promise<string>(() => {})

it('a decision whose process died before it answered is made by nobody else: that it may have been made is said', async () => {
  stage.now = Date.now()
  void decide(never)
  await expect.poll(() => stage.server.redis.keys('{test}:idempotency:*')).toHaveLength(1)
  const second = vi.fn(never)
  await expect(decide(second)).rejects.toMatchObject({ code: 'inProgress' })
  stage.now += 61_000
  await expect(decide(second)).rejects.toMatchObject({
    code: 'outcomeUnknown',
    message: expect.stringContaining(new Date(stage.now - 61_000).toISOString()),
  })
  stage.now += 3_600_000
  await expect(decide(second)).rejects.toMatchObject({ code: 'outcomeUnknown' })
  expect(second).not.toHaveBeenCalled()
})

it('however long a decision takes, while its process lives nobody makes it again, and its answer is given again', async () => {
  stage.now = Date.now()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let finish = (_: string) => {}
  const first = decide(
    () =>
      new Promise(resolve => {
        finish = resolve
      }),
  )
  await expect.poll(() => stage.server.redis.keys('{test}:idempotency:*')).toHaveLength(1)
  const [record = ''] = await stage.server.redis.keys('{test}:idempotency:*')
  for (let minutes = 0; minutes < 3; minutes++) {
    stage.now += 59_000
    vi.advanceTimersByTime(15_000)
    await expect.poll(() => stage.server.redis.get(record)).toContain(`"heard":${stage.now}`)
    await expect(decide(never)).rejects.toMatchObject({ code: 'inProgress' })
  }
  finish('done')
  await first
  expect(await decide(never)).toEqual({ answer: 'done', again: true })
})

it('after a failure of ours a decision is not made again, and a launch is made once', async () => {
  const fail = async () => {
    throw new Error('Connection is closed.')
  }
  await expect(decide(fail)).rejects.toThrow('closed')
  await expect(decide(never)).rejects.toMatchObject({ code: 'outcomeUnknown' })
  // The job of the launch cannot be queued, but its record is there: the second asking finds it.
  const jobs = vi.spyOn(stage.queues, 'add').mockRejectedValueOnce(new Error('Connection is closed.'))
  expect((await launch('b')).status).toBe(409)
  jobs.mockRestore()
  expect((await launch('b')).status).toBe(201)
  expect(await launches()).toBe(1)
})

describe('a Redis that goes away', () => {
  let cut: CutRedis
  let api: Api

  /** `patience`: for one reply, and `timeout` for an answer. Milliseconds. */
  const over = async (patience: number, timeout: number) => {
    cut = await cutBefore(stage.server.socket, patience)
    const { open, settings, ...parts } = stage.parts()
    const ledger = { ...open.ledger, redis: cut.redis }
    api = createApi({ ...parts, open: { ...open, ledger }, settings: { ...settings, timeout } }, () => ({
      withoutKey: 'off',
      port: 8377,
    }))
  }
  beforeEach(() => over(10_000, 10_000))
  afterEach(() => cut.close())

  const post = async (path: string, asked: object, idempotency = 'a'): Promise<unknown> => {
    const answer = await api.request(`/api/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': idempotency },
      body: JSON.stringify(asked),
    })
    return answer.json()
  }

  it('after it has made the launch leaves the outcome unknown, and the same key finds the launch', async () => {
    await post('launches', { account: 'main', request: { id: 769 } }, 'before')
    cut.cutAfter('in the middle')
    const asked = { account: 'main', request: { id: 770 }, reason: 'in the middle' }
    expect(await post('launches', asked)).toMatchObject({
      code: 'outcomeUnknown',
      detail: expect.stringContaining('same Idempotency-Key'),
    })
    const made = await stage.server.redis.zrange(stage.ledger.keys.ofOrigin('manual'), '0', '-1')
    expect(made.filter(each => each.includes('-770-'))).toHaveLength(1)
    stage.now = Date.now() + 61_000
    await expect.poll(() => cut.redis.status).toBe('ready')
    expect(await post('launches', asked)).toMatchObject({ launch: { key: made.find(each => each.includes('-770-')) } })
    expect(await launches()).toBe(2)
  })

  it('in the middle of a decision that takes no key leaves the outcome unknown as well', async () => {
    await post('holds', { reason: 'before' })
    await stage.server.redis.del(stage.ledger.keys.holds)
    cut.cutAfter('in the middle')
    expect(await post('holds', { reason: 'in the middle' })).toMatchObject({
      code: 'outcomeUnknown',
      detail: expect.stringContaining('Look'),
    })
    expect(await stage.server.redis.exists(stage.ledger.keys.holds)).toBe(1)
  })

  it.each([
    ['a launch, held up before its record of asking', 'launches', ':idempotency:'],
    ['a launch, held up when the last start is looked up', 'launches', ':sent:'],
    ['a run, held up before its record of asking', 'schedules/weekly/run', ':idempotency:'],
  ])('for longer than anybody waits, and then answers, makes nothing of %s', async (_, path, place) => {
    await fill(stage)
    const before = await launches()
    await cut.close()
    await over(10_000, 50)
    const goOn = cut.holdUpAt(place)
    const asked = path === 'launches' ? { account: 'main', request: { id: 771 } } : { reason: 'now' }
    expect(await post(path, asked)).toMatchObject({ code: 'timeout' })
    goOn()
    const record = async () => {
      const [name = ''] = await stage.server.redis.keys('{test}:idempotency:*')
      return stage.server.redis.get(name)
    }
    // Whoever carried it out has ended.
    await expect.poll(record).toContain('"nonce":""')
    expect(await launches()).toBe(before)
    const again = { key, body: asked, headers: { 'idempotency-key': 'a' } }
    expect((await stage.ask('POST', `/api/v1/${path}`, again)).status).toBe(201)
  })

  it('without an end is told of long before the request is over', async () => {
    await cut.close()
    await over(50, 10_000)
    const goOn = cut.holdUpAt(':idempotency:')
    expect(await post('launches', body)).toMatchObject({ code: 'storeUnreachable' })
    goOn()
    expect(await launches()).toBe(0)
  })

  it('before anything that decides has left has decided nothing', async () => {
    cut.cutAfter(':idempotency:')
    expect(await post('launches', body)).toMatchObject({ code: 'storeUnreachable' })
    expect(await post('holds', { reason: 'away' })).toMatchObject({ code: 'storeUnreachable' })
    expect(await launches()).toBe(0)
  })
})

it('an answer that cannot be written down is given all the same', async () => {
  const answer = await decide(async () => {
    const [record = ''] = await stage.server.redis.keys('{test}:idempotency:*')
    await stage.server.redis.del(record)
    await stage.server.redis.hset(record, 'no', 'text')
    return 'done'
  })
  expect(answer).toEqual({ answer: 'done', again: false })
})

it('what was refused may be asked for again under the same key', async () => {
  await fill(stage)
  await stage.ledger.redis.zadd(stage.ledger.keys.sent('main', 90, 'own'), Date.now(), 'before')
  const refused = await launch('a')
  expect(await refused.json()).toMatchObject({ code: 'repeat', status: 409 })
  await stage.ledger.redis.del(stage.ledger.keys.sent('main', 90, 'own'))
  expect((await launch('a')).status).toBe(201)
})

it('a run of a schedule asked for twice is one run', async () => {
  await fill(stage)
  const run = () =>
    stage.ask('POST', '/api/v1/schedules/weekly/run', {
      key,
      body: { reason: 'x' },
      headers: { 'idempotency-key': 'r' },
    })
  expect(await keyIn(await run())).toBe(await keyIn(await run()))
})

it('is kept for a day', async () => {
  await launch('a')
  const [record = ''] = await stage.server.redis.keys('{test}:idempotency:*')
  const left = await stage.server.redis.pttl(record)
  expect(left).toBeGreaterThan(86_000_000)
  expect(left).toBeLessThanOrEqual(86_400_000)
})

it('after its day a key is that of another intention', async () => {
  stage.now = Date.now()
  const first = await keyIn(await launch('a'))
  const [record = ''] = await stage.server.redis.keys('{test}:idempotency:*')
  await stage.server.redis.pexpire(record, 1)
  await expect.poll(() => stage.server.redis.exists(record)).toBe(0)
  stage.now += 86_400_000
  const second = await launch('a', { account: 'main', request: { id: 91 } })
  expect(second.headers.get('idempotency-replayed')).toBe(null)
  expect(await keyIn(second)).not.toBe(first)
  expect(await launches()).toBe(2)
})
