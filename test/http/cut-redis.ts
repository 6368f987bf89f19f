/** A connection to Redis over a wire that can be cut right after a command has gone through: it is carried out, and its reply is lost. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Redis } from 'ioredis'
import { connectPromptly } from '../../src/redis/connection.ts'

export interface CutRedis {
  readonly redis: Redis
  /** The next command that holds this text is carried out, and its reply is lost with the connection. */
  cutAfter(text: string): void
  close(): Promise<void>
}

/** Before the Redis that listens on this Unix socket. */
export async function cutBefore(socket: string): Promise<CutRedis> {
  let cutting: string | undefined
  const wire = createServer(client => {
    const server = connect(socket)
    let cut = false
    client.on('data', data => {
      if (cutting !== undefined && data.includes(cutting)) {
        cut = true
        cutting = undefined
      }
      server.write(data)
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
  const redis = connectPromptly({ kind: 'socket', path }, 'cut')
  redis.on('error', () => {})
  await once(redis, 'ready')
  return {
    redis,
    cutAfter: text => {
      cutting = text
    },
    close: async () => {
      redis.disconnect()
      wire.close()
      await once(wire, 'close')
    },
  }
}
