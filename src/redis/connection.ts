/** Connections to Redis: where it is, and the two ways of talking to it. */
import { Redis, type RedisOptions } from 'ioredis'
import type { Secret } from '../config/secret.ts'

/** Where a Redis is: a URL (which may carry a password) or the Unix socket of the embedded one. */
export type RedisAddress =
  | { readonly kind: 'url'; readonly url: Secret }
  | { readonly kind: 'socket'; readonly path: string }

export class RedisUnreachable extends Error {
  override readonly name = 'RedisUnreachable'
}

/** The address in words, without credentials. */
export function describeAddress(address: RedisAddress): string {
  if (address.kind === 'socket') return address.path
  const url = new URL(address.url.reveal())
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`
}

type Options = Omit<RedisOptions, 'replyMapping'>

function open(address: RedisAddress, options: Options): Redis {
  return address.kind === 'socket'
    ? new Redis({ ...options, path: address.path })
    : new Redis(address.url.reveal(), options)
}

/**
 * A connection for a long-running process. It waits out an outage and then sends again whatever had no reply: everything
 * sent over it must bear being executed twice. A failover's READONLY answers make it reconnect.
 */
export function connectPatiently(address: RedisAddress, name: string): Redis {
  return open(address, {
    connectionName: name,
    maxRetriesPerRequest: null,
    retryStrategy: attempt => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
    reconnectOnError: error => (error.message.startsWith('READONLY') ? 2 : false),
  })
}

/** A connection for one command of a person: fails at once, with a sentence, where Redis does not answer. */
export async function connectOnce(address: RedisAddress, name: string): Promise<Redis> {
  const redis = open(address, {
    connectionName: name,
    lazyConnect: true,
    connectTimeout: 3_000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  })
  // The promise below is often rejected with nothing but "closed"; the reason comes here.
  let reason: unknown
  redis.on('error', error => {
    reason = error
  })
  try {
    await redis.connect()
    return redis
  } catch (closed) {
    redis.disconnect()
    throw new RedisUnreachable(`Redis at ${describeAddress(address)} does not answer`, { cause: reason ?? closed })
  }
}

/** A Redis that takes longer than this to answer a command is not there for whoever waits. Milliseconds. */
const promptness = 5_000

/**
 * A connection for people who wait for an answer: while Redis is away everything fails at once, where it is stuck after
 * `patience` milliseconds, and nothing is sent later than it was asked for. It comes back by itself.
 */
export function connectPromptly(address: RedisAddress, name: string, patience = promptness): Redis {
  return open(address, {
    connectionName: name,
    commandTimeout: patience,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: attempt => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
    reconnectOnError: error => (error.message.startsWith('READONLY') ? 1 : false),
  })
}

/** A connection that never sends a command twice: no queue while offline, no retries, no second life. For commits. */
export function connectStrictly(address: RedisAddress, name: string): Redis {
  return open(address, {
    connectionName: name,
    lazyConnect: true,
    connectTimeout: 3_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
}
