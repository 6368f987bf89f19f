/** All batches, the newest first. Pure. */
import type { BatchView } from '../../bulk/read.ts'
import type { Look } from '../look.ts'
import { BatchBadge, batchAddress, countedRows, Progress, Speed } from './batch-parts.tsx'
import { LinkButton } from './form.tsx'
import { Said } from './said.tsx'
import { Badge, tones } from './state.tsx'
import { number, Time } from './times.tsx'

export function BatchesList({ look, batches }: { look: Look; batches: readonly BatchView[] }) {
  const { batch: t } = look.t
  return (
    <>
      <div class="head">
        <h1>{t.title}</h1>
        {look.rights.batchSubmit ? (
          <div class="actions">
            <LinkButton href="/batches/new">{look.t.submit.link}</LinkButton>
          </div>
        ) : null}
      </div>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">{look.t.columns.state}</th>
            <th scope="col">{t.batch}</th>
            <th scope="col">{t.progress}</th>
            <th scope="col">{t.problems}</th>
            <th scope="col">{t.submitted}</th>
          </tr>
        </thead>
        <tbody id="batches" data-rows="">
          {batches.map(view => (
            <Row look={look} view={view} />
          ))}
        </tbody>
      </table>
      {batches.length === 0 ? (
        <div class="empty">
          <p>{t.none}</p>
          <pre>
            <code>sendoff bulk submit rows.csv --name black-friday --account main</code>
          </pre>
        </div>
      ) : null}
    </>
  )
}

function Row({ look, view }: { look: Look; view: BatchView }) {
  const { batch: t } = look.t
  const { batch } = view
  return (
    <tr id={`b-${batch.id}`} class={batch.state === 'paused' ? 'paused' : undefined}>
      <td>
        <BatchBadge look={look} view={view} />
        {batch.reason === undefined || batch.reason === '' ? null : (
          <small class="muted">
            <Said look={look} words={batch.reason} />
          </small>
        )}
      </td>
      <td data-label={t.batch} class="key">
        <a href={batchAddress(batch.id)}>{batch.id}</a>
        <small class="muted">
          {batch.source} · {batch.account}
        </small>
      </td>
      <td data-label={t.progress}>
        <Progress look={look} view={view} />
        <Speed look={look} view={view} />
      </td>
      <td data-label={t.problems}>
        {countedRows(view)
          .filter(([state]) => tones[state] === 'bad' || tones[state] === 'doubt' || tones[state] === 'hold')
          .map(([state, count]) => (
            <span class="nowrap">
              <Badge look={look} name={state} /> <span class="num">{number(look, count)}</span>{' '}
            </span>
          ))}
      </td>
      <td data-label={t.submitted} class="nowrap">
        <Time look={look} at={batch.created} />
        <small class="muted">
          <Said look={look} words={batch.by} />
        </small>
      </td>
    </tr>
  )
}
