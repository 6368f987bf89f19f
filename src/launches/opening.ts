/**
 * Open hours, asked again right before sending. Which spans are open was decided when the launch was minted
 * (timetable/allowance.ts) and is in its record as `open`; the scripts only compare numbers.
 */
import { pickUpGrace } from './ledger.ts'

/** From an instant, included, to another, not included; epoch milliseconds. */
export type OpenSpan = readonly [from: number, until: number]

/**
 * Adds `opening(row, at)` to a script that begins with `luaLedger`; row needs `open`. Returns from when it may leave (`at` itself
 * where it is open now) and until when, not included; nil where no span is left.
 * And `awaitOpening(key, row, at, opens)`, for a launch that is not in doubt: it is looked at again when it opens.
 */
export const luaOpening = /* lua */ `
local function opening(row, at)
  if not row.open then return at, math.huge end
  for _, span in ipairs(cjson.decode(row.open)) do
    if at < span[2] then return math.max(at, span[1]), span[2] end
  end
  return nil
end

local function awaitOpening(key, row, at, opens)
  local state = row.state
  -- Its lease is over, and nobody may connect before it opens.
  if state == 'claimed' then state = 'planned' end
  enter(key, row, state, at, opens + ${pickUpGrace}, 'notBefore', opens)
end
`
