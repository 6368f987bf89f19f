/** What commands ask and decide about schedules, wherever they are asked. Epoch milliseconds. */
import type { ScheduleRow, ScheduleWhole } from '../../duty/schedules.ts'
import type { RefusedRepeat } from '../../launches/by-hand.ts'
import type { PauseAnswer, ResumeAnswer } from '../../timetable/pausing.ts'
import type { SkipAnswer, UnskipAnswer } from '../../timetable/skipping.ts'
import type { Made } from './launches.ts'

type SkipSaid =
  | Exclude<SkipAnswer, { readonly kind: 'notDue' }>
  /** When it is due next. */
  | { readonly kind: 'notDue'; readonly next: readonly number[] }

type UnskipSaid =
  | { readonly kind: 'restored'; readonly key: string; readonly due: number }
  | { readonly kind: 'notSkipped'; readonly skips: readonly { readonly due: number; readonly reason: string }[] }
  | Exclude<UnskipAnswer, { readonly kind: 'restored' | 'notSkipped' }>

export type RunRefused =
  | { readonly kind: 'paused'; readonly by: string; readonly reason: string }
  /** A calendar or hours of the schedule allow nothing now. */
  | { readonly kind: 'closed'; readonly why: string }
  | RefusedRepeat
type RunSaid = { readonly kind: 'run'; readonly made: Made; readonly warnings: readonly string[] } | RunRefused

export interface ScheduleOffice {
  schedules(): Promise<readonly ScheduleRow[]>
  /** Throws CommandEnding where there is none of that name. */
  schedule(name: string, count: number): Promise<ScheduleWhole>
  pause(name: string, until: number | undefined, why: string): Promise<PauseAnswer>
  resume(name: string, why: string): Promise<ResumeAnswer>
  skip(name: string, at: number, why: string): Promise<SkipSaid>
  unskip(name: string, at: number, why: string): Promise<UnskipSaid>
  /** What would refuse a run now, as far as is known before it is asked for. */
  runBefore(name: string, confirmation: string | undefined): Promise<RunRefused | undefined>
  run(name: string, confirmation: string | undefined, why: string): Promise<RunSaid>
}
