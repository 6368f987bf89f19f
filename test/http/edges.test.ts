/** What is asked at the edges of what can be asked. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { holdOn } from '../../src/launches/hold.ts'
import { HttpStage } from './stage.ts'
import { fill } from './world.ts'

let stage: HttpStage
let key: string

beforeAll(async () => {
  stage = await HttpStage.open()
  await fill(stage)
  key = await stage.key('admin')
})
afterAll(() => stage.close())

const launch = (request: string) =>
  stage.ask('POST', '/api/v1/launches', {
    key,
    raw: `{"account":"main","request":${request}}`,
    headers: { 'idempotency-key': request.slice(0, 20) },
  })

it('nothing in the audit is older than its first place', async () => {
  const answer = await stage.ask('GET', '/api/v1/audit?after=0-0', { key })
  expect(await answer.json()).toEqual({ entries: [], next: null })
})

it.each(['error=', 'error=%20', 'error=1e1', 'mailing=0x5', 'limit='])('%s is no number', async query => {
  expect((await stage.ask('GET', `/api/v1/launches?${query}`, { key })).status).toBe(400)
})

it.each([
  ['a lone surrogate', '{"id":5,"content":{"city":"\\ud800"}}', 'request.content.city'],
  ['a name with one', '{"id":5,"content":{"\\udc00":"x"}}', 'request.content'],
  ['nesting deeper than 64', `{"id":5,"content":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`, 'request.content.a'],
])('%s in a body is refused, and where it is is said', async (_, request, at) => {
  const answer = await launch(request)
  const { code, errors } = await answer.json()
  expect({ status: answer.status, code }).toEqual({ status: 400, code: 'invalid' })
  expect(errors[0].at).toContain(at)
})

it('a whole pair of surrogates and nesting that anybody needs are taken', async () => {
  const deep = `${'['.repeat(40)}${']'.repeat(40)}`
  expect((await launch(`{"id":5,"content":{"city":"\\ud83d\\ude00","a":${deep}}}`)).status).toBe(201)
})

it('the story of a held launch names the stops that hold it, and none of other accounts', async () => {
  const stop = { cause: 'person', reason: 'why', by: 'anna' } as const
  await holdOn(stage.ledger, { kind: 'account', account: 'main' }, stop)
  await holdOn(stage.ledger, { kind: 'mailing', account: 'main', mailing: 6 }, stop)
  await holdOn(stage.ledger, { kind: 'account', account: 'other' }, stop)
  await stage.server.redis.hset(stage.ledger.keys.launch('planned'), { state: 'held', heldBy: 'hold' })
  const { next } = await (await stage.ask('GET', '/api/v1/launches/planned/explain', { key })).json()
  expect(next).toEqual(['Stopped: account:main. End the stop with: sendoff hold off --reason …'])
})
