/** What comes over a connection and is no request that the app could answer, or no whole one; and readers that stop reading. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { EventHub } from '../../src/http/event-hub.ts'
import { problemSchema } from '../../src/http/problem.ts'
import { type HttpServer, listen } from '../../src/http/server.ts'
import { HttpStage } from './stage.ts'

let stage: HttpStage
let server: HttpServer
let key: string

beforeAll(async () => {
  stage = await HttpStage.open()
  server = await listen(stage.parts(), { host: '127.0.0.1', port: 0 }, 'off')
  key = await stage.key('launcher')
})
afterAll(async () => {
  await server.close(100)
  await stage.close()
})

function connected(): Socket {
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1')
  socket.on('error', () => {})
  return socket
}

/** The start of a request to launch whose body has so many bytes. */
const launchHead = (length: number) =>
  [
    'POST /api/v1/launches HTTP/1.1',
    ...['Host: x', `Authorization: Bearer ${key}`, 'Content-Type: application/json', 'Idempotency-Key: slow'],
    ...[`Content-Length: ${length}`, '', ''],
  ].join('\r\n')

/** All that is answered until the server closes the connection. */
async function answerTo(text: string): Promise<string> {
  const socket = connected()
  let answer = ''
  socket.on('data', data => {
    answer += data.toString()
  })
  socket.write(text)
  await once(socket, 'close')
  return answer
}

it.each([
  ['what is not HTTP', 'hello\r\n\r\n', 400, 'malformedRequest'],
  ['an unknown method', 'LAUNCH / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformedRequest'],
  ['a header without a name', 'GET /livez HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n', 400, 'malformedRequest'],
  [
    'two lengths of a body',
    'POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    400,
    'malformedRequest',
  ],
  ['no host', 'GET /livez HTTP/1.1\r\n\r\n', 400, 'malformedRequest'],
  ['a host that is none', 'GET /livez HTTP/1.1\r\nHost: a/b@c\r\n\r\n', 400, 'malformedRequest'],
  ['a head of 80 KiB', `GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(80_000)}\r\n\r\n`, 431, 'headersTooLarge'],
  ['an expectation', 'GET /livez HTTP/1.1\r\nHost: x\r\nExpect: coffee\r\n\r\n', 417, 'expectationFailed'],
  ['what is for proxies', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'methodNotAllowed'],
])('%s is a problem, and the connection is closed', async (_, text, status, code) => {
  const [head = '', body = ''] = (await answerTo(text)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head.toLowerCase()).toContain('content-type: application/problem+json')
  expect(head.toLowerCase()).toContain('connection: close')
  expect(problemSchema.parse(JSON.parse(body))).toMatchObject({ status, code })
})

it('a body whose pieces cannot be read is a problem', async () => {
  const head = `POST /api/v1/holds HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`
  const answer = await answerTo(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*malformedRequest/s)
})

it('what follows a good request on its connection is answered after it', async () => {
  const answer = await answerTo('GET /livez HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 200 .*HTTP\/1\.1 400 /s)
})

it('a body that does not come in time is a problem, the connection is closed, and nothing is launched by its rest', async () => {
  const parts = stage.parts()
  const hub = new EventHub(stage.ledger, () => {
    throw new Error('nobody watches')
  })
  const settings = { ...parts.settings, timeout: 50 }
  const quick = await listen({ ...parts, settings, events: hub }, { host: '127.0.0.1', port: 0 }, 'off')
  const socket = connect(Number(new URL(quick.address).port), '127.0.0.1')
  socket.on('error', () => {})
  let answer = ''
  const closed = once(socket, 'close')
  const body = '{"account":"main","request":{"id":90}}'
  socket.write(`${launchHead(body.length)}${body.slice(0, 10)}`)
  socket.on('data', data => {
    if (answer === '') socket.write(body.slice(10))
    answer += data.toString()
  })
  await closed
  await quick.close(0)
  expect(answer).toMatch(/^HTTP\/1\.1 408 .*connection: close.*"code":"tooSlow"/is)
  expect(await stage.server.redis.keys('{test}:idempotency:*')).toEqual([])
})

it('an upload that its sender breaks off is the sender’s affair: it is told without a stack, and nothing of it is submitted', async () => {
  const socket = connected()
  const head = [
    'POST /api/v1/batches?account=main&name=half HTTP/1.1',
    ...['Host: x', `Authorization: Bearer ${key}`, 'Content-Type: text/csv'],
    ...['Content-Length: 1000', 'Expect: 100-continue'],
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  socket.write('id\n90\n91\n')
  socket.destroySoon()
  await expect.poll(() => stage.log).toContain('the end of POST /api/v1/batches')
  expect(stage.log).not.toContain('requestFailed')
  expect(stage.log).not.toContain('stack')
  expect(await stage.server.redis.zcard(stage.ledger.keys.batches)).toBe(0)
})

it('results that cannot be read to their end are cut, and nothing is said in their place', async () => {
  const rows = Array.from({ length: 600 }, (_, number) => `5,${number}\n`)
  const submitted = await stage.ask('POST', '/api/v1/batches?account=main&name=broken&key=content.n', {
    key,
    raw: `id,content.n\n${rows.join('')}`,
    headers: { 'content-type': 'text/csv' },
  })
  const { batch } = z.object({ batch: z.object({ id: z.string() }) }).parse(await submitted.json())
  await stage.server.redis.hset(stage.ledger.keys.batchRows(batch.id), '1', 'broken')
  const path = `/api/v1/batches/${batch.id}/results`
  const answer = await answerTo(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 200 .*"row":1,/s)
  expect(answer).not.toMatch(/Error|0\r\n\r\n$/)
  expect(stage.log).toContain('requestFailed')
})

it('a reader that has stopped reading loses its connection', async () => {
  const socket = connected()
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  await expect.poll(() => stage.hub.watchers).toBe(1)
  socket.pause()
  const words = 'x'.repeat(1_000_000)
  for (let count = 0; count < 40 && stage.hub.watchers > 0; count++) {
    stage.stream.tell({ level: 'info', words, fields: { event: 'big' } })
    await stage.stream.stop()
  }
  await expect.poll(() => stage.hub.watchers).toBe(0)
  let tail = ''
  socket.on('data', data => {
    tail = data.toString().slice(-5)
  })
  const closed = once(socket, 'close')
  socket.resume()
  await closed
  // Cut, and not ended: an answer that ends leaves the connection open for the next one.
  expect(tail).not.toBe('0\r\n\r\n')
})
