import { describe, expect, it, vi } from 'vitest'
import { gate, openPair, outcomeOf, success, yes } from './account.ts'
import { httpAnswer, type Manners, type Visit } from './raw-server.ts'

const say = (text: string): Manners => ({ onRequest: visit => visit.socket.end(text) })
const quick = { timeouts: { connect: 200, headers: 150, total: 200 } }

describe('the permit', () => {
  it('is asked once, when the connection stands, and before a byte leaves', async () => {
    const { server, post } = await openPair(say(httpAnswer('200 OK', success)))
    const permit = vi.fn(async () => {
      await vi.waitFor(() => expect(server.visits).toHaveLength(1))
      expect(server.visits[0]?.received).toBe('')
      return yes()
    })
    expect(outcomeOf(await post.start({ permit }))).toBe('launched')
    expect(permit).toHaveBeenCalledTimes(1)
  })

  it('may take longer than connecting may', async () => {
    const { post } = await openPair(say(httpAnswer('200 OK', success)), {
      timeouts: { connect: 50, headers: 150, total: 200 },
    })
    const permit = async () => {
      await new Promise(resolve => setTimeout(resolve, 250))
      return yes()
    }
    expect(outcomeOf(await post.start({ permit }))).toBe('launched')
  })

  it.each([
    ['refused', async () => ({ granted: false as const, why: 'somebody stopped it' }), 'somebody stopped it'],
    ['failing', () => Promise.reject(new Error('Redis is gone')), 'the right to write could not be had: Redis is gone'],
    [
      'throwing',
      () => {
        throw new Error('a bug')
      },
      'the right to write could not be had: a bug',
    ],
    [
      'closed before the write',
      async () => ({ granted: true as const, stillOpen: () => false }),
      'the time in which the request might be written had passed',
    ],
    [
      'failing in the tick of the write',
      async () => ({
        granted: true as const,
        stillOpen: () => {
          throw new Error('no clock')
        },
      }),
      'the right to write could not be checked: no clock',
    ],
  ])('that is %s lets no byte of HTTP out', async (_what, permit, why) => {
    const { server, post } = await openPair({})
    const observation = await post.start({ permit })
    expect(observation).toEqual({ kind: 'withheld', why })
    expect(outcomeOf(observation)).toBe('notLaunched')
    await vi.waitFor(() => expect(server.visits[0]?.closedBy).not.toBe('open'))
    expect(server.visits.map(visit => visit.received)).toEqual([''])
  })

  it.each<[string, (visit: Visit) => void]>([
    ['closes', ({ socket }) => socket.end()],
    ['resets', ({ socket }) => socket.resetAndDestroy()],
    ['answers unasked', ({ socket }) => socket.write(httpAnswer('200 OK', success))],
  ])('is spent in vain where the server %s meanwhile', async (_what, leave) => {
    const { server, post } = await openPair({})
    const permit = async () => {
      await vi.waitFor(() => expect(server.visits).toHaveLength(1))
      for (const visit of server.visits) leave(visit)
      await new Promise(resolve => setTimeout(resolve, 50))
      return yes()
    }
    const observation = await post.start({ permit })
    expect(observation).toMatchObject({ kind: 'broken', handed: false, code: 'SENDOFF_CONNECTION_LOST' })
    expect(outcomeOf(observation)).toBe('notLaunched')
    expect(server.visits.map(visit => visit.received)).toEqual([''])
  })
})

describe('giving up by signal', () => {
  it('before connecting, or while the permit is asked, lets nothing out', async () => {
    const { server, post } = await openPair({})
    expect(await post.start({ signal: AbortSignal.abort() })).toMatchObject({ kind: 'withheld' })
    expect(server.visits).toHaveLength(0)
    const controller = new AbortController()
    const late = gate<Awaited<ReturnType<typeof yes>>>()
    const permit = () => {
      setTimeout(() => controller.abort(), 10)
      return late.opened
    }
    expect(await post.start({ permit, signal: controller.signal })).toMatchObject({ kind: 'withheld' })
    late.open(await yes())
    await vi.waitFor(() => expect(server.visits[0]?.closedBy).not.toBe('open'))
    expect(server.visits.map(visit => visit.received)).toEqual([''])
  })

  it('is noticed in every tick between the permit and the write', async () => {
    const { server, post } = await openPair({}, quick)
    for (let ticks = 0; ticks < 12; ticks += 1) {
      const controller = new AbortController()
      const permit = async () => {
        void abortAfter(ticks, controller)
        return yes()
      }
      const observation = await post.start({ permit, signal: controller.signal })
      const isStopped = observation.kind === 'broken' && observation.code === 'SENDOFF_STOPPED'
      expect(observation.kind === 'withheld' || isStopped).toBe(true)
      await vi.waitFor(() => expect(server.visits[ticks]?.closedBy).not.toBe('open'))
      if (observation.kind === 'withheld') expect(server.visits[ticks]?.received).toBe('')
    }
  })

  it.each<[string, (visit: Visit) => void, number | undefined]>([
    ['before the status line', () => undefined, undefined],
    ['in the body', visit => visit.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{'), 200],
  ])('after the write resets the connection: %s', async (_what, respond, status) => {
    const controller = new AbortController()
    const onRequest = (visit: Visit) => {
      respond(visit)
      setTimeout(() => controller.abort(), 40)
    }
    const { server, post } = await openPair({ onRequest })
    const observation = await post.start({ signal: controller.signal })
    expect(observation).toMatchObject({ kind: 'broken', handed: true, code: 'SENDOFF_STOPPED', status })
    expect(outcomeOf(observation)).toBe('ambiguous')
    await vi.waitFor(() => expect(server.visits[0]?.closedBy).toBe('reset'))
  })

  it('leaves no listener on a signal that many launches share', async () => {
    const { post } = await openPair(say(httpAnswer('200 OK', success)))
    const { signal } = new AbortController()
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    await Promise.all(Array.from({ length: 20 }, () => post.start({ signal })))
    const left = new Set(add.mock.calls.map(call => call[1]))
    for (const call of remove.mock.calls) left.delete(call[1])
    expect(left.size).toBe(0)
  })
})

async function abortAfter(ticks: number, controller: AbortController): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) await undefined
  controller.abort()
}
