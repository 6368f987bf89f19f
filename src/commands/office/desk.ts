/** What commands ask and decide about stops, the calendar and API keys, wherever they are asked. Epoch milliseconds. */
import type { ShownCalendarRow } from '../../duty/calendar-shape.ts'
import type { HoldRow, StopCause } from '../../duty/holds.ts'
import type { ShownKey } from '../../http/api-keys.ts'
import type { Role } from '../../http/doors.ts'
import type { HoldScope } from '../../launches/hold.ts'

type StopEnded =
  /** `ended`: what it was, where it was in force. `left`: what is still stopped. */
  | {
      readonly kind: 'released'
      readonly launches: number
      readonly ended: HoldRow | undefined
      readonly left: readonly HoldRow[]
    }
  /** An open breaker; what waited for it comes back by itself. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'notStopped'; readonly cause: StopCause | undefined }
  | { readonly kind: 'several'; readonly stops: readonly HoldRow[] }

export interface CalendarAsked {
  readonly from: number | undefined
  readonly days: number
  readonly account: string | undefined
  readonly schedule: string | undefined
}

export interface ShownCalendar {
  readonly rows: readonly ShownCalendarRow[]
  /** Every schedule that may be asked for. */
  readonly schedules: readonly { readonly name: string; readonly account: string }[]
  /** Why the due times of schedules cannot be worked out, by name. */
  readonly unmintable: ReadonlyMap<string, string>
  /** When it was made. */
  readonly now: number
}

interface KeyAsked {
  readonly name: string
  readonly role: Role
  readonly accounts: readonly string[] | undefined
  readonly expires: number | undefined
}

export interface DeskOffice {
  holds(): Promise<readonly HoldRow[]>
  /** False where it was stopped already. */
  stop(scope: HoldScope, why: string): Promise<boolean>
  endStop(scope: HoldScope, cause: StopCause | undefined, why: string): Promise<StopEnded>
  calendar(asked: CalendarAsked): Promise<ShownCalendar>
  keys(): Promise<readonly ShownKey[]>
  /** The key, for this one time; undefined where the name is taken. */
  createKey(asked: KeyAsked, why: string): Promise<string | undefined>
  /** False where there is none of that name. */
  revokeKey(name: string, why: string): Promise<boolean>
}
