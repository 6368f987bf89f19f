/**
 * The ledger: the record of every launch in Redis, and the only authority on its state. This file holds what its scripts
 * share; each verb (mint, claim, commit, settle, sweep …) has its own file, with its script above the function.
 *
 * Besides the indexes of redis/keys.ts the scripts keep, per ledger:
 *   wake                        ZSET launch key → when the sweep must look at it; only launches that are not at rest
 *   ended:<origin>              ZSET launch key → when it came to rest, or its due time where that is later; what retention walks
 *   lane:<account>:<mailing>    STRING launch key: the one launch of the mailing that is claimed or sending
 *   waiting:<account>:<mailing> SET of launch keys of the mailing between two attempts
 *   holds                       HASH scope (all, account:<account>, mailing:<account>:<mailing>) → its stops, one a cause, as a JSON list
 *   denied:<account>            SET of mailings that the account's token may not start, since its last launched one
 *   audit                       STREAM of what people and the service decided; launches/audit.ts
 *   preflights                  ZSET schedule:<name> or launch:<key> → when its mailing is to be looked at; launches/preflight.ts
 *   preflight:<account>:<mailing>  HASH: what the last look at the mailing found
 *   told:<key>                  STRING: the problem of its mailing that was announced for this launch
 *   pace:…, wanting:…, flights:…  what an account with limits lets through; launches/limits.ts
 *   breakers                    HASH account → its breaker; launches/breaker.ts
 *   batch:<id>…                 the account of a batch; launches/batch-rows.ts and the room bulk
 *   queued:<account>:<mailing>  STRING launch key: the one launch that `overlap: queueOne` lets wait
 */
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { type GroupScript, runScript, runTogether, type Script } from '../redis/script.ts'
import { luaRows, suspended } from './batch-rows.ts'
import { reasons, restStates, transitions } from './launch.ts'

export interface Ledger {
  readonly redis: Redis
  readonly keys: Keys
  /** Replaces the clock of the Redis server, for tests and rehearsals; milliseconds. */
  readonly clock?: () => number
  /** This process, in words: records that it makes say so. */
  readonly owner?: string
}

/** A launch that has been planned or waits has this long, past its time, to be picked up before the sweep re-queues it. */
export const pickUpGrace = 3_000

/**
 * Begins every ledger script. ARGV[1] is the key root, ARGV[2] a clock in milliseconds or '' for the server's own: one
 * clock decides what is due, whatever the workers' clocks say.
 */
export const luaLedger = /* lua */ `
local P = ARGV[1]
local function now()
  if ARGV[2] ~= '' then return tonumber(ARGV[2]) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Constant strings and not tables: a table would be built anew at every call.
local RESTS = ' ${restStates.join(' ')} '
local MAY = ' ${mayFollow()} '
local function rests(state) return string.find(RESTS, ' ' .. state .. ' ', 1, true) end

local function read(key, ...)
  local names, row = { ... }, {}
  local values = redis.call('HMGET', P .. 'launch:' .. key, ...)
  for i = 1, #names do row[names[i]] = values[i] end
  return row
end

-- Retention counts from here: the record of a due time that was called off before it must still be there when it comes.
local function endedAt(row, at) return math.max(at, tonumber(row.due)) end

${luaRows}
-- Moves a launch to a state, with its indexes. row needs state, due, account, mailing, origin. wakeAt nil: nobody wakes it.
-- Every command here is paid for by each launch several times over: an index is touched only where the change concerns it.
local function enter(key, row, state, at, wakeAt, ...)
  if row.state ~= state and not string.find(MAY, ' ' .. row.state .. '>' .. state .. ' ', 1, true) then error('illegal change of state: ' .. row.state .. ' to ' .. state) end
  local from, place = row.state, row.account .. ':' .. row.mailing
  redis.call('HSET', P .. 'launch:' .. key, 'state', state, 'at:' .. state, at, ...)
  if from ~= state then
    redis.call('ZREM', P .. 'state:' .. from, key)
    redis.call('ZADD', P .. 'state:' .. state, row.due, key)
  end
  -- Sending follows claimed alone, and has its lane already. An unknown launch keeps the lane while its log is read: another
  -- start would blur the evidence.
  if state == 'claimed' then
    redis.call('SET', P .. 'lane:' .. place, key)
  elseif (from == 'claimed' or from == 'sending' or from == 'unknown') and state ~= 'sending' and state ~= 'unknown' then
    if redis.call('GET', P .. 'lane:' .. place) == key then redis.call('DEL', P .. 'lane:' .. place) end
  end
  if state == 'waiting' then
    redis.call('SADD', P .. 'waiting:' .. place, key)
  elseif from == 'waiting' then
    redis.call('SREM', P .. 'waiting:' .. place, key)
  end
  if wakeAt then redis.call('ZADD', P .. 'wake', wakeAt, key) else redis.call('ZREM', P .. 'wake', key) end
  if rests(state) then
    redis.call('ZADD', P .. 'ended:' .. row.origin, endedAt(row, at), key)
  elseif rests(from) then
    redis.call('ZREM', P .. 'ended:' .. row.origin, key)
  end
  row.state = state
  if row.origin == 'bulk' and from ~= state then rows().moved(key, row, from, state, at) end
end

-- error '': the last answer had none. Nearly all launches are answered with 0, and pay nothing for the index of the others.
local function answered(key, row, error)
  if row.error and row.error ~= '0' and row.error ~= error then redis.call('ZREM', P .. 'error:' .. row.error, key) end
  if error ~= '' and error ~= '0' then redis.call('ZADD', P .. 'error:' .. error, row.due, key) end
end

-- error '': the last answer had none. Nearly all launches are answered with 0, and pay nothing for the index of the others.
local function answered(key, row, error)
  if row.error and row.error ~= '0' and row.error ~= error then redis.call('ZREM', P .. 'error:' .. row.error, key) end
  if error ~= '' and error ~= '0' then redis.call('ZADD', P .. 'error:' .. error, row.due, key) end
end

local function sentKey(row)
  return P .. 'sent:' .. row.account .. ':' .. row.mailing .. ':' .. row.audience
end

-- Fields that only a launch in doubt has.
local function endDoubt(key)
  redis.call('HDEL', P .. 'launch:' .. key, 'doubt', 'recovering', 'quarantineUntil', 'reset', 'vanished', 'repeatAt', 'repeatUntil', 'repeats', 'polls')
end

-- What an earlier doubt found out says nothing about this one.
local function beginDoubt(key, row)
  if not row.doubt then redis.call('HDEL', P .. 'launch:' .. key, 'evidence', 'entries', 'readAt', 'advice') end
end

-- The stops in force for this mailing, this account or everything, as their JSON list; nil where there are none.
local function holdOn(row)
  local account = 'account:' .. row.account
  local holds = redis.call('HMGET', P .. 'holds', 'all', account, 'mailing:' .. row.account .. ':' .. row.mailing)
  return holds[1] or holds[2] or holds[3] or nil
end

-- Adds a stop; false where the scope has one of this cause already: its first reason stands.
local function addStop(scope, cause, reason, by, at)
  local stops = cjson.decode(redis.call('HGET', P .. 'holds', scope) or '[]')
  for _, stop in ipairs(stops) do if stop.cause == cause then return false end end
  stops[#stops + 1] = { cause = cause, reason = reason, by = by, at = at }
  redis.call('HSET', P .. 'holds', scope, cjson.encode(stops))
  return true
end

-- What the last look at the mailing found wrong, in words; nil where it was fine, or nobody has looked within a day.
local function trouble(account, mailing)
  local found = redis.call('HMGET', P .. 'preflight:' .. account .. ':' .. mailing, 'verdict', 'why')
  if found[1] and found[1] ~= 'fine' then return found[2] end
  return nil
end

-- A held launch keeps its deadline; a row of a batch has none until it is let go: its file waits as a whole.
local function hold(key, row, at, stops)
  local reason = '${reasons.hold}' .. cjson.decode(stops)[1].reason
  if row.origin == 'bulk' and batchOf(key) then
    row.sendUntil = '${suspended}'
    redis.call('HSET', P .. 'launch:' .. key, 'sendUntil', row.sendUntil)
  end
  enter(key, row, 'held', at, row.sendUntil + 1, 'reason', reason, 'heldBy', 'hold')
  return reason
end

-- The time in which it may be sent is over: expired where nothing was tried, failed where every attempt was proven not launched.
local function overtime(key, row, at, why)
  local state, reason = 'expired', '${reasons.late}'
  if tonumber(row.attempts) > 0 and row.state ~= 'held' then state, reason = 'failed', '${reasons.exhausted}' end
  if row.heldBy == 'guard' then reason = '${reasons.notReleased}' end
  reason = why or reason
  if row.awaits and row.state ~= 'held' then reason = row.awaits == 'pace' and '${reasons.limits}' or '${reasons.breaker}' end
  enter(key, row, state, at, nil, 'reason', reason)
  return reason
end
`

/** The transition table for Lua: no script can make a change of state that it does not allow. */
function mayFollow(): string {
  return Object.entries(transitions)
    .flatMap(([from, followers]) => followers.map(to => `${from}>${to}`))
    .join(' ')
}

/** Runs a ledger script for one launch key (or, with '', for the ledger as a whole). */
export function runLedgerScript(
  ledger: Ledger,
  script: Script,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  return runScript(ledger.redis, script, ledger.keys.launch(key), [...ledgerArguments(ledger), ...args])
}

/** Runs a ledger script for one launch key, in one call with those of other launches that are asked for at the same time. */
export function runLedgerTogether(
  ledger: Ledger,
  script: GroupScript,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  return runTogether(ledger.redis, script, ledger.keys.launch(key), [...ledgerArguments(ledger), ...args])
}

/** What `luaLedger` expects first. */
export function ledgerArguments({ keys, clock }: Ledger): [root: string, clock: string] {
  return [keys.root, clock ? String(Math.floor(clock())) : '']
}
