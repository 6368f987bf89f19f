/** The calendar, by month, week and day; what is left out stands there struck through, with its reason. Pure. */
import { DateTime } from 'luxon'
import type { CalendarEntry } from '../../timetable/calendar-days.ts'
import type { Went } from '../../timetable/went-by-day.ts'
import type { Look } from '../look.ts'
import { type CalendarModel, calendarViews, isBad, type ShownDay } from '../read/calendar.ts'
import { LinkButton } from './form.tsx'
import { launchAddress, scheduleAddress } from './launch-parts.tsx'
import { isWarning, noteText } from './notes.ts'
import { Icon, tones } from './state.tsx'
import { number, timeText } from './times.tsx'
import { rowWords } from './upcoming.tsx'

export function CalendarPage({ look, model }: { look: Look; model: CalendarModel }) {
  const { calendar: t } = look.t
  const { view, zone, at } = model
  const start = DateTime.fromMillis(at, { zone, locale: look.language })
  const title = titleOf(view, start)
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

function titleOf(view: CalendarModel['view'], start: DateTime): string {
  switch (view) {
    case 'month':
      return start.toFormat('LLLL yyyy')
    case 'week':
      return `${start.toFormat('d LLL')} – ${start.plus({ days: 6 }).toFormat('d LLL yyyy')}`
    case 'day':
      return start.toFormat('ccc d LLL yyyy')
  }
}

/** In place of a calendar that could not be worked out in time: a shorter one, or what is stored. */
export function TooMuchPage({ look, asked }: { look: Look; asked: Pick<CalendarModel, 'view' | 'day'> }) {
  const { calendar: t, trouble, sections } = look.t
  const shorter = calendarViews[calendarViews.indexOf(asked.view) + 1]
  const day = asked.day === undefined ? '' : `&day=${asked.day}`
  return (
    <section class="confirm">
      <h1>{trouble.tooMuch}</h1>
      <p>{trouble.tooMuchWords}</p>
      <div class="actions">
        {shorter === undefined ? null : (
          <LinkButton kind="main" href={`/calendar?view=${shorter}${day}`}>
            {t.view[shorter]}
          </LinkButton>
        )}
        <LinkButton href="/schedules">{sections.schedules}</LinkButton>
      </div>
    </section>
  )
}

function Day({ look, day, model }: { look: Look; day: ShownDay; model: CalendarModel }) {
  const { view, zone } = model
  const kinds = [
    ...(day.isInside ? [] : ['outside']),
    ...(day.isToday ? ['today'] : day.at < look.now ? ['past'] : []),
    ...(day.entries.length + day.went.length === 0 ? ['free'] : []),
  ]
  return (
    <td class={kinds.length === 0 ? undefined : kinds.join(' ')}>
      <time dateTime={day.day} aria-current={day.isToday ? 'date' : undefined}>
        <span class="narrow">{timeText(look, day.at, zone, 'day')}</span>
        <span class="broad">{String(Number(day.day.slice(8)))}</span>
      </time>
      <ul>
        {day.went.map(went => (
          <Past look={look} went={went} day={day} zone={zone} />
        ))}
        {day.entries.map(entry => (
          <Entry look={look} entry={entry} view={view} zone={zone} />
        ))}
      </ul>
      {day.more + day.moreWent === 0 ? null : (
        <Rest look={look} day={day.day} view={view} rest={day.more + day.moreWent} />
      )}
    </td>
  )
}

function Rest({ look, day, view, rest }: { look: Look; day: string; view: CalendarModel['view']; rest: number }) {
  const words = look.t.calendar.more(rest)
  if (view === 'day') return <span class="muted">{words}</span>
  const next = view === 'month' ? 'week' : 'day'
  return <a href={`/calendar?view=${next}&day=${day}`}>{words}</a>
}

/** What a schedule launched on the day: what went wrong with its state, what went as it should calmly. */
function Past({ look, went, day, zone }: { look: Look; went: Went; day: ShownDay; zone: string }) {
  const { schedule, due, times, key, states } = went
  const told = [...(states ?? [])]
  const bad = told.filter(([state]) => isBad(state))
  const [one] = bad.length > 0 ? bad : told
  const from = new Date(day.at).toISOString()
  const q = `schedule:${schedule} from:${from} to:${new Date(day.end).toISOString()}`
  const words = told.map(([state, count]) => `${look.t.states[state]} ${count}`).join(', ')
  return (
    <li
      class={`went ${bad.length > 0 ? 'bad' : 'calm'}${one === undefined ? '' : ` tone-${tones[one[0]]}`}`}
      title={`${timeText(look, due, zone, 'clock')} ${words}`}
    >
      <span class="num">{timeText(look, due, zone, 'clock')}</span>
      {one === undefined ? null : <Icon name={one[0]} />}
      <a href={key === undefined ? `/launches?q=${encodeURIComponent(q)}` : launchAddress(key)}>{schedule}</a>
      {times > 1 ? <small class="muted"> ×{number(look, times)}</small> : null}
      {bad.map(([state, count]) => (
        <small class="note">
          {look.t.states[state]}
          {times > 1 ? ` ${number(look, count)}` : ''}
        </small>
      ))}
    </li>
  )
}

interface EntryProps {
  readonly look: Look
  readonly entry: CalendarEntry
  readonly view: CalendarModel['view']
  readonly zone: string
}

function Entry({ look, entry, view, zone }: EntryProps) {
  const { schedule, rows, goes, due, times, more, isRoutine } = entry
  const own = schedule.when.timezone
  const notes = rows.flatMap(row => row.notes.map(({ note }) => note))
  const warned = goes && notes.some(isWarning)
  const stopped = notes.some(({ kind }) => kind === 'stopped')
  const kind = goes ? (warned ? 'warned' : isRoutine ? 'calm' : 'rare') : stopped ? 'stopped' : 'out'
  const told = new Set((goes ? notes.filter(isWarning) : notes).map(note => noteText(look, note, own)))
  return (
    <li class={kind} title={rows.map(row => rowWords(look, row, own)).join('\n')}>
      <span class="num">{timeText(look, due, zone, 'clock')}</span>
      {goes ? null : (
        <Icon name={stopped ? 'held' : notes.some(({ kind }) => kind === 'paused') ? 'paused' : 'skipped'} />
      )}
      {warned ? <Icon name="warn" /> : null}
      <a href={scheduleAddress(schedule.name)}>{schedule.name}</a>
      {times > 1 ? (
        <small class="muted">
          {' '}
          ×{number(look, times)}
          {more ? '+' : ''}
        </small>
      ) : null}
      {view !== 'month' && rows.length > 1 ? (
        <small class="note">
          {rows
            .slice(1)
            .map(row => timeText(look, row.due, zone, 'clock'))
            .join(' ')}
        </small>
      ) : null}
      {[...told].map(words => (
        <small class="note">{words}</small>
      ))}
    </li>
  )
}
