/** Batches as the commands print them for people. Pure. */
import { isInWindow } from '../bulk/batch.ts'
import type { BatchProblem, BatchView } from '../bulk/read.ts'
import { countedStates, endedRows } from '../duty/batch-shape.ts'
import { retryStates } from '../launches/batch-rows.ts'
import { states } from '../launches/launch.ts'
import { exitCodes } from './ending.ts'
import { table } from './launch-view.ts'

const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())

/** `612/900 rows (68%)  launched 608  rejected 2  29/min  done about 12:04 UTC`. */
export function progressLine({ batch, counts, perMinute, eta }: BatchView): string {
  const ended = endedRows(counts)
  const share = counts.total === 0 ? 100 : Math.floor((100 * ended) / counts.total)
  const parts = [
    `${batch.id} ${batch.state}: ${digits(ended)}/${digits(counts.total)} rows (${share}%)`,
    ...states.flatMap(state => {
      const count = isInWindow(state) ? 0 : (counts.released[state] ?? 0)
      return count > 0 ? [`${state} ${digits(count)}`] : []
    }),
    ...(perMinute === undefined ? [] : [`${digits(Math.round(perMinute))}/min`]),
    ...(eta === undefined ? [] : [`done about ${clock(eta)}`]),
  ]
  return parts.join('  ')
}

/** `bulk status` for people. */
export function batchLines(view: BatchView, problems: readonly BatchProblem[]): string {
  const { batch, counts, again, perMinute, eta } = view
  const why = batch.reason === undefined ? '' : ` - ${batch.reason}`
  const by = batch.pausedBy === undefined ? '' : ` (by ${batch.pausedBy})`
  const waits = view.waits === undefined ? '' : `, ${waitInWords[view.waits]}`
  const speed = perMinute === undefined ? '' : `, ${digits(Math.round(perMinute))}/min`
  const lines = [
    `${batch.id}: ${batch.state}${why}${by}`,
    `  file        ${batch.source}, ${digits(counts.total)} rows of account ${batch.account}`,
    `  submitted   ${iso(batch.created)} by ${batch.by}${batch.why === undefined ? '' : `: ${batch.why}`}`,
    `  brakes      ${brakesOf(view)}`,
    ...(batch.state === 'running'
      ? [
          `  progress    ${digits(endedRows(counts))} rows${speed}${eta === undefined ? '' : `, done about ${iso(eta)}`}${waits}`,
        ]
      : []),
    ...(counts.unreleased > 0 && batch.state !== 'cancelled'
      ? [`  ${'unreleased'.padEnd(11)} ${digits(counts.unreleased)}`]
      : []),
    ...Object.entries(countedStates(counts, batch.state)).map(
      ([state, count]) => `  ${state.padEnd(11)} ${digits(count)}`,
    ),
    ...(again > 0 ? [`  ${'again'.padEnd(11)} ${digits(again)} of them are to be tried again`] : []),
  ]
  const rows = problems.map(({ state, error, text, rows }) => [
    digits(rows),
    state,
    error === undefined ? '' : String(error),
    text,
  ])
  return [
    ...lines,
    ...(rows.length > 0 ? [table(['ROWS', 'STATE', 'ERROR', 'ERROR_TEXT OR REASON'], rows)] : []),
    ...nextSteps(view).map(step => `Next: ${step}`),
  ].join('\n')
}

function brakesOf({ batch }: BatchView): string {
  const { perMinute, concurrency, hours, stopAfter } = batch
  const brakes = [
    ...(perMinute === undefined ? [] : [`${digits(perMinute)} a minute`]),
    ...(concurrency === undefined ? [] : [`${digits(concurrency)} at once`]),
    ...(hours === undefined ? [] : [`only in its hours, ${hours.timezone}`]),
    ...(stopAfter?.consecutive === undefined ? [] : [`stops after ${stopAfter.consecutive} failures in a row`]),
    ...(stopAfter?.failures === undefined ? [] : [`stops after ${stopAfter.failures} failures`]),
    ...(stopAfter?.percent === undefined ? [] : [`stops at ${stopAfter.percent} percent of failures`]),
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
function nextSteps({ batch, counts, again }: BatchView): string[] {
  const { released } = counts
  const bad = retryStates.reduce((sum, state) => sum + (released[state] ?? 0), 0) - again
  return [
    ...(batch.state === 'paused' ? [`sendoff bulk resume ${batch.id} --reason …, or cancel`] : []),
    ...((released.unknown ?? 0) > 0
      ? [
          `${digits(released.unknown ?? 0)} unknown: sendoff bulk results ${batch.id} --state unknown, then sendoff launches resolve`,
        ]
      : []),
    ...(bad > 0 && batch.state !== 'cancelled' ? [`sendoff bulk retry ${batch.id} --failed --reason …`] : []),
    ...(batch.state === 'running' ? [`sendoff bulk watch ${batch.id}`] : []),
  ]
}

/** How a command ends that has looked at the batch: 7 where a row is unknown, 6 where it ended without launching all, else 0. */
export function codeOf({ batch, counts }: BatchView): number {
  if ((counts.released.unknown ?? 0) > 0) return exitCodes.unknown
  const ended = batch.state === 'done' || batch.state === 'cancelled'
  return ended && (counts.released.launched ?? 0) < counts.total ? exitCodes.partial : 0
}

export function digits(count: number): string {
  return count.toLocaleString('en')
}

/** `12:04 UTC`, with the day where it is not today's. */
function clock(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
