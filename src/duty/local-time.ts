import { DateTime } from 'luxon'

/** `Mon 2026-11-23 09:00 +01:00 Europe/Berlin`: an instant (epoch milliseconds) as people of the zone see it. */
export function localTimeText(at: number, zone: string): string {
  return `${DateTime.fromMillis(at, { zone }).toFormat(`ccc yyyy-MM-dd ${clock(at)} ZZ`, { locale: 'en' })} ${zone}`
}

/** `09:00 +01:00 Europe/Berlin`, where the day is beside it. */
export function clockText(at: number, zone: string): string {
  return `${DateTime.fromMillis(at, { zone }).toFormat(`${clock(at)} ZZ`, { locale: 'en' })} ${zone}`
}

/** `Mon 2026-11-23`. */
export function dayText(at: number, zone: string): string {
  return DateTime.fromMillis(at, { zone }).toFormat('ccc yyyy-MM-dd', { locale: 'en' })
}

function clock(at: number): string {
  return at % 60_000 === 0 ? 'HH:mm' : 'HH:mm:ss'
}
