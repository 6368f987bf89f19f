/** Opens the ledger for one command of a person, and leaves it again whatever happens. */
import { hostname } from 'node:os'
import { loadConfig } from '../config/load-config.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import { LaunchQueues } from '../launches/queue.ts'
import { keysUnder } from '../redis/keys.ts'
import { openRedis } from '../redis/open.ts'

export interface GlobalFlags {
  readonly config?: string | undefined
  readonly jobs?: string | undefined
}

/** Throws DeclarationError, RedisUnreachable, and whatever `act` throws. */
export async function withLedger<T>(flags: GlobalFlags, act: (open: OpenLedger) => Promise<T>): Promise<T> {
  const { config } = loadConfig({ cwd: process.cwd(), flags, env: process.env })
  const opened = await openRedis(config)
  const keys = keysUnder(config.redis.prefix)
  const queues = new LaunchQueues(opened.redis, keys)
  try {
    return await act({ config, ledger: { redis: opened.redis, keys, owner: `${hostname()}:${process.pid}` }, queues })
  } finally {
    await queues.close()
    opened.redis.disconnect()
    await opened.leave()
  }
}
