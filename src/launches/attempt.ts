/** The heart: one attempt of one launch. claim → start → settle. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { CommitConnection, Durability } from '../redis/commit-connection.ts'
import type { BreakerChange } from './breaker.ts'
import { type Claim, type ClaimAnswer, claimLaunch } from './claim.ts'
import { classify, type OutcomeRules } from './classify.ts'
import { type Clocks, type CommitNumbers, commitLaunch } from './commit.ts'
import { firstConfirmation } from './confirmation.ts'
import { faultPoint } from './fault-point.ts'
import type { State } from './launch.ts'
import { keepClaim } from './lease.ts'
import type { Ledger } from './ledger.ts'
import type { Brakes } from './limits.ts'
import type { Observation, Outcome } from './outcome.ts'
import { type Settlement, settleLaunch } from './settle.ts'
import { settlementOf } from './settlement.ts'
import type { Permit, StartMailing } from './start-mailing.ts'
import type { Submission } from './submission.ts'

/** What an attempt needs to know of the account it is made for. Times in milliseconds. */
export interface Sending {
  /** How long the right to connect lasts: longer than connecting and asking for the right to write may take. */
  readonly lease: number
  /** How long a launch may be in `sending` before its owner must have disappeared. */
  readonly sendingLasts: number
  readonly durability: Durability
  readonly rules: OutcomeRules
  /** Whether the platform's log must confirm what an answer called a success. */
  readonly confirmation: 'answer' | 'log'
  /** What may keep its launches back for a while; absent where nothing does. */
  readonly brakes?: Brakes
}

export interface AttemptTools {
  readonly ledger: Ledger
  readonly commits: CommitConnection
  readonly startMailing: StartMailing
  /** Where this process can: makes a file a batch, as a launch that was scheduled to do so. */
  readonly submitFile?: SubmitFile
  readonly clocks: Clocks
  readonly accept: CommitNumbers
  /** This process, in words. */
  readonly owner: string
  /** Told of what happened; must not throw. */
  readonly heard: AttemptListener
}

/**
 * Reads the file of a launch and, once `permit` is given, makes it the batch of the launch's key. Never throws: what came of it
 * is said as an answer of the platform would be. Asked twice for one launch it makes one batch.
 */
export type SubmitFile = (
  start: Pick<Claim, 'key' | 'account' | 'request' | 'retry'>,
  submission: Submission,
  permit: () => Promise<Permit>,
  signal: AbortSignal,
) => Promise<Observation>

interface AttemptListener {
  attemptSettled(claim: Claim, settlement: Settlement, lateness: number): void
  settleRefused(claim: Claim, settlement: Settlement, state: string): void
  settleDelayed(key: string, error: unknown): void
  breakerChanged(account: string, breaker: BreakerChange): void
  launchEnded(key: string, account: string, state: string, reason: string): void
}

export type AttemptEnding = (
  | /** The job should come back after so many milliseconds. */
  { readonly kind: 'later'; readonly wait: number; readonly why?: Extract<ClaimAnswer, { kind: 'later' }>['why'] }
  | { readonly kind: 'done'; readonly state: State | undefined }
) & {
  /** The claim it had, where it had one: its lane is free now. */
  readonly claim?: Claim
}

/** Makes one attempt of the launch, or finds out why there is none to make. Throws only what Redis throws before the claim. */
export async function attemptLaunch(
  tools: AttemptTools,
  account: string,
  sending: Sending,
  key: string,
  signal: AbortSignal,
): Promise<AttemptEnding> {
  faultPoint('taken')
  const answer = await claimLaunch(tools.ledger, key, randomUUID(), tools.owner, sending.lease, sending.brakes)
  switch (answer.kind) {
    case 'later':
      return { kind: 'later', wait: answer.wait, why: answer.why }
    case 'over':
      if (answer.changed) tools.heard.launchEnded(key, account, answer.state ?? '', answer.reason)
      return { kind: 'done', state: answer.state }
    case 'claimed': {
      faultPoint('claimed')
      const settlement = await start(tools, sending, answer.claim, signal)
      faultPoint('answered')
      await settle(tools, answer.claim, settlement)
      faultPoint('settled')
      return settlement.notBefore === undefined
        ? { kind: 'done', state: settlement.state, claim: answer.claim }
        : { kind: 'later', wait: settlement.notBefore - tools.clocks.wall(), claim: answer.claim }
    }
  }
}

async function start(tools: AttemptTools, sending: Sending, claim: Claim, signal: AbortSignal): Promise<Settlement> {
  const begun = tools.clocks.wall()
  const { account, requestId, request } = claim
  const { sendingLasts, durability } = sending
  const committed = { start: begun, sendingLasts, durability, accept: tools.accept }
  const permit = () => commitLaunch(tools.ledger, tools.commits, claim, committed, tools.clocks)
  const observation = claim.submission
    ? await submit(tools, sending, claim, claim.submission, permit, signal)
    : await tools.startMailing({ account, requestId, request }, permit, signal)
  const end = tools.clocks.wall()
  const outcome = inOwnWords(claim, observation, classify(observation, sending.rules, claim.earlierHanded))
  const settlement = settlementOf(claim, { start: begun, end, observation, outcome }, end, Math.random())
  // An answer that is marked as a repeat's is the platform's own word about the first request.
  const isNews = settlement.state === 'launched' && settlement.attempt.duplicate !== true && !claim.submission
  const isToBeConfirmed = isNews && sending.confirmation === 'log'
  const { transport } = outcome
  const rule = sending.brakes?.breaker
  // A file says nothing of the way to the platform.
  const heardOf = transport !== 'untried' && rule && !claim.submission ? { seen: transport, rule } : undefined
  return {
    ...settlement,
    ...(heardOf && { transport: heardOf }),
    ...(isToBeConfirmed && { confirmAfter: firstConfirmation }),
  }
}

async function submit(
  { ledger, submitFile }: AttemptTools,
  { lease }: Sending,
  claim: Claim,
  submission: Submission,
  permit: () => Promise<Permit>,
  signal: AbortSignal,
): Promise<Observation> {
  if (!submitFile) return { kind: 'withheld', why: 'this process submits no files' }
  const kept = keepClaim(ledger, claim, lease)
  try {
    return await submitFile(claim, submission, permit, signal)
  } finally {
    kept.stop()
  }
}

/** What came of a file is said by whoever read it; Altcraft was not asked. */
function inOwnWords<Judged extends Outcome>(claim: Claim, observation: Observation, outcome: Judged): Judged {
  if (!claim.submission || observation.kind !== 'answered' || observation.envelope.kind !== 'valid') return outcome
  return { ...outcome, reason: observation.envelope.errorText }
}

/** Writes the outcome down, again and again with the same nonce until it lands: from here on a lost word is an unknown. */
async function settle(tools: AttemptTools, claim: Claim, settlement: Settlement): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      const answer = await settleLaunch(tools.ledger, claim, settlement)
      if (answer.kind === 'refused') tools.heard.settleRefused(claim, settlement, answer.state)
      else tools.heard.attemptSettled(claim, settlement, Math.max(0, settlement.attempt.start - claim.due))
      if (answer.kind === 'settled' && answer.breaker) tools.heard.breakerChanged(claim.account, answer.breaker)
      return
    } catch (error) {
      // The connection was closed for good: this process is ending, and the sweep of another will say unknown.
      if (tools.ledger.redis.status === 'end') return
      tools.heard.settleDelayed(claim.key, error)
      await pauseFor(Math.min(100 * 2 ** tries, 2_000))
    }
  }
}
