/** Launches that a person asks for: a mailing by its id, or a schedule outside of its timetable. */
import { randomBytes } from 'node:crypto'
import { createLaunch, type NewLaunch } from './create.ts'
import { lastSent, manualCoolDown, manualSpan } from './guards.ts'
import type { LaunchRequest } from './launch.ts'
import type { Ledger } from './ledger.ts'
import type { OpenSpan } from './opening.ts'
import type { Policy } from './policy.ts'
import type { LaunchQueues } from './queue.ts'
import { showLaunch } from './read.ts'
import type { LaunchRecord } from './record.ts'
import type { Submission } from './submission.ts'

/** What makes two askings one: the same instant (epoch milliseconds) and the same letters. */
export interface Identity {
  readonly at: number
  readonly tail: string
}

/** What the key of a launch is made from, beside its identity. */
interface Named {
  readonly schedule?: string
  readonly request: Pick<LaunchRequest, 'id'>
}

/** The key of a launch by hand, or of a run of a schedule. */
function handKey(asked: Named, { at, tail }: Identity): string {
  const stamp = new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')
  return asked.schedule === undefined
    ? `manual-${stamp}-${asked.request.id}-${tail}`
    : `${asked.schedule}-run-${stamp}-${tail}`
}

export interface HandLaunch {
  readonly account: string
  readonly request: LaunchRequest
  /** The file that it submits as a batch instead. */
  readonly submission?: Submission | undefined
  /** The schedule that is run, where it is one. */
  readonly schedule?: string
  /** When; epoch milliseconds. */
  readonly due: number
  /** The spans in which it may leave; absent where any time will do. */
  readonly open?: readonly OpenSpan[] | undefined
  readonly policy: Policy
  /** When its mailing is to be looked at beforehand; epoch milliseconds. */
  readonly preflightAt?: number
  /** When the launch went out that, as the person has said, it repeats; epoch milliseconds. What went out later still guards. */
  readonly confirmed?: number
  /** Who asks twice with the same one gets one launch. */
  readonly identity?: Identity | undefined
  readonly by: string
  readonly why?: string
}

export type Repeat =
  /** The mailing has not gone to this audience within a day, and nobody says that it has. */
  | { readonly kind: 'none' }
  /** It has, `at` this time, and the person knows when. */
  | { readonly kind: 'confirmed'; readonly at: number }
  /** It has, `at` this time, and the person does not say so. `confirmation` is what would. */
  | { readonly kind: 'unconfirmed'; readonly at: number; readonly confirmation: string }
  /** It has not, and the person says that it has. */
  | { readonly kind: 'imagined' }

/** A person must say more before the same people are mailed again. */
export type RefusedRepeat = Extract<Repeat, { readonly kind: 'unconfirmed' | 'imagined' }>

export function isRefused(repeat: Repeat): repeat is RefusedRepeat {
  return repeat.kind === 'unconfirmed' || repeat.kind === 'imagined'
}

/**
 * Whether this would mail the same people again within a day, and whether that is meant. `confirmation` is the time (UTC, HH:MM)
 * of the launch that it repeats, as the person gives it; `now` in epoch milliseconds.
 */
export async function repeatOf(
  ledger: Ledger,
  account: string,
  request: LaunchRequest,
  confirmation: string | undefined,
  now: number,
): Promise<Repeat> {
  const at = await lastSent(ledger, account, request)
  if (at === undefined || at <= now - manualSpan) return { kind: confirmation === undefined ? 'none' : 'imagined' }
  const needed = new Date(at).toISOString().slice(11, 16)
  return confirmation === needed ? { kind: 'confirmed', at } : { kind: 'unconfirmed', at, confirmation: needed }
}

/** What a launch is told of the repeat that it was let through as. */
export function confirmedBy(repeat: Exclude<Repeat, RefusedRepeat>): { readonly confirmed?: number } {
  return repeat.kind === 'confirmed' ? { confirmed: repeat.at } : {}
}

/** The launch that was made when the same was asked before, where there is one. */
export async function askedBefore(
  ledger: Ledger,
  asked: Named,
  identity: Identity | undefined,
): Promise<LaunchRecord | undefined> {
  return identity && showLaunch(ledger, handKey(asked, identity))
}

/** Makes the launch and its job. Without an identity it has a key of its own at every call. `now` in epoch milliseconds. */
export async function launchByHand(
  ledger: Ledger,
  queues: LaunchQueues,
  asked: HandLaunch,
  now: number,
): Promise<NewLaunch> {
  const { account, request, schedule, due, policy, open, by, why } = asked
  const coolDown = Math.max(manualCoolDown, policy.coolDown ?? 0)
  const launch: NewLaunch = {
    key: handKey(asked, asked.identity ?? { at: now, tail: randomBytes(4).toString('hex') }),
    account,
    origin: 'manual',
    ...(schedule === undefined ? {} : { schedule }),
    request,
    ...(asked.submission === undefined ? {} : { submission: asked.submission }),
    due,
    sendUntil: due + policy.maxLateness,
    retryUntil: due + Math.min(policy.maxLateness, policy.retry.deadline ?? policy.maxLateness),
    ...(open === undefined ? {} : { open }),
    policy,
    ...(asked.preflightAt === undefined ? {} : { preflightAt: asked.preflightAt }),
    guard: {
      ...{ maxPerDay: 1, since: due - manualSpan, coolDown, onHit: 'hold' as const },
      ...(asked.confirmed === undefined ? {} : { confirmed: asked.confirmed }),
    },
    by,
    ...(why === undefined ? {} : { why }),
  }
  await createLaunch(ledger, launch)
  await queues.add([
    { account, jobId: launch.key, delay: due - now, job: { key: launch.key, origin: 'manual', request } },
  ])
  return launch
}
