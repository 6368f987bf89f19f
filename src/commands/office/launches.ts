/** What commands ask and decide about launches, wherever they are asked. Epoch milliseconds. */
import type { HandAnswer, HandAsked } from '../../duty/by-hand.ts'
import type { ExplainAnswer } from '../../duty/explain.ts'
import type { LaunchWhole } from '../../duty/launch-shape.ts'
import type { LaunchesFound, ReleaseAnswer } from '../../duty/launches.ts'
import type { Repeat } from '../../launches/by-hand.ts'
import type { Cursor } from '../../launches/cursor.ts'
import type { DecisionAnswer } from '../../launches/doubt.ts'
import type { LaunchFilter } from '../../launches/list.ts'

export interface Made {
  readonly key: string
  readonly due: number
  readonly sendUntil: number
  /** How many workers would send it. */
  readonly workers: number
}
type MadeAnswer = (Made & { readonly kind: 'made' }) | Exclude<HandAnswer, { readonly kind: 'made' }>

/** How a person ends a doubt. */
export type DoubtSaid =
  | { readonly state: 'launched' | 'failed' | 'writtenOff' }
  /** `at`: when it is launched again; absent: now. */
  | { readonly state: 'waiting'; readonly at: number | undefined; readonly sendUntil: number }

export type NotDecided = Extract<DecisionAnswer, { readonly kind: 'refused' }>
/** `at`: when it is launched again, where it is. */
type ResolveAnswer = { readonly kind: 'done'; readonly at: number | undefined } | NotDecided
type RetryAnswer =
  | { readonly kind: 'done'; readonly sendUntil: number }
  /** The time to send until is not in the future. */
  | { readonly kind: 'passed' }
  | NotDecided

export interface LaunchOffice {
  launches(filter: LaunchFilter, limit: number, after: Cursor | undefined): Promise<LaunchesFound>
  launch(key: string): Promise<LaunchWhole | undefined>
  explain(key: string): Promise<ExplainAnswer>
  resolve(key: string, end: DoubtSaid, why: string): Promise<ResolveAnswer>
  /** `sendUntil` absent: for as long as a launch by hand may be late. */
  retry(key: string, sendUntil: number | undefined, why: string): Promise<RetryAnswer>
  release(key: string, confirmation: string | undefined, why: string): Promise<ReleaseAnswer>
  cancel(key: string, why: string): Promise<DecisionAnswer>
  /** Whether it would mail the same people again, as far as is known before it is asked for. */
  repeatBefore(asked: HandAsked): Promise<Repeat>
  make(asked: HandAsked): Promise<MadeAnswer>
}
