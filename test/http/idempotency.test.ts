/** Idempotency-Key: one intention, one launch, however often and however it is asked for. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { launchAsked } from '../../src/duty/by-hand.ts'
import { onceOnly } from '../../src/http/idempotency.ts'
import type { Identity } from '../../src/launches/by-hand.ts'
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
  const once = { key: 'a', caller: 'x', target: 'POST /api/v1/launches', body }
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
