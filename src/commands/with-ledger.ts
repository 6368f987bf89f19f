/** Opens the ledger for one command of a person, and leaves it again whatever happens. */
import { hostname } from 'node:os'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import type { Ledger } from '../launches/ledger.ts'
import { LaunchQueues } from '../launches/queue.ts'
import { keysUnder } from '../redis/keys.ts'
import { openRedis } from '../redis/open.ts'

export interface OpenLedger {
  readonly config: Config
  readonly ledger: Ledger
  readonly queues: LaunchQueues
}

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
