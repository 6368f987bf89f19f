/** Stops as people are shown them, open breakers among them, and ending one: the same for the command line and for HTTP. */
import { z } from 'zod'
import { closeBreaker, type OpenBreaker, openBreakers } from '../launches/breaker.ts'
import { type Hold, type HoldScope, holdCauses, holdOff, holdsInForce, scopeName } from '../launches/hold.ts'
import type { Ledger } from '../launches/ledger.ts'
import type { Decision } from '../timetable/pausing.ts'
import { iso, time } from './launch-shape.ts'

export const stopCauses = [...holdCauses, 'breaker'] as const
export type StopCause = (typeof stopCauses)[number]

/** An open breaker among the stops: it is the only one that ends by itself. */
export interface Stop extends Omit<Hold, 'cause'> {
  readonly cause: StopCause
  /** When a breaker lets the next probe go; epoch milliseconds. */
  readonly tryAt?: number
}

export const holdRowSchema = z
  .object({
    scope: z.string().meta({ description: '`all`, `account:<account>` or `mailing:<account>:<mailing>`.' }),
    cause: z.enum(stopCauses),
    reason: z.string(),
    by: z.string(),
    at: time,
    tryAt: time.optional().meta({ description: 'When a breaker lets the next probe go.' }),
  })
  .meta({ id: 'Hold' })
export type HoldRow = z.infer<typeof holdRowSchema>

export function holdRow({ tryAt, ...stop }: Stop): HoldRow {
  return { ...stop, at: iso(stop.at), ...(tryAt !== undefined && { tryAt: iso(tryAt) }) }
}

/** The stops in force, and the breakers that are open. */
export async function holdRows(ledger: Ledger): Promise<HoldRow[]> {
  return (await stopsInForce(ledger)).map(holdRow)
}

async function stopsInForce(ledger: Ledger): Promise<Stop[]> {
  const [holds, breakers] = await Promise.all([holdsInForce(ledger), openBreakers(ledger)])
  return [...holds, ...breakers.map(asStop)]
}

function asStop({ account, since, failures, cause, tryAt }: OpenBreaker): Stop {
  const reason = `${failures} failures in a row, the last: ${cause} It tries again at ${iso(tryAt)}`
  return { scope: scopeName({ kind: 'account', account }), cause: 'breaker', reason, by: 'service', at: since, tryAt }
}

export type EndHoldAnswer =
  /** `ended`: what it was, where it was in force. `left`: what is still stopped. */
  | {
      readonly kind: 'released'
      readonly launches: number
      readonly ended: Stop | undefined
      readonly left: readonly Stop[]
    }
  /** A breaker: nothing is held, what waits for it comes back by itself. */
  | { readonly kind: 'closed'; readonly left: readonly Stop[] }
  /** `cause`: which was asked for, or was there a moment before. */
  | { readonly kind: 'notStopped'; readonly cause: StopCause | undefined }
  /** A stop that somebody does not know of is not ended in passing: they say which. */
  | { readonly kind: 'several'; readonly stops: readonly Stop[] }

/** Ends the one stop of the scope, or that of the cause. `judge` is told its cause before, and throws where it may not end. */
export async function endHold(
  ledger: Ledger,
  scope: HoldScope,
  asked: StopCause | undefined,
  { by, why }: Decision,
  judge: (cause: StopCause) => void = () => {},
): Promise<EndHoldAnswer> {
  const name = scopeName(scope)
  const here = (await stopsInForce(ledger)).filter(stop => stop.scope === name)
  const wanted = here.filter(({ cause }) => asked === undefined || cause === asked)
  const [ended, second] = wanted
  if (second !== undefined) return { kind: 'several', stops: wanted }
  const cause = ended?.cause ?? asked ?? 'person'
  judge(cause)
  if (cause === 'breaker') {
    const closed = scope.kind === 'account' && (await closeBreaker(ledger, scope.account, why, by))
    return closed ? { kind: 'closed', left: await stopsInForce(ledger) } : { kind: 'notStopped', cause }
  }
  const launches = await holdOff(ledger, scope, cause, why, by)
  if (launches === undefined) return { kind: 'notStopped', cause: asked }
  return { kind: 'released', launches, ended, left: await stopsInForce(ledger) }
}
