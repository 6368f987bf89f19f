/** Batches as people are shown them, by every door. Absent values are null; times are UTC. */
import { z } from 'zod'
import { type BatchCounts, type BatchState, batchStates, isInWindow } from '../bulk/batch.ts'
import type { BatchProblem, BatchView, RowResult } from '../bulk/read.ts'
import { retryStates } from '../launches/batch-rows.ts'
import { type State, states } from '../launches/launch.ts'
import { iso, isoOrNull, time } from './launch-shape.ts'

const rowFields = {
  id: z.string(),
  name: z.string(),
  state: z.enum(batchStates),
  reason: z.string().nullable(),
  account: z.string(),
  source: z.string().meta({ description: 'Where its rows came from.' }),
  rows: z.int(),
  unreleased: z.int().meta({ description: 'Rows that have no launch yet.' }),
  counts: z.record(z.string(), z.int()).meta({ description: 'Rows by the state of their launch.' }),
  perMinute: z.int().nullable().meta({ description: 'Rows that ended in a minute lately.' }),
  eta: time.nullable(),
  waits: z.enum(['held', 'hours', 'pace', 'full']).nullable().meta({ description: 'Why no row is released now.' }),
  created: time,
  ended: time.nullable(),
}

export const batchRowSchema = z.object(rowFields).meta({ id: 'BatchRow' })
export type BatchRow = z.infer<typeof batchRowSchema>

export const batchWholeSchema = z
  .object({
    ...rowFields,
    again: z.int().meta({ description: 'Rows that are to be tried again and have not been.' }),
    by: z.string(),
    why: z.string().nullable(),
    pausedBy: z.string().nullable(),
    paused: time.nullable(),
    pace: z.object({ perMinute: z.int().nullable(), concurrency: z.int().nullable() }),
    hours: z.record(z.string(), z.unknown()).nullable(),
    stopAfter: z.record(z.string(), z.number()).nullable(),
    problems: z
      .array(z.object({ state: z.enum(states), error: z.int().nullable(), text: z.string(), rows: z.int() }))
      .meta({ description: 'What is wrong with rows, the most frequent first.' }),
  })
  .meta({ id: 'Batch' })

export type BatchWhole = z.infer<typeof batchWholeSchema>

/** More kinds of problems than this are for the results. */
export const problemsShown = 20

/** One batch of a list. */
export function batchRow({ batch, counts, perMinute, waits, eta }: BatchView): BatchRow {
  return {
    id: batch.id,
    name: batch.name,
    state: batch.state,
    reason: batch.reason ?? null,
    account: batch.account,
    source: batch.source,
    rows: counts.total,
    unreleased: batch.state === 'cancelled' ? 0 : counts.unreleased,
    counts: countedStates(counts, batch.state),
    perMinute: perMinute === undefined ? null : Math.round(perMinute),
    eta: isoOrNull(eta),
    waits: waits ?? null,
    created: iso(batch.created),
    ended: isoOrNull(batch.ended),
  }
}

/** The same with its brakes, people and problems. */
export function batchWhole(view: BatchView, problems: readonly BatchProblem[]): BatchWhole {
  const { batch, again } = view
  return {
    ...batchRow(view),
    again,
    by: batch.by,
    why: batch.why ?? null,
    pausedBy: batch.pausedBy ?? null,
    paused: isoOrNull(batch.pausedAt),
    pace: { perMinute: batch.perMinute ?? null, concurrency: batch.concurrency ?? null },
    hours: batch.hours === undefined ? null : { ...batch.hours },
    stopAfter: batch.stopAfter === undefined ? null : { ...batch.stopAfter },
    problems: problems.map(({ state, error, text, rows }) => ({ state, error: error ?? null, text, rows })),
  }
}

/** States that rows are in, in the order of a launch's life; rows of a cancelled batch that were never released are cancelled. */
export function countedStates(
  { released, unreleased }: BatchCounts,
  batch: BatchState,
): Partial<Record<State, number>> & Record<string, number> {
  const counted: Record<string, number> = {}
  for (const state of states) {
    const count = (released[state] ?? 0) + (batch === 'cancelled' && state === 'cancelled' ? unreleased : 0)
    if (count > 0) counted[state] = count
  }
  return counted
}

/** Rows of which it is known what became of them, or that need a person. */
export function endedRows({ released }: Pick<BatchCounts, 'released'>): number {
  return states.reduce((sum, state) => sum + (isInWindow(state) ? 0 : (released[state] ?? 0)), 0)
}

/** Rows that may be tried again, and those that never are. */
export function retryable({ counts }: Pick<BatchRow, 'counts'>): { readonly rows: number; readonly unknown: number } {
  const rows = retryStates.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
  return { rows, unknown: counts.unknown ?? 0 }
}

/** What a row of a batch may be in: a state of its launch, or not one yet, or no longer. */
export const resultStates = [...states, 'unreleased', 'forgotten'] as const
export type ResultState = (typeof resultStates)[number]

export const resultRowSchema = z.object({
  row: z.int(),
  key: z.string(),
  launch: z.string(),
  mailing: z.int(),
  state: z.enum(resultStates),
  error: z.int().nullable(),
  error_text: z.string().nullable(),
  reason: z.string().nullable(),
  attempts: z.int(),
})
export type ResultRow = z.infer<typeof resultRowSchema>

/** One row and what became of it. */
function resultRow(result: RowResult): ResultRow {
  return {
    row: result.number,
    key: result.key,
    launch: result.launchKey,
    mailing: result.mailing,
    state: result.state,
    error: result.error ?? null,
    error_text: result.error_text ?? null,
    reason: result.reason ?? null,
    attempts: result.attempts,
  }
}

/** Rows in this state, or all of them. */
export async function* resultRows(results: AsyncIterable<RowResult>, state: ResultState | undefined) {
  for await (const result of results) if (state === undefined || result.state === state) yield resultRow(result)
}
