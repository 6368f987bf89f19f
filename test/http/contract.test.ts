/** Every door answers as the OpenAPI document says, and the document is the one that the code makes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiDocument } from '../../src/http/document.ts'
import { type DoorName, doorNames } from '../../src/http/doors.ts'
import { Problem, problems } from '../../src/http/problem.ts'
import { releaseVersion } from '../../src/http/version.ts'
import { withinTime } from '../../src/http/within-time.ts'
import { plain, readPage, rowsOf, sectionOf } from '../docs/page.ts'
import { type Asking, HttpStage } from './stage.ts'
import { documentText, flawsOfAnswer, seen } from './validator.ts'
import { fill } from './world.ts'

let stage: HttpStage
let key: string
let number = 0

beforeAll(async () => {
  stage = await HttpStage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  await fill(stage)
  key = await stage.key('admin')
})

/** Asks, holds the answer against the document, and returns status and body. */
async function ask(name: DoorName, method: string, path: string, asking: Asking = {}) {
  const headers = { 'idempotency-key': `key-${++number}`, ...asking.headers }
  const response = await stage.ask(method, path, { key, ...asking, headers })
  expect(await flawsOfAnswer(name, response), `${method} ${path}`).toEqual([])
  const text = response.headers.get('content-type')?.includes('event-stream') ? '' : await response.text()
  const body = /[/+]json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text
  return { status: response.status, body, headers: response.headers }
}

const reason = 'a test'

describe('the committed openapi.json', () => {
  it('is what the code makes; npm run schemas writes it anew', () => {
    expect(JSON.parse(documentText)).toEqual(JSON.parse(JSON.stringify(apiDocument(releaseVersion()))))
  })

  it('describes every door', () => {
    const described = Object.values<Record<string, { operationId: string }>>(JSON.parse(documentText).paths)
    const names = described.flatMap(path => Object.values(path).map(({ operationId }) => operationId))
    expect(names.toSorted()).toEqual([...doorNames].toSorted())
  })
})

describe('every door answers as described', () => {
  it('the service itself', async () => {
    for (const [name, path] of [
      ['livez', '/livez'],
      ['readyz', '/readyz'],
      ['version', '/version'],
      ['document', '/openapi.json'],
      ['metrics', '/metrics'],
    ] as const)
      expect(await ask(name, 'GET', path)).toMatchObject({ status: 200 })
    stage.stopping = true
    expect(await ask('readyz', 'GET', '/readyz')).toMatchObject({ status: 503, body: { status: 'not ready' } })
    expect(await ask('livez', 'GET', '/livez')).toMatchObject({ status: 200 })
    expect(await ask('setHold', 'POST', '/api/v1/holds', { body: { reason } })).toMatchObject({
      status: 503,
      body: { code: 'stopping' },
    })
  })

  it('launches: made, listed, shown, explained', async () => {
    const made = await ask('createLaunch', 'POST', '/api/v1/launches', {
      body: {
        account: 'main',
        request: { id: 9, content: { day: "{{ due | date:'yyyy' }}" } },
        timezone: 'UTC',
        reason,
      },
    })
    expect(made).toMatchObject({ status: 201, body: { launch: { state: 'planned', mailing: 9 }, workers: 0 } })
    const path = `/api/v1/launches/${made.body.launch.key}`
    const year = String(new Date().getUTCFullYear())
    expect(await ask('showLaunch', 'GET', path)).toMatchObject({
      status: 200,
      body: { request: { id: 9, content: { day: year } }, by: 'key admin', why: reason },
    })
    expect(await ask('explainLaunch', 'GET', `${path}/explain`)).toMatchObject({ status: 200 })
    const first = await ask('listLaunches', 'GET', '/api/v1/launches?limit=2')
    expect(first.body).toMatchObject({ launches: [{}, {}], next: expect.any(String) })
    const second = await ask('listLaunches', 'GET', `/api/v1/launches?limit=2&after=${first.body.next}`)
    expect(second.body.launches[0].key).not.toBe(first.body.launches[1].key)
    expect((await ask('listLaunches', 'GET', '/api/v1/launches?state=unknown&text=DOUBT')).body.launches).toMatchObject(
      [{ key: 'doubtful' }],
    )
    // Of a row that has ended its batch keeps the policy.
    await stage.server.redis.hdel(stage.ledger.keys.launch('planned'), 'policy')
    expect((await ask('showLaunch', 'GET', '/api/v1/launches/planned')).body).toMatchObject({ policy: null })
    expect((await ask('explainLaunch', 'GET', '/api/v1/launches/planned/explain')).status).toBe(200)
    expect((await ask('explainLaunch', 'GET', '/api/v1/launches/nothing/explain')).status).toBe(404)
    expect((await ask('showLaunch', 'GET', '/api/v1/launches/a%2Fb')).status).toBe(404)
  })

  it('launches: decided about', async () => {
    const post = (name: DoorName, path: string, body: unknown) =>
      ask(name, 'POST', `/api/v1/launches/${path}`, { body })
    expect(await post('resolveLaunch', 'doubtful/resolve', { as: 'notLaunched', reason })).toMatchObject({
      status: 200,
      body: { launch: { state: 'failed' } },
    })
    expect(await post('retryLaunch', 'doubtful/retry', { reason })).toMatchObject({
      body: { launch: { state: 'planned' } },
    })
    expect(await post('retryLaunch', 'doubtful/retry', { reason })).toMatchObject({
      status: 409,
      body: { code: 'refused' },
    })
    const sendUntil = new Date(Date.now() + 3_600_000).toISOString()
    expect(await post('resolveLaunch', 'dubious/resolve', { as: 'relaunch', sendUntil, reason })).toMatchObject({
      body: { launch: { state: 'waiting' } },
    })
    const repeat = await post('releaseLaunch', 'guarded/release', { reason })
    expect(repeat).toMatchObject({ status: 409, body: { code: 'repeat' } })
    const { confirmation } = repeat.body
    expect(await post('releaseLaunch', 'guarded/release', { reason, confirmDuplicate: confirmation })).toMatchObject({
      status: 200,
    })
    expect(await post('cancelLaunch', 'planned/cancel', { reason })).toMatchObject({
      body: { launch: { state: 'cancelled' } },
    })
    expect((await post('cancelLaunch', 'planned/cancel', { reason })).status).toBe(409)
  })

  it('schedules', async () => {
    const post = (name: DoorName, what: string, body: unknown) =>
      ask(name, 'POST', `/api/v1/schedules/weekly/${what}`, { body })
    const shown = await ask('showSchedule', 'GET', '/api/v1/schedules/weekly?count=3')
    expect(shown.body).toMatchObject({ name: 'weekly', coming: [{}, {}, {}] })
    const at = shown.body.coming[1].nominal
    expect(await post('skipDueTime', 'skip', { at, reason })).toMatchObject({ status: 200 })
    expect(await post('skipDueTime', 'skip', { at, reason })).toMatchObject({ status: 409 })
    expect(await post('skipDueTime', 'skip', { at: '2020-01-01T00:00', reason })).toMatchObject({ status: 400 })
    expect((await ask('showSchedule', 'GET', '/api/v1/schedules/weekly')).body.skips).toHaveLength(1)
    expect(await post('unskipDueTime', 'unskip', { at, reason })).toMatchObject({ status: 200 })
    expect(await post('unskipDueTime', 'unskip', { at, reason })).toMatchObject({ status: 400 })
    const run = await post('runSchedule', 'run', { reason })
    expect(run).toMatchObject({ status: 201, body: { launch: { schedule: 'weekly', origin: 'manual' } } })
    expect(await post('pauseSchedule', 'pause', { until: '2999-01-01', reason })).toMatchObject({ status: 200 })
    expect(await post('runSchedule', 'run', { reason })).toMatchObject({ status: 409, body: { code: 'refused' } })
    expect((await ask('listSchedules', 'GET', '/api/v1/schedules')).body.schedules).toMatchObject([
      { name: 'weekly', paused: { reason, by: 'key admin' } },
    ])
    expect(await post('resumeSchedule', 'resume', { reason })).toMatchObject({ status: 200 })
    expect(await post('resumeSchedule', 'resume', { reason })).toMatchObject({ status: 409 })
    expect((await ask('scheduleHistory', 'GET', '/api/v1/schedules/weekly/launches')).body.launches).toHaveLength(1)
    expect((await ask('showSchedule', 'GET', '/api/v1/schedules/none')).status).toBe(404)
  })

  it('calendar, stops, audit and accounts', async () => {
    expect((await ask('calendar', 'GET', '/api/v1/calendar?days=2')).body.rows.length).toBeGreaterThan(1)
    expect(await ask('setHold', 'POST', '/api/v1/holds', { body: { account: 'main', reason } })).toMatchObject({
      body: { scope: 'account:main', fresh: true },
    })
    expect((await ask('listHolds', 'GET', '/api/v1/holds')).body.holds).toMatchObject([{ scope: 'account:main' }])
    expect(await ask('endHold', 'POST', '/api/v1/holds/end', { body: { account: 'main', reason } })).toMatchObject({
      status: 200,
    })
    expect(await ask('endHold', 'POST', '/api/v1/holds/end', { body: { reason } })).toMatchObject({ status: 409 })
    expect(await ask('setHold', 'POST', '/api/v1/holds', { body: { mailing: 1, reason } })).toMatchObject({
      status: 400,
    })
    const page = await ask('audit', 'GET', '/api/v1/audit?limit=1')
    expect(page.body).toMatchObject({ entries: [{ what: 'hold off', who: 'key admin' }] })
    const next = await ask('audit', 'GET', `/api/v1/audit?limit=1&after=${page.body.next}`)
    expect(next.body).toMatchObject({ entries: [{ what: 'hold on' }] })
    expect((await ask('listAccounts', 'GET', '/api/v1/accounts')).body.accounts).toMatchObject([
      { name: 'main' },
      { name: 'other' },
    ])
  })

  it('a schedule that cannot be planned is shown with its reason, can be paused, and is not run', async () => {
    await stage.server.redis.hset(stage.ledger.keys.schedules, 'broken', '{"name":')
    expect((await ask('listSchedules', 'GET', '/api/v1/schedules')).body.schedules).toMatchObject([
      { name: 'broken', account: null, unmintable: expect.any(String) },
      { name: 'weekly', unmintable: null },
    ])
    expect((await ask('showSchedule', 'GET', '/api/v1/schedules/broken')).body).toMatchObject({
      when: null,
      coming: [],
    })
    expect((await ask('calendar', 'GET', '/api/v1/calendar?days=1')).status).toBe(200)
    expect((await ask('metrics', 'GET', '/metrics')).status).toBe(200)
    const post = (name: DoorName, what: string) =>
      ask(name, 'POST', `/api/v1/schedules/broken/${what}`, { body: { reason } })
    expect(await post('runSchedule', 'run')).toMatchObject({ status: 409, body: { code: 'refused' } })
    expect((await post('pauseSchedule', 'pause')).status).toBe(200)
    expect((await post('resumeSchedule', 'resume')).status).toBe(200)
  })

  it('batches: submitted, shown, decided about', async () => {
    const submit = (query: string, raw: string, type = 'text/csv') =>
      ask('submitBatch', 'POST', `/api/v1/batches?account=main&name=spring&${query}`, {
        raw,
        headers: { 'content-type': type },
      })
    const file = 'id,city\n90,Riga\n91,Ventspils\n'
    const columns = `columns=${encodeURIComponent('{"content.city":"city"}')}`
    const first = await submit(
      `${columns}&perMinute=30&hours=09:00-18:00&timezone=UTC&stopAfterFailures=2&reason=test`,
      file,
    )
    expect(first).toMatchObject({ status: 201, body: { batch: { state: 'running', rows: 2 }, bad: 0, again: false } })
    const { id } = first.body.batch
    expect(await submit(columns, file)).toMatchObject({ status: 200, body: { batch: { id }, again: true } })
    const lines = '{"id":90,"content":{"city":"Riga"}}\n{"id":91,"content":{"city":"Ventspils"}}\n'
    expect(await submit('', lines, 'application/x-ndjson')).toMatchObject({ status: 200, body: { batch: { id } } })
    const otherName = await submit(`${columns}&name=summer`.replace('name=spring&', ''), file)
    expect(otherName.status).toBe(400)
    expect(await submit('', 'id\n1\nx\ny\n')).toMatchObject({
      status: 400,
      body: { code: 'invalid', errors: [{ in: 'body', at: 'line 3, column "id"'.replaceAll('"', '') }] },
    })
    const list = `[{"id":90,"content":{"city":"Riga"}},\n\n {"content":{"city":"Ventspils"},"id":91}]`
    expect(await submit('', list, 'application/json; charset=utf-8')).toMatchObject({
      status: 200,
      body: { batch: { id }, again: true },
    })
    expect(await submit('', '[{"id":1},\n{"id":"x"},\n7,\n{"id":1}]', 'application/json')).toMatchObject({
      status: 400,
      body: { code: 'invalid', errors: [{ at: 'line 2, column id' }, { at: 'line 3' }, { at: 'line 4' }] },
    })
    for (const broken of ['', '{"id":1}', '[{"id":1}', '[{"id":1},]', '[{"id":1}] x', '[]'])
      expect(await submit('', broken, 'application/json'), broken).toMatchObject({
        status: 400,
        body: { code: 'invalid' },
      })
    expect(await submit('', 'id\n1\nx\n', 'text/plain')).toMatchObject({ status: 415 })
    // Other rows under the name are refused until the batch that they repeat is named.
    const others = await submit('partial=true', 'id\n1\nx\n')
    expect(others).toMatchObject({ status: 409, body: { code: 'repeat', confirmation: id } })
    expect(await submit(`partial=true&confirmDuplicate=${id}`, 'id\n1\nx\n')).toMatchObject({ body: { bad: 1 } })
    expect(await submit('hours=morning&maxLateness=no&columns=x&launch=[]', file)).toMatchObject({
      status: 400,
      body: { errors: [{ at: 'columns' }, { at: 'launch' }, { at: 'hours' }, { at: 'maxLateness' }] },
    })
    const post = (name: DoorName, what: string) =>
      ask(name, 'POST', `/api/v1/batches/${id}/${what}`, { body: { reason } })
    expect((await ask('listBatches', 'GET', '/api/v1/batches')).body.batches).toHaveLength(2)
    expect((await ask('showBatch', 'GET', `/api/v1/batches/${id}`)).body).toMatchObject({
      pace: { perMinute: 30 },
      by: 'key admin',
    })
    expect(await post('pauseBatch', 'pause')).toMatchObject({ status: 200, body: { batch: { state: 'paused' } } })
    expect(await post('pauseBatch', 'pause')).toMatchObject({ status: 409 })
    expect(await post('resumeBatch', 'resume')).toMatchObject({ status: 200, body: { batch: { state: 'running' } } })
    expect(await post('retryBatch', 'retry')).toMatchObject({ status: 200, body: { rows: 0 } })
    expect(await post('cancelBatch', 'cancel')).toMatchObject({
      status: 200,
      body: { batch: { state: 'cancelled' }, rows: 2 },
    })
    const results = await ask('batchResults', 'GET', `/api/v1/batches/${id}/results?state=cancelled`)
    expect(
      results.body
        .trim()
        .split('\n')
        .map((line: string) => JSON.parse(line)),
    ).toMatchObject([{ row: 1, mailing: 90 }, { row: 2 }])
    expect((await ask('showBatch', 'GET', '/api/v1/batches/none')).status).toBe(404)
  })

  it.each([
    ['application/x-ndjson', '\n'],
    ['application/json', ',\n'],
  ])('a file of rows (%s) is read as it comes, and no further than it may', async (type, end) => {
    let asked = 0
    const row = new TextEncoder().encode(`${JSON.stringify({ id: 90, content: { text: 'x'.repeat(900) } })}${end}`)
    const body = new ReadableStream<Uint8Array>({
      pull: controller => {
        if (asked === 0 && type === 'application/json') controller.enqueue(new TextEncoder().encode('['))
        asked += 1
        controller.enqueue(row)
      },
    })
    const address = 'http://127.0.0.1/api/v1/batches?account=main&name=endless&key=content.text&partial=true'
    const headers = { authorization: `Bearer ${key}`, 'content-type': type }
    const response = await stage.api.request(new Request(address, { method: 'POST', headers, body, duplex: 'half' }))
    expect(await response.json()).toMatchObject({ code: 'tooLarge' })
    expect(asked).toBeLessThan(250)
    expect(await stage.server.redis.keys('*batch*')).toEqual([])
  })

  it('keys and events', async () => {
    const made = await ask('createKey', 'POST', '/api/v1/keys', {
      body: { name: 'crm', role: 'viewer', accounts: ['main'], reason },
    })
    expect(made).toMatchObject({ status: 201 })
    expect((await ask('listKeys', 'GET', '/api/v1/keys')).body.keys).toMatchObject([
      { name: 'admin' },
      { name: 'crm', role: 'viewer' },
    ])
    expect((await ask('listSchedules', 'GET', '/api/v1/schedules', { key: made.body.key })).status).toBe(200)
    expect((await ask('revokeKey', 'DELETE', '/api/v1/keys/crm?reason=test')).status).toBe(204)
    expect((await ask('listSchedules', 'GET', '/api/v1/schedules', { key: made.body.key })).body).toMatchObject({
      code: 'badKey',
    })
    expect((await ask('events', 'GET', '/api/v1/events', { headers: { 'last-event-id': 'x' } })).status).toBe(400)
    const response = await stage.ask('GET', '/api/v1/events', { key })
    expect(await flawsOfAnswer('events', response)).toEqual([])
    await response.body?.cancel()
  })

  it('and none was left out', () => {
    const answered = [...seen]
      .filter(([, statuses]) => [...statuses].some(status => status < 300))
      .map(([name]) => name)
    expect(answered.toSorted()).toEqual([...doorNames].toSorted())
  })
})

describe('every refusal is a problem with a code', () => {
  it.each([
    ['nothing at the address', 'GET', '/api/v1/nothing', {}, 404, 'notFound'],
    ['another method', 'PUT', '/api/v1/launches', {}, 405, 'methodNotAllowed'],
    ['no key', 'GET', '/api/v1/launches', { key: '' }, 401, 'badKey'],
    ['what is no JSON', 'POST', '/api/v1/holds', { raw: '{"a":' }, 400, 'malformedJson'],
    [
      'another type',
      'POST',
      '/api/v1/holds',
      { raw: 'a=1', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupportedMediaType',
    ],
    ['a body that is too large', 'POST', '/api/v1/holds', { body: { reason: 'x'.repeat(20_001) } }, 413, 'tooLarge'],
    [
      'no Idempotency-Key',
      'POST',
      '/api/v1/schedules/weekly/run',
      { body: { reason }, headers: { 'idempotency-key': '' } },
      400,
      'invalid',
    ],
    ['a cursor of nobody', 'GET', '/api/v1/launches?after=xyz', {}, 400, 'invalid'],
  ])('%s', async (_, method, path, asking, status, code) => {
    const response = await stage.ask(method, path, { key, headers: { 'idempotency-key': 'a' }, ...asking })
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status, code, type: `urn:sendoff:problem:${code}` })
    expect(response.status).toBe(status)
  })

  it('all that is wrong with a body is told at once', async () => {
    const body = {
      account: 'nobody',
      at: '2020-01-01T00:00',
      timezone: 'Mars/Base',
      request: { id: 1, override_source_id: 3 },
    }
    const response = await stage.ask('POST', '/api/v1/launches', { key, body, headers: { 'idempotency-key': 'a' } })
    const { errors } = (await response.json()) as { errors: { at: string }[] }
    expect(errors.map(({ at }) => at)).toEqual(['account', 'timezone', 'at', 'request'])
  })

  it.each(['constructor', '__proto__', 'toString'])('%s is no account', async account => {
    const body = { account, request: { id: 1 } }
    const response = await stage.ask('POST', '/api/v1/launches', { key, body, headers: { 'idempotency-key': 'a' } })
    expect(await response.json()).toMatchObject({ code: 'invalid', errors: [{ at: 'account' }] })
  })

  it('every code is on the page of the API, with its status and title', () => {
    const listed = rowsOf(sectionOf(readPage('docs/http-api.md'), 'Problems')).map(row => row.map(plain))
    expect(listed).toEqual(Object.entries(problems).map(([code, { status, title }]) => [code, String(status), title]))
  })

  it('the head of the events is not asked for, as they have no end', async () => {
    expect((await stage.ask('HEAD', '/api/v1/events', { key })).status).toBe(405)
    expect((await stage.ask('HEAD', '/api/v1/launches', { key })).status).toBe(200)
  })

  it('what takes too long is a problem, too', async () => {
    const late = new Problem('timeout', 'too late')
    const givenUp: boolean[] = []
    const never = (signal: AbortSignal) =>
      new Promise<string>(() => signal.addEventListener('abort', () => givenUp.push(signal.reason === late)))
    await expect(withinTime(10, late, never)).rejects.toBe(late)
    expect(givenUp).toEqual([true])
    expect(await withinTime(10_000, late, async () => 'done')).toBe('done')
  })

  it('a method that is not for an address is told which are', async () => {
    const response = await stage.ask('DELETE', '/api/v1/launches', { key })
    expect(response.headers.get('allow')).toBe('GET, POST')
  })

  it('what has not changed is not sent again', async () => {
    const first = await stage.ask('GET', '/api/v1/launches/planned', { key })
    const etag = first.headers.get('etag') ?? ''
    const again = await stage.ask('GET', '/api/v1/launches/planned', { key, headers: { 'if-none-match': etag } })
    expect([first.status, again.status]).toEqual([200, 304])
  })
})
