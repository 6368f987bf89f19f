/** How late, how often and how persistently a launch may go out: the same rules for schedules, bulk and manual launches. */
import { z } from 'zod'
import { duration } from '../files/duration.ts'

/** Below the shortest time for which records are kept (retention.ts): a later launch could not be told from a repeat. */
const longestLateness = 7 * 86_400_000

const retryInput = z.strictObject({
  attempts: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'How many requests at most, the first one included. Default 5.' }),
  initial: duration
    .refine(ms => ms > 0, 'must be longer than 0')
    .optional()
    .meta({ description: 'Upper bound of the first pause; it doubles with every attempt. Default 2s.' }),
  max: duration.optional().meta({ description: 'Upper bound of any pause. Default 1m.' }),
  deadline: duration
    .refine(ms => ms > 0, 'must be longer than 0')
    .optional()
    .meta({ description: 'No further attempt later than this after the due time. Default: maxLateness decides.' }),
})

/** The policy as people declare it: every key may be absent. Output durations are milliseconds. */
export const policyInput = z.strictObject({
  maxLateness: duration
    .refine(ms => ms <= longestLateness, 'must be at most 7d, because records need not be kept for longer than 8d')
    .optional()
    .meta({ description: 'How long after its due time a launch may still go out. Default 15m.' }),
  misfire: z.enum(['once', 'skip', 'all']).optional().meta({
    description:
      'Due times missed while nothing ran: launch the newest one, none, or all within maxLateness. Default once.',
  }),
  overlap: z.enum(['skip', 'queueOne', 'allow']).optional().meta({
    description:
      'While another launch of the same mailing is under way: skip this one, queue one, or allow it. Default skip.',
  }),
  maxPerDay: z.int().min(1).optional().meta({
    description: 'Most launches of the mailing to the same audience in a day. Default: what the timetable makes.',
  }),
  coolDown: duration.optional().meta({ description: 'Least time between two launches of the mailing.' }),
  onGuard: z.enum(['skip', 'hold']).optional().meta({
    description:
      'What maxPerDay or coolDown stops: skip it, or hold it until a person lets it go or its time is over. Default skip.',
  }),
  preflight: z
    .union([z.literal('off'), duration.refine(ms => ms > 0, 'must be longer than 0, or off')])
    .optional()
    .meta({
      expects: 'a duration such as 30m, or off',
      description: 'How long before its due time the mailing is looked at in Altcraft; off: not at all. Default 30m.',
    }),
  onPreflightProblem: z.enum(['announce', 'hold']).optional().meta({
    description:
      'When that look finds the mailing not active, or does not find it: say so, or also hold the launch until a later look is fine. Default announce.',
  }),
  retry: retryInput.optional().meta({ description: 'Attempts after a proof that nothing was launched.' }),
})
export type PolicyInput = z.output<typeof policyInput>

/** The policy of one launch, complete; durations in milliseconds. What is absent follows the launch's origin. */
export interface Policy {
  readonly maxLateness: number
  readonly misfire: 'once' | 'skip' | 'all'
  readonly overlap: 'skip' | 'queueOne' | 'allow'
  readonly maxPerDay?: number
  readonly coolDown?: number
  readonly onGuard: 'skip' | 'hold'
  readonly preflight: number | 'off'
  readonly onPreflightProblem: 'announce' | 'hold'
  readonly retry: {
    readonly attempts: number
    readonly initial: number
    readonly max: number
    readonly deadline?: number
  }
}

export const defaultPolicy: Policy = Object.freeze({
  maxLateness: 15 * 60_000,
  misfire: 'once',
  overlap: 'skip',
  onGuard: 'skip',
  preflight: 30 * 60_000,
  onPreflightProblem: 'announce',
  retry: Object.freeze({ attempts: 5, initial: 2_000, max: 60_000 }),
})

/** Lays declared policies over the built-in one, the later over the earlier, key by key and inside `retry` too. */
export function resolvePolicy(...layers: readonly (PolicyInput | undefined)[]): Policy {
  return layers.reduce(
    (policy: Policy, layer) => (layer === undefined ? policy : laidOver(policy, layer)),
    defaultPolicy,
  )
}

function laidOver(under: Policy, over: PolicyInput): Policy {
  const maxPerDay = over.maxPerDay ?? under.maxPerDay
  const coolDown = over.coolDown ?? under.coolDown
  const deadline = over.retry?.deadline ?? under.retry.deadline
  return {
    maxLateness: over.maxLateness ?? under.maxLateness,
    misfire: over.misfire ?? under.misfire,
    overlap: over.overlap ?? under.overlap,
    ...(maxPerDay === undefined ? {} : { maxPerDay }),
    ...(coolDown === undefined ? {} : { coolDown }),
    onGuard: over.onGuard ?? under.onGuard,
    preflight: over.preflight ?? under.preflight,
    onPreflightProblem: over.onPreflightProblem ?? under.onPreflightProblem,
    retry: {
      attempts: over.retry?.attempts ?? under.retry.attempts,
      initial: over.retry?.initial ?? under.retry.initial,
      max: over.retry?.max ?? under.retry.max,
      ...(deadline === undefined ? {} : { deadline }),
    },
  }
}

/** When the mailing is looked at before a due time (epoch milliseconds); undefined where it is not. */
export function preflightAt({ preflight }: Pick<Policy, 'preflight'>, due: number): number | undefined {
  return preflight === 'off' ? undefined : due - preflight
}
