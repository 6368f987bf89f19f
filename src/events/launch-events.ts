/** Launches: their attempts, their ends, and the doubt about them. */
import type { Claim } from '../launches/claim.ts'
import { reasons } from '../launches/launch.ts'
import type { Settlement } from '../launches/settle.ts'
import type { Swept } from '../launches/sweep.ts'
import { loud, seconds, type Telling } from './telling.ts'

export function launchEvents(log: Telling) {
  return {
    attemptSettled(claim: Claim, settlement: Settlement, lateness: number): void {
      const { attempt } = settlement
      const answer =
        attempt.error === undefined ? '' : `, error ${attempt.error} ${JSON.stringify(attempt.error_text ?? '')}`
      const fields = {
        event: 'attemptSettled',
        launch: claim.key,
        account: claim.account,
        mailing: claim.mailing,
        state: settlement.state,
        attempt: claim.attempts + 1,
        outcome: attempt.outcome,
        reason: settlement.reason,
        error: attempt.error,
        error_text: attempt.error_text,
        status: attempt.status,
        detail: attempt.detail,
        lateness,
        duration: attempt.end - attempt.start,
        requestId: claim.requestId,
      }
      const again =
        settlement.notBefore === undefined ? '' : `, next attempt in ${seconds(settlement.notBefore - attempt.end)}`
      const why = settlement.state === 'launched' ? '' : ` - ${settlement.reason}`
      log[loud.includes(settlement.state) ? 'warn' : 'info'](
        fields,
        `${settlement.state.padEnd(9)} ${claim.key}, mailing ${claim.mailing}${answer}, ${seconds(lateness)} late${again}${why}`,
      )
    },

    launchEnded(key: string, account: string, state: string, reason: string): void {
      tellEnd(log, key, account, state, reason)
    },

    settleRefused(claim: Claim, settlement: Settlement, state: string): void {
      log.warn(
        { event: 'settleRefused', launch: claim.key, state, outcome: settlement.state },
        `${claim.key}: came to ${settlement.state}, but the ledger says ${state || 'nothing'} and that stands`,
      )
    },

    settleDelayed(key: string, error: unknown): void {
      log.error(
        { event: 'settleDelayed', launch: key, err: error },
        `${key}: its outcome cannot be written down yet; trying again`,
      )
    },

    swept(swept: readonly Swept[]): void {
      for (const launch of swept) {
        switch (launch.kind) {
          case 'requeue':
            log.info({ event: 'requeued', launch: launch.key }, `${launch.key}: its job was lost; it has a new one`)
            break
          case 'unknown':
            tellEnd(log, launch.key, launch.account, 'unknown', reasons.vanished)
            break
          case 'recover':
          case 'confirm':
            break
          case 'expired':
          case 'failed':
            tellEnd(log, launch.key, launch.account, launch.kind, launch.reason)
            break
        }
      }
    },

    doubtStep(key: string, account: string, words: string): void {
      log.info({ event: 'doubtStep', launch: key, account }, `unknown   ${key} - ${words}`)
    },

    doubtEnded(key: string, account: string, state: string, words: string): void {
      log.warn(
        { event: 'doubtEnded', launch: key, account, state },
        `${state.padEnd(9)} ${key}, no longer unknown - ${words}`,
      )
    },

    personNeeded(key: string, account: string, words: string): void {
      log.error(
        { event: 'personNeeded', launch: key, account, state: 'unknown' },
        `unknown   ${key} needs a decision: ${words}. See sendoff explain ${key}, then sendoff launches resolve ${key}`,
      )
    },

    launchSwallowed(key: string, account: string, reason: string): void {
      log.error(
        { event: 'launchSwallowed', launch: key, account, state: 'swallowed', reason },
        `swallowed ${key}, no longer launched - ${reason}. To try again: sendoff launches retry ${key}`,
      )
    },

    jobNotUnderstood(queue: string, id: string | undefined): void {
      log.error({ event: 'jobNotUnderstood', queue, id }, `a job in ${queue} is not a launch and was dropped`)
    },
  }
}

/** A launch came to rest without an attempt: a guard, its deadline, or its schedule's rule for missed due times. */
export function tellEnd(log: Telling, key: string, account: string, state: string, reason: string): void {
  const level = state === 'skipped' || state === 'cancelled' ? 'info' : 'warn'
  log[level]({ event: 'launchEnded', launch: key, account, state, reason }, `${state.padEnd(9)} ${key} - ${reason}`)
}
