/**
 * The guards against mailing the same people twice, as people meet them: what they would say of a launch before it is made,
 * and letting go what they hold. The claim is what enforces them.
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import type { DecisionAnswer } from './doubt.ts'
import { audienceOf, type LaunchRequest, reasons } from './launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

/**
 * Adds `guardOn(row, at)` to a script that begins with `luaLedger`: why the mailing may not go to this audience now, or nil.
 * What goes by the day goes by the local day on which a schedule's launch was due: one of the schedule's own that was late,
 * or tried again, after midnight does not take the next day's place. A person's word counts until it has gone again.
 */
export const luaGuard = /* lua */ `
local function countsToday(row, key)
  if not row.schedule then return true end
  local other = read(key, 'schedule', 'due')
  return other.schedule ~= row.schedule or tonumber(other.due) >= tonumber(row.daySince)
end

local function guardOn(row, at)
  local sent = sentKey(row)
  local last = tonumber(redis.call('ZRANGE', sent, 0, 0, 'REV', 'WITHSCORES')[2] or '0')
  if last == 0 or (row.confirmed and last <= tonumber(row.confirmed)) then return nil end
  if redis.call('ZCOUNT', sent, row.daySince, '+inf') >= tonumber(row.maxPerDay) then
    local count = 0
    local batches = {}
    for _, key in ipairs(redis.call('ZRANGE', sent, row.daySince, '+inf', 'BYSCORE')) do
      -- However many rows of a batch went there, it counts once.
      local batch = batchOf(key)
      if not (batch and batches[batch]) and countsToday(row, key) then count = count + 1 end
      if batch then batches[batch] = true end
    end
    if count >= tonumber(row.maxPerDay) then return '${reasons.perDay}' end
  end
  if at - last < tonumber(row.coolDown) then return '${reasons.coolDown}' end
  return nil
end
`

/** A launch by hand follows another of the same mailing and audience at least this much later. Milliseconds. */
export const manualCoolDown = 2 * 3_600_000
/** And is the only one within a day. */
export const manualSpan = 24 * 3_600_000

/** When this mailing last went to this audience, whoever launched it; epoch milliseconds. Unknown launches count. */
export async function lastSent(ledger: Ledger, account: string, request: LaunchRequest): Promise<number | undefined> {
  const key = ledger.keys.sent(account, request.id, audienceOf(request))
  const [, at] = await ledger.redis.zrevrange(key, 0, 0, 'WITHSCORES')
  return at === undefined ? undefined : Number(at)
}

const releaseScript: Script = {
  name: 'sendoffReleaseGuarded',
  /*
   * ARGV[3] key  [4] when the mailing last went to this audience, as the person was shown it, or '' for never  [5] who
   * [6] why. {'done', account} or {'refused', why not}. Compared here: between the look and the word it may have gone again.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local key = ARGV[3]
local row = read(key, 'state', 'due', 'account', 'mailing', 'origin', 'audience', 'heldBy', 'sendUntil')
if not row.state then return { 'refused', 'there is no such launch' } end
if row.state ~= 'held' or row.heldBy ~= 'guard' then
  return { 'refused', 'it is ' .. row.state .. '; only what a guard holds is let go. A stop is ended by sendoff hold off' }
end
local at = now()
if tonumber(row.sendUntil) < at then return { 'refused', 'the time in which it might be sent has passed' } end
local last = redis.call('ZRANGE', sentKey(row), 0, 0, 'REV', 'WITHSCORES')[2] or ''
if last ~= ARGV[4] then return { 'refused', 'the mailing has gone to this audience again since' } end
local hash = P .. 'launch:' .. key
redis.call('HDEL', hash, 'heldBy', 'reason')
-- Whatever goes out between this word and the claim was not among what the person was shown.
enter(key, row, 'planned', at, at, 'seen', 1, 'confirmed', last == '' and '0' or last)
note(key, ARGV[5], 'let go past its guard', ARGV[6])
audit(ARGV[5], 'release', key, ARGV[6], 'held', 'planned')
return { 'done', row.account }
`,
}

const answerSchema = z.tuple([z.enum(['done', 'refused']), z.string()])

/** Lets go a launch that a guard holds; `last` is when, as the person was shown it, the mailing last went to its audience. */
export async function releaseGuarded(
  ledger: Ledger,
  key: string,
  last: number | undefined,
  who: string,
  why: string,
): Promise<DecisionAnswer> {
  const reply = await runLedgerScript(ledger, releaseScript, key, [key, last ?? '', who, why])
  const [kind, words] = answerSchema.parse(reply)
  return kind === 'done' ? { kind } : { kind, why: words }
}
