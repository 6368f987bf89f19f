/**
 * Rows of a batch, as the ledger's scripts see them: launches of origin `bulk` whose key is `<batch id>#<row key>`. Whatever
 * changes the state of one keeps its batch's account in the same script, so that no count can differ from the records.
 *
 * The account: HASH batch:<id> has `n:<state>` for rows that have left the window, and `flying` (claimed or sending) and `held`; ZSET
 * batch:<id>:window has released rows that are not at rest, ZSET batch:<id>:state:<state> those that came to rest otherwise
 * than launched, both by row number; ZSET batch:<id>:problems counts them by state, error and text.
 */

/** States of released rows that the window counts: something is still to happen, and nobody need decide. */
export const windowStates = ['planned', 'claimed', 'sending', 'waiting', 'held'] as const

/** States that stop rules count, and problems are listed of. */
export const failureStates = ['rejected', 'failed', 'swallowed', 'unknown'] as const

/** What a person may have tried again. An unknown row never: it may have been launched. */
export const retryStates = ['rejected', 'failed', 'swallowed'] as const

/** The deadline of a row that may not go for now through no fault of its own: it has none until it may. Milliseconds. */
export const suspended = 8_640_000_000_000_000

/** As `pickUpGrace` of ledger.ts, for rows: the window holds what is picked up within less than this. Milliseconds. */
export const rowGrace = 30_000

/** More kinds of problems than this are counted as one. */
const mostProblems = 1_000
/** A stop rule about a share asks only after so many ended rows. */
const fewestForShare = 20

/**
 * Stands before `enter` of `luaLedger`; needs `P`. `rows()` has what scripts call: `moved(key, row, from, state, at)` after the
 * record of a row has its new state; `turn(id, batch, from, state, at)` where none has moved; `stop(id, reason, who, at)`.
 */
export const luaRows = /* lua */ `
local function batchOf(key) return string.match(key, '^([^#]+)#') end

local ROWS
-- Built for the first row that a script meets: other launches do not pay for what is only about rows.
local function rows()
if ROWS then return ROWS end
local function isIn(list, state) return string.find(list, ' ' .. state .. ' ', 1, true) end

-- What is counted as one problem: the state, the error and the beginning of its text.
local function problemOf(key, state)
  local said = redis.call('HMGET', P .. 'launch:' .. key, 'error', 'error_text', 'reason')
  local text = said[2] or said[3] or ''
  if #text > 200 then text = string.gsub(string.sub(text, 1, 200), '[\\192-\\255][\\128-\\191]*$', '') end
  return cjson.encode({ state, said[1] or '', text })
end

local function countProblem(batch, key, state)
  local problems, label = batch .. ':problems', problemOf(key, state)
  if redis.call('ZCARD', problems) >= ${mostProblems} and not redis.call('ZSCORE', problems, label) then
    label = cjson.encode({ state, '', '…' })
  end
  redis.call('ZINCRBY', problems, 1, label)
  redis.call('HSET', P .. 'launch:' .. key, 'problem', label)
end

local function uncountProblem(batch, key)
  local label = redis.call('HGET', P .. 'launch:' .. key, 'problem')
  if not label then return end
  redis.call('HDEL', P .. 'launch:' .. key, 'problem')
  if tonumber(redis.call('ZINCRBY', batch .. ':problems', -1, label)) <= 0 then redis.call('ZREM', batch .. ':problems', label) end
end

-- What the guards of other doors count: rows under way each by itself, those that went as one for the whole batch.
local function sentAsOne(key, row, at)
  local audience = row.audience or redis.call('HGET', P .. 'launch:' .. key, 'audience')
  local sent = P .. 'sent:' .. row.account .. ':' .. row.mailing .. ':' .. audience
  redis.call('ZREM', sent, key)
  redis.call('ZADD', sent, 'GT', at, batchOf(key) .. '#')
end

-- A million launched rows are kept for long: what only an attempt under way needs, or its record says elsewhere, goes.
local function settleDown(key, row, at)
  sentAsOne(key, row, at)
  redis.call('HDEL', P .. 'launch:' .. key, 'at:planned', 'at:claimed', 'leaseUntil', 'committed', 'owner')
end

local function stopBatch(id, reason, who, at)
  local batch = P .. 'batch:' .. id
  redis.call('HSET', batch, 'state', 'paused', 'reason', reason, 'pausedBy', who, 'pausedAt', at)
  redis.call('XADD', P .. 'audit', '*', 'at', at, 'who', who, 'what', 'batch pause', 'subject', 'batch:' .. id, 'why', reason,
    'before', 'running', 'after', 'paused')
end

-- Counts a row for the stop rules, from the last submit, resume or retry on. The first rule that is broken, in words, or nil.
local function brokenRule(batch, text, from, state)
  local failures, rules = ' ${failureStates.join(' ')} ', cjson.decode(text)
  if from == 'unknown' and not isIn(failures, state) then redis.call('HINCRBY', batch, 'failed', -1) end
  if state == 'launched' then
    redis.call('HSET', batch, 'streak', 0)
    redis.call('HINCRBY', batch, 'passed', 1)
  end
  if not isIn(failures, state) or isIn(failures, from) then return nil end
  local streak = redis.call('HINCRBY', batch, 'streak', 1)
  local failed = redis.call('HINCRBY', batch, 'failed', 1)
  if rules.consecutive and streak >= rules.consecutive then return streak .. ' rows in a row failed' end
  if rules.failures and failed >= rules.failures then return failed .. ' rows failed' end
  local ended = failed + (redis.call('HGET', batch, 'passed') or 0)
  if rules.percent and ended >= ${fewestForShare} and failed * 100 >= rules.percent * ended then
    return failed .. ' of ' .. ended .. ' rows failed'
  end
  return nil
end

-- Whether the batch is done, goes on again, or has broken a rule of its own. from and state '': no row has moved.
local function turnBatch(id, batch, from, state, at)
  local facts = redis.call('HMGET', batch, 'state', 'cursor', 'total', 'stopAfter')
  local broken = facts[4] and brokenRule(batch, facts[4], from, state)
  if broken and facts[1] == 'running' then return stopBatch(id, 'rule: ' .. broken, 'service', at) end
  local all = facts[2] == facts[3] and redis.call('EXISTS', batch .. ':window', batch .. ':again') == 0
  if all and facts[1] == 'running' then
    redis.call('HSET', batch, 'state', 'done', 'ended', at)
  elseif not all and facts[1] == 'done' then
    redis.call('HSET', batch, 'state', 'running')
    redis.call('HDEL', batch, 'ended')
    redis.call('SADD', P .. 'batches:open', id)
  end
end

-- A row that was not reached in time has only been released too early: it has no due time of its own, and is released anew.
local function isReleasedAnew(key, row)
  return row.origin == 'bulk' and row.attempts == '0' and batchOf(key) ~= nil
end

-- The state of the batch that a launch is a row of, or false.
local function batchState(key, row)
  local id = row.origin == 'bulk' and batchOf(key)
  return id and redis.call('HGET', P .. 'batch:' .. id, 'state')
end

-- Nothing of a stopped batch leaves, not even an identical repeat.
local function isHalted(key, row)
  local state = batchState(key, row)
  return state == 'paused' or state == 'cancelled'
end

local WINDOW = ' ${windowStates.join(' ')} '
local FLYING = ' claimed sending '

local function rowMoved(key, row, from, state, at)
  local id = batchOf(key)
  if not id then return end
  local batch = P .. 'batch:' .. id
  local flew, flies = isIn(FLYING, from), isIn(FLYING, state)
  if flies and not flew then redis.call('HINCRBY', batch, 'flying', 1) end
  if flew and not flies then redis.call('HINCRBY', batch, 'flying', -1) end
  if state == 'held' then redis.call('HINCRBY', batch, 'held', 1) end
  if from == 'held' then redis.call('HINCRBY', batch, 'held', -1) end
  local was, is = isIn(WINDOW, from), isIn(WINDOW, state)
  if was and is then return end
  if was then
    redis.call('ZREM', batch .. ':window', key)
  else
    redis.call('HINCRBY', batch, 'n:' .. from, -1)
    if from ~= 'launched' then redis.call('ZREM', batch .. ':state:' .. from, key) end
    uncountProblem(batch, key)
  end
  if is or state ~= 'launched' then
    redis.call('ZADD', is and batch .. ':window' or batch .. ':state:' .. state, redis.call('HGET', P .. 'launch:' .. key, 'row'), key)
  end
  if not is then
    redis.call('HINCRBY', batch, 'n:' .. state, 1)
    if state == 'launched' then settleDown(key, row, at) end
    if isIn(' ${failureStates.join(' ')} ', state) then countProblem(batch, key, state) end
  end
  turnBatch(id, batch, from, state, at)
end

ROWS = { isIn = isIn, moved = rowMoved, turn = turnBatch, stop = stopBatch, batchState = batchState, isHalted = isHalted, isReleasedAnew = isReleasedAnew }
return ROWS
end
`

/** For scripts that take a row's record away: its batch must not name it any more. row needs `state`. */
export const luaRowForgotten = /* lua */ `
local function rowForgotten(key, row)
  local id = batchOf(key)
  if not id then return end
  local batch = P .. 'batch:' .. id
  redis.call('ZREM', batch .. ':state:' .. row.state, key)
  redis.call('HINCRBY', batch, 'forgotten', 1)
end
`
