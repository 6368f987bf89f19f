/**
 * Limits of an account: requests per minute and launches in flight at once, of all processes together. They are asked for
 * inside the claim, before anything connects; to be told to come later is no attempt and no lateness of its own.
 *
 * Per minute it is the generic cell rate algorithm: one moment per account says how far ahead requests have been let
 * through (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). A second's worth may go at once, so that a worker that comes
 * back a little late loses nothing; the even step between requests is that much longer, so that no sixty seconds ever see more
 * than `perMinute`: the number is often somebody else's, who counts strictly.
 *
 * Due times go before launches by hand, these before rows: a lower origin is refused while a higher one wants. So that
 * it does not starve, one launch of it goes where none did for a minute (`ageing`), and the higher ones step back for that one.
 *
 * pace:<account>              HASH: `tat`, how far ahead requests have been let through; when `manual` and `bulk` last went
 * wanting:<account>:<origin>  ZSET launch key → since when it wants a place; those that ended are taken out when they are met
 * flights:<account>           ZSET launch key → until when it is believed to be claimed or sending without looking at its record
 */
import { type BreakerRule, luaBreaker } from './breaker.ts'
import { pickUpGrace } from './ledger.ts'

interface Limits {
  /** Claims, which is attempts, in any sixty seconds. */
  readonly perMinute?: number | undefined
  /** Launches claimed or sending at once. */
  readonly concurrency?: number | undefined
}

/** What may keep an account's launches back for a while. */
export interface Brakes {
  readonly limits: Limits
  /** Absent where the account has none. */
  readonly breaker: BreakerRule | undefined
}

export const noBrakes: Brakes = { limits: {}, breaker: undefined }

/** After so long without a place a lower origin gets one, once in as long. Milliseconds. */
export const ageing = 60_000
/** Nobody is told to come back later than this: limits are raised, breakers closed. Milliseconds. */
const longestWait = 30_000

/** The last arguments of the claim script. */
export function brakeArgs({ limits, breaker }: Brakes): (string | number)[] {
  return [limits.perMinute ?? '', limits.concurrency ?? '', breaker === undefined ? '' : 1]
}

const luaWanting = /* lua */ `
local function lineOf(account, class)
  return P .. 'wanting:' .. account .. ':' .. (class == 1 and 'schedule' or class == 2 and 'manual' or 'bulk')
end

-- Since when the oldest of the class wants a place, and when it was told to come back; nil where nobody does. Whoever has not
-- come back when it was to (its mailing is busy, its job is lost) does not want one now.
local function oldest(account, class, at)
  local line = lineOf(account, class)
  for _ = 1, 100 do
    local head = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')
    if not head[1] then return nil end
    local state, wake = read(head[1], 'state').state, redis.call('ZSCORE', P .. 'wake', head[1])
    if (state == 'planned' or state == 'waiting') and wake and tonumber(wake) >= at then
      return tonumber(head[2]), wake - ${pickUpGrace}
    end
    redis.call('ZREM', line, head[1])
  end
  return nil
end

-- Whether nothing of the class has gone for the ageing time, though it wants to; and when its oldest was told to come back.
local function starves(account, class, at)
  if class == 1 then return false end
  local last = redis.call('HGET', P .. 'pace:' .. account, class == 2 and 'manual' or 'bulk')
  if last and tonumber(last) > at - ${ageing} then return false end
  local since, back = oldest(account, class, at)
  return since ~= nil and since <= at - ${ageing}, back
end

-- Joins the line of its class, where it is not in it yet; how many are before it, with those of higher classes.
local function joinLine(key, row, class, at, starving)
  local line = lineOf(row.account, class)
  -- Those of one moment stand in the order in which they came, or many would be told the same.
  redis.call('ZADD', line, 'NX', at + math.min(redis.call('ZCARD', line), 900) / 1000, key)
  redis.call('EXPIRE', line, 3600)
  local ahead = redis.call('ZRANK', line, key)
  for higher = 1, starving and 0 or class - 1 do ahead = ahead + redis.call('ZCARD', lineOf(row.account, higher)) end
  return ahead
end
`

const luaRoom = /* lua */ `
local function flightsOf(account, most, at)
  local flights = P .. 'flights:' .. account
  if redis.call('ZCARD', flights) < most then return 0 end
  -- A settled launch has left by itself; a dead process's leaves when its lease, or its time to send, is over.
  for _, key in ipairs(redis.call('ZRANGE', flights, '-inf', at, 'BYSCORE')) do
    if inFlight(key, at) then redis.call('ZADD', flights, at + 1000, key) else redis.call('ZREM', flights, key) end
  end
  return redis.call('ZCARD', flights)
end

-- Whether it is this class's turn: no higher one wants, or nobody of its own went for long; and no starving one is about to come.
local function isTurn(account, class, at, starving, slot)
  for higher = 1, starving and 0 or class - 1 do
    if oldest(account, higher, at) then return false end
  end
  for lower = class + 1, 3 do
    local does, back = starves(account, lower, at)
    if does and back <= at + slot then return false end
  end
  return true
end

-- Takes a place for the launch; nil, or in how many ms to ask again.
local function takeRoom(key, row, class, at, lease, perMinute, most)
  local account, pace = row.account, P .. 'pace:' .. row.account
  local step, pause, tat = 0, 0, nil
  if perMinute then
    local burst = 1 + math.floor(perMinute / 60)
    step = 60000 / (perMinute - burst + 1)
    tat = math.max(tonumber(redis.call('HGET', pace, 'tat') or '0'), at)
    if tat > at + burst * step then
      -- Further ahead than it can have got: the clock was set back, or the limit raised. Neither may stop anything for long.
      tat = at + burst * step
      redis.call('HSET', pace, 'tat', tat)
    end
    pause = math.max(0, tat - (burst - 1) * step - at)
  end
  local full = most and flightsOf(account, most, at) >= most
  local slot, starving = math.max(step, 250), starves(account, class, at)
  local turn = isTurn(account, class, at, starving, slot)
  if pause == 0 and turn and not full then
    if tat then redis.call('HSET', pace, 'tat', tat + step) end
    if class > 1 then redis.call('HSET', pace, class == 2 and 'manual' or 'bulk', at) end
    redis.call('EXPIRE', pace, 180)
    if most then
      redis.call('ZADD', P .. 'flights:' .. account, at + lease, key)
      redis.call('EXPIRE', P .. 'flights:' .. account, 86400)
      redis.call('HSET', P .. 'launch:' .. key, 'flight', 1)
    end
    return nil
  end
  -- An identical repeat stands in no line: it has its own few moments.
  if row.doubt then return math.max(pause, 250) end
  -- Each is told when its place in the line might come: nothing is reserved, and a thousand do not ask every moment.
  local ahead = joinLine(key, row, class, at, starving)
  local wait = pause + math.max(ahead, turn and 0 or 1) * step
  if full or step == 0 then wait = math.max(wait, 250 * (1 + ahead / most)) end
  return math.max(wait, 25)
end
`

/**
 * Adds `brake(key, row, at, lease, perMinute, most, guarded)` to a script that begins with `luaLedger`. row needs account, origin, state, doubt,
 * sendUntil, awaits; the last three arguments are text, '' for none. Returns nil where the launch may be claimed now, its place taken,
 * or in how many ms it should come back, and why: pace or breaker. An account without limits costs no command for them.
 */
export const luaBrake = /* lua */ `${luaBreaker}${luaWanting}${luaRoom}
local function brake(key, row, at, lease, perMinute, most, guarded)
  perMinute, most = tonumber(perMinute), tonumber(most)
  local class = (row.doubt or row.origin == 'schedule') and 1 or row.origin == 'manual' and 2 or 3
  -- An identical repeat asks no breaker: the next one, or the log, would come before it may go.
  local breaker = guarded ~= '' and not row.doubt and openBreaker(row.account) or nil
  local wait, why = breaker and untilProbe(breaker, key, at), 'breaker'
  if wait then
    -- Who waits for a probe comes back spread out, or a thousand would at the moment at which one may go.
    wait = math.min(wait, ${longestWait} - 10000) + math.min(joinLine(key, row, class, at) * 50, 10000)
  elseif perMinute or most then
    wait, why = takeRoom(key, row, class, at, lease, perMinute, most), 'pace'
  end
  if not wait then
    if breaker then beProbe(row.account, breaker, key) end
    if row.awaits then
      redis.call('HDEL', P .. 'launch:' .. key, 'awaits')
      redis.call('ZREM', lineOf(row.account, class), key)
    end
    return nil
  end
  -- Never beyond its deadline: it ends then, and says why.
  wait = math.max(1, math.ceil(math.min(wait, ${longestWait}, row.sendUntil - at + 1)))
  if not row.doubt then
    redis.call('HSET', P .. 'launch:' .. key, 'seen', 1, 'awaits', why)
    redis.call('ZADD', P .. 'wake', at + wait + ${pickUpGrace}, key)
  end
  return wait, why
end
`

/** Adds `leaveFlight(key, row)`: gives back the place of a launch whose attempt has ended; row needs account and flight. */
export const luaLeaveFlight = /* lua */ `
local function leaveFlight(key, row)
  if row.flight then redis.call('ZREM', P .. 'flights:' .. row.account, key) end
end
`
