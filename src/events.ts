/**
 * Every happening, one function each: what it is called, its fields and the sentence a person reads. Code elsewhere never
 * formats a log line, and metrics and the stream of events are told the same. No function takes a request's content, attachments or token.
 */
import type { Logger } from 'pino'
import type { BreakerChange } from './launches/breaker.ts'
import type { Claim } from './launches/claim.ts'
import type { Happening } from './launches/event-stream.ts'
import { reasons, type State } from './launches/launch.ts'
import type { Settlement } from './launches/settle.ts'
import type { Swept } from './launches/sweep.ts'

const loud: readonly State[] = ['rejected', 'failed', 'swallowed', 'unknown', 'expired', 'held']

/** Names of schedules by what a plan does to them. */
type PlanNames = Readonly<Record<'added' | 'changed' | 'renamed' | 'removed', readonly string[]>>

type Tell = (fields: Happening['fields'], words: string) => void

export class Events {
  readonly #log: Readonly<Record<Happening['level'], Tell>>
  readonly #listeners: ((happening: Happening) => void)[] = []

  constructor(log: Logger) {
    const telling =
      (level: Happening['level']): Tell =>
      (fields, words) => {
        log[level](fields, words)
        for (const listener of this.#listeners) listener({ level, words, fields })
      }
    this.#log = { debug: telling('debug'), info: telling('info'), warn: telling('warn'), error: telling('error') }
  }

  /** From now on every happening is told to it as well, whatever the level of the log. */
  alsoTell(listener: (happening: Happening) => void): void {
    this.#listeners.push(listener)
  }

  serviceStarted(facts: { redis: string; accounts: readonly string[]; schedules: number; owner: string }): void {
    const accounts = facts.accounts.length === 0 ? 'no account' : `account ${facts.accounts.join(', ')}`
    this.#log.info(
      { event: 'serviceStarted', ...facts },
      `started: ${accounts}, ${facts.schedules} schedules, Redis ${facts.redis}`,
    )
  }

  serviceStopping(inFlight: number): void {
    this.#log.info({ event: 'serviceStopping', inFlight }, `stopping: no new claims, ${inFlight} in flight`)
  }

  serviceStopped(left: number): void {
    const words = left === 0 ? 'stopped' : `stopped; ${left} in flight were left as unknown`
    this.#log[left === 0 ? 'info' : 'warn']({ event: 'serviceStopped', left }, words)
  }

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
    this.#log[loud.includes(settlement.state) ? 'warn' : 'info'](
      fields,
      `${settlement.state.padEnd(9)} ${claim.key}, mailing ${claim.mailing}${answer}, ${seconds(lateness)} late${again}${why}`,
    )
  }

  /** A launch came to rest without an attempt: a guard, its deadline, or its schedule's rule for missed due times. */
  launchEnded(key: string, account: string, state: string, reason: string): void {
    const level = state === 'skipped' || state === 'cancelled' ? 'info' : 'warn'
    this.#log[level](
      { event: 'launchEnded', launch: key, account, state, reason },
      `${state.padEnd(9)} ${key} - ${reason}`,
    )
  }

  breakerChanged(account: string, { change, failures, cause, since, tryAt }: BreakerChange): void {
    const next = new Date(tryAt).toISOString()
    const fields = { account, failures, cause, since: new Date(since).toISOString() }
    const close = `sendoff hold off --account ${account} --cause breaker --reason "..."`
    switch (change) {
      case 'opened':
        this.#log.error(
          { event: 'breakerOpened', ...fields, next },
          `THE BREAKER OF ${account} IS OPEN after ${failures} failures in a row: nothing of it is sent until ${next}, then one launch as a probe. The last: ${cause} To close it at once: ${close}`,
        )
        break
      case 'kept':
        this.#log.warn(
          { event: 'breakerKept', ...fields, next },
          `the breaker of ${account} stays open until ${next}: the probe failed. ${cause}`,
        )
        break
      case 'closed':
        this.#log.warn(
          { event: 'breakerClosed', ...fields },
          `the breaker of ${account}, open since ${fields.since}, is closed: an answer came`,
        )
    }
  }

  settleRefused(claim: Claim, settlement: Settlement, state: string): void {
    this.#log.warn(
      { event: 'settleRefused', launch: claim.key, state, outcome: settlement.state },
      `${claim.key}: came to ${settlement.state}, but the ledger says ${state || 'nothing'} and that stands`,
    )
  }

  settleDelayed(key: string, error: unknown): void {
    this.#log.error(
      { event: 'settleDelayed', launch: key, err: error },
      `${key}: its outcome cannot be written down yet; trying again`,
    )
  }

  swept(swept: readonly Swept[]): void {
    for (const launch of swept) {
      switch (launch.kind) {
        case 'requeue':
          this.#log.info({ event: 'requeued', launch: launch.key }, `${launch.key}: its job was lost; it has a new one`)
          break
        case 'unknown':
          this.launchEnded(launch.key, launch.account, 'unknown', reasons.vanished)
          break
        case 'recover':
        case 'confirm':
          break
        case 'expired':
        case 'failed':
          this.launchEnded(launch.key, launch.account, launch.kind, launch.reason)
          break
      }
    }
  }

  doubtStep(key: string, account: string, words: string): void {
    this.#log.info({ event: 'doubtStep', launch: key, account }, `unknown   ${key} - ${words}`)
  }

  doubtEnded(key: string, account: string, state: string, words: string): void {
    this.#log.warn(
      { event: 'doubtEnded', launch: key, account, state },
      `${state.padEnd(9)} ${key}, no longer unknown - ${words}`,
    )
  }

  personNeeded(key: string, account: string, words: string): void {
    this.#log.error(
      { event: 'personNeeded', launch: key, account, state: 'unknown' },
      `unknown   ${key} needs a decision: ${words}. See sendoff explain ${key}, then sendoff launches resolve ${key}`,
    )
  }

  launchSwallowed(key: string, account: string, reason: string): void {
    this.#log.error(
      { event: 'launchSwallowed', launch: key, account, state: 'swallowed', reason },
      `swallowed ${key}, no longer launched - ${reason}. To try again: sendoff launches retry ${key}`,
    )
  }

  preflightProblem(
    facts: { key: string; account: string; mailing: number; due: number },
    problem: string,
    why: string,
    remedy: string,
  ): void {
    const { key, account, mailing } = facts
    const due = new Date(facts.due).toISOString()
    this.#log.warn(
      { event: 'preflightProblem', launch: key, account, mailing, due, problem, reason: why, do: remedy },
      `preflight ${key}, due ${due}: ${why}. ${remedy}`,
    )
  }

  preflightFine(facts: { key: string; account: string; mailing: number; due: number }): void {
    const { key, account, mailing } = facts
    const due = new Date(facts.due).toISOString()
    this.#log.info(
      { event: 'preflightFine', launch: key, account, mailing, due },
      `preflight ${key}, due ${due}: mailing ${mailing} is active again`,
    )
  }

  httpListens(address: string, withoutKey: string): void {
    const open = withoutKey === 'off' ? '' : `; whoever is on this machine is ${withoutKey} without a key`
    this.#log.info({ event: 'httpListens', address }, `HTTP API at ${address}${open}`)
  }

  requestFailed(error: unknown): void {
    this.#log.error({ event: 'requestFailed', err: error }, 'a request over HTTP failed for a reason that is ours')
  }

  requestBrokenOff(method: string, path: string): void {
    this.#log.info({ event: 'requestBrokenOff' }, `whoever asked over HTTP left before the end of ${method} ${path}`)
  }

  batchDone(id: string, account: string, left: Readonly<Partial<Record<State, number>>>): void {
    const words = Object.entries(left).map(([state, count]) => `${count} ${state}`)
    const isLoud = loud.some(state => (left[state] ?? 0) > 0)
    this.#log[isLoud ? 'warn' : 'info'](
      { event: 'batchDone', batch: id, account, left },
      `done      batch ${id}: ${words.join(', ')}. See sendoff bulk status ${id}`,
    )
  }

  batchPaused(id: string, account: string, reason: string): void {
    this.#log.error(
      { event: 'batchPaused', batch: id, account, reason },
      `paused    batch ${id} - ${reason}. See sendoff bulk status ${id}, then sendoff bulk resume ${id}`,
    )
  }

  batchStuck(id: string, error: unknown): void {
    this.#log.error(
      { event: 'batchStuck', batch: id, err: error },
      `batch ${id}: ITS ROWS CANNOT BE RELEASED; the other batches go on, and this one is tried again every second`,
    )
  }

  jobNotUnderstood(queue: string, id: string | undefined): void {
    this.#log.error({ event: 'jobNotUnderstood', queue, id }, `a job in ${queue} is not a launch and was dropped`)
  }

  minted(
    schedule: string,
    planned: number,
    missed: readonly { key: string; state: string; reason: string }[],
    account: string,
  ): void {
    this.#log.debug(
      { event: 'minted', schedule, planned, missed: missed.length },
      `${schedule}: ${planned} due times planned`,
    )
    for (const { key, state, reason } of missed) this.launchEnded(key, account, state, reason)
  }

  mintingFailed(schedule: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    this.#log.error(
      { event: 'mintingFailed', schedule, err: error },
      `${schedule}: ITS DUE TIMES CANNOT BE PLANNED: ${why.slice(0, 300)}. The other schedules go on; this one is tried again every few seconds`,
    )
  }

  mintingWorks(schedule: string): void {
    this.#log.info({ event: 'mintingWorks', schedule }, `${schedule}: its due times can be planned again`)
  }

  unminted(schedule: string, why: string): void {
    this.#log.error(
      { event: 'unminted', schedule, why },
      `${schedule}: WHAT WAS DUE UNDER ITS OLD DECLARATION HAS NO RECORD, because it could not be planned: ${why.slice(0, 300)}. It is replaced or removed all the same; sendoff audit says since when`,
    )
  }

  zonesChanged(before: string, table: string, schedules: number): void {
    this.#log.warn(
      { event: 'zonesChanged', before, table, schedules },
      `the zone table is ${table}, and what was planned is by another (${before}): the next due times of ${schedules} schedules were worked out anew. See sendoff calendar`,
    )
  }

  schedulesSynced(names: PlanNames, total: number): void {
    const parts = [
      `${names.added.length} added`,
      `${names.changed.length} changed`,
      ...(names.renamed.length === 0 ? [] : [`${names.renamed.length} renamed`]),
      names.removed.length === 0 ? '0 removed' : `REMOVED: ${names.removed.join(', ')}`,
    ]
    this.#log[names.removed.length === 0 ? 'info' : 'warn'](
      { event: 'schedulesSynced', ...names, total },
      `schedules: ${parts.join(', ')}; ${total} in all`,
    )
  }

  schedulesDiffer(names: PlanNames): void {
    const parts = [
      ...names.added.map(name => `+${name}`),
      ...names.changed.map(name => `~${name}`),
      ...names.renamed.map(name => `>${name}`),
      ...names.removed.map(name => `-${name}`),
    ]
    this.#log.warn(
      { event: 'schedulesDiffer', ...names },
      `THE FILES AND THE STORED SCHEDULES DIFFER (${parts.join(' ')}); the stored ones stay in force. See sendoff plan, then sendoff apply, or start with --apply`,
    )
  }

  schedulesKept(stored: number): void {
    this.#log.error(
      { event: 'schedulesKept', stored },
      `THE FOLDER OF SCHEDULE FILES DECLARES NOTHING; the ${stored} stored schedules stay in force. To remove them all: sendoff apply`,
    )
  }

  reloaded(schedules: number): void {
    this.#log.info({ event: 'reloaded', schedules }, `read again at SIGHUP: ${schedules} schedules declared`)
  }

  reloadFailed(error: unknown): void {
    this.#log.error({ event: 'reloadFailed', err: error }, 'reloading failed; send SIGHUP once more, or start again')
  }

  reloadRefused(problems: readonly string[]): void {
    const end = 'NOT RELOADED: everything stays as it was. Accounts and secrets are read at the start only'
    for (const sentence of [...problems, end]) this.#log.error({ event: 'reloadRefused' }, sentence)
  }

  filesRefused(problems: readonly string[], stored: number): void {
    const end = `THE SCHEDULE FILES ARE NOT TAKEN OVER; the ${stored} stored schedules stay in force as they are. Mend the files, then send SIGHUP or run sendoff apply`
    for (const sentence of [...problems, end]) {
      this.#log.error({ event: 'reloadRefused', stored }, sentence)
    }
  }

  accountMissing(schedule: string, account: string): void {
    this.#log.error(
      { event: 'accountMissing', schedule, account },
      `${schedule}: its account ${account} is not configured in this process; nothing of it can be sent from here`,
    )
  }

  fileProblem(sentence: string): void {
    this.#log.warn({ event: 'fileProblem' }, sentence)
  }

  redisAdvice(sentence: string): void {
    this.#log.warn({ event: 'redisAdvice' }, sentence)
  }

  storeIsAnother(): void {
    this.#log.warn(
      { event: 'storeIsAnother' },
      'this Redis is not the one that this data folder knows: launches of before are not known here',
    )
  }

  storeForgot(kind: string, why: string, doubtful: number): void {
    this.#log.error(
      { event: 'storeForgot', kind, doubtful },
      `EVERYTHING IS STOPPED: the store was ${kind}: ${why}. ${doubtful} launches that were due are unknown. See sendoff hold status`,
    )
  }

  clockWrong(why: string): void {
    this.#log.error({ event: 'clockWrong' }, `EVERYTHING IS STOPPED: ${why}. See sendoff hold status`)
  }

  redisLost(error: unknown): void {
    this.#log.warn({ event: 'redisLost', err: error }, 'Redis does not answer; waiting for it')
  }

  redisBack(): void {
    this.#log.info({ event: 'redisBack' }, 'Redis answers again')
  }

  backgroundFailed(what: string, error: unknown): void {
    this.#log.error({ event: 'backgroundFailed', what, err: error }, `${what} failed and will be tried again`)
  }

  pruned(count: number): void {
    this.#log.info({ event: 'pruned', count }, `${count} old launches left the ledger`)
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0)} s`
}
