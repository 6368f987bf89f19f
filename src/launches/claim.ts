/** claim: the right to connect for one launch. It can be lost again (its lease runs out); the right to write is commit's. */
import { groupScript } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { type Retry, readClaimAnswer } from './claim-answer.ts'
import { luaGuard } from './guards.ts'
import { type LaunchRequest, reasons, type State } from './launch.ts'
import { type Ledger, luaLedger, runLedgerTogether } from './ledger.ts'
import { type Brakes, brakeArgs, luaBrake, noBrakes } from './limits.ts'
import { luaOpening } from './opening.ts'
import { luaPause } from './pause.ts'
import { luaClaimGate } from './row-gate.ts'
import type { Submission } from './submission.ts'

export interface Claim {
  readonly key: string
  /** Grows by one with every claim of the launch; with the nonce it identifies this attempt in every script. */
  readonly token: number
  readonly nonce: string
  readonly account: string
  readonly mailing: number
  readonly request: LaunchRequest
  readonly requestId: string
  /** The file that it submits as a batch instead of starting the mailing of its request. */
  readonly submission?: Submission
  readonly retry: Retry
  readonly due: number
  readonly sendUntil: number
  readonly retryUntil: number
  /** Attempts made before this one. */
  readonly attempts: number
  /** Those of them that count against `retry.attempts`: made since a person last said to try again. */
  readonly made: number
  /** What an earlier attempt came to is not known: this one is an identical repeat, and only some answers decide. */
  readonly doubt: boolean
  /** Whether any earlier attempt of this launch was handed to the socket. */
  readonly earlierHanded: boolean
}

export type ClaimAnswer =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  /**
   * Not yet: come back in `wait` milliseconds. `why`: before its time, another owner, another launch of the mailing, as many rows of
   * its batch as may, the account's limits or its breaker.
   */
  | {
      readonly kind: 'later'
      readonly wait: number
      readonly why: 'early' | 'owned' | 'lane' | 'batch' | 'pace' | 'breaker'
    }
  /** Nothing to do: the launch is in this state, or there is no such launch. `changed` where this call brought it there. */
  | { readonly kind: 'over'; readonly state: State | undefined; readonly changed: boolean; readonly reason: string }

/** A due time is missed once it is this late without having been looked at; the newest of several stands for all. */
const superseded = 1_000
/** `misfire: skip` is not meant for a service that was slow for a moment. */
const missedAfter = 5_000

const claimScript = groupScript('sendoffClaim', {
  /*
   * ARGV[3] key  [4] nonce  [5] owner  [6] lease in ms  [7] requests per minute  [8] launches in flight  [9] 1 with a breaker; '' for none
   * Returns {'claimed', token, account, mailing, request, requestId, policy, due, sendUntil, retryUntil, attempts, handed,
   *   attempts before a person's retry, doubt},
   *   {'later', wait in ms, why} or {'over', state, 1 where this call changed it, why}.
   * The same nonce may ask twice (its reply may have been lost) and gets the same claim.
   */
  before: /* lua */ `${luaLedger}${luaAudit}${luaGuard}${luaPause}${luaOpening}${luaClaimGate}${luaBrake}`,
  each: /* lua */ `
local key, nonce, owner, lease = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local row = read(key, 'state', 'nonce', 'leaseUntil', 'notBefore', 'sendUntil', 'due', 'account', 'mailing', 'origin',
  'token', 'attempts', 'overlap', 'schedule', 'misfire', 'seen', 'doubt', 'owner', 'repeatAt', 'repeatUntil', 'audience', 'maxPerDay', 'daySince', 'coolDown', 'onGuard', 'confirmed', 'request', 'requestId', 'policy', 'retryUntil', 'handed', 'round', 'preflightHold', 'open', 'awaits')
if not row.state then return { 'over', '', 0, '' } end
local gate = row.origin == 'bulk' and rowGate()
if gate then gate.terms(key, row) end
local at = now()
local function granted(token)
  return { 'claimed', token, row.account, row.mailing, row.request, row.requestId, row.policy, row.due, row.sendUntil,
    row.retryUntil, row.attempts, row.handed or '0', row.round or '0', row.doubt or '0' }
end
if row.state == 'claimed' then
  if row.nonce == nonce then return granted(row.token) end
  if tonumber(row.leaseUntil) > at then return { 'later', tonumber(row.leaseUntil) - at, 'owned' } end
elseif row.state == 'unknown' and row.repeatAt and tonumber(row.repeatAt) <= at then
  -- An identical repeat that recovery has armed: the launch stays in doubt until it decides.
elseif row.state ~= 'planned' and row.state ~= 'waiting' then
  return { 'over', row.state, 0, '' }
elseif tonumber(row.notBefore) > at then
  return { 'later', tonumber(row.notBefore) - at, 'early' }
end
local rowAnswer = row.batch and gate.answer(key, row, at)
if rowAnswer then return rowAnswer end
local opens = opening(row, at)
if row.doubt and (tonumber(row.sendUntil) < at or tonumber(row.repeatUntil or '0') < at or opens ~= at or holdOn(row)) then
  -- Recovery decides anew: a repeat that waits for its job must not go out when the platform may have forgotten the first.
  redis.call('HDEL', P .. 'launch:' .. key, 'repeatAt')
  if row.state == 'claimed' then enter(key, row, 'unknown', at, at, 'recovering', '1') end
  return { 'over', 'unknown', 0, '' }
end
local paused = not row.doubt and pausedBy(row, at)
if paused then
  enter(key, row, 'skipped', at, nil, 'reason', paused)
  return { 'over', 'skipped', 1, paused }
end
if tonumber(row.sendUntil) < at then
  local reason = overtime(key, row, at)
  return { 'over', row.state, 1, reason }
end

local stop = holdOn(row)
if stop then return { 'over', 'held', 1, hold(key, row, at, stop) } end
if not opens then
  local reason = overtime(key, row, at, '${reasons.closed}')
  return { 'over', row.state, 1, reason }
elseif opens > at then
  awaitOpening(key, row, at, opens)
  return { 'later', opens - at, 'early' }
end
local wrong = row.preflightHold and row.attempts == '0' and trouble(row.account, row.mailing)
if wrong then
  -- Looked at in time, so that its lateness is no misfire when it is let go; and its mailing is looked at again at once.
  enter(key, row, 'held', at, row.sendUntil + 1, 'reason', '${reasons.preflight}' .. wrong, 'heldBy', 'preflight', 'seen', 1)
  redis.call('ZADD', P .. 'preflights', at, 'launch:' .. key)
  return { 'over', 'held', 1, '${reasons.preflight}' .. wrong }
end
if row.misfire and row.state == 'planned' and row.attempts == '0' and not row.seen and at - row.due > ${superseded} then
  -- Missed. Which of several missed due times goes is only known when the planner has come up to now; it comes no further
  -- than it must, so a schedule whose next due time is still ahead is up to now too.
  local watermark = redis.call('HGET', P .. 'watermarks', row.schedule)
  local ahead = redis.call('ZSCORE', P .. 'upcoming', row.schedule)
  if watermark and tonumber(watermark) < at and ahead and tonumber(ahead) <= at then return { 'later', 500, 'early' } end
  local reason = nil
  if row.misfire == 'skip' and at - row.due > ${missedAfter} then
    reason = '${reasons.missed}'
  elseif row.misfire == 'once' then
    for _, newer in ipairs(redis.call('ZRANGE', P .. 'schedule:' .. row.schedule, '(' .. row.due, at, 'BYSCORE')) do
      local other = read(newer, 'state', 'misfire', 'due', 'schedule')
      -- A run by hand is of the schedule and has no misfire: it stands for no due time. Nor does what came in a pause.
      if other.misfire and other.state ~= 'skipped' and other.state ~= 'expired' and other.state ~= 'cancelled'
        and not (other.state == 'planned' and pausedBy(other, at)) then
        reason = '${reasons.superseded}'
        break
      end
    end
  end
  if reason then
    enter(key, row, 'skipped', at, nil, 'reason', reason)
    return { 'over', 'skipped', 1, reason }
  end
end

local place = row.account .. ':' .. row.mailing
local holder = redis.call('GET', P .. 'lane:' .. place)
if holder == key then holder = false end
if holder then
  local other = read(holder, 'state', 'leaseUntil', 'due', 'account', 'mailing', 'origin', 'doubt', 'recovering')
  if other.state == 'claimed' and tonumber(other.leaseUntil) < at then
    if other.doubt then
      other.recovering = '1'
      enter(holder, other, 'unknown', at, at, 'recovering', '1')
    else
      enter(holder, other, 'planned', at, at)
    end
  end
  if other.state == 'unknown' and other.recovering == '1' then
    if row.batch then return { 'later', gate.standInLine(P .. 'next:' .. place, key, at), 'lane' } end
    redis.call('HSET', P .. 'launch:' .. key, 'seen', 1)
    return { 'later', 1000, 'lane' }
  elseif other.state ~= 'claimed' and other.state ~= 'sending' then
    holder = false
  end
end
-- Whether any but this one is between two attempts is asked only where the answer decides.
if row.attempts == '0' and not row.doubt and row.overlap ~= 'allow' and (holder or
  redis.call('SCARD', P .. 'waiting:' .. place) > redis.call('SISMEMBER', P .. 'waiting:' .. place, key)) then
  local queued = P .. 'queued:' .. place
  local first = redis.call('GET', queued)
  if first and first ~= key and read(first, 'state').state ~= 'planned' then first = false end
  if row.overlap == 'skip' or (first and first ~= key) then
    enter(key, row, 'skipped', at, nil, 'reason', '${reasons.overlap}')
    return { 'over', 'skipped', 1, '${reasons.overlap}' }
  end
  redis.call('SET', queued, key)
  redis.call('HSET', P .. 'launch:' .. key, 'seen', 1)
  return { 'later', 1000, 'lane' }
end
if holder then
  if row.batch then return { 'later', gate.standInLine(P .. 'next:' .. place, key, at), 'lane' } end
  redis.call('HSET', P .. 'launch:' .. key, 'seen', 1)
  return { 'later', 250, 'lane' }
end
-- Asked before the first attempt, and again before the first after a person's retry or release.
if row.maxPerDay and not row.doubt and row.attempts == (row.round or '0') then
  local reason = guardOn(row, at)
  if reason and row.onGuard == 'hold' then
    enter(key, row, 'held', at, row.sendUntil + 1, 'reason', reason, 'heldBy', 'guard')
    return { 'over', 'held', 1, reason }
  elseif reason then
    enter(key, row, 'skipped', at, nil, 'reason', reason)
    return { 'over', 'skipped', 1, reason }
  end
end
local wait, braked = brake(key, row, at, lease, ARGV[7], ARGV[8], ARGV[9])
if wait then return { 'later', wait, braked } end
if row.overlap == 'queueOne' and redis.call('GET', P .. 'queued:' .. place) == key then redis.call('DEL', P .. 'queued:' .. place) end

local token = row.token + 1
if row.state == 'claimed' then note(key, owner, 'took it over', 'the lease of ' .. tostring(row.owner) .. ' had run out before it sent anything') end
if row.repeatAt then redis.call('HDEL', P .. 'launch:' .. key, 'repeatAt') end
enter(key, row, 'claimed', at, at + lease, 'token', token, 'nonce', nonce, 'owner', owner, 'leaseUntil', at + lease)
return granted(token)
`,
})

/** Claims a launch for `lease` milliseconds, as the account's brakes allow. `nonce` identifies the attempt, `owner` the process in words. */
export async function claimLaunch(
  ledger: Ledger,
  key: string,
  nonce: string,
  owner: string,
  lease: number,
  brakes: Brakes = noBrakes,
): Promise<ClaimAnswer> {
  const args = [key, nonce, owner, lease, ...brakeArgs(brakes)]
  return readClaimAnswer(key, nonce, await runLedgerTogether(ledger, claimScript, key, args))
}
