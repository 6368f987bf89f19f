/**
 * The breaker of an account: after several failures of the way to the platform in a row nothing is tried for a while, then
 * one launch as a probe. An answer that is understood closes it. What counts is in outcome-table.ts (`transport`).
 *
 * breakers  HASH account → its failures in a row and, while it is open, since when and until when, as JSON
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

export interface BreakerRule {
  /** So many in a row open it. */
  readonly failures: number
  /** How long nothing is tried when it opens; doubled by each probe that fails. Milliseconds. */
  readonly pause: number
}

/** However often probes fail, one goes this often. Milliseconds. */
export const longestPause = 600_000

/**
 * Adds to a script that begins with `luaLedger` what the claim asks: `inFlight(key, at)`; `openBreaker(account)`, nil where it
 * is closed; `untilProbe(breaker, key, at)`, in ms, nil where this launch may go as the probe; and `beProbe`.
 */
export const luaBreaker = /* lua */ `
local function inFlight(key, at)
  local it = read(key, 'state', 'leaseUntil')
  return it.state == 'sending' or (it.state == 'claimed' and tonumber(it.leaseUntil) >= at)
end

local function openBreaker(account)
  local text = redis.call('HGET', P .. 'breakers', account)
  local breaker = text and cjson.decode(text)
  return breaker and breaker.since and breaker or nil
end

local function untilProbe(breaker, key, at)
  if at < breaker.tryAt then return breaker.tryAt - at end
  -- The record says whether the probe is still out: one whose process died must not keep the breaker open.
  if breaker.probe and breaker.probe ~= key and inFlight(breaker.probe, at) then return 500 end
  return nil
end

local function beProbe(account, breaker, key)
  breaker.probe = key
  redis.call('HSET', P .. 'breakers', account, cjson.encode(breaker))
end
`

/**
 * Adds `noteTransport(key, row, transport, most, pause, at, why)` to a script that begins with `luaLedger` and `luaAudit`; row
 * needs account, doubt. Returns '', or what it did to the breaker as JSON: `change` (opened, kept, closed) and the breaker.
 * An identical repeat has its own few moments and did not ask the breaker: its failure counts for nothing, its answer does.
 */
export const luaNoteTransport = /* lua */ `
local function noteTransport(key, row, transport, most, pause, at, why)
  if transport == '' or (transport == 'failed' and row.doubt) then return '' end
  local account, change = row.account, nil
  local text = redis.call('HGET', P .. 'breakers', account)
  if not text and transport == 'works' then return '' end
  local breaker = text and cjson.decode(text) or { failures = 0 }
  if transport == 'works' then
    redis.call('HDEL', P .. 'breakers', account)
    if not breaker.since then return '' end
    audit('service', 'breaker closed', 'account:' .. account, why, text, 'closed')
    breaker.change = 'closed'
    return cjson.encode(breaker)
  end
  breaker.failures, breaker.cause = breaker.failures + 1, why
  if not breaker.since and breaker.failures >= tonumber(most) then
    breaker.since, breaker.pause, breaker.tryAt, change = at, tonumber(pause), at + pause, 'opened'
    audit('service', 'breaker open', 'account:' .. account, why, '', cjson.encode(breaker))
  elseif breaker.since and breaker.probe == key then
    breaker.pause = math.min(breaker.pause * 2, ${longestPause})
    breaker.tryAt, breaker.probe, change = at + breaker.pause, nil, 'kept'
  end
  redis.call('HSET', P .. 'breakers', account, cjson.encode(breaker))
  if not change then return '' end
  breaker.change = change
  return cjson.encode(breaker)
end
`

const openSchema = z.object({
  failures: z.number(),
  /** What the last failure was, in a sentence. */
  cause: z.string(),
  /** Since when it is open, and when the next probe may go; epoch milliseconds. */
  since: z.number(),
  tryAt: z.number(),
})
const storedSchema = z.union([openSchema, z.strictObject({ failures: z.number(), cause: z.string() })])

/** What an attempt did to the breaker of its account. `kept`: it was the probe, and failed. */
export type BreakerChange = z.infer<typeof changeSchema>
const changeSchema = openSchema.extend({ change: z.enum(['opened', 'kept', 'closed']) })

/** Reads what `noteTransport` returned. */
export function readBreakerChange(text: string): BreakerChange | undefined {
  return text === '' ? undefined : changeSchema.parse(JSON.parse(text))
}

export interface OpenBreaker extends z.infer<typeof openSchema> {
  readonly account: string
}

/** The breakers that are open. */
export async function openBreakers(ledger: Ledger): Promise<OpenBreaker[]> {
  const stored = await ledger.redis.hgetall(ledger.keys.breakers)
  return Object.entries(stored).flatMap(([account, text]) => {
    const breaker = storedSchema.parse(JSON.parse(text))
    return 'since' in breaker ? [{ account, ...breaker }] : []
  })
}

const closeScript: Script = {
  name: 'sendoffCloseBreaker',
  // ARGV[3] account  [4] reason  [5] who. Returns 1, or 0 where it is not open.
  lua: /* lua */ `${luaLedger}${luaAudit}${luaBreaker}
local breaker = openBreaker(ARGV[3])
if not breaker then return 0 end
redis.call('HDEL', P .. 'breakers', ARGV[3])
audit(ARGV[5], 'breaker closed', 'account:' .. ARGV[3], ARGV[4], cjson.encode(breaker), 'closed')
return 1
`,
}

/** Closes the breaker of the account, for a reason; false where it is not open. What waited for it comes back by itself. */
export async function closeBreaker(ledger: Ledger, account: string, reason: string, by: string): Promise<boolean> {
  return (await runLedgerScript(ledger, closeScript, '', [account, reason, by])) === 1
}
