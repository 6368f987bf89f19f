/** Pieces that every list of launches is made of. Pure. */
import type { LaunchRow } from '../../duty/launch-shape.ts'
import type { Look } from '../look.ts'
import { Said, Verbatim } from './said.tsx'
import { Badge } from './state.tsx'
import { latenessText, Time } from './times.tsx'

export function launchAddress(key: string): string {
  return `/launches/${encodeURIComponent(key)}`
}

export function scheduleAddress(name: string): string {
  return `/schedules/${encodeURIComponent(name)}`
}

/** `error` and `error_text` as Altcraft said them; where it said nothing, why the launch is in its state. */
export function ErrorText({
  look,
  launch,
}: {
  look: Look
  launch: Pick<LaunchRow, 'error' | 'error_text' | 'reason' | 'state'>
}) {
  const { error, error_text, reason, state } = launch
  if (state === 'launched' && error === 0 && (error_text ?? '') === '') return null
  if (error !== null && error !== 0)
    return (
      <>
        <code class="error">{error}</code> <Verbatim look={look} words={error_text ?? ''} />
      </>
    )
  return (
    <>
      {(error_text ?? '') === '' ? null : <Verbatim look={look} words={error_text ?? ''} />}{' '}
      <span class="reason">
        <Said look={look} words={reason ?? ''} />
      </span>
    </>
  )
}

export interface ListedRow {
  readonly launch: LaunchRow
  /** Of its schedule. */
  readonly zone: string | undefined
}

export function LaunchTable({
  look,
  rows,
  isOfOne,
  id,
  cut = '',
}: {
  look: Look
  rows: readonly ListedRow[]
  /** What all keys begin with, where that need not be said. */
  cut?: string
  isOfOne?: boolean
  id: string
}) {
  const { columns: t } = look.t
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">{t.state}</th>
          <th scope="col">{t.due}</th>
          <th scope="col">{t.launch}</th>
          <th scope="col" class="num">
            {t.mailing}
          </th>
          {isOfOne ? null : <th scope="col">{t.account}</th>}
          <th scope="col" class="num">
            {t.attempts}
          </th>
          <th scope="col" class="num">
            {t.lateness}
          </th>
          <th scope="col" class="wide">
            {t.answer}
          </th>
        </tr>
      </thead>
      <tbody id={id} data-rows="">
        {rows.map(row => (
          <LaunchLine look={look} row={row} isOfOne={isOfOne === true} cut={cut} />
        ))}
      </tbody>
    </table>
  )
}

interface LineProps {
  readonly look: Look
  readonly row: ListedRow
  readonly isOfOne: boolean
  readonly cut: string
}

function LaunchLine({ look, row: { launch, zone }, isOfOne, cut }: LineProps) {
  const { columns: t } = look.t
  return (
    <tr id={`l-${launch.key}`}>
      <td>
        <Badge look={look} name={launch.state} />
      </td>
      <td class="nowrap">
        <Time look={look} at={Date.parse(launch.due)} shape="due" zone={zone} />
      </td>
      <td class="key">
        <a href={launchAddress(launch.key)}>{launch.key.startsWith(cut) ? launch.key.slice(cut.length) : launch.key}</a>
      </td>
      <td data-label={t.mailing} class="num">
        {launch.mailing}
      </td>
      {isOfOne ? null : <td data-label={t.account}>{launch.account}</td>}
      <td data-label={t.attempts} class="num">
        {launch.attempts}
      </td>
      <td data-label={t.lateness} class="num nowrap">
        {launch.lateness === null ? '' : latenessText(launch.lateness)}
      </td>
      <td class="wide">
        <div class="short">
          <ErrorText look={look} launch={launch} />
        </div>
      </td>
    </tr>
  )
}
