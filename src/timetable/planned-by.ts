/** Stands for the version of the zone table where processes with several have planned. */
const severalTables = 'several'

/**
 * Keeps by which zone table what is next of the stored schedules was worked out: with the second, nobody's holds for all. Where
 * nothing was stored before, the first one's does.
 */
export const luaPlannedBy = /* lua */ `
local function plannedBy(version)
  local known = redis.call('GET', P .. 'zones')
  if known and known ~= version then
    redis.call('SET', P .. 'zones', '${severalTables}')
  elseif not known and redis.call('HLEN', P .. 'schedules') == 0 then
    redis.call('SET', P .. 'zones', version)
  end
end
`
