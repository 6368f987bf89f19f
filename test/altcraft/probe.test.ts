import { describe, expect, it, onTestFinished } from 'vitest'
import { judgeFirst, judgeSecond, type Probe, probeDeduplication, probedMailing } from '../../src/altcraft/probe.ts'
import type { ArmedAccount } from '../../src/config/account.ts'
import type { Observation } from '../../src/launches/outcome.ts'
import { type AltcraftOptions, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import type { Handled } from '../../src/sandbox/handled.ts'
import { account, token } from './account.ts'
import { openRawServer } from './raw-server.ts'

async function probe(options: AltcraftOptions = {}, more: Partial<ArmedAccount> = {}) {
  const requests: Handled[] = []
  const altcraft = await startAltcraft({ token, onEvent: each => requests.push(each), ...options })
  onTestFinished(altcraft.close)
  const found = await probeDeduplication(account(altcraft.url, more), new AbortController().signal)
  return { ...found, requests, launches: altcraft.launches() }
}

const fault = (text: string) => [parseFault(`${text}:id=${probedMailing}`)]

describe('a probe', () => {
  it.each([{ format: 'json' }, { format: 'xml', auth: 'bearer' }] as const)(
    'of a platform that drops repeats proves it, for refusals alone, and starts nothing (%j)',
    async more => {
      const { kind, sentence, requests, launches } = await probe({}, more)
      expect(kind).toBe('proven')
      expect(sentence).toContain('error 400 "There is no such mailing"')
      for (const words of ['REFUSED', 'does not prove how long', 'nodes', 'ACCEPTED']) expect(sentence).toContain(words)
      expect(requests.map(({ mailing, repeat }) => [mailing, repeat])).toEqual([
        [probedMailing, false],
        [probedMailing, true],
      ])
      expect(requests[0]?.request_id).toBe(requests[1]?.request_id)
      expect(launches).toEqual([])
    },
  )

  it('has an id of its own each time, so that no earlier one answers it', async () => {
    const altcraft = await startAltcraft()
    onTestFinished(altcraft.close)
    const armed = account(altcraft.url)
    const kinds = [1, 2].map(() => probeDeduplication(armed, new AbortController().signal))
    expect((await Promise.all(kinds)).map(({ kind }) => kind)).toEqual(['proven', 'proven'])
  })

  it.each<[string, AltcraftOptions]>([
    ['executes every request', { deduplication: false }],
    ['looks at refused requests anew', { replayRefusals: false }],
  ])('of a platform that %s proves nothing, and says what was seen', async (_, options) => {
    const { kind, sentence } = await probe(options)
    expect(kind).toBe('notProven')
    expect(sentence).toContain('without a mark of a repeat')
  })

  it.each<[string, AltcraftOptions, number]>([
    ['does not accept the token', { token: 'another' }, 1],
    ['answers with 502', { faults: fault('status=502') }, 1],
    ['drops the connection', { faults: fault('drop') }, 1],
    ['drops the connection at the second request', { faults: [...fault('refuse=400:x1'), ...fault('drop')] }, 2],
    ['speaks garbage', { faults: fault('garbage') }, 1],
    ['is busy', { faults: fault('status=429') }, 1],
    ['may not start mailings', { faults: fault('refuse=403'), deduplication: false }, 2],
    ['marks the first request', { faults: fault('swallow') }, 1],
    [
      'refuses differently each time',
      { faults: [...fault('refuse=400:x1'), ...fault('refuse=402')], deduplication: false },
      2,
    ],
  ])('of a platform that %s is unclear', async (_, options, requests) => {
    const found = await probe(options)
    expect(found.kind).toBe('unclear')
    expect(found.requests).toHaveLength(requests)
    expect(found.sentence).not.toContain(token)
  })

  it('that started something says so loudly and sends no second request', async () => {
    const { kind, sentence, requests } = await probe({ faults: fault('delay=0ms') })
    expect(kind).toBe('launched')
    expect(sentence).toContain('ALTCRAFT SAYS THAT IT STARTED MAILING 2147483647')
    expect(requests).toHaveLength(1)
  })

  it('sends the same bytes twice', async () => {
    const server = await openRawServer({
      onRequest: ({ socket }) => {
        const body = '{"data":null,"error":404,"error_text":"not found"}'
        socket.end(`HTTP/1.1 404 Not Found\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
      },
    })
    onTestFinished(server.close)
    const found = await probeDeduplication(account(`http://127.0.0.1:${server.port}`), new AbortController().signal)
    expect(found.kind).toBe('notProven')
    expect(server.visits).toHaveLength(2)
    expect(server.visits[0]?.received).toBe(server.visits[1]?.received)
  })

  it('of nobody, or given up, is unclear', async () => {
    const nobody = account('http://127.0.0.1:1')
    expect(await probeDeduplication(nobody, new AbortController().signal)).toMatchObject({ kind: 'unclear' })
    expect(await probeDeduplication(nobody, AbortSignal.abort())).toMatchObject({ kind: 'unclear' })
  })
})

const answer = (error: number, duplicate = false, status = 200): Observation => ({
  kind: 'answered',
  status,
  envelope: { kind: 'valid', error, errorText: '' },
  duplicate,
  retryAfter: undefined,
  serverDate: undefined,
})

describe('two answers', () => {
  it.each<[string, Observation, Observation, Probe['kind']]>([
    ['a refusal and its replay', answer(400), answer(400, true), 'proven'],
    ['a refusal in HTTP 404 and its replay', answer(1404, false, 404), answer(1404, true, 404), 'proven'],
    ['a refusal for want of rights and its replay', answer(403), answer(403, true), 'proven'],
    ['a refusal and the mark on something else', answer(400), answer(402, true), 'unclear'],
    ['a refusal and a replayed success', answer(400), answer(0, true), 'unclear'],
    ['a refusal and a start', answer(400), answer(0), 'launched'],
    ['a refusal and trouble', answer(400), answer(500, true, 500), 'unclear'],
    ['success in trouble', answer(0, false, 500), answer(0), 'unclear'],
    ['success in HTTP 404', answer(0, false, 404), answer(0), 'unclear'],
  ])('%s', (_, first, second, kind) => {
    expect((judgeFirst(first) ?? judgeSecond(first, second)).kind).toBe(kind)
  })
})
