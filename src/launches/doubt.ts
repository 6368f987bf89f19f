/** Writing on the record of a launch in doubt: repeats armed, readings made, and how the doubt ended. */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import type { LogEntry } from './evidence.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

const rowFields = `'state', 'due', 'account', 'mailing', 'origin', 'token', 'repeats', 'audience'`

const armScript: Script = {
  name: 'sendoffArmRepeat',
  /*
   * ARGV[3] key  [4] token of the doubtful attempt  [5] repeats decided on before  [6] until when it may leave  [7] who
   * [8] why. 1, or 0 where the launch has moved on, its time has passed, or a stop is in force, under which the claim would
   * only use it up. One that was armed and never claimed lost its job.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local row = read(ARGV[3], ${rowFields})
local hash, at = P .. 'launch:' .. ARGV[3], now()
if row.state ~= 'unknown' or row.token ~= ARGV[4] or (row.repeats or '0') ~= ARGV[5] or tonumber(ARGV[6]) < at or holdOn(row) or (row.origin == 'bulk' and rows().isHalted(ARGV[3], row)) then return 0 end
redis.call('HSET', hash, 'repeatAt', at, 'repeatUntil', ARGV[6])
redis.call('HINCRBY', hash, 'repeats', 1)
note(ARGV[3], ARGV[7], 'identical repeat', ARGV[8])
return 1
`,
}

/**
 * Allows one identical repeat to be claimed, and to leave until `until` (epoch milliseconds): later the platform may have
 * forgotten what it would repeat. False where the launch is no longer as it was read.
 */
export async function armRepeat(
  ledger: Ledger,
  launch: { readonly key: string; readonly token: number; readonly repeats: number },
  until: number,
  who: string,
  why: string,
): Promise<boolean> {
  const args = [launch.key, launch.token, launch.repeats, Math.floor(until), who, why]
  return (await runLedgerScript(ledger, armScript, launch.key, args)) === 1
}

const readingScript: Script = {
  name: 'sendoffReading',
  // ARGV[3] key  [4] token  [5] who  [6] what was found, in words  [7] evidence so far  [8] entries as JSON  [9] when it was
  // read, or '' where it could not be. Returns 1 or 0.
  lua: /* lua */ `${luaLedger}${luaAudit}
local row = read(ARGV[3], ${rowFields})
if row.state ~= 'unknown' or row.token ~= ARGV[4] then return 0 end
redis.call('HINCRBY', P .. 'launch:' .. ARGV[3], 'polls', 1)
redis.call('HSET', P .. 'launch:' .. ARGV[3], 'evidence', ARGV[7], 'entries', ARGV[8])
if ARGV[9] ~= '' then redis.call('HSET', P .. 'launch:' .. ARGV[3], 'readAt', ARGV[9]) end
note(ARGV[3], ARGV[5], 'read the log', ARGV[6])
return 1
`,
}

/** Notes a reading of the platform's log, begun at `at` (epoch milliseconds); undefined where it could not be read. */
export async function noteReading(
  ledger: Ledger,
  launch: { readonly key: string; readonly token: number },
  who: string,
  found: {
    readonly words: string
    readonly evidence: string
    readonly entries: readonly LogEntry[]
    readonly at: number | undefined
  },
): Promise<void> {
  const { words, evidence, at } = found
  const entries = JSON.stringify(found.entries.slice(0, 20))
  const args = [launch.key, launch.token, who, words, evidence, entries, at === undefined ? '' : Math.floor(at)]
  await runLedgerScript(ledger, readingScript, launch.key, args)
}

const endScript: Script = {
  name: 'sendoffEndDoubt',
  /*
   * ARGV[3] key  [4] token, or '' for a person's word  [5] state  [6] who  [7] why  [8] at  [9] send until, both where it is to
   * be sent again. Returns {'ended', before} or {'refused', why not}.
   * "Not launched", to be sent again or not, can only be said past its quarantine and when its owners are gone: the request may
   * still travel, and a frozen process may still wake. A repeat that nobody has claimed yet is no hindrance: its job will
   * find a launch that waits. Where a person says so, the new deadline takes the place of the open hours too; recovery keeps both.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local key, token, state, who, why = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local row = read(key, ${rowFields}, 'quarantineUntil', 'owner', 'reset', 'vanished', 'attempts')
local at = now()
if not row.state then return { 'refused', 'there is no such launch' } end
if row.state ~= 'unknown' then return { 'refused', 'it is ' .. row.state .. ', not unknown' } end
if token ~= '' and row.token ~= token then return { 'refused', 'another attempt has been made since' } end
local fields, wakeAt = { 'reason', why }, nil
if state == 'failed' or state == 'waiting' then
  local left = tonumber(row.quarantineUntil or '0') - at
  if left > 0 then
    return { 'refused', 'its request may still be travelling; "not launched" may be said in ' .. math.ceil(left / 1000) .. ' s' }
  end
  for owner in string.gmatch(row.vanished or (row.reset ~= '1' and row.owner and '=' .. row.owner) or '', '=(%S+)') do
    if redis.call('EXISTS', P .. 'process:' .. owner) == 1 then
      return { 'refused', 'the process that was sending it still lives (' .. owner .. ')' }
    end
  end
end
if state == 'waiting' then
  local notBefore, sendUntil = tonumber(ARGV[8]), tonumber(ARGV[9])
  if sendUntil <= notBefore or sendUntil <= at then return { 'refused', 'the time to send until has passed' } end
  fields = { 'reason', why, 'notBefore', notBefore, 'sendUntil', sendUntil, 'retryUntil', sendUntil,
    'round', row.attempts, 'onGuard', 'hold' }
  wakeAt = notBefore
  if token == '' then redis.call('HDEL', P .. 'launch:' .. key, 'open') end
end
enter(key, row, state, at, wakeAt, unpack(fields))
endDoubt(key)
-- What nobody will ever know counts as sent.
if state ~= 'launched' and state ~= 'writtenOff' then redis.call('ZREM', sentKey(row), key) end
note(key, who, 'unknown -> ' .. state, why)
audit(who, 'resolve', key, why, 'unknown', state)
return { 'ended', 'unknown' }
`,
}

export type DecisionAnswer = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly why: string }

const answerSchema = z.tuple([z.enum(['ended', 'refused']), z.string()])

/** How a doubt ends. `again` for a launch that is to be sent once more; times in epoch milliseconds. */
export type DoubtEnd =
  | { readonly state: 'launched' | 'failed' | 'writtenOff' }
  | { readonly state: 'waiting'; readonly at: number; readonly sendUntil: number }

/** Ends the doubt: by evidence (with the token of the attempt it is about) or by a person (token undefined). */
export async function endDoubt(
  ledger: Ledger,
  key: string,
  token: number | undefined,
  end: DoubtEnd,
  who: string,
  why: string,
): Promise<DecisionAnswer> {
  const again = end.state === 'waiting' ? [end.at, end.sendUntil] : ['', '']
  const reply = await runLedgerScript(ledger, endScript, key, [key, token ?? '', end.state, who, why, ...again])
  const [kind, words] = answerSchema.parse(reply)
  return kind === 'ended' ? { kind: 'done' } : { kind: 'refused', why: words }
}

const askScript: Script = {
  name: 'sendoffAsk',
  // ARGV[3] key  [4] token  [5] who  [6] why. Recovery has done what it can: the lane is free again, a person decides.
  lua: /* lua */ `${luaLedger}${luaAudit}
local key = ARGV[3]
local row = read(key, ${rowFields})
if row.state ~= 'unknown' or row.token ~= ARGV[4] then return 0 end
redis.call('HSET', P .. 'launch:' .. key, 'recovering', '0', 'advice', ARGV[6])
redis.call('HDEL', P .. 'launch:' .. key, 'repeatAt')
redis.call('ZREM', P .. 'wake', key)
local lane = P .. 'lane:' .. row.account .. ':' .. row.mailing
if redis.call('GET', lane) == key then redis.call('DEL', lane) end
note(key, ARGV[5], 'a person must decide', ARGV[6])
return 1
`,
}

/** Leaves the launch unknown until a person decides, and says which setting would have ended it. */
export async function askPerson(
  ledger: Ledger,
  key: string,
  token: number,
  who: string,
  why: string,
): Promise<boolean> {
  return (await runLedgerScript(ledger, askScript, key, [key, token, who, why])) === 1
}

const lookScript: Script = {
  name: 'sendoffLookAgain',
  // ARGV[3] key  [4] at. A launch that is no longer unknown, or waits for no confirmation, has its own time to be looked at.
  lua: /* lua */ `${luaLedger}
local row = read(ARGV[3], 'state', 'confirmation')
if row.state ~= 'unknown' and (row.state ~= 'launched' or row.confirmation ~= 'pending') then return 0 end
return redis.call('ZADD', P .. 'wake', 'XX', 'CH', ARGV[4], ARGV[3])
`,
}

/** Has recovery look at the launch, if it is still unknown, again at `at` (epoch milliseconds). */
export async function lookAgainAt(ledger: Ledger, key: string, at: number): Promise<void> {
  await runLedgerScript(ledger, lookScript, key, [key, Math.floor(at)])
}
