/** Trying rows again: those that ended without a launch, at the batch's own pace. Never an unknown one. */
import { z } from 'zod'
import { luaAudit } from '../launches/audit.ts'
import { retryStates } from '../launches/batch-rows.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import { type BatchDecision, type NotAsAsked, refusedAnswer, unknownAnswer } from './pausing.ts'

const retryScript: Script = {
  name: 'sendoffRetryBatch',
  /*
   * ARGV[3] batch id  [4] why  [5] who. {'again', rows}, {'refused', state, reason} or {'unknown'}. The rows keep their states
   * until the feeder releases them again; one that a person tries again by itself meanwhile is left alone then.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local id, at = ARGV[3], now()
local batch = P .. 'batch:' .. id
local facts = redis.call('HMGET', batch, 'state', 'reason')
if not facts[1] then return { 'unknown' } end
if facts[1] == 'cancelled' then return { 'refused', facts[1], facts[2] or '' } end
local again = batch .. ':again'
local count = redis.call('ZUNIONSTORE', again, ${retryStates.length}, ${retryStates.map(state => `batch .. ':state:${state}'`).join(', ')}, 'AGGREGATE', 'MAX')
if count == 0 then return { 'again', 0 } end
redis.call('HSET', batch, 'streak', 0, 'failed', 0, 'passed', 0)
rows().turn(id, batch, '', '', at)
audit(ARGV[5], 'batch retry', 'batch:' .. id, ARGV[4], '', count .. ' rows')
return { 'again', count }
`,
}

export type BatchRetryAnswer = { readonly kind: 'again'; readonly rows: number } | NotAsAsked

/** Has failed, rejected and swallowed rows tried again; a batch that was done goes on, a paused one when it is resumed. */
export async function retryBatch(ledger: Ledger, id: string, { by, why }: BatchDecision): Promise<BatchRetryAnswer> {
  const schema = z.union([z.tuple([z.literal('again'), z.number()]), refusedAnswer, unknownAnswer])
  const answer = schema.parse(await runLedgerScript(ledger, retryScript, '', [id, why, by]))
  switch (answer[0]) {
    case 'again':
      return { kind: 'again', rows: answer[1] }
    case 'refused':
      return { kind: 'refused', state: answer[1], reason: answer[2] }
    case 'unknown':
      return { kind: 'unknown' }
  }
}
