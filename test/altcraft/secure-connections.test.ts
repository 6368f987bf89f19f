import type { TlsOptions } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import { account, openPair, openPost, outcomeOf, success, token, yes } from './account.ts'
import { httpAnswer, makeCertificate, type Visit } from './raw-server.ts'

const here = makeCertificate('DNS:localhost,IP:127.0.0.1')
const elsewhere = makeCertificate('DNS:elsewhere.example.com')
const answers = (visit: Visit) => visit.socket.end(httpAnswer('200 OK', success))
const quick = { timeouts: { connect: 150, headers: 150, total: 200 } }

describe('an https account', () => {
  it('launches where the certificate is trusted through its own authority', async () => {
    const { server, post } = await openPair({ tls: here, onRequest: answers }, { ca: here.cert })
    expect(outcomeOf(await post.start())).toBe('launched')
    const named = openPost(account(`https://localhost:${server.port}`, { ca: here.cert }))
    expect(outcomeOf(await named.start())).toBe('launched')
    expect(server.visits.map(visit => visit.requests)).toEqual([1, 1])
  })

  it('reuses secure connections where it says so', async () => {
    const onRequest = (visit: Visit) => visit.socket.write(httpAnswer('200 OK', success))
    const { server, post } = await openPair({ tls: here, onRequest }, { ca: here.cert, connections: 'reuse' })
    await post.start()
    expect(outcomeOf(await post.start())).toBe('launched')
    expect(server.visits.map(visit => visit.requests)).toEqual([2])
  })

  it.each<[string, TlsOptions, string | undefined, string, string]>([
    ['self-signed', here, undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'refused account'],
    ['made for another name', elsewhere, elsewhere.cert, 'ERR_TLS_CERT_ALTNAME_INVALID', 'refused account'],
    [
      'fine, but spoken in TLS 1.1',
      { ...here, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      here.cert,
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      'notLaunched',
    ],
  ])('sends nothing and asks for no permit where the certificate is %s', async (_what, tls, ca, code, outcome) => {
    const { server, post } = await openPair({ tls }, { ca })
    const permit = vi.fn(yes)
    const observation = await post.start({ permit })
    expect(observation).toMatchObject({ kind: 'broken', handed: false, code })
    expect(outcomeOf(observation)).toBe(outcome)
    expect(permit).not.toHaveBeenCalled()
    expect(server.visits.map(visit => visit.received).join('')).toBe('')
  })

  it('verifies though the environment says not to', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      const { post } = await openPair({ tls: here })
      expect(await post.start()).toMatchObject({ kind: 'broken', handed: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it.each<[string, (visit: Visit) => void, RegExp]>([
    ['stays silent', () => undefined, /^SENDOFF_CONNECT_TIMEOUT$/],
    ['closes', ({ socket }) => socket.end(), /^ECONNRESET$/],
    ['resets', ({ socket }) => socket.resetAndDestroy(), /^ECONNRESET$/],
    ['speaks plain HTTP', ({ socket }) => socket.end(httpAnswer('400 Bad Request', '')), /^ERR_SSL_|^EPROTO$/],
  ])('does not hand over where the server %s in the handshake', async (_what, leave, code) => {
    const { server } = await openPair({ onConnect: visit => visit.socket.once('data', () => leave(visit)) })
    const post = openPost(account(`https://127.0.0.1:${server.port}`, quick))
    const observation = await post.start()
    expect(observation).toMatchObject({ kind: 'broken', handed: false, code: expect.stringMatching(code) })
    expect(outcomeOf(observation)).toBe('notLaunched')
    expect(server.visits.map(visit => visit.received).join('')).not.toMatch(/POST|token/)
  })

  it('gives up in the handshake by signal', async () => {
    const { server } = await openPair({})
    const controller = new AbortController()
    const starting = openPost(account(`https://127.0.0.1:${server.port}`)).start({ signal: controller.signal })
    await vi.waitFor(() => expect(server.visits[0]?.received).not.toBe(''))
    controller.abort()
    expect(await starting).toMatchObject({ kind: 'withheld', why: 'Sendoff gave up while connecting' })
    await vi.waitFor(() => expect(server.visits[0]?.closedBy).not.toBe('open'))
  })

  it('sends no byte of HTTP without the permit', async () => {
    const { server, post } = await openPair({ tls: here }, { ca: here.cert })
    expect(await post.start({ permit: async () => ({ granted: false, why: 'no' }) })).toEqual({
      kind: 'withheld',
      why: 'no',
    })
    const closed = async () => ({ granted: true as const, stillOpen: () => false })
    expect(await post.start({ permit: closed })).toMatchObject({ kind: 'withheld' })
    await vi.waitFor(() => expect(server.visits.map(visit => visit.closedBy)).not.toContain('open'))
    expect(server.visits.map(visit => visit.received).join('')).toBe('')
  })

  it('is never called launched where the server wants a certificate from us', async () => {
    const { server, post } = await openPair(
      { tls: { ...here, requestCert: true, ca: elsewhere.cert }, onRequest: answers },
      { ca: here.cert },
    )
    const observation = await post.start()
    expect(observation.kind).toBe('broken')
    expect(['ambiguous', 'notLaunched']).toContain(outcomeOf(observation))
    expect(server.visits).toHaveLength(0)
  })

  it('throws away under TLS too what was not delivered before the deadline', async () => {
    const { server, post } = await openPair(
      { tls: here, onConnect: ({ socket }) => socket.pause() },
      { ca: here.cert, ...quick, timeouts: { connect: 1000, headers: 150, total: 200 } },
    )
    const request = { id: 42, content: { text: 'x'.repeat(1_000_000) } }
    expect(await post.start({ request })).toMatchObject({ handed: true, code: 'SENDOFF_HEADERS_TIMEOUT' })
    const [visit] = server.visits
    visit?.socket.resume()
    await vi.waitFor(() => expect(visit?.closedBy).not.toBe('open'))
    expect(visit?.requests).toBe(0)
  })

  it('carries the token to no host but its own', async () => {
    const stranger = await openPair({ onRequest: answers })
    const location = `http://127.0.0.1:${stranger.server.port}/`
    const redirect = (visit: Visit) =>
      visit.socket.end(httpAnswer('308 Permanent Redirect', '', [`location: ${location}`]))
    const { post } = await openPair({ tls: here, onRequest: redirect }, { ca: here.cert, auth: 'bearer' })
    const observation = await post.start()
    expect(outcomeOf(observation)).toBe('ambiguous')
    expect(stranger.server.visits).toHaveLength(0)
    expect(JSON.stringify(observation)).not.toContain(token)
  })
})
