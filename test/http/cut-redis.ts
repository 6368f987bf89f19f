/** A connection to Redis over a wire that can be cut right after a command has gone through, and can be held up before one. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Redis } from 'ioredis'
import { connectPromptly } from '../../src/redis/connection.ts'

export interface CutRedis {
  readonly redis: Redis
  /** The next command that holds this text is carried out, and its reply is lost with the connection. */
  cutAfter(text: string): void
  /** From the next command that holds this text on nothing goes through until what is returned is called. */
  holdUpAt(text: string): () => void
  close(): Promise<void>
}

/** Before the Redis that listens on this Unix socket; `patience`: for one reply, in milliseconds. */
export async function cutBefore(socket: string, patience?: number): Promise<CutRedis> {
  let cutting: string | undefined
  let holding: string | undefined
  let held: (() => void)[] = []
  const wire = createServer(client => {
    const server = connect(socket)
    let cut = false
    client.on('data', data => {
      if (cutting !== undefined && data.includes(cutting)) {
        cut = true
        cutting = undefined
      }
      if (holding === undefined || !data.includes(holding)) {
        server.write(data)
        return
      }
      client.pause()
      held.push(() => {
        server.write(data)
        client.resume()
      })
    })
    server.on('data', data => (cut ? client.destroy() : client.write(data)))
    for (const [end, other] of [[client, server] as const, [server, client] as const]) {
      end.on('error', () => {})
      end.on('close', () => other.destroy())
    }
  })
  const path = `${socket}.cut`
  wire.listen(path)
  await once(wire, 'listening')
  const redis = connectPromptly({ kind: 'socket', path }, 'cut', patience)
  redis.on('error', () => {})
  await once(redis, 'ready')
  return {
    redis,
    cutAfter: text => {
      cutting = text
    },
    holdUpAt: text => {
      holding = text
      return () => {
        holding = undefined
        for (const goOn of held) goOn()
        held = []
      }
    },
    close: async () => {
      redis.disconnect()
      wire.close()
      await once(wire, 'close')
    },
  }
}
