/** The calendar, by month and by week; what is left out stands there struck through, with its reason. Pure. */
import { DateTime } from 'luxon'
import type { CalendarRow } from '../../timetable/calendar.ts'
import type { Look } from '../look.ts'
import { type CalendarDay, type CalendarModel, calendarViews } from '../read/calendar.ts'
import { scheduleAddress } from './launch-parts.tsx'
import { isWarning, noteText } from './notes.ts'
import { Icon } from './state.tsx'
import { timeText } from './times.tsx'
import { rowWords } from './upcoming.tsx'

/** In a month more than this on one day is a number. */
const mostOfDay = 6

export function CalendarPage({ look, model }: { look: Look; model: CalendarModel }) {
  const { calendar: t } = look.t
  const { view, zone, at } = model
  const start = DateTime.fromMillis(at, { zone, locale: look.language })
  const title =
    view === 'month'
      ? start.toFormat('LLLL yyyy')
      : `${start.toFormat('d LLL')} – ${start.plus({ days: 6 }).toFormat('d LLL yyyy')}`
  const day = start.toISODate() ?? ''
  return (
    <>
      <div class="head">
        <h1>{title}</h1>
        <nav class="tabs" aria-label={t.views}>
          {calendarViews.map(each => (
            <a href={`/calendar?view=${each}&day=${day}`} aria-current={each === view ? 'true' : undefined}>
              {t.view[each]}
            </a>
          ))}
        </nav>
        <nav class="tabs" aria-label={t.move}>
          <a href={`/calendar?view=${view}&day=${model.before}`} aria-label={t.before}>
            ←
          </a>
          <a href={`/calendar?view=${view}`}>{t.today}</a>
          <a href={`/calendar?view=${view}&day=${model.after}`} aria-label={t.after}>
            →
          </a>
        </nav>
        <span class="muted more">{t.inZone(zone)}</span>
      </div>
      <table class={`calendar ${view}`}>
        <thead>
          <tr>
            {model.weeks[0]?.map(({ at }) => (
              <th scope="col">{DateTime.fromMillis(at, { zone, locale: look.language }).toFormat('ccc')}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {model.weeks.map(days => (
            <tr>
              {days.map(each => (
                <Day look={look} day={each} model={model} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Day({ look, day, model }: { look: Look; day: CalendarDay; model: CalendarModel }) {
  const { view, zone } = model
  const shown = view === 'week' ? day.rows : day.rows.slice(0, mostOfDay)
  const rest = day.rows.length - shown.length
  const kind = `${day.isInside ? '' : 'outside '}${day.isToday ? 'today ' : ''}${day.rows.length === 0 ? 'free' : ''}`
  return (
    <td class={kind.trim() === '' ? undefined : kind.trim()}>
      <time dateTime={day.day} aria-current={day.isToday ? 'date' : undefined}>
        <span class="narrow">{timeText(look, day.at, zone, 'day')}</span>
        <span class="broad">{String(Number(day.day.slice(8)))}</span>
      </time>
      <ul>
        {shown.map(row => (
          <Entry look={look} row={row} view={view} zone={zone} />
        ))}
      </ul>
      {rest === 0 ? null : <a href={`/calendar?view=week&day=${day.day}`}>{look.t.calendar.more(rest)}</a>}
    </td>
  )
}

function Entry({ look, row, view, zone }: { look: Look; row: CalendarRow; view: CalendarModel['view']; zone: string }) {
  const { schedule } = row
  const own = schedule.when.timezone
  const isOut = row.going === 0
  const warned = row.notes.some(({ note }) => isWarning(note))
  return (
    <li class={isOut ? 'out' : warned ? 'warned' : undefined} title={rowWords(look, row, own)}>
      <span class="num">{timeText(look, row.due, zone, 'clock')}</span>
      {isOut ? (
        <Icon name={row.notes.some(({ note }) => note.kind === 'paused') ? 'paused' : 'skipped'} />
      ) : warned ? (
        <Icon name="warn" />
      ) : null}
      <a href={scheduleAddress(schedule.name)}>{schedule.name}</a>
      {row.times > 1 ? <small class="muted">×{row.times}</small> : null}
      {view === 'week' || isOut
        ? row.notes.map(({ note, times }) => (
            <small class="note">
              {noteText(look, note, own)}
              {times > 1 && times < row.times ? ` ×${times}` : null}
            </small>
          ))
        : null}
    </li>
  )
}
