import type { Context } from 'hono'
import type { z } from 'zod'
import type { OpenLedger } from '../duty/open-ledger.ts'
import type { Identity } from '../launches/by-hand.ts'
import type { ApiEnv } from './app.ts'
import { type Once, onceOnly } from './idempotency.ts'
import { knownTrouble, troubleWithin } from './problem.ts'

interface Asked<Schema extends z.ZodType> extends Pick<Once, 'body' | 'twice'> {
  /** Of the answer. */
  readonly schema: Schema
}

/** Carries out what this request asks for once for its Idempotency-Key; an answer of before is marked as such. */
export async function once<Schema extends z.ZodType>(
  context: Context<ApiEnv>,
  { ledger }: OpenLedger,
  { schema, ...how }: Asked<Schema>,
  act: (identity: Identity) => Promise<z.output<Schema>>,
): Promise<z.output<Schema>> {
  const { req, var: known } = context
  const asked = {
    key: req.header('idempotency-key'),
    caller: known.caller.id,
    target: `${req.method} ${req.path}`,
    ...how,
  }
  let begun = false
  try {
    const { answer, again } = await onceOnly(ledger, asked, schema, identity => {
      // What was asked for so long ago that nobody waits any more is not begun.
      known.givenUp?.throwIfAborted()
      begun = true
      return act(identity)
    })
    if (again) context.header('idempotency-replayed', 'true')
    return answer
  } catch (error) {
    // Until it has begun nothing was sent that decides.
    throw (begun ? troubleWithin(error, whatToDo[how.twice]) : knownTrouble(error)) ?? error
  }
}

const whatToDo: Readonly<Record<Once['twice'], string>> = {
  harmless: 'Ask again with the same Idempotency-Key: where it was, that finds the launch and makes no second one',
  another: 'Look at what it is about; to ask once more, take a new Idempotency-Key',
}
