/**
 * Retention: records that are at rest leave the ledger by age and by count per origin. Active, held and unknown launches
 * never do, nor does one that was left out before its due time has come. A key cannot come back once its record is gone: due
 * times at or before a schedule's watermark are never minted again, and the shortest keep (8 days) is far longer than any
 * shift of zone could move a due time back before it.
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaForget } from './forget.ts'
import { type Origin, origins } from './launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

export const shortestKeep = 8 * 86_400_000

export interface Retention {
  /** Milliseconds since a launch came to rest; at least `shortestKeep`. */
  readonly keep: number
  readonly maxRows: Readonly<Record<Origin, number>>
}

const pruneScript: Script = {
  name: 'sendoffPrune',
  /*
   * ARGV[3] origin  [4] keep in ms  [5] most rows  [6] how many at most in this call. Returns how many records went.
   * Rows beyond the count go only when they are older than the shortest keep.
   */
  lua: /* lua */ `${luaLedger}${luaForget}
local ended = P .. 'ended:' .. ARGV[3]
local at, limit = now(), tonumber(ARGV[6])
local keys = redis.call('ZRANGE', ended, '-inf', at - ARGV[4], 'BYSCORE', 'LIMIT', 0, limit)
local surplus = redis.call('ZCARD', ended) - #keys - ARGV[5]
if #keys < limit and surplus > 0 then
  local more = redis.call('ZRANGE', ended, '-inf', at - ${shortestKeep}, 'BYSCORE', 'LIMIT', #keys, math.min(surplus, limit - #keys))
  for _, key in ipairs(more) do keys[#keys + 1] = key end
end
for _, key in ipairs(keys) do
  local row = read(key, 'state', 'origin', 'account', 'mailing', 'schedule', 'error')
  if row.state then
    forget(key, row)
  else
    redis.call('ZREM', ended, key)
    redis.call('ZREM', P .. 'launches:' .. ARGV[3], key)
  end
end
return #keys
`,
}

/** Removes what retention allows, a bounded number of records per call; returns how many went. */
export async function pruneLedger(ledger: Ledger, retention: Retention, limit = 500): Promise<number> {
  let removed = 0
  for (const origin of origins) {
    const args = [origin, Math.max(retention.keep, shortestKeep), retention.maxRows[origin], limit]
    removed += z.number().parse(await runLedgerScript(ledger, pruneScript, '', args))
  }
  return removed
}
