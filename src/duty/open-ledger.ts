import type { Config } from '../config/config.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { Fitness } from '../redis/fitness.ts'

/** What is needed to answer and to carry out what people ask, by whatever door they come. */
export interface OpenLedger {
  readonly config: Config
  readonly ledger: Ledger
  readonly queues: LaunchQueues
}

/** A launch that sendoff start would not send is not accepted either. Throws UnfitRedis. */
export async function mustBeFit({ config, ledger }: OpenLedger, account: string): Promise<void> {
  const asked = new Map([[account, config.accounts[account]?.durability ?? 'disk']])
  await Fitness.of(ledger.redis, config.redis.requireDurable, asked)
}
