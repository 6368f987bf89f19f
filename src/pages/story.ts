/** Everything that happened to one launch, in order, as kinds and not as sentences: the pages say it in the viewer's language. Pure. */
import type { AuditEntry } from '../launches/audit.ts'
import { suspended } from '../launches/batch-rows.ts'
import { type State, states } from '../launches/launch.ts'
import type { Attempt, LaunchRecord } from '../launches/record.ts'

export type Moment = { readonly at: number } & (
  | { readonly kind: 'made'; readonly by: string | undefined }
  | { readonly kind: 'due' }
  | { readonly kind: 'state'; readonly state: State; readonly isNow: boolean }
  | { readonly kind: 'began'; readonly attempt: Attempt }
  | { readonly kind: 'ended'; readonly attempt: Attempt }
  | { readonly kind: 'note'; readonly who: string; readonly what: string; readonly why: string }
  | { readonly kind: 'deadline' }
)

/** Decisions that are told from the audit: the record that one of them made goes when it is taken back. */
const ofDueTime = ['skip', 'unskip', 'pause', 'resume']

/** What has been until now, and the deadline where it is still to come. `now` in epoch milliseconds. */
export function storyOf(record: LaunchRecord, audit: readonly AuditEntry[], now: number): Moment[] {
  const moments: Moment[] = [
    { at: record.created, kind: 'made', by: record.madeBy },
    ...audit
      .filter(({ what }) => ofDueTime.includes(what))
      .map(({ at, who, what, why }): Moment => ({ at, kind: 'note', who, what, why })),
    ...record.notes.map(({ at, who, what, why }): Moment => ({ at, kind: 'note', who, what, why })),
  ]
  if (record.due !== record.created) moments.push({ at: record.due, kind: 'due' })
  for (const state of states) {
    const at = record.times[state]
    if (at !== undefined) moments.push({ at, kind: 'state', state, isNow: state === record.state })
  }
  for (const attempt of record.attemptList) {
    moments.push({ at: attempt.start, kind: 'began', attempt })
    if (attempt.end !== undefined) moments.push({ at: attempt.end, kind: 'ended', attempt })
  }
  const waits = record.state === 'planned' || record.state === 'waiting' || record.state === 'held'
  if (waits && record.sendUntil > now && record.sendUntil < suspended)
    moments.push({ at: record.sendUntil, kind: 'deadline' })
  return moments.toSorted((a, b) => a.at - b.at || rank(a) - rank(b))
}

const stateRanks: Partial<Readonly<Record<State, number>>> = { planned: 1, claimed: 4, sending: 6 }

/** Of what bears the same millisecond, what led to the other comes first. */
function rank(moment: Moment): number {
  switch (moment.kind) {
    case 'made':
      return 0
    case 'due':
      return 2
    case 'note':
      return 3
    case 'began':
      return 5
    case 'ended':
      return 7
    case 'deadline':
      return 9
    case 'state':
      return stateRanks[moment.state] ?? 8
  }
}
