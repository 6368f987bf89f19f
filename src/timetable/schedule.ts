/** One declared timetable with the launch it makes, as the rest of the program sees it: checked, complete, plain JSON. */
import type { LaunchRequest } from '../launches/launch.ts'
import type { Policy } from '../launches/policy.ts'

interface Span {
  /** IANA zone; for `every` it is only the zone of what people are shown. */
  readonly timezone: string
  /** Epoch milliseconds, inclusive. */
  readonly from?: number
  /** Epoch milliseconds, exclusive. */
  readonly until?: number
}

export type When =
  | (Span & {
      readonly kind: 'cron'
      readonly pattern: string
      /** Six fields, seconds first. */
      readonly seconds?: boolean
      /** Where day of month and weekday are both restricted: days that match either (any, as cron does) or both. */
      readonly dayMatch?: 'any' | 'all'
    })
  /** Every `every` milliseconds, counted from `anchor` (epoch milliseconds) in both directions. */
  | (Span & { readonly kind: 'every'; readonly every: number; readonly anchor: number })
  /** Local times as they were written, with or without an offset. */
  | (Span & { readonly kind: 'at'; readonly times: readonly string[] })

export interface Schedule {
  readonly name: string
  readonly description?: string
  readonly account: string
  readonly when: When
  readonly launch: LaunchRequest
  readonly policy: Policy
  /** Where it is declared: the file as people name it, and the line of its name. */
  readonly source: { readonly file: string; readonly line: number }
}
