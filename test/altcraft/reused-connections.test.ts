import { describe, expect, it, vi } from 'vitest'
import { openPair, outcomeOf, success, yes } from './account.ts'
import { httpAnswer, type Visit } from './raw-server.ts'

const reuse = { connections: 'reuse' as const }
const polite = (visit: Visit) => visit.socket.write(httpAnswer('200 OK', success))

describe('an account that reuses connections', () => {
  it('sends one launch after another over one connection', async () => {
    const { server, post } = await openPair({ onRequest: polite }, reuse)
    for (let i = 0; i < 3; i += 1) expect(outcomeOf(await post.start())).toBe('launched')
    expect(server.visits.map(visit => visit.requests)).toEqual([3])
    expect(server.visits[0]?.received).not.toContain('connection: close')
  })

  it('opens as many as there are launches at once, never two launches on one', async () => {
    const { server, post } = await openPair({ onRequest: visit => setTimeout(() => polite(visit), 30) }, reuse)
    const observations = await Promise.all([post.start(), post.start(), post.start()])
    expect(observations.map(outcomeOf)).toEqual(['launched', 'launched', 'launched'])
    expect(server.visits.map(visit => visit.requests)).toEqual([1, 1, 1])
  })

  it('opens another where the server has closed the idle one, or said that it will', async () => {
    const farewell = httpAnswer('200 OK', success, ['connection: close'])
    const { server, post } = await openPair(
      {
        onRequest: (visit, number) =>
          number === 1 ? visit.socket.end(farewell) : visit.socket.end(httpAnswer('200 OK', success)),
      },
      reuse,
    )
    for (let i = 0; i < 3; i += 1) {
      expect(outcomeOf(await post.start())).toBe('launched')
      await vi.waitFor(() => expect(server.visits[i]?.closedBy).not.toBe('open'))
    }
    expect(server.visits.map(visit => visit.requests)).toEqual([1, 1, 1])
  })

  it('keeps the connection where the permit is refused', async () => {
    const { server, post } = await openPair({ onRequest: polite }, reuse)
    await post.start()
    expect(await post.start({ permit: async () => ({ granted: false, why: 'no' }) })).toEqual({
      kind: 'withheld',
      why: 'no',
    })
    await post.start()
    expect(server.visits.map(visit => visit.requests)).toEqual([2])
  })

  it.each<[string, (visit: Visit) => void]>([
    ['closed', ({ socket }) => socket.destroy()],
    ['reset', ({ socket }) => socket.resetAndDestroy()],
    ['answered unasked', polite],
  ])(
    'never sends over a new connection under the permit for one that was %s, unread, before the write',
    async (_what, leave) => {
      const { server, post } = await openPair({ onRequest: polite }, reuse)
      await post.start()
      const permit = async () => {
        // In one turn of the loop: the kernel knows, this process has not read it yet.
        for (const visit of server.visits) leave(visit)
        await new Promise(resolve => setImmediate(resolve))
        return yes()
      }
      const observation = await post.start({ permit })
      expect(observation).toMatchObject({ kind: 'broken', handed: false, code: 'SENDOFF_CONNECTION_LOST' })
      expect(outcomeOf(observation)).toBe('notLaunched')
      expect(server.visits.map(visit => visit.requests)).toEqual([1])
      expect(outcomeOf(await post.start())).toBe('launched')
      expect(server.visits.map(visit => visit.requests)).toEqual([1, 1])
    },
  )

  it('sends nothing where the permit closes in the tick of the write, and does not use that connection again', async () => {
    const { server, post } = await openPair({ onRequest: polite }, reuse)
    await post.start()
    const closed = await post.start({ permit: async () => ({ granted: true, stillOpen: () => false }) })
    expect(closed).toMatchObject({ kind: 'withheld' })
    expect(outcomeOf(await post.start())).toBe('launched')
    expect(server.visits.map(visit => visit.requests)).toEqual([1, 1])
  })

  it('is ambiguous, and sends no second time, where the connection breaks after the write', async () => {
    const { server, post } = await openPair(
      { onRequest: (visit, number) => (number === 2 ? visit.socket.resetAndDestroy() : polite(visit)) },
      reuse,
    )
    await post.start()
    const observation = await post.start()
    expect(observation).toMatchObject({ kind: 'broken', handed: true, code: 'ECONNRESET' })
    expect(outcomeOf(observation)).toBe('ambiguous')
    expect(server.visits.map(visit => visit.requests)).toEqual([2])
  })

  it('does not use a connection again after a deadline', async () => {
    const { server, post } = await openPair(
      { onRequest: (visit, number) => number === 1 || polite(visit) },
      { ...reuse, timeouts: { connect: 500, headers: 80, total: 100 } },
    )
    expect(await post.start()).toMatchObject({ handed: true, code: 'SENDOFF_HEADERS_TIMEOUT' })
    await vi.waitFor(() => expect(server.visits[0]?.closedBy).toBe('reset'))
    expect(outcomeOf(await post.start())).toBe('launched')
    expect(server.visits.map(visit => visit.requests)).toEqual([1, 1])
  })
})
