import type { Observation, Outcome, Transport } from './outcome.ts'
import { type OutcomeRow, outcomeTable } from './outcome-table.ts'
import { layFlat, type OutcomeRules, said } from './seen.ts'

export type { OutcomeRules } from './seen.ts'

/** The outcome of an attempt, and what it says of the way to the platform. */
export type Verdict = Outcome & { readonly transport: Transport }

const anythingElse: Pick<OutcomeRow, 'outcome' | 'transport' | 'stops' | 'reason'> = {
  outcome: 'ambiguous',
  transport: 'failed',
  reason: it => `There is no rule for this answer (${said(it)}).`,
}

/**
 * Takes what was seen, the account's rules, and whether an earlier attempt of the same launch had been handed to a
 * socket; returns what this attempt came to. It speaks of this attempt alone: what an earlier one did stays open.
 */
export function classify(observation: Observation, rules: OutcomeRules, earlierHanded: boolean): Verdict {
  const it = layFlat(observation, earlierHanded)
  const row = outcomeTable.find(each => each.when(it, rules)) ?? anythingElse
  const { outcome, stops = 'launch', reason } = row
  const transport = typeof row.transport === 'string' ? row.transport : row.transport(it)
  const sentence = reason(it)
  const replay = it.duplicate ? ' The platform marked this as a replay of an earlier answer.' : ''
  switch (outcome) {
    case 'launched':
    case 'swallowed':
      return { kind: outcome, transport, reason: sentence }
    case 'refused':
      return { kind: outcome, transport, reason: sentence + replay, stops }
    case 'notLaunched':
      return { kind: outcome, transport, reason: sentence + replay, retryAfter: it.retryAfter }
    case 'ambiguous':
      return { kind: outcome, transport, reason: `${sentence} The mailing may have started.` }
  }
}
