/** How many rows of a batch may be released now. Pure; times in epoch milliseconds. */
import type { OpenSpan } from '../launches/opening.ts'
import type { BatchRecord, BatchState } from './batch.ts'

/** What a decision about a batch is made of. */
export interface FeedFacts {
  readonly state: BatchState
  /** Rows that are not released yet, and ended ones that are to be tried again. */
  readonly left: number
  /** Released rows that are not at rest. */
  readonly window: number
  /** Rows that ended in a second lately; undefined where that is not known yet. */
  readonly rate: number | undefined
  /** How long after its release a row may go out; milliseconds. */
  readonly lateness: number
  readonly perMinute?: number | undefined
  readonly concurrency?: number | undefined
  /** When the pace lets the next row go; 0 where none was released yet. */
  readonly nextAt: number
  /** Spans in which rows may leave, where hours close some of the time. */
  readonly open?: readonly OpenSpan[] | undefined
  /** Why the account is stopped, where it is. */
  readonly stop?: string | undefined
}

/** Rows that have ended so far; one that was tried again has ended as often. */
export function endedOf({ cursor, retried }: BatchRecord, window: number): number {
  return cursor + retried - window
}

/** The facts about a batch, from its record and from what else was read at that moment. */
export function factsOf(
  batch: BatchRecord,
  read: {
    readonly window: number
    readonly again: number
    readonly stop: string | undefined
    readonly open: readonly OpenSpan[] | undefined
  },
  now: number,
): FeedFacts {
  const { state, lateness, perMinute, concurrency, nextAt } = batch
  const { window, again, stop, open } = read
  const left = batch.total - batch.cursor + again
  const rate = rateOf(batch.samples, now, endedOf(batch, window))
  // What a stop holds takes no place from the rows of other mailings.
  return { state, lateness, perMinute, concurrency, nextAt, open, left, window: window - batch.held, rate, stop }
}

export type Feeding =
  /** At most `count`. `nextAt`: when the pace lets the one after so many go. */
  | { readonly kind: 'release'; readonly count: number; readonly nextAt: (released: number) => number }
  | { readonly kind: 'wait'; readonly why: 'state' | 'empty' | 'held' | 'hours' | 'pace' | 'full' }

/** Before anybody knows how fast a batch goes, so many rows are released at once. */
const firstWindow = 40
const largestWindow = 1_000
const smallestWindow = 4
/** A window holds what ends in so many seconds: enough that no worker ever waits, little enough that no row grows late. */
const windowSeconds = 20
/** A pace that was not used, because nobody fed for a moment, is made up for as far as this. Milliseconds. */
const paceSlack = 2_000
/** The most rows that one release makes records for: longer scripts would keep due launches waiting. */
const largestRelease = 100

/** How many released rows may be under way at once. */
export function windowOf({ rate, lateness, concurrency }: FeedFacts): number {
  // A row that waits in the window for a quarter of the time it may be late still has three to be tried again.
  const seconds = Math.min(windowSeconds, lateness / 4_000)
  const asFast = rate === undefined ? firstWindow : Math.ceil(rate * seconds)
  const window = Math.min(largestWindow, Math.max(smallestWindow, asFast))
  // More than may be under way, for those that wait for their next attempt.
  return concurrency === undefined ? window : Math.min(window, Math.max(smallestWindow, 2 * concurrency))
}

export function feeding(facts: FeedFacts, now: number): Feeding {
  if (facts.state !== 'running') return { kind: 'wait', why: 'state' }
  if (facts.left === 0) return { kind: 'wait', why: 'empty' }
  if (facts.stop !== undefined) return { kind: 'wait', why: 'held' }
  if (facts.open && !facts.open.some(([from, until]) => from <= now && now < until)) {
    return { kind: 'wait', why: 'hours' }
  }
  const size = windowOf(facts)
  const room = size - facts.window
  // Released by handfuls: a release for every row that ends would cost more than the row.
  if (room < Math.min(facts.left, Math.ceil(size / 4))) return { kind: 'wait', why: 'full' }
  const wanted = Math.min(room, facts.left, largestRelease)
  const { perMinute } = facts
  if (perMinute === undefined) return { kind: 'release', count: wanted, nextAt: () => 0 }
  const interval = 60_000 / perMinute
  const from = facts.nextAt === 0 ? now : Math.max(facts.nextAt, now - Math.max(paceSlack, interval))
  if (from > now) return { kind: 'wait', why: 'pace' }
  const count = Math.min(wanted, Math.floor((now - from) / interval) + 1)
  return { kind: 'release', count, nextAt: released => from + released * interval }
}

/** Samples are at least so far apart, and so many are kept. */
const sampleEvery = 5_000
const samplesKept = 13

export type Sample = readonly [at: number, ended: number]

/** The samples with one more, or as they were where the last is young. */
export function sampled(samples: readonly Sample[], now: number, ended: number): readonly Sample[] {
  const last = samples.at(-1)
  if (last && now - last[0] < sampleEvery) return samples
  return [...samples, [now, ended] as const].slice(-samplesKept)
}

/** Rows that ended in a second, over the last minute; undefined where it is not known yet. */
function rateOf(samples: readonly Sample[], now: number, ended: number): number | undefined {
  const recent = samples.find(([at]) => at >= now - sampleEvery * samplesKept)
  if (!recent || now - recent[0] < 1_000) return undefined
  return Math.max(0, ended - recent[1]) / ((now - recent[0]) / 1_000)
}

/** When it will be done at this rate, as far as that can be told; closed hours are not reckoned with. */
export function etaOf(left: number, rate: number | undefined, perMinute: number | undefined, now: number) {
  const paced = perMinute === undefined ? Number.POSITIVE_INFINITY : perMinute / 60
  const expected = rate === undefined || rate === 0 ? paced : Math.min(rate, paced)
  return left === 0 || !Number.isFinite(expected) || expected === 0 ? undefined : now + (left / expected) * 1_000
}
