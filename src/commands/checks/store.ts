/** Redis as a whole: reachable or not, the server, the ledger on it, and the proofs it holds. */
import type { Account } from '../../config/account.ts'
import type { Config } from '../../config/config.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { type Proof, readProof } from '../../launches/proof.ts'
import { LaunchQueues } from '../../launches/queue.ts'
import { describeAddress } from '../../redis/connection.ts'
import { keysUnder } from '../../redis/keys.ts'
import { type OpenedRedis, openRedis } from '../../redis/open.ts'
import { serverNow } from '../../timetable/planner.ts'
import { bad, type Check, ok, within } from './check.ts'
import { lookAtLedger } from './ledger.ts'
import { lookAtServer } from './server.ts'

/** A server that is only asked, and the embedded one, which may have to be started first. */
const openPatience = { asked: 8_000, embedded: 20_000 }
const proofPatience = 5_000

export interface StoreLook {
  readonly checks: readonly Check[]
  readonly isReachable: boolean
  /** The stored proof of an account, if any. */
  readonly proofs: ReadonlyMap<string, Proof | undefined> | 'unread'
  /** The clock of Redis where it answers, in epoch milliseconds. */
  readonly now: number
}

/** Opens Redis, looks at everything on it and leaves it again. Never throws. */
export async function lookAtStore(config: Config, accounts: readonly Account[]): Promise<StoreLook> {
  try {
    const patience = config.redis.url === undefined ? openPatience.embedded : openPatience.asked
    const opened = await within(patience, openRedis(config))
    try {
      return await lookInside(opened, config, accounts)
    } finally {
      opened.redis.disconnect()
      await opened.leave()
    }
  } catch (error) {
    return { checks: [unreachable(error)], isReachable: false, proofs: 'unread', now: Date.now() }
  }
}

async function lookInside(opened: OpenedRedis, config: Config, accounts: readonly Account[]): Promise<StoreLook> {
  const ledger: Ledger = { redis: opened.redis, keys: keysUnder(config.redis.prefix) }
  const queues = new LaunchQueues(opened.redis, ledger.keys)
  try {
    const embedded = config.redis.url === undefined ? 'embedded, ' : ''
    const where = ok('Redis', `${embedded}${describeAddress(opened.address)}, prefix ${config.redis.prefix}`)
    const [server, inside, stored] = await Promise.all([
      lookAtServer(opened.redis, config, accounts),
      lookAtLedger(ledger, queues, accounts, config.paths.data),
      readProofs(ledger, accounts),
    ])
    return { checks: [where, ...server, ...inside], isReachable: true, ...stored }
  } finally {
    await queues.close()
  }
}

async function readProofs(ledger: Ledger, accounts: readonly Account[]): Promise<Pick<StoreLook, 'proofs' | 'now'>> {
  try {
    const read = accounts.map(async ({ name }) => [name, await readProof(ledger, name)] as const)
    const [now, proofs] = await within(proofPatience, Promise.all([serverNow(ledger), Promise.all(read)]))
    return { proofs: new Map(proofs), now }
  } catch {
    return { proofs: 'unread', now: Date.now() }
  }
}

/** A missing binary comes with the lines that install one. */
function unreachable(error: unknown): Check {
  const message = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  const [says = '', ...lines] = message.split('\n').map(line => line.trim())
  const remedy =
    lines.length > 0 ? lines.join('; ') : 'Start it, or correct REDIS_URL or redis.url; nothing is sent without it'
  return bad('Redis', `${says}${cause}`, remedy)
}
