/** The account of a batch, exact at one moment: a script reads it. */
import { z } from 'zod'
import { type State, states } from '../launches/launch.ts'
import type { BatchCounts } from './batch.ts'

/** Adds `counts(batch)` to a script that begins with `luaLedger`: a flat list for `countsAnswer`. Looks at the window's records. */
export const luaCounts = /* lua */ `
local function counts(batch)
  local facts = redis.call('HMGET', batch, 'total', 'cursor', 'state')
  local found = { ['total'] = facts[1], ['cursor'] = facts[2] }
  for _, key in ipairs(redis.call('ZRANGE', batch .. ':window', 0, -1)) do
    local state = redis.call('HGET', P .. 'launch:' .. key, 'state')
    if state then found[state] = (found[state] or 0) + 1 end
  end
  for state in string.gmatch('${states.join(' ')}', '%a+') do
    local left = redis.call('HGET', batch, 'n:' .. state)
    if left and left ~= '0' then found[state] = (found[state] or 0) + left end
  end
  local flat = {}
  for name, count in pairs(found) do flat[#flat + 1] = name; flat[#flat + 1] = tostring(count) end
  return flat
end
`

/** Reads what `counts` answers. */
export const countsAnswer = z.array(z.string()).transform((flat): BatchCounts => {
  const found = new Map<string, number>()
  for (let index = 0; index < flat.length; index += 2) found.set(flat[index] ?? '', Number(flat[index + 1]))
  const released: Partial<Record<State, number>> = {}
  for (const state of states) {
    const count = found.get(state)
    if (count !== undefined && count > 0) released[state] = count
  }
  const total = found.get('total') ?? 0
  return { total, unreleased: total - (found.get('cursor') ?? 0), released }
})
