/** What of a calendar meets what: schedules that would mail the same people the same thing too soon, or too often in a day. Pure. */
import { audienceOf } from '../launches/launch.ts'
import { type Collision, collisionsIn, type Guarded, guardedIn } from './collisions.ts'
import { type DueDay, dueByDay, type TimeSpan } from './due-by-day.ts'
import type { Decided, DueTime } from './noted-times.ts'
import type { Schedule } from './schedule.ts'
import { dayOf } from './zone.ts'

/** Schedules of one place: they mail the same people the same thing. */
export type Places = ReadonlyMap<string, readonly Schedule[]>

/** The schedules by their places; only places where one of those is that `shown` lets pass. */
export function placesOf(schedules: readonly Schedule[], shown: (schedule: Schedule) => boolean): Places {
  const wanted = new Set(schedules.filter(shown).map(placeOf))
  const places = new Map<string, Schedule[]>()
  for (const schedule of schedules) {
    const place = placeOf(schedule)
    if (!wanted.has(place)) continue
    const there = places.get(place)
    if (there) there.push(schedule)
    else places.set(place, [schedule])
  }
  return places
}

function placeOf({ account, launch }: Schedule): string {
  return `${account} ${launch.id} ${audienceOf(launch)}`
}

/** Due times that collide. */
export function collisionsOf(days: readonly DueDay[], places: Places): Map<DueTime, Collision> {
  // One alone meets nothing but itself, and minds that only where it says so.
  const among = new Set(schedulesOf(places, ({ policy }) => policy.coolDown !== undefined))
  const going = days.flatMap(({ schedule, dueTimes }) =>
    among.has(schedule) ? dueTimes.filter(({ goes }) => goes) : [],
  )
  return collisionsIn(going, ({ schedule }) => placeOf(schedule))
}

/** Due times, by launch key, that the guard of their day will stop. Days that the span cuts are counted whole. */
export function guardedOf(
  days: readonly DueDay[],
  places: Places,
  { from, to }: TimeSpan,
  decided: Decided,
): Map<string, Guarded> {
  // One alone is stopped only by what it declares itself.
  const schedules = schedulesOf(places, ({ policy }) => policy.maxPerDay !== undefined)
  const ofSchedule = new Map(schedules.map(schedule => [schedule, [] as DueDay[]]))
  for (const each of days) ofSchedule.get(each.schedule)?.push(each)
  const limited = schedules.flatMap(schedule => {
    const { timezone } = schedule.when
    const own = ofSchedule.get(schedule) ?? []
    const before = dueByDay(schedule, { from: dayOf(timezone, from).start, to: from }, decided)
    const after = dueByDay(schedule, { from: to, to: dayOf(timezone, to).end }, decided)
    const counts = new Map<number, number>()
    const times = [...before, ...own, ...after].flatMap(({ dueTimes, more }) => {
      const since = dayOf(timezone, dueTimes[0]?.due ?? from).start
      const count = dueTimes.filter(({ isLeftOut }) => !isLeftOut).length
      counts.set(since, (counts.get(since) ?? 0) + (more ? Number.POSITIVE_INFINITY : count))
      return dueTimes.map(({ key, due, goes }) => ({ schedule, key, due, goes, since }))
    })
    return times
      .filter(({ goes }) => goes)
      .map(time => ({ ...time, maxPerDay: schedule.policy.maxPerDay ?? counts.get(time.since) ?? 1 }))
  })
  return new Map([...guardedIn(limited, ({ schedule }) => placeOf(schedule))].map(([{ key }, guard]) => [key, guard]))
}

/** All schedules of places that have several, and of those alone at theirs the ones that `minds` lets pass. */
function schedulesOf(places: Places, minds: (schedule: Schedule) => boolean): Schedule[] {
  return [...places.values()].flatMap(all => (all.length > 1 ? all : all.filter(minds)))
}
