import { dateText, wallAt } from '../timetable/wall-clock.ts'
import { offsetText, zoneOrUtc } from '../timetable/zone.ts'

/** `Mon 2026-11-23 09:00 +01:00 Europe/Berlin`: an instant (epoch milliseconds) as people of the zone see it. */
export function localTimeText(at: number, zone: string): string {
  return `${dayText(at, zone)} ${clockText(at, zone)}`
}

/** `09:00 +01:00 Europe/Berlin`, where the day is beside it. */
export function clockText(at: number, zone: string): string {
  const known = zoneOrUtc(zone)
  const { time } = wallAt(known, at)
  const parts = [time / 3_600_000, (time / 60_000) % 60, ...(at % 60_000 === 0 ? [] : [(time / 1_000) % 60])]
  const clock = parts.map(part => String(Math.floor(part)).padStart(2, '0')).join(':')
  return `${clock} ${offsetText(known.offset(at))} ${known.name}`
}

const weekdays = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

/** `Mon 2026-11-23`. */
export function dayText(at: number, zone: string): string {
  const { day, weekday } = wallAt(zoneOrUtc(zone), at)
  return `${weekdays[weekday]} ${dateText(day)}`
}
