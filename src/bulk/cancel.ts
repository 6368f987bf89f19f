/** Cancelling a batch: rows that were not released never are, those that were and have not been sent are called off. */
import { z } from 'zod'
import { luaAudit } from '../launches/audit.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import type { BatchCounts } from './batch.ts'
import { countsAnswer, luaCounts } from './counts.ts'
import { type BatchDecision, type NotAsAsked, refusedAnswer, unknownAnswer } from './pausing.ts'

const cancelScript: Script = {
  name: 'sendoffCancelBatch',
  /*
   * ARGV[3] batch id  [4] the reason for the records  [5] why  [6] who. {'cancelled', released rows called off, counts …},
   * {'refused', state, reason} or {'unknown'}. A claimed row is refused its commit and cancelled then; one in doubt stays so.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}${luaCounts}
local id, at = ARGV[3], now()
local batch = P .. 'batch:' .. id
local facts = redis.call('HMGET', batch, 'state', 'reason')
if not facts[1] then return { 'unknown' } end
if facts[1] ~= 'running' and facts[1] ~= 'paused' then return { 'refused', facts[1], facts[2] or '' } end
redis.call('HSET', batch, 'state', 'cancelled', 'reason', ARGV[4], 'ended', at)
redis.call('DEL', batch .. ':again')
redis.call('SREM', P .. 'batches:open', id)
local calledOff = 0
for _, key in ipairs(redis.call('ZRANGE', batch .. ':window', 0, -1)) do
  local row = read(key, 'state', 'due', 'account', 'mailing', 'origin', 'doubt')
  if (row.state == 'planned' or row.state == 'waiting' or row.state == 'held') and not row.doubt then
    enter(key, row, 'cancelled', at, nil, 'reason', ARGV[4])
    calledOff = calledOff + 1
  elseif row.state == 'claimed' and not row.doubt then
    -- Its commit is refused from this moment on.
    calledOff = calledOff + 1
  end
end
audit(ARGV[6], 'batch cancel', 'batch:' .. id, ARGV[5], facts[1], 'cancelled')
return { 'cancelled', calledOff, counts(batch) }
`,
}

export type CancelAnswer =
  /** `calledOff`: rows that will not be sent, released or not. What was sent, and is being sent, is in `counts`. */
  { readonly kind: 'cancelled'; readonly calledOff: number; readonly counts: BatchCounts } | NotAsAsked

/** Calls off what is left of a running or paused batch; there is no way back. */
export async function cancelBatch(ledger: Ledger, id: string, { by, why }: BatchDecision): Promise<CancelAnswer> {
  const schema = z.union([z.tuple([z.literal('cancelled'), z.number(), countsAnswer]), refusedAnswer, unknownAnswer])
  const args = [id, `cancelled: ${why}`, why, by]
  const answer = schema.parse(await runLedgerScript(ledger, cancelScript, '', args))
  switch (answer[0]) {
    case 'cancelled':
      return { kind: 'cancelled', calledOff: answer[1] + answer[2].unreleased, counts: answer[2] }
    case 'refused':
      return { kind: 'refused', state: answer[1], reason: answer[2] }
    case 'unknown':
      return { kind: 'unknown' }
  }
}
