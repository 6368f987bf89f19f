/** The ledger as the suite reads it: straight from Redis, by docs/ledger.md alone. */
import type { Redis } from 'ioredis'
import { z } from 'zod'

const attemptSchema = z.object({
  number: z.number(),
  outcome: z.string().optional(),
  handed: z.boolean().optional(),
  requestId: z.string().optional(),
  detail: z.string().optional(),
})

const recordSchema = z.object({
  key: z.string(),
  account: z.string(),
  mailing: z.coerce.number(),
  schedule: z.string().optional(),
  state: z.string(),
  reason: z.string().default(''),
  due: z.coerce.number(),
  sendUntil: z.coerce.number(),
  attempts: z.coerce.number(),
  requestId: z.string(),
  nonce: z.string().optional(),
  owner: z.string().default(''),
})

export interface Launch extends z.infer<typeof recordSchema> {
  /** Every Request-ID under which it may have been sent. */
  readonly requestIds: ReadonlySet<string>
  /** Whether it is, or ever was, unknown. */
  readonly wasUnknown: boolean
  readonly attemptList: readonly z.infer<typeof attemptSchema>[]
}

/** What every record says now. Waits out a Redis that is away. */
export async function readLedger(redis: Redis): Promise<Launch[]> {
  const origins = ['schedule', 'bulk', 'manual']
  const keys = (await Promise.all(origins.map(each => redis.zrange(`{sendoff}:launches:${each}`, '0', '-1')))).flat()
  const hashes = await Promise.all(keys.map(key => redis.hgetall(`{sendoff}:launch:${key}`)))
  return hashes.flatMap(hash => (hash.key === undefined ? [] : [launchOf(hash)]))
}

function launchOf(hash: Record<string, string>): Launch {
  const record = recordSchema.parse(hash)
  const attemptList = Object.entries(hash)
    .filter(([name]) => name.startsWith('attempt:'))
    .map(([, value]) => attemptSchema.parse(JSON.parse(value)))
    .sort((a, b) => a.number - b.number)
  const earlier = attemptList.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId]))
  return {
    ...record,
    attemptList,
    wasUnknown: hash['at:unknown'] !== undefined,
    requestIds: new Set([record.requestId, ...earlier]),
  }
}

const underWay = ['planned', 'claimed', 'sending', 'waiting']

/** Nothing more happens to it without a person or evidence. */
export function isSettled({ state }: Launch): boolean {
  return !underWay.includes(state)
}

/** How many launches due up to an instant are still under way, by the indexes alone; counted in one moment. */
export async function countUnsettled(redis: Redis, by: number): Promise<number> {
  const counting = redis.multi()
  for (const state of underWay) counting.zcount(`{sendoff}:state:${state}`, '-inf', by)
  const counts = (await counting.exec()) ?? []
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}
