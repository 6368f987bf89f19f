/** What needs a person: each with what happened, word for word, and the one right thing to do. Pure. */
import type { Look } from '../look.ts'
import { type Attention, needsCount } from '../read/attention.ts'
import type { MachineryNeed } from '../read/machinery.ts'
import { LinkButton } from './form.tsx'
import { ErrorText, launchAddress, scheduleAddress } from './launch-parts.tsx'
import { Said, Told } from './said.tsx'
import { Badge, Icon } from './state.tsx'
import { number, Relative, Time } from './times.tsx'

/** `ended`: launches of the last day have ended, so that it can be said how. */
export function AttentionList({ look, items, ended }: { look: Look; items: readonly Attention[]; ended: boolean }) {
  const { overview: t } = look.t
  return (
    <section aria-labelledby="attention-title" class="attention" id="attention">
      <h1 id="attention-title">
        {t.attention}
        {items.length === 0 ? null : <span class="count tone-doubt">{needsCount(items)}</span>}
      </h1>
      {items.length === 0 ? (
        <p class="all-well tone-ok">
          <Icon name="ok" />
          {ended ? `${t.nothing} ${t.allEnded}` : t.nothing}
        </p>
      ) : (
        <ul class="items needs">
          {items.map(item => (
            <li id={`n-${nameOf(item)}`}>
              <Item look={look} item={item} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** What tells one item from all others, while it is there. */
function nameOf(item: Attention): string {
  switch (item.kind) {
    case 'breaker':
      return `breaker-${item.account}`
    case 'preflight':
      return `preflight-${item.key}`
    case 'planner':
    case 'drift':
      return item.kind
    case 'overdue':
    case 'unplannable':
    case 'paused':
      return `${item.kind}-${item.name}`
    case 'batch':
      return `batch-${item.id}`
    case 'launch':
      return `launch-${item.launch.key}`
    case 'more':
      return `more-${item.state}`
  }
}

function Item({ look, item }: { look: Look; item: Attention }) {
  const { overview: t } = look.t
  switch (item.kind) {
    case 'breaker':
      return (
        <>
          <Badge look={look} name="warn" word={t.breaker} />
          <strong>{item.account}</strong>
          <span class="what">
            <Said look={look} words={item.cause} /> {t.nextTry} <Relative look={look} at={item.tryAt} />
          </span>
        </>
      )
    case 'preflight': {
      const [schedule = ''] = item.key.split('@')
      // Its launch is made shortly before it is due; until then there is the schedule.
      const here = item.key.includes('@') ? scheduleAddress(schedule) : launchAddress(item.key)
      return (
        <>
          <Badge look={look} name="warn" />
          <a href={here}>{schedule}</a>
          <span class="muted nowrap">
            <Relative look={look} at={item.due} />
          </span>
          <span class="what">
            <Said look={look} words={item.why} />. <Said look={look} words={item.remedy} />
          </span>
          <span class="actions">
            <LinkButton href={here}>{look.t.actions.explain}</LinkButton>
          </span>
        </>
      )
    }
    case 'planner':
    case 'overdue':
    case 'unplannable':
    case 'drift':
    case 'paused':
      return <MachineryItem look={look} item={item} />
    case 'batch':
      return <BatchItem look={look} item={item} />
    case 'more':
      return (
        <>
          <Badge look={look} name={item.state} />
          <a class="broad" href={`/launches?q=${encodeURIComponent(`state:${item.state}`)}`}>
            {item.count === 0 ? t.moreUnseen : t.moreNeeds(item.count, item.isAll)}
          </a>
        </>
      )
    case 'launch':
      return <LaunchItem look={look} item={item} />
  }
}

function BatchItem({ look, item }: { look: Look; item: Extract<Attention, { kind: 'batch' }> }) {
  const { overview: t } = look.t
  const { id, rows, text, stopped } = item
  const here = `/batches/${encodeURIComponent(id)}`
  const total = rows.reduce((sum, { count }) => sum + count, 0)
  const counts = rows.map(({ state, count }) => `${number(look, count)} ${look.t.states[state]}`).join(', ')
  return (
    <>
      <Badge look={look} name={stopped === undefined ? (rows[0]?.state ?? 'warn') : 'paused'} />
      <a href={here}>{id}</a>
      <span class="what after-name">
        {stopped === undefined ? null : <Said look={look} words={stopped} />}{' '}
        {total === 0 ? null : <strong>{t.rows(total, counts)}</strong>}{' '}
        {text === '' ? null : (
          <>
            {rows.length > 1 ? `${t.mostOften} ` : null}
            <Told look={look} words={text} />
          </>
        )}
      </span>
      <span class="actions">
        <LinkButton href={here}>{t.openBatch}</LinkButton>
      </span>
    </>
  )
}

function MachineryItem({ look, item }: { look: Look; item: MachineryNeed }) {
  const { overview: t, actions } = look.t
  switch (item.kind) {
    case 'planner':
      return (
        <>
          <Badge look={look} name="rejected" word={t.noPlanner} />
          <span class="what broad">
            {t.noPlannerWords} <code>sendoff doctor</code>{' '}
            {item.since === undefined ? null : (
              <small class="muted">
                {t.plannerRan} <Relative look={look} at={item.since} />
              </small>
            )}
          </span>
        </>
      )
    case 'drift':
      return (
        <>
          <Badge look={look} name="warn" word={t.drift} />
          <span class="what broad">
            {item.drift.kind === 'refused'
              ? t.filesRefused(item.drift.problems)
              : t.filesDiffer(shortened(item.drift.names))}{' '}
            <code>{item.drift.kind === 'refused' ? 'sendoff validate' : 'sendoff plan'}</code>
          </span>
        </>
      )
    case 'overdue':
      return (
        <>
          <Badge look={look} name="expired" word={t.overdue} />
          <a href={scheduleAddress(item.name)}>{item.name}</a>
          <span class="what">
            {t.overdueWords} <Relative look={look} at={item.due} />
          </span>
          <span class="actions">
            <LinkButton href={scheduleAddress(item.name)}>{actions.explain}</LinkButton>
          </span>
        </>
      )
    case 'unplannable':
      return (
        <>
          <Badge look={look} name="rejected" word={look.t.schedules.unplannable} />
          <a href={scheduleAddress(item.name)}>{item.name}</a>
          <span class="what reason">
            <Said look={look} words={item.why} />
          </span>
          <span class="actions">
            <LinkButton href={scheduleAddress(item.name)}>{actions.explain}</LinkButton>
          </span>
        </>
      )
    case 'paused':
      return (
        <>
          <Badge look={look} name="paused" />
          <a href={scheduleAddress(item.name)}>{item.name}</a>
          <span class="what">
            <Relative look={look} at={item.since} />: <Said look={look} words={item.reason} />{' '}
            <small class="muted">
              <Said look={look} words={item.by} />
            </small>
          </span>
          <span class="actions">
            <LinkButton href={scheduleAddress(item.name)}>
              {look.rights.resume ? actions.resume : actions.explain}
            </LinkButton>
          </span>
        </>
      )
  }
}

const mostNames = 5

function shortened(names: readonly string[]): string {
  const rest = names.length - mostNames
  return names.slice(0, mostNames).join(', ') + (rest > 0 ? ` +${rest}` : '')
}

function LaunchItem({
  look,
  item: { launch, zone, times },
}: {
  look: Look
  item: Extract<Attention, { kind: 'launch' }>
}) {
  const { words } = look.t
  const at = Date.parse(launch.due)
  return (
    <>
      <Badge look={look} name={launch.state} />
      <span>
        <a href={launchAddress(launch.key)}>{launch.schedule ?? launch.key}</a>
        {times === 1 ? null : (
          <a
            class="times"
            href={`/launches?q=${encodeURIComponent(`schedule:${launch.schedule} state:${launch.state}`)}`}
          >
            ×{times}
          </a>
        )}
      </span>
      <span class="muted nowrap">
        {words.mailing} {launch.mailing}
      </span>
      <span class="muted nowrap">
        <Time look={look} at={at} zone={zone} />
      </span>
      <span class="what">
        <ErrorText look={look} launch={launch} />
      </span>
      <span class="actions">
        <RightAction look={look} launch={launch} />
      </span>
    </>
  )
}

/** One thing to do for each state; whoever may not do it is shown the way to the story. */
function RightAction({ look, launch: { key, state } }: { look: Look; launch: { key: string; state: string } }) {
  const { actions: t } = look.t
  const here = launchAddress(key)
  if (state === 'unknown' && look.rights.resolve) return <LinkButton href={`${here}#resolve`}>{t.resolve}</LinkButton>
  if (state === 'held' && look.rights.release) return <LinkButton href={`${here}/release`}>{t.release}</LinkButton>
  const again = state === 'rejected' || state === 'failed' || state === 'swallowed'
  if (again && look.rights.retry) return <LinkButton href={`${here}/retry`}>{t.retry}</LinkButton>
  return <LinkButton href={here}>{t.explain}</LinkButton>
}
