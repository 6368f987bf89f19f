import type { Redis } from 'ioredis'

const begun = new WeakSet<Redis['stream']>()

/**
 * To be called right before a command is sent over this connection. The first goes out at once, so that Redis begins; what
 * follows, until the event loop has looked at all its sockets, goes to the kernel in one piece: a system call for each command
 * would cost more than the command. Order, replies and what happens when the connection breaks stay as they are.
 */
export function writeTogether(redis: Redis): void {
  // There is none before the first connection; ioredis queues then.
  const stream: Redis['stream'] | undefined = redis.stream
  if (!stream) return
  if (begun.has(stream)) {
    if (stream.writableCorked === 0) stream.cork()
    return
  }
  begun.add(stream)
  setImmediate(() => {
    begun.delete(stream)
    stream.uncork()
  })
}
