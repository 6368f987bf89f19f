/**
 * Pauses of a schedule: spans of time in which nothing of it goes out. They are kept after their end, because what was due
 * in one never goes out afterwards: resuming is not catching up. Pure; who pauses and resumes is timetable/pausing.ts.
 */
import { z } from 'zod'
import { reasons } from './launch.ts'

const pauseSchema = z.object({
  /** Epoch milliseconds, inclusive. */
  from: z.number(),
  /** When it ends by itself; epoch milliseconds, exclusive. */
  until: z.number().exactOptional(),
  /** When a person ended it, or the name of its removed schedule was declared again; epoch milliseconds, exclusive. */
  to: z.number().exactOptional(),
  reason: z.string(),
  by: z.string(),
})
export type Pause = z.infer<typeof pauseSchema>

/** Reads what the `pauses` hash holds for a schedule, the oldest first; none where it holds nothing. */
export function readPauses(text: string | null | undefined): Pause[] {
  return text === null || text === undefined ? [] : z.array(pauseSchema).parse(JSON.parse(text))
}

/** When a pause ended or will end by itself; epoch milliseconds, infinite where only a person ends it. */
export function endOf({ until, to }: Pause): number {
  return Math.min(until ?? Number.POSITIVE_INFINITY, to ?? Number.POSITIVE_INFINITY)
}

/** The pause that an instant (epoch milliseconds) lies in, where there is one. */
export function pauseAt(pauses: readonly Pause[], instant: number): Pause | undefined {
  return pauses.find(pause => pause.from <= instant && instant < endOf(pause))
}

/** Why a due time in the pause is skipped, as its record says it. */
export function pausedReason({ reason }: Pause): string {
  return `${reasons.paused}${reason}`
}

/**
 * Adds to a script that begins with `luaLedger`: `pauseEnd(pause)` as above, and `pausedBy(row, at)`, why a launch must not go out
 * at this time, or nil. It must not where its schedule is paused now, or was when it was due. row needs schedule and due.
 */
export const luaPause = /* lua */ `
local function pauseEnd(pause) return math.min(pause['until'] or math.huge, pause.to or math.huge) end

local function pausedBy(row, at)
  local text = row.schedule and redis.call('HGET', P .. 'pauses', row.schedule)
  if not text then return nil end
  local due = tonumber(row.due)
  for _, pause in ipairs(cjson.decode(text)) do
    local ends = pauseEnd(pause)
    if (pause.from <= due and due < ends) or (pause.from <= at and at < ends) then return '${reasons.paused}' .. pause.reason end
  end
  return nil
end
`
