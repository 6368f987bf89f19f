/** What is asked at the edges of what can be asked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { launchPageSchema } from '../../src/http/contract/launches.ts'
import { problemSchema } from '../../src/http/problem.ts'
import { readCursor } from '../../src/launches/cursor.ts'
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

describe('a number of a query', () => {
  const rows = '/api/v1/batches?account=main&name=x&'
  it.each([
    ...['/api/v1/launches?error', '/api/v1/launches?mailing', '/api/v1/launches?limit', '/api/v1/batches?limit'],
    ...['/api/v1/audit?limit', '/api/v1/calendar?days', '/api/v1/schedules/weekly?count'],
    ...[`${rows}perMinute`, `${rows}concurrency`, `${rows}stopAfterConsecutive`, `${rows}stopAfterFailures`],
    `${rows}stopAfterPercent`,
  ])('%s is digits and nothing else', async address => {
    const method = address.startsWith(rows) ? 'POST' : 'GET'
    const name = address.split(/[?&]/).at(-1)
    for (const text of ['', '%20', '%205', '5%20', '1e1', '0x5', '+5', 'five', '5.', '00000000000000005', '٥']) {
      const raw = method === 'POST' ? { raw: 'id\n1\n', headers: { 'content-type': 'text/csv' } } : {}
      const answer = await stage.ask(method, `${address}=${text}`, { key, ...raw })
      expect(await answer.json(), text).toMatchObject({
        code: 'invalid',
        errors: [{ in: 'query', at: name, sentence: expect.stringMatching(/^must be a (whole )?number, in digits/) }],
      })
    }
    expect((await stage.server.redis.keys('*batch*')).length).toBe(0)
  })
})

it.each([
  ['a lone surrogate', '{"id":5,"content":{"city":"\\ud800"}}', 'request.content.city'],
  ['a name with one', '{"id":5,"content":{"\\udc00":"x"}}', 'request.content'],
  ['a name that would be lost', '{"id":5,"content":{"__proto__":{"a":1},"b":2}}', 'request.content.__proto__'],
  ['one further in', '{"id":5,"content":{"list":[{"__proto__":1}]}}', 'request.content.list[0].__proto__'],
  ['nesting deeper than 64', `{"id":5,"content":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`, 'request.content.a'],
])('%s in a body is refused, and where it is is said', async (_, request, at) => {
  const answer = await launch(request)
  const { code, errors } = problemSchema.parse(await answer.json())
  expect({ status: answer.status, code }).toEqual({ status: 400, code: 'invalid' })
  expect(errors?.[0]?.at).toContain(at)
})

it.each([
  ['nothing', '{}', 'reason', 'is missing'],
  ['another type', '{"reason":7}', 'reason', 'must be a text'],
  ['an empty text', '{"reason":" "}', 'reason', 'must have at least 1 characters'],
  ['a text without end', `{"reason":"${'x'.repeat(1_001)}"}`, 'reason', 'must have at most 1000 characters'],
  ['no object', '[]', 'body', 'must be an object'],
  ['a number that is too small', '{"reason":"x","account":"main","mailing":0}', 'mailing', 'must be more than 0'],
  ['half a number', '{"reason":"x","account":"main","mailing":1.5}', 'mailing', 'must be a whole number'],
  ['what is none of a few', '{"reason":"x","cause":"y"}', 'cause', expect.stringMatching(/^must be one of person, /)],
  ['what is not known', '{"reason":"x","why":"y"}', 'why', 'is not known here'],
])('%s in a body is refused in a sentence', async (_, raw, at, sentence) => {
  const answer = await stage.ask('POST', '/api/v1/holds/end', { key, raw })
  expect(problemSchema.parse(await answer.json()).errors).toContainEqual({ in: 'body', at, sentence })
})

it('what is given twice in a query is refused', async () => {
  const answer = await stage.ask('GET', '/api/v1/launches?limit=1&limit=2', { key })
  expect(await answer.json()).toMatchObject({ errors: [{ at: 'limit', sentence: 'is given more than once' }] })
})

it.each([
  ['packed', { 'content-encoding': 'gzip' }],
  ['in other letters', { 'content-type': 'text/csv; charset=windows-1251' }],
])('a body that is %s is refused', async (_, headers) => {
  const raw = 'id\n1\n'
  const answer = await stage.ask('POST', '/api/v1/batches?account=main&name=x', { key, raw, headers })
  expect(await answer.json()).toMatchObject({ status: 415, code: 'unsupportedMediaType' })
})

it.each([
  ['nested without end', `[{"id":5,"content":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}]`, 'nested deeper than'],
  ['with a name that would be lost', '[{"id":5,"content":{"__proto__":{"a":1}}}]', 'cannot be kept under this name'],
  ['with a number of too many digits', '[{"id":5,"content":{"a":9007199254740993}}]', 'too many digits'],
])('a row %s is a bad row', async (_, raw, sentence) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await stage.ask('POST', '/api/v1/batches?account=main&name=x', { key, raw, headers })
  const { code, errors } = problemSchema.parse(await answer.json())
  expect({ code, errors }).toMatchObject({ code: 'invalid', errors: [{ at: 'line 1, column content' }] })
  expect(errors?.[0]?.sentence).toContain(sentence)
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
  const story = await (await stage.ask('GET', '/api/v1/launches/planned/explain', { key })).json()
  expect(story).toHaveProperty('next', ['Stopped: account:main. End the stop with: sendoff hold off --reason …'])
})

it('a page for a key of one account is filled with its launches, and its cursor names no other', async () => {
  const { redis, keys } = stage.ledger
  const due = Date.now() + 7_200_000
  const pipeline = redis.pipeline()
  for (let number = 0; number < 2_000; number++) {
    const launch = `secret-${number}`
    pipeline.zadd(keys.ofOrigin('manual'), due + number, launch)
    pipeline.hset(keys.launch(launch), { account: 'main' })
  }
  await pipeline.exec()
  const partner = await stage.key('viewer', 'partner', { accounts: ['other', 'third'] })
  const answer = await stage.ask('GET', '/api/v1/launches?limit=1', { key: partner })
  const { launches, next } = launchPageSchema.parse(await answer.json())
  expect(launches.map(each => each.key)).toEqual(['foreign'])
  expect(next === null ? 'foreign' : readCursor(next)?.key).toBe('foreign')
})

it('pages of batches show each once, whatever is submitted meanwhile, also where they came at the same moment', async () => {
  const declare = async (name: string) => {
    const raw = `[{"id":5,"content":{"name":"${name}"}}]`
    const path = `/api/v1/batches?account=main&name=${name}`
    const answer = await stage.ask('POST', path, { key, raw, headers: { 'content-type': 'application/json' } })
    const { batch } = z.object({ batch: z.object({ id: z.string() }) }).parse(await answer.json())
    return batch.id
  }
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) ids.push(await declare(name))
  const { redis, keys } = stage.ledger
  for (const [index, id] of ids.slice(0, 4).entries()) await redis.zadd(keys.batches, index === 0 ? 1_000 : 2_000, id)
  const page = async (after: string) => {
    const answer = await stage.ask('GET', `/api/v1/batches?limit=2${after}`, { key })
    const schema = z.object({ batches: z.array(z.object({ id: z.string() })), next: z.string().nullable() })
    const { batches, next } = schema.parse(await answer.json())
    return { shown: batches.map(({ id }) => id), next }
  }
  const first = await page('')
  await declare('f')
  const second = await page(`&after=${first.next}`)
  const third = await page(`&after=${second.next}`)
  expect([...first.shown, ...second.shown, ...third.shown]).toEqual([ids[4], ids[3], ids[2], ids[1], ids[0]])
  expect(third.next).toBe(null)
  expect(await (await stage.ask('GET', '/api/v1/batches?after=x', { key })).json()).toMatchObject({ code: 'invalid' })
  await redis.del(keys.batches)
})

it('a list of batches holds as many as asked for of those that the caller may see', async () => {
  const declare = (account: string, name: string) =>
    stage.ask('POST', `/api/v1/batches?account=${account}&name=${name}&partial=false`, {
      key,
      raw: `${JSON.stringify({ id: 5, content: { name } })}\n`,
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': name },
    })
  expect((await declare('other', 'mine')).status).toBe(201)
  expect((await declare('main', 'theirs')).status).toBe(201)
  const own = await stage.key('viewer', 'own', { accounts: ['other'] })
  const answer = await (await stage.ask('GET', '/api/v1/batches?limit=1', { key: own })).json()
  expect(answer).toMatchObject({ batches: [{ account: 'other' }] })
})
