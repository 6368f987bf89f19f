/** The stored schedules as people see them in a list: what is next, whether they are paused, what came of the last launch. */
import { z } from 'zod'
import { states } from '../launches/launch.ts'
import type { Ledger } from '../launches/ledger.ts'
import { endOf, type Pause, pauseAt } from '../launches/pause.ts'
import { decidedTimes, earliestGoing } from './decided-times.ts'
import { allPauses } from './pausing.ts'
import type { Schedule } from './schedule.ts'
import { comingSkips } from './skipping.ts'
import { type StoredSchedule, storedSchedules } from './store.ts'

/** More due times in a row than people leave out one by one. */
const furthestLook = 1_000
/** How many schedules are asked about in one go. */
const page = 500

export interface ScheduleOverview {
  readonly schedule: Schedule
  /** The pause in force. */
  readonly pause: Pause | undefined
  /** The next due time that goes out, as far as is known now; epoch milliseconds. None while only a person ends the pause. */
  readonly next: number | undefined
  /** Nothing of it is ever due again. */
  readonly completed: boolean
  /** The newest launch whose time has come, runs by hand included. */
  readonly last: LastLaunch | undefined
}

const lastSchema = z.object({
  key: z.string(),
  state: z.enum(states),
  due: z.coerce.number(),
  reason: z.string().nullable(),
  error: z.coerce.number().nullable(),
  error_text: z.string().nullable(),
})
type LastLaunch = z.infer<typeof lastSchema>

/** All stored schedules, or those with these names, in the order of names. `now` in epoch milliseconds. */
export async function overviewOf(ledger: Ledger, now: number, names?: readonly string[]): Promise<ScheduleOverview[]> {
  const [stored, pauses, skips] = await Promise.all([
    storedSchedules(ledger),
    allPauses(ledger),
    comingSkips(ledger, now),
  ])
  const left = new Set(skips.map(({ due, schedule }) => `${schedule} ${due}`))
  const chosen = [...stored.values()]
    .map(({ schedule }: StoredSchedule) => schedule)
    .filter(({ name }) => names === undefined || names.includes(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const found: ScheduleOverview[] = []
  for (let index = 0; index < chosen.length; index += page) {
    const some = chosen.slice(index, index + page)
    const lasts = await Promise.all(some.map(({ name }) => lastLaunch(ledger, name, now)))
    for (const [offset, schedule] of some.entries()) {
      const pause = pauseAt(pauses.get(schedule.name) ?? [], now)
      const coming = knownComing(schedule, now, pause, due => left.has(`${schedule.name} ${due}`))
      found.push({ schedule, pause, ...coming, last: lasts[offset] })
    }
  }
  return found
}

/** Of a zone that this Node does not know nothing is known; the list still shows the others. */
function knownComing(...asked: Parameters<typeof comingOf>): ReturnType<typeof comingOf> {
  try {
    return comingOf(...asked)
  } catch (error) {
    if (error instanceof RangeError) return { next: undefined, completed: false }
    throw error
  }
}

function comingOf(
  schedule: Schedule,
  now: number,
  pause: Pause | undefined,
  isLeftOut: (due: number) => boolean,
): { next: number | undefined; completed: boolean } {
  const open = pause === undefined ? now + 1 : endOf(pause)
  let looked = 0
  for (const { due, leftOut } of decidedTimes(schedule, earliestGoing(schedule, now))) {
    if (due <= now) continue
    if (open === Number.POSITIVE_INFINITY || ++looked > furthestLook) return { next: undefined, completed: false }
    if (leftOut !== undefined || due < open || isLeftOut(due)) continue
    return { next: due, completed: false }
  }
  return { next: undefined, completed: looked === 0 }
}

async function lastLaunch(ledger: Ledger, schedule: string, now: number): Promise<LastLaunch | undefined> {
  const { redis, keys } = ledger
  const [key] = await redis.zrevrangebyscore(keys.ofSchedule(schedule), now, '-inf', 'LIMIT', 0, 1)
  if (key === undefined) return undefined
  const [state, due, reason, error, error_text] = await redis.hmget(
    keys.launch(key),
    'state',
    'due',
    'reason',
    'error',
    'error_text',
  )
  return lastSchema.parse({ key, state, due, reason, error, error_text })
}
