/** Batches as the commands print them for people. Pure. */
import { isInWindow } from '../bulk/batch.ts'
import { type BatchRow, type BatchWhole, endedRows, retryable } from '../duty/batch-shape.ts'
import { states } from '../launches/launch.ts'
import { exitCodes } from './ending.ts'
import { table } from './launch-view.ts'

/** `612/900 rows (68%)  launched 608  rejected 2  29/min  done about 12:04 UTC`. */
export function progressLine({ id, state: ofBatch, rows, counts, perMinute, eta }: BatchRow): string {
  const ended = endedRows({ released: counts })
  const share = rows === 0 ? 100 : Math.floor((100 * ended) / rows)
  const parts = [
    `${id} ${ofBatch}: ${digits(ended)}/${digits(rows)} rows (${share}%)`,
    ...states.flatMap(state => {
      const count = isInWindow(state) ? 0 : (counts[state] ?? 0)
      return count > 0 ? [`${state} ${digits(count)}`] : []
    }),
    ...(perMinute === null ? [] : [`${digits(perMinute)}/min`]),
    ...(eta === null ? [] : [`done about ${clock(eta)}`]),
  ]
  return parts.join('  ')
}

/** `bulk status` for people. */
export function batchLines(batch: BatchWhole): string {
  const { counts, again, perMinute, eta, unreleased } = batch
  const why = batch.reason === null ? '' : ` - ${batch.reason}`
  const by = batch.pausedBy === null ? '' : ` (by ${batch.pausedBy})`
  const waits = batch.waits === null ? '' : `, ${waitInWords[batch.waits]}`
  const speed = perMinute === null ? '' : `, ${digits(perMinute)}/min`
  const done = eta === null ? '' : `, done about ${eta}`
  const lines = [
    `${batch.id}: ${batch.state}${why}${by}`,
    `  file        ${batch.source}, ${digits(batch.rows)} rows of account ${batch.account}`,
    `  submitted   ${batch.created} by ${batch.by}${batch.why === null ? '' : `: ${batch.why}`}`,
    `  brakes      ${brakesOf(batch)}`,
    ...(batch.state === 'running'
      ? [`  progress    ${digits(endedRows({ released: counts }))} rows${speed}${done}${waits}`]
      : []),
    ...(unreleased > 0 ? [`  ${'unreleased'.padEnd(11)} ${digits(unreleased)}`] : []),
    ...Object.entries(counts).map(([state, count]) => `  ${state.padEnd(11)} ${digits(count)}`),
    ...(again > 0 ? [`  ${'again'.padEnd(11)} ${digits(again)} of them are to be tried again`] : []),
  ]
  const rows = batch.problems.map(({ state, error, text, rows }) => [
    digits(rows),
    state,
    error === null ? '' : String(error),
    text,
  ])
  return [
    ...lines,
    ...(rows.length > 0 ? [table(['ROWS', 'STATE', 'ERROR', 'ERROR_TEXT OR REASON'], rows)] : []),
    ...nextSteps(batch).map(step => `Next: ${step}`),
  ].join('\n')
}

function brakesOf({ pace: { perMinute, concurrency }, hours, stopAfter }: BatchWhole): string {
  const { consecutive, failures, percent } = stopAfter ?? {}
  const brakes = [
    ...(perMinute === null ? [] : [`${digits(perMinute)} a minute`]),
    ...(concurrency === null ? [] : [`${digits(concurrency)} at once`]),
    ...(hours === null ? [] : [`only in its hours, ${hours.timezone}`]),
    ...(consecutive === undefined ? [] : [`stops after ${consecutive} failures in a row`]),
    ...(failures === undefined ? [] : [`stops after ${failures} failures`]),
    ...(percent === undefined ? [] : [`stops at ${percent} percent of failures`]),
  ]
  return brakes.length === 0 ? 'none of its own' : brakes.join(', ')
}

const waitInWords = {
  held: 'waits: its account is stopped (sendoff hold status)',
  hours: 'waits for its hours',
  pace: 'waits for its pace',
  full: 'waits for rows that are under way',
} as const

/** What a person may do now, as commands. */
function nextSteps(batch: BatchWhole): string[] {
  const { id, state } = batch
  const { rows, unknown } = retryable(batch)
  return [
    ...(state === 'paused' ? [`sendoff bulk resume ${id} --reason …, or cancel`] : []),
    ...(unknown > 0
      ? [`${digits(unknown)} unknown: sendoff bulk results ${id} --state unknown, then sendoff launches resolve`]
      : []),
    ...(rows > batch.again && state !== 'cancelled' ? [`sendoff bulk retry ${id} --failed --reason …`] : []),
    ...(state === 'running' ? [`sendoff bulk watch ${id}`] : []),
  ]
}

/** How a command ends that has looked at the batch: 7 where a row is unknown, 6 where it ended without launching all, else 0. */
export function codeOf({ state, counts, rows }: BatchRow): number {
  if ((counts.unknown ?? 0) > 0) return exitCodes.unknown
  const ended = state === 'done' || state === 'cancelled'
  return ended && (counts.launched ?? 0) < rows ? exitCodes.partial : 0
}

export function digits(count: number): string {
  return count.toLocaleString('en')
}

/** `2026-11-27 12:04 UTC`. */
function clock(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`
}
