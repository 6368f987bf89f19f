/** The product's own embedded Redis under a folder, for either side: the same server, the same settings. */
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { connectPatiently } from '../src/redis/connection.ts'
import { EmbeddedRedis } from '../src/redis/embedded.ts'

export interface EmbeddedStore {
  readonly redis: Redis
  leave(): Promise<void>
}

export async function joinStore(folder: string): Promise<EmbeddedStore> {
  const embedded = await EmbeddedRedis.join(join(folder, '.sendoff'))
  const redis = connectPatiently({ kind: 'socket', path: embedded.socket }, 'bench')
  return {
    redis,
    leave: async () => {
      redis.disconnect()
      await embedded.leave()
    },
  }
}

/** Memory that the server's data takes, in bytes. */
export async function memoryOf(redis: Redis): Promise<number> {
  return z.coerce.number().parse(/^used_memory_dataset:(\d+)/m.exec(await redis.info('memory'))?.[1])
}
