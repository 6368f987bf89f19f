/** `policy.maxLateness` of a text that is no schedule: longer than most allow, short enough to look through. Milliseconds. */
const presumedLateness = 7 * 86_400_000

/** How long after its due time a launch of the schedule with this stored text may still go, in ms. */
export const luaLatenessOf = /* lua */ `
local function latenessOf(text)
  local read, lateness = pcall(function() return cjson.decode(text).policy.maxLateness end)
  return read and tonumber(lateness) or ${presumedLateness}
end
`
