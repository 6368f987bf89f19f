/** Who decided what, when and why. Pure. */
import type { AuditRow } from '../../duty/audit-shape.ts'
import type { Look } from '../look.ts'
import { actionText, stateText } from '../sentence.ts'
import { batchAddress } from './batch-parts.tsx'
import { launchAddress, scheduleAddress } from './launch-parts.tsx'
import { Said } from './said.tsx'
import { Time } from './times.tsx'

export interface AuditModel {
  readonly entries: readonly AuditRow[]
  readonly subject: string
  /** Of the next page. */
  readonly next: string | undefined
}

export function AuditPage({ look, model }: { look: Look; model: AuditModel }) {
  const { audit: t } = look.t
  return (
    <>
      <div class="head">
        <h1>{t.title}</h1>
        <form class="inline" action="/audit" method="get">
          <input
            type="search"
            name="subject"
            value={model.subject}
            aria-label={t.subject}
            placeholder={t.subjectHint}
            autocomplete="off"
          />
          <button type="submit" class="button">
            {look.t.launches.find}
          </button>
        </form>
      </div>
      <AuditTable look={look} entries={model.entries} id="audit" />
      {model.entries.length === 0 ? <p class="empty">{t.none}</p> : null}
      <nav class="pages" aria-label={look.t.launches.pages}>
        {model.next === undefined ? null : (
          <a
            href={`/audit?${new URLSearchParams({ ...(model.subject === '' ? {} : { subject: model.subject }), after: model.next })}`}
          >
            {look.t.launches.next}
          </a>
        )}
      </nav>
    </>
  )
}

export function AuditTable({ look, entries, id }: { look: Look; entries: readonly AuditRow[]; id: string }) {
  const { audit: t } = look.t
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">{t.at}</th>
          <th scope="col">{t.who}</th>
          <th scope="col">{t.what}</th>
          <th scope="col">{t.subject}</th>
          <th scope="col" class="wide">
            {t.why}
          </th>
        </tr>
      </thead>
      <tbody id={id} data-rows="">
        {entries.map(entry => (
          <tr id={`a-${entry.id}`}>
            <td data-label={t.at} class="nowrap">
              <Time look={look} at={Date.parse(entry.at)} shape="full" />
            </td>
            <td data-label={t.who}>
              <Said look={look} words={entry.who} />
            </td>
            <td data-label={t.what} class="nowrap">
              {actionText(look, entry.what)}
            </td>
            <td data-label={t.subject} class="key">
              <Subject subject={entry.subject} />
            </td>
            <td data-label={t.why} class="wide">
              <Said look={look} words={entry.why} /> <Change look={look} entry={entry} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Subject({ subject }: { subject: string }) {
  const [, kind, rest = ''] = /^(schedule|batch|key|account|mailing):(.*)$/s.exec(subject) ?? []
  if (kind === 'schedule') return <a href={scheduleAddress(rest)}>{subject}</a>
  if (kind === 'batch') return <a href={batchAddress(rest)}>{subject}</a>
  const isLaunch = kind === undefined && /[@#-]/.test(subject)
  return isLaunch ? <a href={launchAddress(subject)}>{subject}</a> : <span>{subject}</span>
}

/** From which state to which, where both are words; long descriptions stay in the API. */
function Change({ look, entry: { before, after } }: { look: Look; entry: AuditRow }) {
  if (!/^[\w ]{1,30}$/.test(before) || !/^[\w ]{1,30}$/.test(after)) return null
  return (
    <small class="muted">
      {stateText(look, before)} → {stateText(look, after)}
    </small>
  )
}
