/** Launching a mailing because somebody asks for it: what may be asked, and doing it. */
import { pathInWords } from '../files/finding.ts'
import {
  askedBefore,
  confirmedBy,
  type Identity,
  isRefused,
  launchByHand,
  type RefusedRepeat,
  type Repeat,
  repeatOf,
} from '../launches/by-hand.ts'
import type { NewLaunch } from '../launches/create.ts'
import type { LaunchRequest } from '../launches/launch.ts'
import { defaultPolicy, preflightAt } from '../launches/policy.ts'
import { contentFlaws, hasExpressions, renderRequest } from '../timetable/content.ts'
import { serverNow } from '../timetable/planner.ts'
import { localTime } from '../timetable/zone.ts'
import { mustBeFit, type OpenLedger } from './open-ledger.ts'

export interface HandAsked {
  readonly account: string
  /** Dates in its content are not written out yet. */
  readonly request: LaunchRequest
  /** When, in epoch milliseconds; absent: now. */
  readonly at?: number | undefined
  /** Of the dates in the content. */
  readonly timezone?: string | undefined
  /** The time (UTC, HH:MM) of the launch that it repeats, as the person gives it. */
  readonly confirmDuplicate?: string | undefined
  readonly by: string
  readonly why?: string | undefined
  /** Makes asking once more the same launch; absent: each call is one of its own. */
  readonly identity?: Identity | undefined
  /** Aborted when nobody waits for it any more: it is not made then, and the reason is thrown. */
  readonly givenUp?: AbortSignal | undefined
}

export type HandAnswer =
  | { readonly kind: 'made'; readonly launch: Pick<NewLaunch, 'key' | 'account' | 'due' | 'sendUntil'> }
  | RefusedRepeat

/** What is launched, and to whom, in words. */
export function factsOf(account: string, request: LaunchRequest): string {
  const audience =
    request.override_source_id === undefined
      ? 'its own audience'
      : `${request.override_source_type} ${request.override_source_id}`
  return `mailing ${request.id} of account ${account}, to ${audience}, limit ${request.override_limit ?? 'its own'}`
}

/** What is wrong with the dates in its content, each with its place in it. */
export function datesFlaws(
  { content }: LaunchRequest,
  timezone: string | undefined,
): { readonly at: string; readonly sentence: string }[] {
  if (content === undefined) return []
  const flaws = contentFlaws(content, []).map(({ path, offset = 0, sentence }) => ({
    at: pathInWords(path),
    sentence: `character ${offset + 1}: ${sentence}`,
  }))
  if (flaws.length > 0 || !hasExpressions(content) || timezone !== undefined) return flaws
  return [{ at: '', sentence: 'holds dates: say in which zone' }]
}

/** The instant (epoch milliseconds) that `at` means, or why it means none. */
export function instantOf(at: string, timezone: string | undefined, now: number): number | string {
  const offset = /(Z|[+-]\d\d:\d\d)$/.exec(at)
  if (!offset && timezone === undefined) return 'say in which zone, or end it with Z or an offset'
  // Answers give times with milliseconds: what was answered can be asked for.
  const fraction = offset && /:\d\d(\.\d{1,3})(?:Z|[+-]\d\d:\d\d)$/.exec(at)?.[1]
  const reading = localTime(fraction ? at.replace(fraction, '') : at, timezone ?? 'UTC')
  if (reading.kind === 'invalid') return 'is not a time; write it like 2026-12-24T09:00+01:00'
  if (reading.kind !== 'exact') return `clocks change at that hour in ${timezone}; end it with an offset`
  const instant = reading.at + (fraction ? Math.round(Number(fraction) * 1_000) : 0)
  return instant < now ? 'has passed' : instant
}

/** The request as it is sent when it is due then. */
export function datedRequest(
  { request, timezone }: Pick<HandAsked, 'request' | 'timezone'>,
  due: number,
): LaunchRequest {
  return renderRequest(request, due, timezone ?? 'UTC')
}

/** Whether it would mail the same people again. Throws UnfitRedis where launches are not accepted at all. */
export async function repeatBefore(open: OpenLedger, asked: HandAsked): Promise<Repeat> {
  await mustBeFit(open, asked.account)
  const now = await serverNow(open.ledger)
  return repeatOf(open.ledger, asked.account, asked.request, asked.confirmDuplicate, now)
}

/** Makes the launch and its job. Throws UnfitRedis where launches are not accepted at all. */
export async function launchAsked(open: OpenLedger, asked: HandAsked): Promise<HandAnswer> {
  const { ledger, queues } = open
  const { account, request, at, by, why, identity } = asked
  const known = await askedBefore(ledger, { request }, identity)
  if (known) return { kind: 'made', launch: known }
  const repeat = await repeatBefore(open, asked)
  if (isRefused(repeat)) return repeat
  const now = await serverNow(ledger)
  const due = at ?? now
  asked.givenUp?.throwIfAborted()
  const launch = await launchByHand(
    ledger,
    queues,
    {
      account,
      request: datedRequest(asked, due),
      due,
      // A launch that is due now meets the mailing as it is.
      ...(at === undefined ? {} : { preflightAt: Math.max(now, preflightAt(defaultPolicy, due) ?? now) }),
      // A person who launches by hand while another launch is on its way gets theirs after it, not instead of it.
      policy: { ...defaultPolicy, overlap: 'allow' },
      ...confirmedBy(repeat),
      ...(identity === undefined ? {} : { identity }),
      by,
      ...(why === undefined ? {} : { why }),
    },
    now,
  )
  return { kind: 'made', launch }
}
