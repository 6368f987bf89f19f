/** What to do next about a launch whose end nobody knows. Pure: facts and `now` in, one step out; times in milliseconds. */
import type { OpenSpan } from './opening.ts'

export interface DoubtFacts {
  /** When the first doubtful attempt began, and when the last one ended. */
  readonly begun: number
  readonly ended: number
  readonly sendUntil: number
  /** The spans in which it may leave, in order; absent where any time will do. */
  readonly open?: readonly OpenSpan[]
  /** `unproven`: the account wants a proof that repeats are dropped, and there is none that holds. */
  readonly deduplication: 'off' | 'declared' | 'proven' | 'unproven'
  /** How long the platform remembers a request. */
  readonly window: number
  readonly repeats: number
  readonly polls: number
  /** What the readings of the log have come to so far. */
  readonly evidence: 'none' | 'started' | 'explained' | 'unreadable'
  readonly onSilentLog: 'hold' | 'relaunch'
  /** Whether a living worker reset its socket: only then can nothing arrive any more. */
  readonly reset: boolean
  readonly quarantineUntil: number
  /** When the log was last read; 0 where it never was. */
  readonly readAt: number
}

export type RecoveryStep =
  | { readonly kind: 'wait'; readonly until: number }
  /** `until`: sent later, it might be a second launch. */
  | { readonly kind: 'repeat'; readonly until: number }
  | { readonly kind: 'read' }
  /** The log shows the start. */
  | { readonly kind: 'launched' }
  /** The account accepts the risk that a silent log means "not launched". */
  | { readonly kind: 'relaunch' }
  | { readonly kind: 'ask'; readonly why: string }

/** Pauses, after the end of the attempt, before each identical repeat. */
const repeatAfter = [2_000, 10_000, 30_000, 60_000]
/** When, after the end of the attempt, the log is read; the last one is the settling time. */
const readAfter = [3_000, 10_000, 30_000, 60_000, 120_000]
/** A log that cannot be read any more is not read for ever. */
const mostReadings = 2 * readAfter.length
/** A repeat sent this shortly before the deadline would hardly leave in time. */
const repeatMargin = 1_000

/** The next step. Order: an identical repeat, the log, the account's rule for a silent log, a person. */
export function recoveryStep(facts: DoubtFacts, now: number): RecoveryStep {
  if (facts.evidence === 'started') return { kind: 'launched' }
  return repeatStep(facts, now) ?? readStep(facts, now) ?? silentStep(facts, now)
}

function repeatStep(facts: DoubtFacts, now: number): RecoveryStep | undefined {
  const after = repeatAfter[facts.repeats]
  if (after === undefined || (facts.deduplication !== 'declared' && facts.deduplication !== 'proven')) return undefined
  const at = facts.ended + after
  const earliest = Math.max(at, now)
  const [opens, closes] = openSpan(facts, earliest) ?? []
  // While its hours are closed the log is read: waiting for a repeat would keep the mailing's lane all night.
  if (closes === undefined || opens !== earliest) return undefined
  // Well inside the window: half of it, so that no clock and no short setting makes the repeat a second launch.
  const latest = Math.min(facts.sendUntil - repeatMargin, closes - repeatMargin, facts.begun + facts.window / 2)
  if (earliest > latest) return undefined
  // The repeat may arrive first and be the launch; it must be remembered until the first request can arrive no more.
  if (earliest + facts.window < facts.quarantineUntil) return undefined
  return now < at ? { kind: 'wait', until: at } : { kind: 'repeat', until: latest }
}

/** From when, not before `earliest`, and until when it may leave; undefined where it never may. */
function openSpan({ open }: DoubtFacts, earliest: number): OpenSpan | undefined {
  if (open === undefined) return [earliest, Number.POSITIVE_INFINITY]
  const next = open.find(([, until]) => earliest < until)
  return next && [Math.max(earliest, next[0]), next[1]]
}

function readStep(facts: DoubtFacts, now: number): RecoveryStep | undefined {
  const after = readAfter[facts.polls]
  if (after === undefined || facts.evidence === 'explained') return undefined
  const at = facts.ended + after
  return now < at ? { kind: 'wait', until: at } : { kind: 'read' }
}

function silentStep(facts: DoubtFacts, now: number): RecoveryStep {
  if (facts.evidence === 'explained') return ask('the log shows a start, but another launch or person may have made it')
  if (facts.evidence === 'unreadable') return ask(`the log could not be read. ${proofWouldHelp(facts)}`)
  if (
    facts.onSilentLog === 'relaunch' &&
    facts.reset &&
    now < facts.sendUntil &&
    facts.quarantineUntil < facts.sendUntil &&
    openSpan(facts, Math.max(facts.quarantineUntil, now)) !== undefined
  ) {
    if (now < facts.quarantineUntil) return { kind: 'wait', until: facts.quarantineUntil }
    // What the quarantine waits for may have arrived since the last reading: only a log that is silent now counts.
    if (facts.readAt >= facts.quarantineUntil) return { kind: 'relaunch' }
    return facts.polls < mostReadings
      ? { kind: 'read' }
      : ask(`the log could not be read again. ${proofWouldHelp(facts)}`)
  }
  return ask(`the log shows no start. ${proofWouldHelp(facts)}`)
}

function ask(why: string): RecoveryStep {
  return { kind: 'ask', why }
}

/** Which setting would have ended this without a person. */
function proofWouldHelp(facts: DoubtFacts): string {
  switch (facts.deduplication) {
    case 'off':
      return 'deduplication: probed or declared would have let an identical repeat decide'
    case 'unproven':
      return 'a proof of de-duplication (sendoff doctor --probe-deduplication) would have let an identical repeat decide'
    case 'declared':
    case 'proven':
      return 'identical repeats did not decide it in time; a longer maxLateness leaves time for more'
  }
}
