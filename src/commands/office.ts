/** Where a command gets its answers: from Redis, or from a server over HTTP. What it prints is the same. */

import type { AuditRow } from '../duty/audit-shape.ts'
import type { HandAnswer, HandAsked } from '../duty/by-hand.ts'
import type { ExplainAnswer } from '../duty/explain.ts'
import type { HoldRow } from '../duty/holds.ts'
import type { LaunchWhole } from '../duty/launch-shape.ts'
import type { LaunchesFound } from '../duty/launches.ts'
import type { ScheduleRow, ScheduleWhole } from '../duty/schedules.ts'
import type { Repeat } from '../launches/by-hand.ts'
import type { Cursor } from '../launches/cursor.ts'
import type { LaunchFilter } from '../launches/list.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

export interface OfficeFlags extends GlobalFlags {
  /** The address of a server; absent: Redis. */
  readonly url?: string | undefined
}

export interface Made {
  readonly key: string
  /** Epoch milliseconds, both. */
  readonly due: number
  readonly sendUntil: number
  /** How many workers would send it. */
  readonly workers: number
}
export type MadeAnswer = (Made & { readonly kind: 'made' }) | Exclude<HandAnswer, { readonly kind: 'made' }>

export interface Office {
  launches(filter: LaunchFilter, limit: number, after: Cursor | undefined): Promise<LaunchesFound>
  launch(key: string): Promise<LaunchWhole | undefined>
  explain(key: string): Promise<ExplainAnswer>
  schedules(): Promise<readonly ScheduleRow[]>
  /** Throws CommandEnding where there is none of that name. */
  schedule(name: string, count: number): Promise<ScheduleWhole>
  holds(): Promise<readonly HoldRow[]>
  audit(limit: number, subject: string | undefined): Promise<readonly AuditRow[]>
  /** Names of the accounts. */
  accounts(): Promise<readonly string[]>
  /** Whether it would mail the same people again, as far as is known before it is asked for. */
  repeatBefore(asked: HandAsked): Promise<Repeat>
  make(asked: HandAsked): Promise<MadeAnswer>
  /** By the clock that decides what is due; epoch milliseconds. */
  now(): Promise<number>
}

/** Throws what `withLedger` throws, and CommandEnding for what the server refuses. */
export async function withOffice<T>(flags: OfficeFlags, act: (office: Office) => Promise<T>): Promise<T> {
  if (flags.url !== undefined) {
    const { serverOffice } = await import('./server-office.ts')
    return act(serverOffice(flags.url))
  }
  const { ledgerOffice } = await import('./ledger-office.ts')
  return withLedger(flags, open => act(ledgerOffice(open)))
}
