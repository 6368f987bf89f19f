/** One batch: how far it is, how fast, what went wrong and with how many, and what can be done. Pure. */
import type { BatchProblem, BatchView } from '../../bulk/read.ts'
import { retryStates } from '../../launches/batch-rows.ts'
import type { Look } from '../look.ts'
import { ledgerText } from '../sentence.ts'
import { BatchBadge, batchAddress, countedRows, Progress, Speed } from './batch-parts.tsx'
import { LinkButton, Unfold } from './form.tsx'
import { LaunchTable, type ListedRow } from './launch-parts.tsx'
import { Said, Told } from './said.tsx'
import { Badge } from './state.tsx'
import { number, Time } from './times.tsx'

export interface BatchModel {
  readonly view: BatchView
  readonly problems: readonly BatchProblem[]
  /** The rows that are due last. */
  readonly rows: readonly ListedRow[]
}

export function BatchPage({ look, model }: { look: Look; model: BatchModel }) {
  const { batch: t } = look.t
  const { view, problems, rows } = model
  const { batch } = view
  return (
    <>
      <div class={batch.state === 'paused' ? 'head paused' : 'head'} id="batch-head">
        <h1>
          <BatchBadge look={look} view={view} /> <span class="key">{batch.id}</span>
        </h1>
        <Actions look={look} view={view} />
      </div>
      <section class="summary" aria-label={t.progress} id="progress">
        {batch.reason === undefined || batch.reason === '' ? null : (
          <p>
            <Said look={look} words={batch.reason} />{' '}
            {batch.pausedBy === undefined ? null : (
              <span class="muted">
                (<Said look={look} words={batch.pausedBy} />)
              </span>
            )}
          </p>
        )}
        <Progress look={look} view={view} />
        <Speed look={look} view={view} />
        <Counts look={look} view={view} />
      </section>
      <Problems look={look} view={view} problems={problems} />
      <div class="columns wide-left">
        <section aria-labelledby="rows-title">
          <div class="head">
            <h2 id="rows-title">{t.rows}</h2>
            <a class="more" href={`/launches?q=${encodeURIComponent(`batch:${batch.id}`)}`}>
              {t.allRows}
            </a>
          </div>
          {rows.length === 0 ? (
            <p class="empty">{t.noRows}</p>
          ) : (
            <LaunchTable look={look} rows={rows} id="rows" isOfOne cut={`${batch.id}#`} />
          )}
        </section>
        <section aria-labelledby="facts-title">
          <h2 id="facts-title">{look.t.launch.facts}</h2>
          <Facts look={look} view={view} />
        </section>
      </div>
    </>
  )
}

function Counts({ look, view }: { look: Look; view: BatchView }) {
  const { batch: t } = look.t
  const { batch, counts, again } = view
  return (
    <ul class="counts">
      {countedRows(view).map(([state, count]) => (
        <li>
          <a href={`/launches?q=${encodeURIComponent(`batch:${batch.id} state:${state}`)}`}>
            <Badge look={look} name={state} /> <strong class="num">{number(look, count)}</strong>
          </a>
        </li>
      ))}
      {counts.unreleased > 0 && batch.state !== 'cancelled' ? (
        <li class="muted">
          {t.unreleased} <strong class="num">{number(look, counts.unreleased)}</strong>
        </li>
      ) : null}
      {again === 0 ? null : (
        <li class="muted">
          {t.again} <strong class="num">{number(look, again)}</strong>
        </li>
      )}
    </ul>
  )
}

function Problems({ look, view, problems }: { look: Look; view: BatchView; problems: readonly BatchProblem[] }) {
  const { batch: t } = look.t
  if (problems.length === 0) return null
  return (
    <section aria-labelledby="problems-title" id="problems">
      <h2 id="problems-title">{t.problems}</h2>
      <ul class="items">
        {problems.map(({ state, error, text, rows }) => {
          const q = `batch:${view.batch.id} state:${state}${error === undefined ? '' : ` error:${error}`}`
          return (
            <li id={`p-${state}-${error ?? ''}-${text}`}>
              <Badge look={look} name={state} />
              <span class="num">
                <strong>{number(look, rows)}</strong> {t.rowsWord(rows)}
              </span>
              <span class="what">
                {error === undefined ? null : <code class="error">{error}</code>} <Told look={look} words={text} />
              </span>
              <span class="actions">
                <LinkButton href={`/launches?q=${encodeURIComponent(q)}`}>
                  {state === 'unknown' ? look.t.actions.resolve : t.showRows}
                </LinkButton>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** Rows that a retry would take. */
export function retryableRows({ counts, again }: BatchView): number {
  return retryStates.reduce((sum, state) => sum + (counts.released[state] ?? 0), 0) - again
}

function Actions({ look, view }: { look: Look; view: BatchView }) {
  const { actions: t } = look.t
  const { state, id } = view.batch
  const here = batchAddress(id)
  return (
    <div class="actions">
      {state === 'running' && look.rights.batchPause ? (
        <Unfold look={look} action={`${here}/pause`} word={t.pause} submit={t.pauseNow}>
          <p>{look.t.batch.pauseWords}</p>
        </Unfold>
      ) : null}
      {state === 'paused' && look.rights.batchResume ? (
        <LinkButton href={`${here}/resume`}>{t.resume}</LinkButton>
      ) : null}
      {state !== 'cancelled' && retryableRows(view) > 0 && look.rights.batchRetry ? (
        <LinkButton href={`${here}/retry`}>{t.retryRows}</LinkButton>
      ) : null}
      {(state === 'running' || state === 'paused') && look.rights.batchCancel ? (
        <LinkButton kind="danger" href={`${here}/cancel`}>
          {t.cancelRest}
        </LinkButton>
      ) : null}
      <LinkButton href={`${here}/results.csv`}>{t.download}</LinkButton>
    </div>
  )
}

function Facts({ look, view: { batch } }: { look: Look; view: BatchView }) {
  const { batch: t, words } = look.t
  const { perMinute, concurrency, stopAfter, hours } = batch
  const rows: readonly (readonly [string, string])[] = [
    [t.file, batch.source],
    [t.total, number(look, batch.total)],
    [words.account, batch.account],
    [t.digest, batch.digest.slice(0, 16)],
    [t.by, `${ledgerText(look, batch.by)}${batch.why === undefined ? '' : `: ${batch.why}`}`],
    ...(perMinute === undefined ? [] : [[t.pace, t.perMinute(number(look, perMinute))] as const]),
    ...(concurrency === undefined ? [] : [[t.atOnce, number(look, concurrency)] as const]),
    ...(hours === undefined ? [] : [[t.hours, hours.timezone] as const]),
    ...(stopAfter === undefined ? [] : [[t.stopAfter, t.stops(stopAfter)] as const]),
  ]
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
      <dt>{t.submitted}</dt>
      <dd>
        <Time look={look} at={batch.created} shape="full" />
      </dd>
      {batch.ended === undefined ? null : (
        <>
          <dt>{t.ended}</dt>
          <dd>
            <Time look={look} at={batch.ended} shape="full" />
          </dd>
        </>
      )}
    </dl>
  )
}
