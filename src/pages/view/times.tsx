/** Times as people see them: in the zone they chose, with all others one glance away. Pure. */
import { DateTime } from 'luxon'
import { offsetText, zoneOrUtc } from '../../timetable/zone.ts'
import { awayText } from '../browser/away.ts'
import type { Look } from '../look.ts'

/** `due`: to the second where that matters, as due times that are not on a minute. */
type Shape = 'clock' | 'short' | 'due' | 'full' | 'day'

const shapes: Readonly<Record<Shape, string>> = {
  clock: 'HH:mm',
  short: 'ccc d LLL HH:mm',
  due: 'ccc d LLL HH:mm',
  full: 'd LLL yyyy HH:mm:ss',
  day: 'ccc d LLL',
}

/**
 * The zone in which this viewer sees a time of a schedule of `zone`. What is of no schedule, and pages about many of them, are
 * in the viewer's own zone: see `pageZone`.
 */
export function zoneFor(look: Look, zone: string | undefined): string {
  switch (look.zone) {
    case 'utc':
      return 'UTC'
    case 'mine':
      return look.mine ?? 'UTC'
    case 'schedule':
      return zone ?? look.mine ?? 'UTC'
  }
}

/** The zone of all times that say no other: of axes, of the calendar's days, of what is searched. */
export function pageZone(look: Look): string {
  return zoneFor(look, undefined)
}

/** An instant (epoch milliseconds) as text in a zone. */
export function timeText(look: Look, at: number, zone: string, shape: Shape): string {
  const seconds = shape === 'due' && at % 60_000 !== 0 ? ':ss' : ''
  return wallOf(look, at, zone).toFormat(`${shapes[shape]}${seconds}`)
}

/** ` UTC+3` after a time that is shown in this zone, where the clock shows another time there than in the page's zone. */
export function zoneMark(look: Look, at: number, zone: string): string {
  const offset = zoneOrUtc(zone).offset(at)
  if (offset === zoneOrUtc(pageZone(look)).offset(at)) return ''
  return offset === 0
    ? ' UTC'
    : ` UTC${offsetText(offset)
        .replace(/^([+-])0/, '$1')
        .replace(':00', '')}`
}

/** The time of a schedule of `zone` as this viewer sees it, with the zone where that is not the page's. */
export function shownTime(look: Look, at: number, zone: string | undefined, shape: Shape): string {
  const shown = zoneFor(look, zone)
  return timeText(look, at, shown, shape) + zoneMark(look, at, shown)
}

/** What the clock shows there, as a time of UTC: luxon's own way through a zone is too slow for pages of two thousand times. */
function wallOf(look: Look, at: number, zone: string): DateTime {
  return DateTime.fromMillis(at + zoneOrUtc(zone).offset(at), { zone: 'UTC', locale: look.language })
}

/** `UTC`, `+03:00 Europe/Moscow`. */
export function zoneText(at: number, zone: string): string {
  const known = zoneOrUtc(zone)
  return known.name === 'UTC' ? 'UTC' : `${offsetText(known.offset(at))} ${known.name}`
}

/** The zones in which an instant is worth showing: the schedule's, UTC and the viewer's, each once. */
function zonesOf(look: Look, zone: string | undefined): string[] {
  return [...new Set([zone, 'UTC', look.mine].filter(each => each !== undefined))]
}

export function Time({
  look,
  at,
  zone,
  shape = 'short',
}: {
  look: Look
  at: number
  zone?: string | undefined
  shape?: Shape
}) {
  const shown = zoneFor(look, zone)
  const mark = zoneMark(look, at, shown)
  const title = zonesOf(look, zone)
    .map(each => `${timeText(look, at, each, 'full')} ${zoneText(at, each)}`)
    .join('\n')
  return (
    <time dateTime={new Date(at).toISOString()} title={title}>
      {timeText(look, at, shown, shape)}
      {mark === '' ? null : <span class="muted">{mark}</span>}
    </time>
  )
}

/** One instant in every zone that matters, one line each. */
export function AllTimes({ look, at, zone }: { look: Look; at: number; zone?: string | undefined }) {
  return (
    <time class="all-times" dateTime={new Date(at).toISOString()}>
      {zonesOf(look, zone).map(each => (
        <span>
          {timeText(look, at, each, 'full')} <small>{zoneText(at, each)}</small>
        </span>
      ))}
    </time>
  )
}

/** `in 18 minutes`, `2 hours ago`; the script keeps it true. */
export function Relative({ look, at }: { look: Look; at: number }) {
  return (
    <span class="relative" data-at={String(at)}>
      {awayText(look.language, at - look.now)}
    </span>
  )
}

/** `+0.4 s`, `+12 min`: how late something was, of milliseconds. */
export function latenessText(ms: number): string {
  if (ms < 10_000) return `+${(ms / 1_000).toFixed(1)} s`
  if (ms < 120_000) return `+${Math.round(ms / 1_000)} s`
  return ms < 7_200_000 ? `+${Math.round(ms / 60_000)} min` : `+${Math.round(ms / 3_600_000)} h`
}

export function number(look: Look, value: number): string {
  return value.toLocaleString(look.language)
}
