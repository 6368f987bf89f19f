/** A new epoch of the store: it has forgotten something, so what was due before may have been sent without its knowing. */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { quarantine, reasons } from './launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

const raiseScript: Script = {
  name: 'sendoffRaiseEpoch',
  /*
   * ARGV[3] why  [4] the state to go through  [5] how many at most. What was due before now may have been sent without the
   * store's knowing: it is unknown, and due times before now that are minted again are too. The token grows: what a worker
   * says of its attempt says nothing about one that was forgotten. Returns how many were moved.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local at, moved = now(), 0
if ARGV[4] == '' then
  redis.call('HINCRBY', P .. 'store', 'epoch', 1)
  redis.call('HSET', P .. 'store', 'lostBefore', at)
  audit('service', 'epoch raised', 'all', ARGV[3], '', 'unknown')
  -- How far a batch had come may be forgotten too: rows that it would release next may have been sent.
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'batches:open')) do
    if redis.call('HGET', P .. 'batch:' .. id, 'state') == 'running' then rows().stop(id, '${reasons.store}' .. ARGV[3], 'service', at) end
  end
  return 0
end
for _, key in ipairs(redis.call('ZRANGE', P .. 'state:' .. ARGV[4], '-inf', at, 'BYSCORE', 'LIMIT', 0, ARGV[5])) do
  local row = read(key, 'state', 'due', 'account', 'mailing', 'origin', 'token', 'doubt', 'audience', 'nonce', 'owner', 'vanished')
  local lost = row.vanished
  if row.state == 'claimed' or row.state == 'sending' then lost = (lost or '') .. ' ' .. row.nonce .. '=' .. row.owner end
  beginDoubt(key, row)
  -- What was said of a socket, or decided about a repeat, says nothing about what was forgotten.
  redis.call('HDEL', P .. 'launch:' .. key, 'reset', 'repeatAt', 'repeatUntil')
  if lost then redis.call('HSET', P .. 'launch:' .. key, 'vanished', lost) end
  redis.call('ZADD', sentKey(row), 'NX', row.due, key)
  enter(key, row, 'unknown', at, at, 'doubt', '1', 'recovering', '1', 'handed', '1', 'token', row.token + 1,
    'quarantineUntil', at + ${quarantine.vanished}, 'reason', '${reasons.store}' .. ARGV[3])
  moved = moved + 1
end
return moved
`,
}

const open = ['planned', 'claimed', 'sending', 'waiting', 'held'] as const

/** Raises the epoch, for `reason`, and puts what was due before into doubt; returns how many launches that were. */
export async function raiseEpoch(ledger: Ledger, reason: string): Promise<number> {
  await runLedgerScript(ledger, raiseScript, '', [reason, '', 0])
  let doubtful = 0
  for (const state of open) {
    for (let moved = 1; moved > 0; doubtful += moved) {
      moved = z.number().parse(await runLedgerScript(ledger, raiseScript, '', [reason, state, 500]))
    }
  }
  return doubtful
}
