/**
 * Holds: stops for everything, for an account or for a mailing. Checked inside the claim and the commit, so that nothing
 * leaves under one; kept in Redis, so that they survive restarts; never without a reason.
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

export type HoldScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'mailing'; readonly account: string; readonly mailing: number }

/** The scope as the `holds` hash and the audit name it. */
export function scopeName(scope: HoldScope): string {
  switch (scope.kind) {
    case 'all':
      return 'all'
    case 'account':
      return `account:${scope.account}`
    case 'mailing':
      return `mailing:${scope.account}:${scope.mailing}`
  }
}

export const holdCauses = ['person', 'token', 'rights', 'store', 'clock'] as const

const holdSchema = z.object({
  /** `person`: somebody said so. `token`, `rights`: the platform refused the account's token, or its rights. */
  cause: z.enum(holdCauses),
  reason: z.string(),
  by: z.string(),
  at: z.number(),
})
export interface Hold extends z.infer<typeof holdSchema> {
  readonly scope: string
}

/** The stops in force. */
export async function holdsInForce(ledger: Ledger): Promise<Hold[]> {
  const holds = await ledger.redis.hgetall(ledger.keys.holds)
  return Object.entries(holds).flatMap(([scope, text]) =>
    z
      .array(holdSchema)
      .parse(JSON.parse(text))
      .map(stop => ({ scope, ...stop })),
  )
}

const onScript: Script = {
  name: 'sendoffHoldOn',
  // ARGV[3] scope  [4] cause  [5] reason  [6] who. Returns 1, or 0 where the scope was held for this cause already.
  lua: /* lua */ `${luaLedger}${luaAudit}
if not addStop(ARGV[3], ARGV[4], ARGV[5], ARGV[6], now()) then return 0 end
audit(ARGV[6], 'hold on', ARGV[3], ARGV[5], '', 'held')
return 1
`,
}

/** Stops what the scope names. False where it was stopped for this cause already: its first reason stands. */
export async function holdOn(
  ledger: Ledger,
  scope: HoldScope,
  hold: { readonly cause: Hold['cause']; readonly reason: string; readonly by: string },
): Promise<boolean> {
  return (await runLedgerScript(ledger, onScript, '', [scopeName(scope), hold.cause, hold.reason, hold.by])) === 1
}

const offScript: Script = {
  name: 'sendoffHoldOff',
  // ARGV[3] scope  [4] reason  [5] who  [6] cause. Returns 1, or 0 where there was no such stop.
  lua: /* lua */ `${luaLedger}${luaAudit}
local left, ended = {}, nil
for _, stop in ipairs(cjson.decode(redis.call('HGET', P .. 'holds', ARGV[3]) or '[]')) do
  if stop.cause == ARGV[6] then ended = stop else left[#left + 1] = stop end
end
if not ended then return 0 end
if #left > 0 then redis.call('HSET', P .. 'holds', ARGV[3], cjson.encode(left)) else redis.call('HDEL', P .. 'holds', ARGV[3]) end
redis.call('DEL', P .. 'denied:' .. (string.match(ARGV[3], '^%a+:([^:]+)') or ''))
audit(ARGV[5], 'hold off', ARGV[3], ARGV[4], cjson.encode(ended), '')
return 1
`,
}

const releaseScript: Script = {
  name: 'sendoffRelease',
  /*
   * ARGV[3] offset into the held launches  [4] how many to look at. Launches that a stop held, and none holds any more, are
   * planned again. Returns {the offset to go on from or -1, how many were released}.
   */
  lua: /* lua */ `${luaLedger}
local at, offset, looked, released = now(), tonumber(ARGV[3]), 0, 0
for _, key in ipairs(redis.call('ZRANGE', P .. 'state:held', offset, offset + ARGV[4] - 1)) do
  looked = looked + 1
  local row = read(key, 'state', 'heldBy', 'due', 'account', 'mailing', 'origin', 'sendUntil', 'attempts')
  if row.heldBy == 'hold' and not holdOn(row) then
    redis.call('HDEL', P .. 'launch:' .. key, 'heldBy', 'reason')
    if tonumber(row.sendUntil) < at then overtime(key, row, at) else enter(key, row, 'planned', at, at) end
    released = released + 1
  end
end
if looked < tonumber(ARGV[4]) then return { -1, released } end
return { offset + looked - released, released }
`,
}

/**
 * Ends the scope's stop of this cause and gives back what none holds any more; returns how many launches that were, or undefined where there was no such stop
 * and an interrupted end had left nothing held either.
 */
export async function holdOff(
  ledger: Ledger,
  scope: HoldScope,
  cause: Hold['cause'],
  reason: string,
  by: string,
): Promise<number | undefined> {
  const ended = (await runLedgerScript(ledger, offScript, '', [scopeName(scope), reason, by, cause])) === 1
  let total = 0
  // Launches that leave the index meanwhile move the others up: only a pass that finds nothing has seen them all.
  for (let released = 1; released > 0; total += released) released = await releaseOnce(ledger)
  return ended || total > 0 ? total : undefined
}

async function releaseOnce(ledger: Ledger): Promise<number> {
  let total = 0
  for (let offset = 0; offset >= 0; ) {
    const reply = await runLedgerScript(ledger, releaseScript, '', [offset, 500])
    const [next, released] = z.tuple([z.number(), z.number()]).parse(reply)
    total += released
    offset = next
  }
  return total
}
