/**
 * A calendar: days and spans of time that a schedule may leave out. Plain JSON, complete by itself: a schedule that leaves a
 * calendar out is stored with the calendar's content, so that an edit of the calendar is an edit of the schedule.
 */

/** Local days, both ends included: `2027-01-01`, or `01-01` where it is every year. */
export type Days = readonly [first: string, last: string]

/** An event with a time of day. */
export interface TimedEvent {
  /** Local times, `2027-01-01T09:00:00`; the end is not included. */
  readonly start: string
  readonly end: string
  /** Their IANA zone; without one they are local times wherever they are read. */
  readonly zone?: string
}

/** Everything that one of its parts holds is in the calendar. */
export interface Calendar {
  readonly name: string
  /** In order, and apart from each other. */
  readonly days?: readonly Days[]
  /** The first may be after the last: from one year into the next. */
  readonly yearly?: readonly Days[]
  /** 1 is Monday, 7 Sunday. */
  readonly weekdays?: readonly number[]
  readonly events?: readonly TimedEvent[]
  /** Every moment that none of these calendars holds. */
  readonly not?: readonly Calendar[]
}

/** The calendars of the configuration, by name. */
export type Calendars = ReadonlyMap<string, Calendar>

/** Days in order, those that touch or overlap joined. */
export function joinedDays(days: readonly Days[]): Days[] {
  const joined: Days[] = []
  for (const [first, last] of days.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const before = joined.at(-1)
    if (before && first <= dayAfter(before[1]))
      joined[joined.length - 1] = [before[0], last > before[1] ? last : before[1]]
    else joined.push([first, last])
  }
  return joined
}

/** `2027-01-31` → `2027-02-01`. */
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}
