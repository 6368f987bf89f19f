/** Which Redis: the configured one, or the embedded one of the data folder. */
import type { Redis } from 'ioredis'
import type { Secret } from '../config/secret.ts'
import { connectOnce, type RedisAddress } from './connection.ts'
import { EmbeddedRedis } from './embedded.ts'

export interface RedisSettings {
  readonly paths: { readonly data: string }
  readonly redis: { readonly url?: Secret | undefined }
}

export interface OpenedRedis {
  readonly address: RedisAddress
  /** Fails at once where Redis does not answer; long-running processes open their own, patient connection. */
  readonly redis: Redis
  /** Leaves the embedded server, if it is one; the last to leave stops it. */
  leave(): Promise<void>
}

/** Opens Redis for one command, or for the start of the service. Throws RedisUnreachable. */
export async function openRedis(settings: RedisSettings): Promise<OpenedRedis> {
  if (settings.redis.url !== undefined) {
    const address: RedisAddress = { kind: 'url', url: settings.redis.url }
    return { address, redis: await connectOnce(address, 'sendoff-command'), leave: async () => {} }
  }
  const embedded = await EmbeddedRedis.join(settings.paths.data)
  const address: RedisAddress = { kind: 'socket', path: embedded.socket }
  return { address, redis: await connectOnce(address, 'sendoff-command'), leave: () => embedded.leave() }
}
