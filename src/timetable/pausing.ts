/**
 * Pausing and resuming a schedule. Whether a pause stops a launch is decided where the launch is claimed, so a pause either
 * stopped it or came too late, and the record says which.
 */
import { z } from 'zod'
import { luaAudit } from '../launches/audit.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import { luaPause, type Pause, readPauses } from '../launches/pause.ts'
import type { Script } from '../redis/script.ts'
import { luaLatenessOf } from './stored-lateness.ts'

/** Who decided, and why. */
export interface Decision {
  readonly by: string
  readonly why: string
}

export type PauseAnswer =
  /** It was running. `sending`: launches of it that had begun and were not called back, by key. */
  | { readonly kind: 'paused'; readonly sending: readonly string[] }
  /** It was paused already, and stays so since then: reason and end are the new ones. */
  | { readonly kind: 'changed'; readonly sending: readonly string[] }
  | { readonly kind: 'noSchedule' }
  /** The end given is not after now. */
  | { readonly kind: 'ended' }

export type ResumeAnswer =
  | { readonly kind: 'resumed' }
  | { readonly kind: 'noSchedule' }
  | { readonly kind: 'notPaused' }

/** All pauses of all schedules, by name, the oldest first; those that have ended too, as long as they matter. */
export async function allPauses(ledger: Ledger): Promise<Map<string, Pause[]>> {
  const texts = await ledger.redis.hgetall(ledger.keys.pauses)
  return new Map(Object.entries(texts).map(([name, text]) => [name, readPauses(text)]))
}

/** The pauses of one schedule. */
export async function pausesOf(ledger: Ledger, schedule: string): Promise<Pause[]> {
  return readPauses(await ledger.redis.hget(ledger.keys.pauses, schedule))
}

const pauseScript: Script = {
  name: 'sendoffPause',
  /*
   * ARGV[3] schedule  [4] until in ms or ''  [5] why  [6] who. Returns {'paused' or 'changed', keys that had begun},
   * {'noSchedule'} or {'ended'}. A pause that has ended is kept as long as something that was due in it could still go out.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}${luaPause}${luaLatenessOf}
local name, at = ARGV[3], now()
local text = redis.call('HGET', P .. 'schedules', name)
if not text then return { 'noSchedule' } end
local new = { from = at, reason = ARGV[5], by = ARGV[6] }
if ARGV[4] ~= '' then new['until'] = tonumber(ARGV[4]) end
if pauseEnd(new) <= at then return { 'ended' } end
local kept, before, lateness = {}, '', latenessOf(text)
for _, pause in ipairs(cjson.decode(redis.call('HGET', P .. 'pauses', name) or '[]')) do
  if pauseEnd(pause) > at then
    before, new.from = cjson.encode(pause), pause.from
  elseif pauseEnd(pause) + lateness >= at then
    kept[#kept + 1] = pause
  end
end
kept[#kept + 1] = new
redis.call('HSET', P .. 'pauses', name, cjson.encode(kept))
audit(ARGV[6], 'pause', 'schedule:' .. name, ARGV[5], before, cjson.encode(new))
local begun = { before == '' and 'paused' or 'changed' }
for _, key in ipairs(redis.call('ZRANGE', P .. 'schedule:' .. name, at - lateness, at, 'BYSCORE')) do
  local state = read(key, 'state').state
  if state == 'claimed' or state == 'sending' then begun[#begun + 1] = key end
end
return begun
`,
}

const resumeScript: Script = {
  name: 'sendoffResume',
  // ARGV[3] schedule  [4] why  [5] who. Returns resumed, noSchedule or notPaused.
  lua: /* lua */ `${luaLedger}${luaAudit}${luaPause}
local name, at = ARGV[3], now()
if redis.call('HEXISTS', P .. 'schedules', name) == 0 then return 'noSchedule' end
local pauses = cjson.decode(redis.call('HGET', P .. 'pauses', name) or '[]')
local last = pauses[#pauses]
if not last or pauseEnd(last) <= at then return 'notPaused' end
local before = cjson.encode(last)
last.to = at
redis.call('HSET', P .. 'pauses', name, cjson.encode(pauses))
audit(ARGV[5], 'resume', 'schedule:' .. name, ARGV[4], before, '')
return 'resumed'
`,
}

const pauseReply = z.union([
  z.tuple([z.enum(['paused', 'changed'])], z.string()),
  z.tuple([z.enum(['noSchedule', 'ended'])]),
])

/**
 * Pauses a schedule from now on: nothing of it begins, and nothing that is due in the pause goes out, then or later. `until`
 * (epoch milliseconds) ends it by itself. Whatever the schedule's file becomes meanwhile, the pause stays; it ends
 * where the name of the removed schedule is declared again.
 */
export async function pauseSchedule(
  ledger: Ledger,
  schedule: string,
  { by, why }: Decision,
  until?: number,
): Promise<PauseAnswer> {
  const reply = await runLedgerScript(ledger, pauseScript, '', [schedule, until ?? '', why, by])
  const [kind, ...sending] = pauseReply.parse(reply)
  return kind === 'paused' || kind === 'changed' ? { kind, sending } : { kind }
}

/** Ends the pause of a schedule now. What was due in it stays left out. */
export async function resumeSchedule(ledger: Ledger, schedule: string, { by, why }: Decision): Promise<ResumeAnswer> {
  const reply = await runLedgerScript(ledger, resumeScript, '', [schedule, why, by])
  return { kind: z.enum(['resumed', 'noSchedule', 'notPaused']).parse(reply) }
}
