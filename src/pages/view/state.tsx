/** States as icon, word and colour together: none of the three alone says it. Pure. */
import type { HoldRow } from '../../duty/holds.ts'
import type { State } from '../../launches/launch.ts'
import type { Look } from '../look.ts'
import { ledgerText } from '../sentence.ts'

export type Tone = 'ok' | 'bad' | 'doubt' | 'hold' | 'run' | 'rest'
export type IconName = State | 'paused' | 'running' | 'done' | 'warn' | 'stop' | 'ok'

export const tones: Readonly<Record<IconName, Tone>> = {
  planned: 'rest',
  claimed: 'run',
  sending: 'run',
  waiting: 'run',
  held: 'hold',
  launched: 'ok',
  rejected: 'bad',
  failed: 'bad',
  swallowed: 'bad',
  unknown: 'doubt',
  skipped: 'rest',
  expired: 'bad',
  cancelled: 'rest',
  writtenOff: 'rest',
  paused: 'hold',
  running: 'run',
  done: 'ok',
  warn: 'doubt',
  stop: 'bad',
  ok: 'ok',
}

/** Drawn on a field of 12 by 12. */
const shapes: Readonly<Record<IconName, string>> = {
  planned: 'M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9',
  claimed: 'M1.5 6h8M6.5 3l3 3l-3 3',
  sending: 'M1.5 6h8M6.5 3l3 3l-3 3',
  waiting: 'M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M6 3.5v2.7l1.8 1.3',
  held: 'M4 1.5h4l2.5 2.5v4L8 10.5H4L1.5 8V4zM4 6h4',
  launched: 'M1.8 6.6l2.7 2.7l5.7-6.3',
  rejected: 'M2.3 2.3l7.4 7.4M9.7 2.3l-7.4 7.4',
  failed: 'M6 1.3L11 10.3H1zM6 4.6v2.6M6 8.6v.6',
  swallowed: 'M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M2.8 9.2l6.4-6.4',
  unknown: 'M3.6 4.3a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.6M6 10v.8',
  skipped: 'M1.8 2.5l3.6 3.5l-3.6 3.5M6 2.5l3.6 3.5L6 9.5',
  expired: 'M3 1.5h6M3 10.5h6M3.6 1.5c0 3 4.8 3 4.8 4.5s-4.8 1.5-4.8 4.5M8.4 1.5c0 3-4.8 3-4.8 4.5s4.8 1.5 4.8 4.5',
  cancelled: 'M2 2h8v8H2zM4.2 4.2l3.6 3.6M7.8 4.2L4.2 7.8',
  writtenOff: 'M2 2h8v8H2zM4 6h4',
  paused: 'M4 2v8M8 2v8',
  running: 'M3 2l6.5 4L3 10z',
  done: 'M1.8 6.6l2.7 2.7l5.7-6.3',
  warn: 'M6 1.3L11 10.3H1zM6 4.6v2.6M6 8.6v.6',
  stop: 'M2.5 2.5h7v7h-7z',
  ok: 'M1.8 6.6l2.7 2.7l5.7-6.3',
}

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  )
}

function stateWord(look: Look, name: IconName): string {
  return look.t.states[name]
}

/** `quiet`: of what is as it should be, where it stands on every row. */
export function Badge({ look, name, word, quiet }: { look: Look; name: IconName; word?: string; quiet?: true }) {
  return (
    <span class={`badge tone-${tones[name]}${quiet ? ' quiet' : ''}`}>
      <Icon name={name} />
      {word ?? stateWord(look, name)}
    </span>
  )
}

/** That a stop keeps launches back, where one does. */
export function Stopped({ look, stop }: { look: Look; stop: HoldRow | undefined }) {
  if (stop === undefined) return null
  return (
    <span title={ledgerText(look, stop.reason)}>
      <Badge look={look} name="held" word={look.t.states.stopped} />
    </span>
  )
}

export interface Run {
  readonly key: string
  readonly state: State
  readonly due: number
}

/** The last runs, the oldest first: one mark each, all of it one sentence for whoever cannot see marks. */
export function RunStrip({ look, runs, when }: { look: Look; runs: readonly Run[]; when: (run: Run) => string }) {
  if (runs.length === 0) return <span class="muted">{look.t.schedules.noRuns}</span>
  const counts = new Map<State, number>()
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1)
  const words = [...counts].map(([state, count]) => `${stateWord(look, state)} ${count}`).join(', ')
  return (
    <span class="strip" role="img" aria-label={`${look.t.schedules.lastRuns(runs.length)}: ${words}`}>
      {runs.map(run => (
        <span class={`run tone-${tones[run.state]}`} title={`${when(run)} ${stateWord(look, run.state)}`}>
          {tones[run.state] === 'ok' ? null : <Icon name={run.state} />}
        </span>
      ))}
    </span>
  )
}
