/** Where a command gets its answers: from Redis, or from a server over HTTP. What it prints is the same. */
import type { AuditRow } from '../duty/audit-shape.ts'
import type { BatchOffice } from './office/batches.ts'
import type { DeskOffice } from './office/desk.ts'
import type { LaunchOffice } from './office/launches.ts'
import type { ScheduleOffice } from './office/schedules.ts'
import type { GlobalFlags } from './with-ledger.ts'

export interface OfficeFlags extends GlobalFlags {
  /** The address of a server; absent: Redis. */
  readonly url?: string | undefined
}

/** Whoever is asked decides in the name of whoever asks: the person at the keyboard, or the API key. */
export interface Office extends LaunchOffice, ScheduleOffice, BatchOffice, DeskOffice {
  audit(limit: number, subject: string | undefined): Promise<readonly AuditRow[]>
  /** Names of the accounts. */
  accounts(): Promise<readonly string[]>
  /** How many workers send for the account now. */
  workers(account: string): Promise<number>
  /** By the clock that decides what is due; epoch milliseconds. */
  now(): Promise<number>
}

/** Throws what `withLedger` throws, and CommandEnding for what the server refuses. */
export async function withOffice<T>(flags: OfficeFlags, act: (office: Office) => Promise<T>): Promise<T> {
  if (flags.url !== undefined) {
    const { serverOffice } = await import('./server-office.ts')
    return act(serverOffice(flags.url))
  }
  const [{ ledgerOffice }, { withLedger }] = await Promise.all([
    import('./ledger-office.ts'),
    import('./with-ledger.ts'),
  ])
  return withLedger(flags, open => act(ledgerOffice(open)))
}
