/** Pieces of batches: how far one has come, and its rows by state. Pure. */
import { type BatchCounts, isInWindow } from '../../bulk/batch.ts'
import type { BatchView } from '../../bulk/read.ts'
import { type State, states } from '../../launches/launch.ts'
import type { Look } from '../look.ts'
import { Badge, type Tone, tones } from './state.tsx'
import { number, Time } from './times.tsx'

export function batchAddress(id: string): string {
  return `/batches/${encodeURIComponent(id)}`
}

/** Rows of which it is known what became of them, or that need a person. */
export function endedRows({ released }: BatchCounts): number {
  return states.reduce((sum, state) => sum + (isInWindow(state) ? 0 : (released[state] ?? 0)), 0)
}

/** Rows by state, those of a cancelled batch that were never released as cancelled. */
export function countedRows({ batch, counts }: BatchView): [State, number][] {
  const unreleased = batch.state === 'cancelled' ? counts.unreleased : 0
  return states.flatMap((state): [State, number][] => {
    const count = (counts.released[state] ?? 0) + (state === 'cancelled' ? unreleased : 0)
    return count === 0 ? [] : [[state, count]]
  })
}

const order: readonly Tone[] = ['ok', 'bad', 'doubt', 'hold', 'run', 'rest']

/** A bar of the rows by how they stand; the same in words beside it. */
export function Progress({ look, view }: { look: Look; view: BatchView }) {
  const { counts } = view
  const sums = new Map<Tone, number>()
  for (const [state, count] of countedRows(view)) sums.set(tones[state], (sums.get(tones[state]) ?? 0) + count)
  let x = 0
  const parts = order.flatMap(tone => {
    const width = (100 * (sums.get(tone) ?? 0)) / Math.max(1, counts.total)
    const part = { tone, x, width }
    x += width
    return width === 0 ? [] : [part]
  })
  const ended = endedRows(counts)
  const percent = counts.total === 0 ? 100 : Math.floor((100 * ended) / counts.total)
  return (
    <span class="progress">
      <svg width="100%" height="10" role="img" aria-label={`${percent} %`}>
        <rect class="ground" width="100%" height="10" rx="2" />
        {parts.map(({ tone, x, width }) => (
          <rect class={`fill-${tone}`} x={`${x.toFixed(2)}%`} width={`${width.toFixed(2)}%`} height="10" />
        ))}
      </svg>
      <span class="nowrap">
        {number(look, ended)} / {number(look, counts.total)} <small class="muted">{percent} %</small>
      </span>
    </span>
  )
}

export function Speed({ look, view }: { look: Look; view: BatchView }) {
  const { batch: t } = look.t
  const { perMinute, eta } = view
  if (perMinute === undefined) return null
  return (
    <span class="nowrap muted">
      {t.perMinute(number(look, Math.round(perMinute)))}
      {eta === undefined ? null : (
        <>
          {' · '}
          {t.done} <Time look={look} at={eta} />
        </>
      )}
    </span>
  )
}

export function BatchBadge({ look, view }: { look: Look; view: BatchView }) {
  return <Badge look={look} name={view.batch.state} />
}
