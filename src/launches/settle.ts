/** settle: writes down what an attempt came to. Must land: it passes under memory pressure and may be repeated. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { groupScript } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { type BreakerChange, type BreakerRule, luaNoteTransport, readBreakerChange } from './breaker.ts'
import { quarantine, type State } from './launch.ts'
import { type Ledger, luaLedger, pickUpGrace, runLedgerTogether } from './ledger.ts'
import { luaLeaveFlight } from './limits.ts'

/** An attempt as the record keeps it. Times are epoch milliseconds of the worker. */
export interface AttemptEnd {
  readonly start: number
  readonly end: number
  readonly outcome: string
  readonly reason: string
  readonly handed: boolean
  readonly error?: number
  readonly error_text?: string
  readonly status?: number
  readonly duplicate?: boolean
  readonly detail?: string
}

export interface Settlement {
  readonly state: Extract<State, 'launched' | 'rejected' | 'waiting' | 'failed' | 'swallowed' | 'unknown'>
  readonly reason: string
  /** For `waiting`: when the next attempt may begin. */
  readonly notBefore?: number
  /**
   * The next attempt needs a Request-ID of its own: this one was answered with a replayed refusal, and would be again.
   * In every other case all attempts of a launch carry the same.
   */
  readonly renewRequestId?: boolean
  /** A refusal that concerns more than this launch stops the mailing, or the account, until a person has looked. */
  readonly stops?: 'mailing' | 'account'
  /** For `launched`: when, in milliseconds from now, the platform's log is first asked to confirm it; absent where it is not. */
  readonly confirmAfter?: number
  /** What the attempt says of the way to the platform, for the account's breaker; absent where it says nothing or there is none. */
  readonly transport?: { readonly seen: 'works' | 'failed'; readonly rule: BreakerRule }
  readonly attempt: AttemptEnd
}

export type SettleAnswer =
  | { readonly kind: 'settled'; readonly attempts: number; readonly breaker?: BreakerChange }
  /** Somebody else's word stands: another owner, or a state that this outcome may not follow. */
  | { readonly kind: 'refused'; readonly state: string }

const settleScript = groupScript('sendoffSettle', {
  /*
   * ARGV[3] key  [4] token  [5] nonce  [6] state  [7] reason  [8] notBefore or ''  [9] the attempt as JSON
   * [10] error or ''  [11] error_text  [12] HTTP status or ''  [13] 1 where the request was handed to the socket
   * [14] a new Request-ID or ''  [15] what the refusal stops: '', mailing or account
   * [16] for launched: in how many ms the log is asked to confirm it, or ''
   * [17] what it says of transport: works, failed or ''  [18] how many failures open the breaker  [19] and its first pause in ms
   * Returns {'settled', attempts, what became of the breaker} or {'refused', state}. Late evidence for the same token and nonce is taken in unknown.
   */
  flags: 'allow-oom',
  before: /* lua */ `${luaLedger}${luaAudit}${luaNoteTransport}${luaLeaveFlight}
-- A refused token stops the account; a refused right stops the mailing and, at the third mailing in a row, the account.
local function stopFor(row, stops, reason, at)
  local denied, scope = P .. 'denied:' .. row.account, 'account:' .. row.account
  if stops == 'mailing' then
    redis.call('SADD', denied, row.mailing)
    if redis.call('SCARD', denied) < 3 then scope = 'mailing:' .. row.account .. ':' .. row.mailing end
  end
  local cause = stops == 'mailing' and 'rights' or 'token'
  if addStop(scope, cause, reason, 'service', at) then audit('service', 'hold on', scope, reason, '', 'held') end
end
-- Whatever an owner says of its attempt, its socket is done with: nobody need wait for it. Sets the quarantine that is left.
local function hearFrom(key, row, nonce, at)
  local lost = ''
  for each in string.gmatch(row.vanished or '', '%S+') do
    if string.sub(each, 1, #nonce + 1) ~= nonce .. '=' then lost = lost .. ' ' .. each end
  end
  local hash, travels = P .. 'launch:' .. key, at + ${quarantine.reset}
  if lost == '' then
    redis.call('HSET', hash, 'reset', '1', 'quarantineUntil', travels)
    redis.call('HDEL', hash, 'vanished')
  else
    redis.call('HSET', hash, 'vanished', lost, 'quarantineUntil', math.max(travels, tonumber(row.quarantineUntil or '0')))
  end
end
`,
  each: /* lua */ `
local key, token, nonce, state = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local row = read(key, 'state', 'token', 'nonce', 'due', 'account', 'mailing', 'origin', 'attempts', 'settled', 'requestId', 'audience',
  'doubt', 'vanished', 'quarantineUntil', 'committed', 'owner', 'flight', 'error')
if not row.state then return { 'refused', '' } end
if row.token ~= token or row.nonce ~= nonce then
  if row.vanished and string.find(row.vanished, ' ' .. nonce .. '=', 1, true) then hearFrom(key, row, nonce, now()) end
  return { 'refused', row.state }
end
leaveFlight(key, row)
if row.settled == nonce and row.state == state then return { 'settled', row.attempts, '' } end
local attempts = tonumber(row.attempts)
-- An attempt without a commit, also of a launch that has gone back into doubt since, is one of its own.
if row.committed ~= nonce then attempts = attempts + 1 end
if row.state == 'claimed' then
  -- The commit was acknowledged and then lost with the server's memory: what was written was written.
  if ARGV[13] == '1' then
    enter(key, row, 'sending', now(), nil)
    redis.call('ZADD', sentKey(row), now(), key)
  end
elseif row.state ~= 'sending' and row.state ~= 'unknown' then
  return { 'refused', row.state }
end
-- The worker's text, with what only the record knows put in front: decoding and encoding it would change it.
local by = ',"requestId":"' .. row.requestId .. '","owner":' .. cjson.encode(row.owner)
-- Of the many rows that are launched at the first attempt the record says it, but for the owner.
if row.origin == 'bulk' and state == 'launched' and attempts == 1 then by = '' end
local attempt = '{"number":' .. attempts .. by .. ',' .. string.sub(ARGV[9], 2)
local fields = { 'attempts', attempts, 'attempt:' .. attempts, attempt, 'reason', ARGV[7], 'settled', nonce, 'committed', nonce }
if row.settled then redis.call('HDEL', P .. 'launch:' .. key, 'error', 'error_text', 'status') end
local function put(name, value) if value ~= '' then fields[#fields + 1] = name; fields[#fields + 1] = value end end
put('notBefore', ARGV[8])
put('error', ARGV[10])
put('status', ARGV[12])
put('requestId', ARGV[14])
if ARGV[10] ~= '' then fields[#fields + 1] = 'error_text'; fields[#fields + 1] = ARGV[11] end
if ARGV[13] == '1' then put('handed', '1') end
local at, wakeAt = now(), nil
if state == 'waiting' then wakeAt = ARGV[8] + ${pickUpGrace} end
if state == 'launched' and ARGV[16] ~= '' then
  wakeAt = at + ARGV[16]
  put('confirmation', 'pending')
  put('confirmReadings', '0')
end
if state == 'unknown' then
  wakeAt = at + 1000
  beginDoubt(key, row)
  put('doubt', '1')
  put('recovering', '1')
  hearFrom(key, row, nonce, at)
elseif row.doubt then
  endDoubt(key)
end
answered(key, row, ARGV[10])
enter(key, row, state, at, wakeAt, unpack(fields))
if state ~= 'launched' and state ~= 'unknown' then redis.call('ZREM', sentKey(row), key) end
if state == 'launched' then redis.call('DEL', P .. 'denied:' .. row.account) end
if ARGV[15] ~= '' then stopFor(row, ARGV[15], ARGV[7], at) end
return { 'settled', attempts, noteTransport(key, row, ARGV[17], ARGV[18], ARGV[19], at, ARGV[7]) }
`,
})

const answerSchema = z.union([
  z.tuple([z.literal('settled'), z.coerce.number(), z.string()]),
  z.tuple([z.literal('refused'), z.string()]),
])

/** Settles the attempt that holds this token and nonce; throws only what Redis throws, and may then be called again. */
export async function settleLaunch(
  ledger: Ledger,
  holder: { readonly key: string; readonly token: number; readonly nonce: string },
  settlement: Settlement,
): Promise<SettleAnswer> {
  const { attempt } = settlement
  const reply = await runLedgerTogether(ledger, settleScript, holder.key, [
    holder.key,
    holder.token,
    holder.nonce,
    settlement.state,
    settlement.reason,
    settlement.notBefore ?? '',
    JSON.stringify(attempt),
    attempt.error ?? '',
    attempt.error_text ?? '',
    attempt.status ?? '',
    attempt.handed ? 1 : 0,
    settlement.renewRequestId === true ? randomUUID() : '',
    settlement.stops ?? '',
    settlement.confirmAfter ?? '',
    settlement.transport?.seen ?? '',
    settlement.transport?.rule.failures ?? '',
    settlement.transport?.rule.pause ?? '',
  ])
  const answer = answerSchema.parse(reply)
  if (answer[0] === 'refused') return { kind: 'refused', state: answer[1] }
  const breaker = readBreakerChange(answer[2])
  return { kind: 'settled', attempts: answer[1], ...(breaker && { breaker }) }
}
