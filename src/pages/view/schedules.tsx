/** All schedules: what each is, when it goes next, how the last runs went, whether it is paused. Pure. */
import { timingInOneLine } from '../../timetable/words.ts'
import type { Look } from '../look.ts'
import { type ScheduleItem, type SchedulesPage, scheduleFilters } from '../read/schedules.ts'
import { Button, Unfold } from './form.tsx'
import { launchAddress, scheduleAddress } from './launch-parts.tsx'
import { Said } from './said.tsx'
import { Badge, RunStrip, Stopped } from './state.tsx'
import { number, Relative, shownTime, Time } from './times.tsx'

export function SchedulesList({ look, model }: { look: Look; model: SchedulesPage }) {
  const { schedules: t } = look.t
  const address = (over: Record<string, string>) => {
    const query = new URLSearchParams({ show: model.filter, text: model.text, ...over })
    for (const [name, value] of [...query]) if (value === '' || (name === 'show' && value === 'all')) query.delete(name)
    return query.size === 0 ? '/schedules' : `/schedules?${query}`
  }
  return (
    <>
      <div class="head">
        <h1>{t.title}</h1>
        <ul class="filters" aria-label={t.filters}>
          {scheduleFilters.map(filter => (
            <li>
              <a href={address({ show: filter })} aria-current={filter === model.filter ? 'true' : undefined}>
                {t.show[filter]} <span class="num">{number(look, model.counts[filter])}</span>
              </a>
            </li>
          ))}
        </ul>
        <form class="inline" action="/schedules" method="get">
          {model.filter === 'all' ? null : <input type="hidden" name="show" value={model.filter} />}
          <input
            type="search"
            name="text"
            value={model.text}
            aria-label={t.text}
            placeholder={t.text}
            autocomplete="off"
          />
          <Button>{look.t.launches.find}</Button>
        </form>
      </div>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">{t.name}</th>
            <th scope="col">{t.when}</th>
            <th scope="col">{t.next}</th>
            <th scope="col">{t.runs}</th>
            <th scope="col">{look.t.columns.state}</th>
            <th scope="col">
              <span class="hidden">{t.do}</span>
            </th>
          </tr>
        </thead>
        <tbody id="schedules" data-rows="">
          {model.items.map(item => (
            <Row look={look} item={item} />
          ))}
        </tbody>
      </table>
      {model.items.length === 0 ? (
        <p class="empty">{model.counts.all === 0 ? look.t.overview.noSchedules : t.none}</p>
      ) : null}
      <nav class="pages" aria-label={look.t.launches.pages}>
        {model.page > 1 ? <a href={address({ page: String(model.page - 1) })}>{t.before}</a> : null}
        {model.pages > 1 ? <span class="muted">{t.page(model.page, model.pages)}</span> : null}
        {model.page < model.pages ? (
          <a href={address({ page: String(model.page + 1) })}>{look.t.launches.next}</a>
        ) : null}
      </nav>
    </>
  )
}

function Row({ look, item }: { look: Look; item: ScheduleItem }) {
  const { schedules: t, words } = look.t
  const { name, schedule, pause, next, last, runs } = item
  const zone = schedule?.when.timezone
  const isKept = item.stop !== undefined && pause === undefined && !item.completed && item.unmintable === undefined
  return (
    <tr id={`s-${name}`} class={pause === undefined ? undefined : 'paused'}>
      <td class="key">
        <a href={scheduleAddress(name)}>{name}</a>
        {schedule === undefined ? null : (
          <small class="muted">
            {words.mailing} {schedule.launch.id} · {schedule.account}
          </small>
        )}
      </td>
      <td data-label={t.when}>
        <Timetable look={look} item={item} />
      </td>
      <td data-label={t.next} class="nowrap">
        {next === undefined ? (
          <span class="muted">{item.completed ? t.never : '—'}</span>
        ) : (
          <>
            <Time look={look} at={next} zone={zone} />
            <small class="muted">
              <Relative look={look} at={next} />
            </small>
          </>
        )}
      </td>
      <td data-label={t.runs} class="runs">
        <RunStrip look={look} runs={runs} when={({ due }) => shownTime(look, due, zone, 'short')} />
      </td>
      <td data-label={look.t.columns.state}>
        {isKept ? <Stopped look={look} stop={item.stop} /> : <ScheduleState look={look} item={item} />}
        {last === undefined || ['launched', 'planned', 'skipped'].includes(last.state) ? null : (
          <small>
            <a href={launchAddress(last.key)}>
              {t.last} {look.t.states[last.state]}
            </a>
          </small>
        )}
      </td>
      <td class="actions">
        <Pausing look={look} item={item} />
      </td>
    </tr>
  )
}

/** Its timetable in words, or why nothing can be worked out of it here. */
function Timetable({ look, item: { schedule, unmintable } }: { look: Look; item: ScheduleItem }) {
  if (schedule === undefined || unmintable !== undefined) return <Unplannable look={look} why={unmintable} />
  return (
    <>
      {timingInOneLine(schedule, look.language)}
      <small class="muted">{schedule.when.timezone}</small>
    </>
  )
}

export function Unplannable({ look, why }: { look: Look; why: string | undefined }) {
  return (
    <>
      <Badge look={look} name="rejected" word={look.t.schedules.unplannable} />{' '}
      <span class="reason">
        <Said look={look} words={why ?? ''} />
      </span>
    </>
  )
}

export function ScheduleState({
  look,
  item: { pause, completed, unmintable },
}: {
  look: Look
  item: Pick<ScheduleItem, 'pause' | 'completed' | 'unmintable'>
}) {
  const { schedules: t } = look.t
  if (unmintable !== undefined && pause === undefined) return null
  if (completed) return <Badge look={look} name="planned" word={t.completed} quiet />
  if (pause === undefined) return <Badge look={look} name="ok" word={t.active} quiet />
  return (
    <>
      <Badge look={look} name="paused" quiet />
      <small class="muted">
        <Said look={look} words={pause.reason} /> (<Said look={look} words={pause.by} />
        {pause.until === undefined ? null : (
          <>
            , {t.until} <Time look={look} at={pause.until} />
          </>
        )}
        )
      </small>
    </>
  )
}

/** Two buttons that cannot be mistaken for each other; only the one that does something now is there. */
export function Pausing({
  look,
  item: { name, schedule, pause, completed },
}: {
  look: Look
  item: Pick<ScheduleItem, 'name' | 'schedule' | 'pause' | 'completed'>
}) {
  const { actions: t } = look.t
  const here = scheduleAddress(name)
  if (pause !== undefined && look.rights.resume)
    return (
      <Unfold look={look} action={`${here}/resume`} word={t.resume} submit={t.resumeNow}>
        <p>{t.resumeWords}</p>
      </Unfold>
    )
  if (pause === undefined && !completed && look.rights.pause)
    return (
      <Unfold look={look} action={`${here}/pause`} word={t.pause} submit={t.pauseNow}>
        <p>{t.pauseWords}</p>
        <label class="field">
          <span>{t.pauseUntil}</span>
          <input type="datetime-local" name="until" />
          <small>{schedule?.when.timezone}</small>
        </label>
      </Unfold>
    )
  return null
}
