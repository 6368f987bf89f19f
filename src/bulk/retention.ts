/**
 * Batches leave when the records of all their rows have left (launches/retention.ts): then nothing of them can be told any
 * more, and a row that was sent is as old as the guard of its digest.
 */
import { z } from 'zod'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import { shortestKeep } from '../launches/retention.ts'
import type { Script } from '../redis/script.ts'

const pruneScript: Script = {
  name: 'sendoffPruneBatches',
  /*
   * ARGV[3] keep in ms  [4] how many at most. Of the oldest batches, those that ended so long ago and have no row with a record.
   * UNLINK: the rows of a large batch are freed beside the server's work. Returns how many went.
   */
  lua: /* lua */ `${luaLedger}
local at, gone = now(), 0
for _, id in ipairs(redis.call('ZRANGE', P .. 'batches', '-inf', at - ARGV[3], 'BYSCORE')) do
  if gone >= tonumber(ARGV[4]) then break end
  local batch = P .. 'batch:' .. id
  local facts = redis.call('HMGET', batch, 'state', 'ended', 'cursor', 'forgotten', 'repeated', 'digest', 'account', 'name')
  local isOver = (facts[1] == 'done' or facts[1] == 'cancelled') and tonumber(facts[2]) <= at - ARGV[3]
  if isOver and (facts[4] or 0) + (facts[5] or 0) >= tonumber(facts[3]) then
    redis.call('UNLINK', batch, batch .. ':rows', batch .. ':window', batch .. ':again', batch .. ':problems')
    redis.call('ZREM', P .. 'batches', id)
    redis.call('SREM', P .. 'batches:open', id)
    redis.call('ZREM', P .. 'batch-digest:' .. facts[6], id)
    redis.call('ZREM', P .. 'batch-named:' .. facts[7] .. ':' .. facts[8], id)
    gone = gone + 1
  end
end
return gone
`,
}

/** Removes up to `limit` batches that ended `keep` milliseconds ago, at least eight days, and whose rows are forgotten; returns how many. */
export async function pruneBatches(ledger: Ledger, keep: number, limit = 100): Promise<number> {
  const args = [Math.max(keep, shortestKeep), limit]
  return z.number().parse(await runLedgerScript(ledger, pruneScript, '', args))
}
