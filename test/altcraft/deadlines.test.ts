import { describe, expect, it, vi } from 'vitest'
import type { ArmedAccount } from '../../src/config/account.ts'
import { openPair, outcomeOf, success } from './account.ts'
import { httpAnswer, type Manners, type Visit } from './raw-server.ts'

const say = (text: string): Manners => ({ onRequest: visit => visit.socket.end(text) })
const quick = { timeouts: { connect: 200, headers: 150, total: 200 } }
/** Short enough for the kernel to hold all of it after a plain close, and to deliver it later. */
const long = { id: 42, content: { text: 'x'.repeat(1_000_000) } }

describe('the deadlines after the write', () => {
  const drip = (visit: Visit) => {
    visit.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
    const timer = setInterval(() => visit.socket.write(' '), 20)
    visit.socket.on('close', () => clearInterval(timer))
  }
  it.each<[string, (visit: Visit) => void, Partial<ArmedAccount>, string, number | undefined]>([
    ['no status line', () => undefined, quick, 'SENDOFF_HEADERS_TIMEOUT', undefined],
    ['half a status line', visit => visit.socket.write('HTTP/1.1 2'), quick, 'SENDOFF_HEADERS_TIMEOUT', undefined],
    [
      'hints and nothing more',
      visit => visit.socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'),
      quick,
      'SENDOFF_HEADERS_TIMEOUT',
      undefined,
    ],
    [
      'a total that is shorter',
      () => undefined,
      { timeouts: { connect: 200, headers: 400, total: 100 } },
      'SENDOFF_TOTAL_TIMEOUT',
      undefined,
    ],
    [
      'a body that stalls',
      visit => visit.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{'),
      quick,
      'SENDOFF_TOTAL_TIMEOUT',
      200,
    ],
    ['a body that drips', drip, quick, 'SENDOFF_TOTAL_TIMEOUT', 200],
  ])('reset the connection: %s', async (_what, onRequest, more, code, status) => {
    const { server, post } = await openPair({ onRequest }, more)
    const observation = await post.start()
    expect(observation).toMatchObject({ kind: 'broken', handed: true, code, status })
    expect(outcomeOf(observation)).toBe('ambiguous')
    await vi.waitFor(() => expect(server.visits[0]?.closedBy).toBe('reset'))
  })

  it('throw away what was not delivered, so that nothing arrives later', async () => {
    const { server, post } = await openPair({ onConnect: ({ socket }) => socket.pause() }, quick)
    expect(await post.start({ request: long })).toMatchObject({ handed: true, code: 'SENDOFF_HEADERS_TIMEOUT' })
    const [visit] = server.visits
    visit?.socket.resume()
    await vi.waitFor(() => expect(visit?.closedBy).not.toBe('open'))
    expect(visit?.requests).toBe(0)
  })

  it('do not count the time in which this process stood still', async () => {
    const { post } = await openPair(say(httpAnswer('200 OK', success)), quick)
    const starting = post.start({
      permit: async () => ({
        granted: true,
        stillOpen: () => {
          // The write follows at once, the answer arrives meanwhile, and the timer is long due when the loop turns again.
          setImmediate(() => setImmediate(() => sleepSync(400)))
          return true
        },
      }),
    })
    expect(outcomeOf(await starting)).toBe('launched')
  })
})

function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
