import { describe, expect, it, vi } from 'vitest'
import { account, gate, openPair, openPost, outcomeOf, success, token, yes } from './account.ts'
import { httpAnswer, type Manners, openRawServer, type Visit } from './raw-server.ts'

const say = (text: string): Manners => ({ onRequest: visit => visit.socket.end(text) })
const quick = { timeouts: { connect: 200, headers: 150, total: 200 } }
const big = { id: 42, content: { text: 'x'.repeat(20_000_000) } }

describe('an answer that arrives whole', () => {
  it('is observed with all that decides, and the request reads as documented', async () => {
    const headers = ['Date: Sun, 22 Nov 2026 10:00:00 GMT', 'Retry-After: 7', 'X-Duplicate-Request: true']
    const { server, post } = await openPair(say(httpAnswer('200 OK', success, headers)))
    expect(await post.start()).toEqual({
      kind: 'answered',
      status: 200,
      envelope: { kind: 'valid', error: 0, errorText: 'Successful operation' },
      duplicate: true,
      retryAfter: 7_000,
      serverDate: Date.parse('2026-11-22T10:00:00Z'),
    })
    expect(server.visits).toHaveLength(1)
    const received = server.visits[0]?.received ?? ''
    expect(received).toMatch(/^POST \/api\/v1\.1\/campaigns\/broadcasts\/start HTTP\/1\.1\r\n/)
    expect(received).toMatch(/\r\nRequest-ID: digest@20261123T0900\r\nX-Request-ID: digest@20261123T0900\r\n/)
    expect(received.endsWith(`\r\n\r\n{"token":"${token}","id":42}`)).toBe(true)
  })

  it.each<[string, string, number, string]>([
    [
      '200 in pieces',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"error":\r\n2\r\n0}\r\n0\r\n\r\n',
      200,
      'launched',
    ],
    [
      '103 before 200',
      `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${httpAnswer('200 OK', success)}`,
      200,
      'launched',
    ],
    ['200 with XML', httpAnswer('200 OK', '<xml><error>0</error></xml>'), 200, 'launched'],
    ['200 without a length, cut', 'HTTP/1.1 200 OK\r\n\r\n{"data": null, "error": 0', 200, 'ambiguous'],
    ['200 with a log-in page', httpAnswer('200 OK', '<!DOCTYPE html><html></html>'), 200, 'ambiguous'],
    ['200 compressed', httpAnswer('200 OK', 'xxxx', ['content-encoding: gzip']), 200, 'ambiguous'],
    ['200 with a refusal', httpAnswer('200 OK', '{"error":400,"error_text":"no"}'), 200, 'refused launch'],
    ['307 elsewhere', httpAnswer('307 Temporary Redirect', '', ['location: /elsewhere']), 307, 'ambiguous'],
    ['413', httpAnswer('413 Content Too Large', ''), 413, 'refused launch'],
    ['429', httpAnswer('429 Too Many Requests', '', ['retry-after: 5']), 429, 'notLaunched'],
    ['502', httpAnswer('502 Bad Gateway', '<html></html>'), 502, 'ambiguous'],
    ['503', httpAnswer('503 Service Unavailable', ''), 503, 'ambiguous'],
  ])('%s is asked for once and means what it says', async (_what, text, status, outcome) => {
    const { server, post } = await openPair(say(text))
    const observation = await post.start()
    expect(observation).toMatchObject({ kind: 'answered', status })
    expect(outcomeOf(observation)).toBe(outcome)
    expect(server.visits.map(visit => visit.requests)).toEqual([1])
  })

  it('shows the token nowhere, even where the server repeats it', async () => {
    for (const body of [
      JSON.stringify({ error: 400, error_text: `bad token ${token}` }),
      `oops ${btoa(`x${token}`)}`,
    ]) {
      const { post } = await openPair(say(httpAnswer('200 OK', body)))
      const seen = JSON.stringify(await post.start())
      expect(seen).toContain('•••')
      expect(seen).not.toContain(token.slice(0, 16))
      expect(seen).not.toContain(btoa(token).slice(4, 20))
    }
  })
})

describe('a connection that is not made', () => {
  it('to a closed port is not handed over', async () => {
    const server = await openRawServer({})
    await server.close()
    const observation = await openPost(account(`http://127.0.0.1:${server.port}`)).start()
    expect(observation).toMatchObject({ kind: 'broken', handed: false, code: 'ECONNREFUSED', syscall: 'connect' })
    expect(outcomeOf(observation)).toBe('notLaunched')
  })

  it('to a name that does not exist is not handed over', async () => {
    const observation = await openPost(account('http://no-such-host.invalid', quick)).start()
    expect(observation).toMatchObject({ kind: 'broken', handed: false })
    expect(['ENOTFOUND', 'EAI_AGAIN', 'SENDOFF_CONNECT_TIMEOUT']).toContain('code' in observation && observation.code)
    expect(outcomeOf(observation)).toBe('notLaunched')
  })

  it('is not even tried for a request that cannot be written or an account that is not there', async () => {
    const { server, post } = await openPair({}, { format: 'xml' })
    const permit = vi.fn(yes)
    const unwritable = await post.start({ permit, request: { id: 1, content: { 'a b': 'x' } } })
    expect(unwritable).toMatchObject({ kind: 'broken', handed: false, code: 'SENDOFF_REQUEST_NOT_WRITABLE' })
    expect(outcomeOf(unwritable)).toBe('refused launch')
    const stranger = await post.start({ permit, account: 'other' })
    expect(stranger).toMatchObject({ kind: 'broken', handed: false, code: 'SENDOFF_UNKNOWN_ACCOUNT' })
    expect(server.visits).toHaveLength(0)
    expect(permit).not.toHaveBeenCalled()
  })
})

describe('a connection that fails after the write', () => {
  it.each<[string, (visit: Visit) => void, number | undefined, RegExp]>([
    ['reset after the whole request', ({ socket }) => socket.resetAndDestroy(), undefined, /^ECONNRESET$/],
    ['closed after the whole request', ({ socket }) => socket.end(), undefined, /^UND_ERR_SOCKET$/],
    ['closed in the status line', ({ socket }) => socket.end('HTTP/1.1 20'), undefined, /^UND_ERR_SOCKET$/],
    ['answered with garbage', ({ socket }) => socket.end('garbage\r\n\r\n'), undefined, /^HPE_|^HTTPParserError$/],
    [
      'closed in the body',
      ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"error":0}'),
      200,
      /^UND_ERR_/,
    ],
    [
      'reset in the body',
      visit => {
        visit.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"error":0}', () =>
          setTimeout(() => visit.socket.resetAndDestroy(), 20),
        )
      },
      200,
      /^ECONNRESET$/,
    ],
    [
      'closed before the last chunk',
      ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"error":\r\n'),
      200,
      /^UND_ERR_SOCKET$/,
    ],
    [
      'answered with endless headers',
      ({ socket }) => socket.end(httpAnswer('200 OK', success, [`x: ${'y'.repeat(20_000)}`])),
      undefined,
      /^UND_ERR_HEADERS_OVERFLOW$|^HPE_/,
    ],
    [
      'answered with more than 64 KiB',
      ({ socket }) => socket.end(httpAnswer('200 OK', `{"error":0,"x":"${'y'.repeat(66_000)}"}`)),
      200,
      /^UND_ERR_RES_EXCEEDED_MAX_SIZE$/,
    ],
    [
      'switched to another protocol',
      ({ socket }) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      undefined,
      /^UND_ERR_SOCKET$/,
    ],
    [
      'told to continue, unasked',
      ({ socket }) => socket.end(`HTTP/1.1 100 Continue\r\n\r\n${httpAnswer('200 OK', success)}`),
      undefined,
      /^UND_ERR_SOCKET$/,
    ],
  ])('is ambiguous: %s', async (_what, onRequest, status, code) => {
    const { server, post } = await openPair({ onRequest })
    const observation = await post.start()
    expect(observation).toMatchObject({ kind: 'broken', handed: true, status, code: expect.stringMatching(code) })
    expect(outcomeOf(observation)).toBe('ambiguous')
    expect(server.visits.map(visit => visit.requests)).toEqual([1])
  })

  it('is ambiguous where the server resets in the middle of a long request', async () => {
    const { server, post } = await openPair({
      onConnect: ({ socket }) =>
        socket.once('data', () => socket.pause() && setTimeout(() => socket.resetAndDestroy(), 30)),
    })
    const observation = await post.start({ request: big })
    expect(observation).toMatchObject({ kind: 'broken', handed: true })
    expect(outcomeOf(observation)).toBe('ambiguous')
    expect(server.visits[0]?.requests).toBe(0)
  })

  it('still takes a refusal that came before the long request was read', async () => {
    const { server, post } = await openPair({
      onConnect: ({ socket }) =>
        socket.once('data', () => socket.pause() && socket.end(httpAnswer('413 Too Large', ''))),
    })
    expect(await post.start({ request: big })).toMatchObject({ kind: 'answered', status: 413 })
    expect(server.visits[0]?.requests).toBe(0)
  })
})

describe('closing', () => {
  it('waits for the launch under way, then starts none and leaves no connection', async () => {
    const answer = gate()
    const { server, post } = await openPair(
      { onRequest: visit => void answer.opened.then(() => visit.socket.write(httpAnswer('200 OK', success))) },
      { connections: 'reuse' },
    )
    const starting = post.start()
    await vi.waitFor(() => expect(server.visits[0]?.requests).toBe(1))
    const closing = post.close()
    expect(await post.start()).toEqual({ kind: 'withheld', why: 'the connections to Altcraft are closed' })
    answer.open()
    expect(outcomeOf(await starting)).toBe('launched')
    await closing
    await vi.waitFor(() => expect(server.visits[0]?.closedBy).toBe('end'))
    expect(server.visits).toHaveLength(1)
  })
})
