/** Making a claim last: reading a file takes longer than connecting does. */

import type { Script } from '../redis/script.ts'
import type { Claim } from './claim.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

const leaseScript: Script = {
  name: 'sendoffExtendLease',
  // ARGV[3] key  [4] token  [5] nonce  [6] lease in ms from now. 1, or 0 where the claim is no longer this one.
  lua: /* lua */ `${luaLedger}
local key, at = ARGV[3], now()
local row = read(key, 'state', 'token', 'nonce')
if row.state ~= 'claimed' or row.token ~= ARGV[4] or row.nonce ~= ARGV[5] then return 0 end
redis.call('HSET', P .. 'launch:' .. key, 'leaseUntil', at + ARGV[6])
redis.call('ZADD', P .. 'wake', at + ARGV[6], key)
return 1
`,
}

/** Keeps a claim until it is stopped; `lease` in milliseconds. What Redis throws meanwhile costs the claim, and no more. */
export function keepClaim(ledger: Ledger, { key, token, nonce }: Claim, lease: number): { stop(): void } {
  const extend = () => void runLedgerScript(ledger, leaseScript, key, [key, token, nonce, lease]).catch(() => {})
  const timer = setInterval(extend, lease / 3)
  return { stop: () => clearInterval(timer) }
}
