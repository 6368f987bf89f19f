/** The lanes of what goes out next. Drawn in shares of the width, so that it fits every screen; each lane is also a sentence. Pure. */
import { DateTime } from 'luxon'
import type { CalendarRow } from '../../timetable/calendar.ts'
import { dayOf } from '../../timetable/zone.ts'
import type { Look } from '../look.ts'
import { type Lane, type Span, spans, type Upcoming } from '../read/upcoming.ts'
import { scheduleAddress } from './launch-parts.tsx'
import { isWarning, noteText } from './notes.ts'
import { Badge, Stopped } from './state.tsx'
import { pageZone, Relative, Time, timeText, zoneFor, zoneMark } from './times.tsx'

export function UpcomingLanes({ look, upcoming }: { look: Look; upcoming: Upcoming }) {
  const { overview: t } = look.t
  return (
    <section aria-labelledby="upcoming-title" class="upcoming" id="upcoming">
      <div class="head">
        <h2 id="upcoming-title">{t.upcoming}</h2>
        <nav class="tabs" aria-label={t.spans}>
          {(Object.keys(spans) as Span[]).map(span => (
            <a href={`/?span=${span}`} aria-current={span === upcoming.span ? 'true' : undefined}>
              {t.span[span]}
            </a>
          ))}
        </nav>
        <a class="more" href="/calendar">
          {t.calendar}
        </a>
      </div>
      <NextLine look={look} upcoming={upcoming} />
      {upcoming.lanes.length === 0 ? (
        <p class="muted">{upcoming.isTooMuch ? look.t.trouble.tooMuchWords : t.nothingDue}</p>
      ) : (
        <div class="lanes">
          <Axis look={look} upcoming={upcoming} />
          {upcoming.lanes.map(lane => (
            <LaneRow look={look} lane={lane} upcoming={upcoming} />
          ))}
        </div>
      )}
      {upcoming.more === 0 ? null : (
        <p class="muted">
          <a href="/calendar">{t.moreLanes(upcoming.more)}</a>
        </p>
      )}
    </section>
  )
}

/** What goes out next, in words. */
function NextLine({ look, upcoming: { next } }: { look: Look; upcoming: Upcoming }) {
  const { overview: t, words } = look.t
  if (next.length === 0) return null
  return (
    <ol class="next" aria-label={t.next}>
      {next.map(({ schedule: { name, launch, when }, due, stop }, index) => (
        <li>
          {index === 0 ? <strong>{t.next}: </strong> : null}
          <a href={scheduleAddress(name)}>{name}</a>, {words.mailing} {launch.id}
          {launch.override_source_id === undefined
            ? null
            : `, ${look.t.sources[launch.override_source_type ?? 'list']} ${launch.override_source_id}`}
          , <NextTime look={look} at={due} zone={when.timezone} />, <Relative look={look} at={due} />{' '}
          <Stopped look={look} stop={stop} />
        </li>
      ))}
    </ol>
  )
}

const dayMs = 86_400_000

/** With the day where the hour alone would not say it, and the place whose clock it is. */
function NextTime({ look, at, zone }: { look: Look; at: number; zone: string }) {
  const shown = zoneFor(look, zone)
  return (
    <>
      <Time look={look} at={at} zone={zone} shape={at - look.now < dayMs ? 'clock' : 'short'} />{' '}
      <small class="muted">{placeOf(shown)}</small>
    </>
  )
}

function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
}

function share({ from, to }: Upcoming, at: number): string {
  return `${((100 * (at - from)) / (to - from)).toFixed(2)}%`
}

/** Hours of a day, days of a week or month. */
function ticksOf(look: Look, { from, to, span }: Upcoming): { at: number; words: string }[] {
  const zone = pageZone(look)
  const day = span !== '24h'
  const step = day ? { days: span === '7d' ? 1 : 5 } : { hours: 4 }
  const ticks: { at: number; words: string }[] = []
  let tick = DateTime.fromMillis(from, { zone, locale: look.language })
    .startOf(day ? 'day' : 'hour')
    .plus(day ? { days: 1 } : { hours: 1 })
  while (!day && tick.hour % 4 !== 0) tick = tick.plus({ hours: 1 })
  for (; tick.toMillis() < to; tick = tick.plus(step))
    ticks.push({ at: tick.toMillis(), words: tick.toFormat(day ? 'd LLL' : 'HH:mm') })
  return ticks
}

/** Words that begin later than this would be cut off at the edge of a narrow screen. */
function isWhole({ from, to }: Upcoming): (tick: { readonly at: number }) => boolean {
  return ({ at }) => at < to - (to - from) / 8
}

function Axis({ look, upcoming }: { look: Look; upcoming: Upcoming }) {
  return (
    <div class="lane axis" aria-hidden="true">
      <span class="name">
        {placeOf(pageZone(look))}
        <span class="now">{`${look.t.overview.now} ${timeText(look, upcoming.from, pageZone(look), 'clock')}`}</span>
      </span>
      <svg class="track" height="16" width="100%" aria-hidden="true">
        {ticksOf(look, upcoming)
          .filter(isWhole(upcoming))
          .map(({ at, words }) => (
            <text x={share(upcoming, at)} y="12">
              {words}
            </text>
          ))}
      </svg>
    </div>
  )
}

function LaneRow({ look, lane, upcoming }: { look: Look; lane: Lane; upcoming: Upcoming }) {
  const { schedule, pause, stop, next, rows } = lane
  const zone = schedule.when.timezone
  return (
    <div class={pause === undefined ? 'lane' : 'lane paused'}>
      <span class="name">
        <a href={scheduleAddress(schedule.name)}>{schedule.name}</a>
        {pause === undefined ? null : <Badge look={look} name="paused" />}
        <Stopped look={look} stop={stop} />
        {next === undefined ? null : (
          <span class="soon">
            <NextTime look={look} at={next} zone={zone} />
          </span>
        )}
      </span>
      <svg class="track" height="26" width="100%" role="img" aria-label={laneWords(look, lane)}>
        {ticksOf(look, upcoming).map(({ at }) => (
          <line class="grid" x1={share(upcoming, at)} x2={share(upcoming, at)} y1="0" y2="26" />
        ))}
        <line class="rail" x1="0" x2="100%" y1="13" y2="13" />
        {rows.map(row => (
          <Mark look={look} row={row} zone={zone} upcoming={upcoming} />
        ))}
      </svg>
    </div>
  )
}

/** Narrower than this, marks of one day run into each other: they are drawn as one bar. Share of the width. */
const narrowest = 0.012

function Mark({ look, row, zone, upcoming }: { look: Look; row: CalendarRow; zone: string; upcoming: Upcoming }) {
  const { every } = row
  const kind = kindOf(row)
  const title = rowWords(look, row, zone)
  const span = upcoming.to - upcoming.from
  if (row.times === 1 || row.last - row.due < narrowest * span)
    return <Point x={share(upcoming, row.due)} kind={kind} title={title} />
  if (every !== undefined && !row.more && every / span >= narrowest)
    return (
      <>
        {Array.from({ length: row.times }, (_, index) => (
          <Point x={share(upcoming, row.due + index * every)} kind={kind} title={title} />
        ))}
      </>
    )
  // Where there are more than were counted, they go on until the end of the day.
  const last = row.more ? Math.min(upcoming.to, dayOf(zone, row.due).end) : row.last
  const width = share({ ...upcoming, from: 0, to: span }, last - row.due)
  return (
    <svg x={share(upcoming, row.due)} width={width} height="26" class={`many ${kind}`}>
      <title>{title}</title>
      <rect width="100%" y="9" height="8" rx="2" />
    </svg>
  )
}

type MarkKind = 'out' | 'kept' | 'warned' | 'goes'

function kindOf({ going, notes }: CalendarRow): MarkKind {
  if (notes.some(({ note }) => note.kind === 'stopped')) return 'kept'
  if (going === 0) return 'out'
  return notes.some(({ note }) => isWarning(note)) ? 'warned' : 'goes'
}

function Point({ x, kind, title }: { x: string; kind: MarkKind; title: string }) {
  return (
    <svg x={x} class={`mark ${kind}`} overflow="visible">
      <title>{title}</title>
      {kind === 'warned' ? (
        <path d="M0 7l6 11h-12z" />
      ) : (
        <circle cx="0" cy="13" r={kind === 'out' || kind === 'kept' ? 3.5 : 4.5} />
      )}
    </svg>
  )
}

/** One due time, or all of a day, in words. */
export function rowWords(look: Look, row: CalendarRow, zone: string): string {
  const shown = zoneFor(look, zone)
  const times =
    row.times === 1
      ? timeText(look, row.due, shown, 'due')
      : `${row.more ? '≥ ' : ''}${look.t.overview.times(row.times)}, ${timeText(look, row.due, shown, 'due')} – ${timeText(look, row.last, shown, 'clock')}`
  const notes = row.notes.map(({ note }) => noteText(look, note, zone))
  return [times + zoneMark(look, row.due, shown), ...notes].join('; ')
}

const mostSpoken = 5

function laneWords(look: Look, { schedule, stop, rows }: Lane): string {
  const words = rows.slice(0, mostSpoken).map(row => rowWords(look, row, schedule.when.timezone))
  const total = rows.reduce((sum, { times }) => sum + times, 0)
  const stopped = stop === undefined ? '' : `${look.t.states.stopped}, `
  return `${schedule.name}: ${stopped}${look.t.overview.times(total)}: ${words.join('. ')}`
}
