/** Pieces of batches: how far one has come, and its rows by state. Pure. */
import type { BatchView } from '../../bulk/read.ts'
import { countedStates, endedRows } from '../../duty/batch-shape.ts'
import { type State, states } from '../../launches/launch.ts'
import type { Look } from '../look.ts'
import { Badge, type Tone, tones } from './state.tsx'
import { number, Time } from './times.tsx'

export function batchAddress(id: string): string {
  return `/batches/${encodeURIComponent(id)}`
}

/** Rows by state, in the order of a launch's life. */
export function countedRows({ batch, counts }: BatchView): [State, number][] {
  const counted = countedStates(counts, batch.state)
  return states.flatMap((state): [State, number][] => {
    const count = counted[state]
    return count === undefined ? [] : [[state, count]]
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

/** Less of its pace than this is behind it: rows come in steps. */
const nearly = 0.8

export function Speed({ look, view }: { look: Look; view: BatchView }) {
  const { batch: t } = look.t
  const { perMinute, eta, batch } = view
  if (perMinute === undefined) return null
  const pace = batch.perMinute
  return (
    <span class="muted">
      {t.perMinute(number(look, Math.round(perMinute)))}
      {pace !== undefined && perMinute < nearly * pace ? (
        <>
          {', '}
          <strong>{t.behind(number(look, pace))}</strong>
        </>
      ) : null}
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
