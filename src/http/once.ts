import type { Context } from 'hono'
import type { z } from 'zod'
import type { OpenLedger } from '../duty/open-ledger.ts'
import type { Identity } from '../launches/by-hand.ts'
import type { ApiEnv } from './app.ts'
import { type Once, onceOnly } from './idempotency.ts'

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
  const { answer, again } = await onceOnly(ledger, asked, schema, act)
  if (again) context.header('idempotency-replayed', 'true')
  return answer
}
