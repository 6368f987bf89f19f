/**
 * What a row of a batch is asked at its claim and its commit, beyond what every launch is asked: whether its batch runs, its
 * hours are open and its `concurrency` has room. Nothing of it is built for other launches.
 */
import { rowGrace, suspended } from './batch-rows.ts'

/** Without known open hours, so long passes until they are asked about again. Milliseconds. */
const lookAtHours = 3_600_000
/** Who stands in line is taken along (next-row.ts); so long at least, and at most, until a row asks by itself. */
const askAgain = [1_000, 5_000] as const

/**
 * For scripts that begin with `luaLedger`: `suspend(key, row, at, wakeAt)` takes a row's deadline, because it may not go for now
 * through no fault of its own; it is looked at again at wakeAt, or by nobody where that is nil.
 */
export const luaSuspend = /* lua */ `
local function suspend(key, row, at, wakeAt)
  if row.state == 'claimed' then enter(key, row, 'planned', at, nil) end
  row.sendUntil = '${suspended}'
  redis.call('HSET', P .. 'launch:' .. key, 'sendUntil', row.sendUntil)
  if wakeAt then redis.call('ZADD', P .. 'wake', wakeAt, key) else redis.call('ZREM', P .. 'wake', key) end
end
`

/** `revive(key, row, at)` gives a row that was suspended a new due time and deadline; row needs state, account, mailing, lateness. */
export const luaRevive = /* lua */ `
local function revive(key, row, at)
  row.due, row.notBefore, row.sendUntil = at, at, at + row.lateness
  redis.call('HSET', P .. 'launch:' .. key, 'due', at, 'notBefore', at, 'sendUntil', row.sendUntil)
  redis.call('HDEL', P .. 'launch:' .. key, 'retryUntil')
  redis.call('ZADD', P .. 'launches:bulk', at, key)
  redis.call('ZADD', P .. 'state:' .. row.state, at, key)
  redis.call('ZADD', P .. 'mailing:' .. row.account .. ':' .. row.mailing, at, key)
  local error = redis.call('HGET', P .. 'launch:' .. key, 'error')
  if error and error ~= '0' then redis.call('ZADD', P .. 'error:' .. error, at, key) end
end
`

/**
 * `rowTerms(key, row)` puts into the row what its batch says for all of them. `rowStopped(key, row, at)` is why it may not go
 * now, or nil: a paused batch keeps its rows where they are, a cancelled one cancels them. A row in doubt is not hidden: it
 * stays unknown, and recovery decides anew.
 */
const luaRowTerms = /* lua */ `
-- Until when another attempt may be planned, where the record has no word of its own.
local function untilOf(row)
  row.retryUntil = row.retryFor and math.min(tonumber(row.sendUntil), row.due + row.retryFor) or row.sendUntil
end

local function rowTerms(key, row)
  local id = batchOf(key)
  if not id then return end
  local terms = redis.call('HMGET', P .. 'batch:' .. id, 'state', 'policy', 'open', 'lateness', 'concurrency', 'flying', 'reason', 'retryFor')
  row.batch, row.batchState, row.lateness, row.batchReason = id, terms[1], terms[4], terms[7] or ''
  row.policy, row.overlap, row.open = terms[2], 'allow', terms[3]
  row.retryFor = terms[8]
  if not row.retryUntil then untilOf(row) end
  row.full = terms[5] and row.state ~= 'claimed' and tonumber(terms[6] or '0') >= tonumber(terms[5])
end

local function rowStopped(key, row, at)
  if row.batchState ~= 'paused' and row.batchState ~= 'cancelled' then return nil end
  local why = row.batchState == 'paused' and 'its batch is paused' or 'its batch was cancelled'
  if row.doubt then
    redis.call('HDEL', P .. 'launch:' .. key, 'repeatAt')
    if row.state == 'claimed' then enter(key, row, 'unknown', at, at, 'recovering', '1') end
  elseif row.batchState == 'paused' then
    suspend(key, row, at)
  else
    enter(key, row, 'cancelled', at, nil, 'reason', row.batchReason)
  end
  return why
end
`

/** For the commit, after `luaOpening`: `rowGate()` has `terms` and `stopped`. */
export const luaCommitGate = /* lua */ `
local function rowGate()
${luaSuspend}${luaRowTerms}
return { terms = rowTerms, stopped = rowStopped }
end
`

/**
 * For the claim, after `luaOpening`: `rowGate()` has `terms`; `answer(key, row, at)`, the claim's answer where the row may not go now,
 * or nil; and `standInLine`. Closed hours and a full batch are nobody's failure: the row keeps waiting.
 */
export const luaClaimGate = /* lua */ `
local function rowGate()
${luaSuspend}${luaRowTerms}${luaRevive}
-- Returns after how long the row asks by itself: the further back, the later.
local function standInLine(line, key, at)
  redis.call('ZADD', line, 'NX', at, key)
  redis.call('EXPIRE', line, 3600)
  return math.min(${askAgain[1]}, math.max(${askAgain[0]}, 50 * redis.call('ZRANK', line, key)))
end

local function claimRow(key, row, at)
  if rowStopped(key, row, at) then
    local isChanged = row.state == 'cancelled'
    return { 'over', row.state, isChanged and 1 or 0, isChanged and row.batchReason or '' }
  end
  if row.doubt then return nil end
  local opens = opening(row, at)
  if opens ~= at then
    suspend(key, row, at, opens and opens + ${rowGrace} or at + ${lookAtHours})
    if opens then return { 'later', opens - at, 'early' } end
    return { 'over', row.state, 0, '' }
  end
  if row.sendUntil == '${suspended}' or (rows().isReleasedAnew(key, row) and tonumber(row.sendUntil) < at) then
    revive(key, row, at)
    untilOf(row)
  end
  if row.full then return { 'later', standInLine(P .. 'batch:' .. row.batch .. ':next', key, at), 'batch' } end
  return nil
end
return { terms = rowTerms, answer = claimRow, standInLine = standInLine }
end
`
