import type { Observation, Outcome } from './outcome.ts'
import { type OutcomeRow, outcomeTable } from './outcome-table.ts'
import { layFlat, type OutcomeRules, said } from './seen.ts'

export type { OutcomeRules } from './seen.ts'

const anythingElse: Pick<OutcomeRow, 'outcome' | 'stops' | 'reason'> = {
  outcome: 'ambiguous',
  reason: it => `There is no rule for this answer (${said(it)}).`,
}

/**
 * Takes what was seen, the account's rules, and whether an earlier attempt of the same launch had been handed to a
 * socket; returns what this attempt came to. It speaks of this attempt alone: what an earlier one did stays open.
 */
export function classify(observation: Observation, rules: OutcomeRules, earlierHanded: boolean): Outcome {
  const it = layFlat(observation, earlierHanded)
  const { outcome, stops = 'launch', reason } = outcomeTable.find(row => row.when(it, rules)) ?? anythingElse
  const sentence = reason(it)
  const replay = it.duplicate ? ' The platform marked this as a replay of an earlier answer.' : ''
  switch (outcome) {
    case 'launched':
    case 'swallowed':
      return { kind: outcome, reason: sentence }
    case 'refused':
      return { kind: outcome, reason: sentence + replay, stops }
    case 'notLaunched':
      return { kind: outcome, reason: sentence + replay, retryAfter: it.retryAfter }
    case 'ambiguous':
      return { kind: outcome, reason: `${sentence} The mailing may have started.` }
  }
}
