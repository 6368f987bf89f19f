/**
 * sweep: gives back what was lost. Whoever died, whatever the queue forgot, the ledger's own `wake` index still knows when
 * each launch that is not at rest must be looked at.
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { quarantine, reasons } from './launch.ts'
import { type Ledger, luaLedger, pickUpGrace, runLedgerScript } from './ledger.ts'

export type Swept =
  /** Needs a job: its own was lost, or its owner was. `token` makes the new job's id differ from a stuck one's. */
  | { readonly kind: 'requeue'; readonly key: string; readonly account: string; readonly token: number }
  | { readonly kind: 'expired' | 'failed'; readonly key: string; readonly account: string; readonly reason: string }
  | { readonly kind: 'unknown'; readonly key: string; readonly account: string }
  /** recover: in doubt, and its next step of recovery may be due. confirm: launched, and the log is to confirm it. */
  | { readonly kind: 'recover' | 'confirm'; readonly key: string; readonly account: string }

/** Whoever takes up the recovery of a launch has it alone for this long. */
const recoveryLease = 30_000
/** A launch without a job that was given one is looked at again after this long. */
const lookAgain = 30_000

const sweepScript: Script = {
  name: 'sendoffSweep',
  /*
   * ARGV[3] how many at most. Returns a flat list of kind, key, account, token, and why it ended where it did.
   * planned, waiting: needs a job, or its time is over. claimed: its lease is over, so back to planned. sending: its owner
   * has not settled in all the time that sending may last, so nobody knows. held: its time is over. unknown, and launched where the log is to confirm it: recovery.
   */
  lua: /* lua */ `${luaLedger}
local at, out = now(), {}
for _, key in ipairs(redis.call('ZRANGE', P .. 'wake', '-inf', at, 'BYSCORE', 'LIMIT', 0, ARGV[3])) do
  local row = read(key, 'state', 'sendUntil', 'due', 'account', 'mailing', 'origin', 'token', 'attempts', 'doubt',
    'nonce', 'owner', 'vanished', 'heldBy', 'awaits')
  local kind, reason = nil, ''
  if not row.state then
    redis.call('ZREM', P .. 'wake', key)
  elseif row.state == 'sending' then
    beginDoubt(key, row)
    redis.call('HDEL', P .. 'launch:' .. key, 'reset')
    enter(key, row, 'unknown', at, at, 'handed', '1', 'doubt', '1', 'recovering', '1',
      'vanished', (row.vanished or '') .. ' ' .. tostring(row.nonce) .. '=' .. tostring(row.owner), 'quarantineUntil', at + ${quarantine.vanished}, 'reason', '${reasons.vanished}')
    kind = 'unknown'
  elseif row.state == 'claimed' and row.doubt then
    enter(key, row, 'unknown', at, at, 'recovering', '1')
  elseif row.state == 'unknown' or row.state == 'launched' then
    redis.call('ZADD', P .. 'wake', at + ${recoveryLease}, key)
    kind = row.state == 'unknown' and 'recover' or 'confirm'
  elseif row.state == 'planned' or row.state == 'waiting' or row.state == 'claimed' or row.state == 'held' then
    if tonumber(row.sendUntil) < at and not (row.origin == 'bulk' and rows().isReleasedAnew(key, row)) then
      reason = overtime(key, row, at)
      kind = row.state
    elseif row.state == 'held' then
      redis.call('ZADD', P .. 'wake', row.sendUntil + 1, key)
    else
      if row.state == 'claimed' then enter(key, row, 'planned', at, at + ${lookAgain}) end
      redis.call('ZADD', P .. 'wake', at + ${lookAgain}, key)
      kind = 'requeue'
    end
  else
    redis.call('ZREM', P .. 'wake', key)
  end
  if kind then
    out[#out + 1] = kind; out[#out + 1] = key; out[#out + 1] = row.account; out[#out + 1] = row.token; out[#out + 1] = reason
  end
end
return out
`,
}

const row = z.tuple([
  z.enum(['requeue', 'expired', 'failed', 'unknown', 'recover', 'confirm']),
  z.string(),
  z.string(),
  z.coerce.number(),
  z.string(),
])

/** Looks at up to `limit` launches whose time to be looked at has come, and says what became of each. */
export async function sweepLedger(ledger: Ledger, limit: number): Promise<Swept[]> {
  const flat = z.array(z.string()).parse(await runLedgerScript(ledger, sweepScript, '', [limit]))
  const swept: Swept[] = []
  for (let index = 0; index < flat.length; index += 5) {
    const [kind, key, account, token, reason] = row.parse(flat.slice(index, index + 5))
    swept.push({ kind, key, account, token, reason })
  }
  return swept
}

/** Grace before the sweep looks at a launch; the sweep's own period should not be longer. */
export const sweepEvery = pickUpGrace
