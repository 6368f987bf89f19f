/** Stops, as they concern a batch. */
import { holdsInForce } from '../launches/hold.ts'
import type { Ledger } from '../launches/ledger.ts'

export interface Stops {
  /** Why nothing of the account may go, where it may not. */
  readonly account: string | undefined
  /** Mailings of it that may not. */
  readonly mailings: ReadonlySet<number>
}

/** The stops that are in force for an account. */
export async function stopsOf(ledger: Ledger, account: string): Promise<Stops> {
  const stops = await holdsInForce(ledger)
  const whole = stops.find(({ scope }) => scope === 'all' || scope === `account:${account}`)
  const mailing = `mailing:${account}:`
  const mailings = stops.flatMap(({ scope }) =>
    scope.startsWith(mailing) ? [Number(scope.slice(mailing.length))] : [],
  )
  return { account: whole?.reason, mailings: new Set(mailings) }
}
