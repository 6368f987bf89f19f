/** Taking a record out of the ledger, with every index that names it. */
import { luaRowForgotten } from './batch-rows.ts'

/**
 * Adds to a script that begins with `luaLedger`: `forget(key, row)`. row needs state, origin, account, mailing, schedule and error. Only
 * for a launch that nothing was sent for and nobody holds: a key whose record is gone can be made again.
 */
export const luaForget = /* lua */ `${luaRowForgotten}
local function forget(key, row)
  redis.call('DEL', P .. 'launch:' .. key)
  redis.call('ZREM', P .. 'launches:' .. row.origin, key)
  redis.call('ZREM', P .. 'state:' .. row.state, key)
  redis.call('ZREM', P .. 'mailing:' .. row.account .. ':' .. row.mailing, key)
  if row.schedule then redis.call('ZREM', P .. 'schedule:' .. row.schedule, key) end
  redis.call('ZREM', P .. 'ended:' .. row.origin, key)
  if row.error then redis.call('ZREM', P .. 'error:' .. row.error, key) end
  redis.call('ZREM', P .. 'wake', key)
  redis.call('ZREM', P .. 'preflights', 'launch:' .. key)
  if row.origin == 'bulk' then rowForgotten(key, row) end
end
`
