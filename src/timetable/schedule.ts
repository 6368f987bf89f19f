/** One declared timetable with the launch it makes, as the rest of the program sees it: checked, complete, plain JSON. */
import type { Calendar } from '../calendars/calendar.ts'
import type { LaunchRequest } from '../launches/launch.ts'
import type { Policy } from '../launches/policy.ts'
import type { Submission } from '../launches/submission.ts'
import type { AllowedHours, QuietHours } from './open-hours.ts'

interface Span {
  /** IANA zone; for `every` it is only the zone of what people are shown. */
  readonly timezone: string
  /** Epoch milliseconds, inclusive. */
  readonly from?: number
  /** Epoch milliseconds, exclusive. */
  readonly until?: number
}

/** What a change of clocks does to a wall-clock time; absent parts follow docs/time.md, "When clocks change". */
export interface Dst {
  /** A time that clocks skip: later by the gap, or left out. */
  readonly gap?: 'shift' | 'skip'
  /** A time that clocks show twice. */
  readonly fold?: 'first' | 'last' | 'both'
}

/** One entry of a timetable. */
export type When =
  | (Span & {
      readonly kind: 'cron'
      readonly pattern: string
      /** Six fields, seconds first. */
      readonly seconds?: boolean
      /** Where day of month and weekday are both restricted: days that match either (any, as cron does) or both. */
      readonly dayMatch?: 'any' | 'all'
      readonly dst?: Dst
    })
  /** Every `every` milliseconds, counted from `anchor` (epoch milliseconds) in both directions. */
  | (Span & { readonly kind: 'every'; readonly every: number; readonly anchor: number })
  /** Local times as they were written, with or without an offset. */
  | (Span & {
      readonly kind: 'at'
      readonly times: readonly string[]
      /** What becomes of a time that has passed when the schedule is taken over; absent: it is refused. */
      readonly ifPast?: 'skip' | 'now'
      readonly dst?: Dst
    })
  /** A recurrence rule of RFC 5545 (`FREQ=…` and so on) in wall-clock time, from the local time `start` on. */
  | (Span & { readonly kind: 'rrule'; readonly rule: string; readonly start: string; readonly dst?: Dst })

/** When a schedule is due: its entries united, one occurrence per instant. */
export interface Timetable {
  /** IANA zone in which people are shown its times. */
  readonly timezone: string
  readonly entries: readonly When[]
  /** Every due time goes `shift` milliseconds after its nominal time: a share of `upTo`, stable per schedule. */
  readonly jitter?: { readonly upTo: number; readonly shift: number }
  /** Only the first so many due times from the beginning of its entries that nothing leaves out. */
  readonly maxRuns?: number
}

/** Policy and hours of the rows are those of the schedule. */
export type ScheduledFile = Omit<Submission, 'lateness' | 'hours'>

export interface Schedule {
  readonly name: string
  readonly description?: string
  /** Names it had before, newest first or not: what is stored under one of them becomes this schedule. Not stored itself. */
  readonly formerly?: readonly string[]
  readonly account: string
  readonly when: Timetable
  /** Calendars of the configuration, by value: nothing goes at a moment that one of them holds. */
  readonly except?: readonly Calendar[]
  /** By the wall clock of the timetable's zone, as are the allowed hours. */
  readonly quietHours?: QuietHours
  readonly allowed?: AllowedHours
  readonly launch: LaunchRequest
  /** The file whose rows it launches, each laid over `launch`. */
  readonly bulk?: ScheduledFile
  readonly policy: Policy
  /** Where it is declared: the file as people name it, and the line of its name. */
  readonly source: { readonly file: string; readonly line: number }
}
