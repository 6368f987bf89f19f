/** Stops as people are shown them, and ending one: the same for the command line and for HTTP. */
import { z } from 'zod'
import { type Hold, type HoldScope, holdCauses, holdOff, holdsInForce, scopeName } from '../launches/hold.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { Decision } from '../timetable/pausing.ts'
import { iso, time } from './launch-shape.ts'

export const holdRowSchema = z
  .object({
    scope: z.string().meta({ description: '`all`, `account:<account>` or `mailing:<account>:<mailing>`.' }),
    cause: z.enum(holdCauses),
    reason: z.string(),
    by: z.string(),
    at: time,
  })
  .meta({ id: 'Hold' })
export type HoldRow = z.infer<typeof holdRowSchema>

export function holdRow(hold: Hold): HoldRow {
  return { ...hold, at: iso(hold.at) }
}

/** The stops in force. */
export async function holdRows(ledger: Ledger): Promise<HoldRow[]> {
  return (await holdsInForce(ledger)).map(holdRow)
}

export type EndHoldAnswer =
  /** `ended`: what it was, where it was in force. `left`: what is still stopped. */
  | {
      readonly kind: 'released'
      readonly launches: number
      readonly ended: Hold | undefined
      readonly left: readonly Hold[]
    }
  | { readonly kind: 'notStopped' }
  /** A stop that somebody does not know of is not ended in passing: they say which. */
  | { readonly kind: 'several'; readonly stops: readonly Hold[] }

/** Ends the one stop of the scope, or that of the cause. `judge` is told its cause before, and throws where it may not end. */
export async function endHold(
  ledger: Ledger,
  scope: HoldScope,
  asked: Hold['cause'] | undefined,
  { by, why }: Decision,
  judge: (cause: Hold['cause']) => void = () => {},
): Promise<EndHoldAnswer> {
  const name = scopeName(scope)
  const here = (await holdsInForce(ledger)).filter(hold => hold.scope === name)
  const wanted = here.filter(({ cause }) => asked === undefined || cause === asked)
  const [ended, second] = wanted
  if (second !== undefined) return { kind: 'several', stops: wanted }
  const cause = ended?.cause ?? asked ?? 'person'
  judge(cause)
  const launches = await holdOff(ledger, scope, cause, why, by)
  if (launches === undefined) return { kind: 'notStopped' }
  return { kind: 'released', launches, ended, left: await holdsInForce(ledger) }
}
