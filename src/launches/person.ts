/** What a person may do with a launch that is not in doubt: try again what ended badly, let go what preflight holds, call off what has not been sent. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import type { DecisionAnswer } from './doubt.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

const rowFields = `'state', 'due', 'account', 'mailing', 'origin', 'attempts', 'doubt', 'error'`

const retryScript: Script = {
  name: 'sendoffRetry',
  // ARGV[3] key  [4] new Request-ID  [5] send until  [6] who  [7] why. {'done', account} or {'refused', why not}.
  // The person's deadline takes the place of the schedule's, and of its open hours.
  lua: /* lua */ `${luaLedger}${luaAudit}
local key = ARGV[3]
local row = read(key, ${rowFields})
if not row.state then return { 'refused', 'there is no such launch' } end
if row.state == 'unknown' then
  return { 'refused', 'it is unknown: a retry could mail everybody twice. Resolve it first: sendoff launches resolve' }
end
if row.state ~= 'failed' and row.state ~= 'rejected' and row.state ~= 'swallowed' then
  return { 'refused', 'it is ' .. row.state .. '; only failed, rejected and swallowed launches are tried again' }
end
if row.origin == 'bulk' and rows().batchState(key, row) == 'cancelled' then return { 'refused', 'its batch was cancelled' } end
local at, before, hash = now(), row.state, P .. 'launch:' .. key
enter(key, row, 'planned', at, at, 'requestId', ARGV[4], 'notBefore', at, 'sendUntil', ARGV[5], 'retryUntil', ARGV[5],
  'round', row.attempts, 'seen', 1, 'onGuard', 'hold')
answered(key, row, '')
redis.call('HDEL', hash, 'open', 'awaits', 'handed', 'reason', 'error', 'error_text', 'status')
note(key, ARGV[6], before .. ' -> planned', ARGV[7])
audit(ARGV[6], 'retry', key, ARGV[7], before, 'planned')
return { 'done', row.account }
`,
}

const cancelScript: Script = {
  name: 'sendoffCancel',
  // ARGV[3] key  [4] who  [5] why. {'done', account} or {'refused', why not}. What is committed cannot be taken back.
  lua: /* lua */ `${luaLedger}${luaAudit}
local key = ARGV[3]
local row = read(key, ${rowFields})
if not row.state then return { 'refused', 'there is no such launch' } end
local open = row.state == 'planned' or row.state == 'claimed' or row.state == 'waiting' or row.state == 'held'
if not open or row.doubt then
  return { 'refused', 'it is ' .. row.state .. '; only what has not been sent can be cancelled' }
end
local before = row.state
enter(key, row, 'cancelled', now(), nil, 'reason', 'cancelled: ' .. ARGV[5])
note(key, ARGV[4], before .. ' -> cancelled', ARGV[5])
audit(ARGV[4], 'cancel', key, ARGV[5], before, 'cancelled')
return { 'done', row.account }
`,
}

const releaseScript: Script = {
  name: 'sendoffLetGo',
  // ARGV[3] key  [4] who  [5] why. {'done', account} or {'refused', why not}. Only what preflight holds: a stop ends as a stop.
  lua: /* lua */ `${luaLedger}${luaAudit}
local key = ARGV[3]
local row = read(key, ${rowFields}, 'heldBy', 'sendUntil')
if not row.state then return { 'refused', 'there is no such launch' } end
if row.state ~= 'held' then return { 'refused', 'it is ' .. row.state .. '; only a held launch can be let go' } end
if row.heldBy ~= 'preflight' then
  return { 'refused', 'a stop holds it; end that: sendoff hold status, then sendoff hold off' }
end
local at, hash = now(), P .. 'launch:' .. key
if tonumber(row.sendUntil) < at then return { 'refused', 'its deadline has passed' } end
redis.call('HDEL', hash, 'heldBy', 'reason', 'preflightHold')
redis.call('ZREM', P .. 'preflights', 'launch:' .. key)
enter(key, row, 'planned', at, at)
note(key, ARGV[4], 'held -> planned', ARGV[5])
audit(ARGV[4], 'release', key, ARGV[5], 'held', 'planned')
return { 'done', row.account }
`,
}

const answerSchema = z.tuple([z.enum(['done', 'refused']), z.string()])

async function decide(ledger: Ledger, script: Script, key: string, args: (string | number)[]): Promise<DecisionAnswer> {
  const [kind, words] = answerSchema.parse(await runLedgerScript(ledger, script, key, [key, ...args]))
  return kind === 'done' ? { kind } : { kind, why: words }
}

/** Plans a failed, rejected or swallowed launch again: same key, new Request-ID, new deadline (epoch milliseconds). */
export function retryLaunch(ledger: Ledger, key: string, sendUntil: number, who: string, why: string) {
  return decide(ledger, retryScript, key, [randomUUID(), sendUntil, who, why])
}

/** Calls off a launch that has not been committed. */
export function cancelLaunch(ledger: Ledger, key: string, who: string, why: string) {
  return decide(ledger, cancelScript, key, [who, why])
}

/** Lets a launch go that preflight holds, whatever is found about its mailing; it keeps its deadline. */
export function releaseLaunch(ledger: Ledger, key: string, who: string, why: string) {
  return decide(ledger, releaseScript, key, [who, why])
}
