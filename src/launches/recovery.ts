/**
 * Recovery of launches in doubt: an identical repeat where the platform is known to drop repeats, else the platform's own
 * log, else the account's rule, else a person. Every step is on the record before or as it is taken, so that a process that
 * dies between two steps leaves the next one to another.
 */

import { confirmByLog } from './confirmation.ts'
import { armRepeat, askPerson, endDoubt, lookAgainAt, noteReading } from './doubt.ts'
import { doubtfulSpan } from './doubtful-attempts.ts'
import type { ReadLog } from './evidence.ts'
import type { Ledger } from './ledger.ts'
import { findInLog } from './log-reading.ts'
import { proofHolds, readProof } from './proof.ts'
import type { LaunchQueues } from './queue.ts'
import { showLaunch } from './read.ts'
import type { LaunchRecord } from './record.ts'
import { type DoubtFacts, type RecoveryStep, recoveryStep } from './recovery-step.ts'

/** What recovery needs to know of an account. */
export interface RecoverySettings {
  readonly baseUrl: string
  readonly deduplication: 'probed' | 'declared' | 'off'
  readonly deduplicationWindow: number
  readonly onSilentLog: 'hold' | 'relaunch'
  readonly startedElsewhere: boolean
}

interface RecoveryListener {
  doubtStep(key: string, account: string, words: string): void
  doubtEnded(key: string, account: string, state: string, words: string): void
  personNeeded(key: string, account: string, words: string): void
  launchSwallowed(key: string, account: string, reason: string): void
  backgroundFailed(what: string, error: unknown): void
}

export interface RecoveryTools {
  readonly ledger: Ledger
  readonly queues: LaunchQueues
  readonly accounts: ReadonlyMap<string, RecoverySettings>
  readonly readLog: ReadLog
  readonly now: () => Promise<number>
  readonly heard: RecoveryListener
}

/** Launches looked at at once, by one process. */
const atOnce = 8
/** And begun no faster than this: forty a second. Milliseconds. */
const startEvery = 25
/** A log that could not be read is tried again after this long. Milliseconds. */
const readAgainAfter = 5_000
const readerName = 'service'

interface Found {
  readonly kind: 'recover' | 'confirm'
  readonly key: string
  readonly account: string
}

export class Recovery {
  readonly #tools: RecoveryTools
  /** What waits for its turn, doubts before confirmations; and what is under way. */
  readonly #waiting: Record<Found['kind'], Map<string, Found>> = { recover: new Map(), confirm: new Map() }
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()
  #lastStart = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(tools: RecoveryTools) {
    this.#tools = tools
  }

  /** Takes up launches that the sweep found in doubt, or waiting for their confirmation; each once at a time. */
  take(launches: readonly Found[]): void {
    const elsewhere: string[] = []
    for (const found of launches) {
      // An account of another process is that process's to recover.
      if (!this.#tools.accounts.has(found.account)) elsewhere.push(found.key)
      else if (!this.#underWay.has(found.key)) this.#waiting[found.kind].set(found.key, found)
    }
    // The sweep gave them to this process for a while; whoever sweeps next may have them.
    if (elsewhere.length > 0) this.#watch(`of ${elsewhere[0]} and others`, this.#leave(elsewhere))
    this.#next()
  }

  /** Begins what there is room for, one step at a time: an outage leaves many doubts, and the platform must bear the questions. */
  #next(): void {
    clearTimeout(this.#timer)
    while (!this.#stop.signal.aborted && this.#underWay.size < atOnce) {
      const found = first(this.#waiting.recover) ?? first(this.#waiting.confirm)
      if (found === undefined) return
      const wait = this.#lastStart + startEvery - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#next(), wait)
        return
      }
      this.#lastStart = performance.now()
      this.#waiting[found.kind].delete(found.key)
      this.#watch(found.key, this.#recover(found.key, found.account))
    }
  }

  #watch(key: string, work: Promise<void>): void {
    const watched = work
      .catch(error => this.#tools.heard.backgroundFailed(`recovery of ${key}`, error))
      .finally(() => {
        this.#underWay.delete(key)
        this.#next()
      })
    this.#underWay.set(key, watched)
  }

  async #leave(keys: readonly string[]): Promise<void> {
    const at = await this.#tools.now()
    for (const key of keys) await lookAgainAt(this.#tools.ledger, key, at)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    clearTimeout(this.#timer)
    await Promise.allSettled(this.#underWay.values())
  }

  async #recover(key: string, account: string): Promise<void> {
    const { ledger, accounts, now } = this.#tools
    const record = await showLaunch(ledger, key)
    const settings = accounts.get(account)
    if (record === undefined || settings === undefined) return
    if (record.state === 'launched') {
      return confirmByLog(this.#tools, record, settings.startedElsewhere, this.#stop.signal)
    }
    if (record.state !== 'unknown') return
    const facts = await this.#facts(record, settings)
    await this.#act(record, settings, recoveryStep(facts, await now()))
  }

  async #facts(record: LaunchRecord, settings: RecoverySettings): Promise<DoubtFacts> {
    const { begun, ended } = doubtfulSpan(record)
    return {
      begun,
      ended,
      sendUntil: record.sendUntil,
      ...(record.open && { open: record.open }),
      deduplication: await this.#deduplication(record.account, settings),
      window: settings.deduplicationWindow,
      repeats: record.repeats,
      polls: record.polls,
      evidence: record.evidence,
      onSilentLog: settings.onSilentLog,
      reset: record.reset,
      quarantineUntil: record.quarantineUntil,
      readAt: record.readAt,
    }
  }

  async #deduplication(account: string, settings: RecoverySettings): Promise<DoubtFacts['deduplication']> {
    if (settings.deduplication !== 'probed') return settings.deduplication
    const proof = await readProof(this.#tools.ledger, account)
    return proof !== undefined && proofHolds(proof, settings.baseUrl, await this.#tools.now()) ? 'proven' : 'unproven'
  }

  async #act(record: LaunchRecord, settings: RecoverySettings, step: RecoveryStep): Promise<void> {
    const { ledger, heard } = this.#tools
    const { key, account, token } = record
    switch (step.kind) {
      case 'wait':
        return lookAgainAt(ledger, key, step.until)
      case 'repeat':
        return this.#repeat(record, step.until)
      case 'read':
        return this.#read(record, settings)
      case 'launched':
        return this.#end(record, { state: 'launched' }, "evidence: the platform's log shows the start")
      case 'relaunch': {
        const at = await this.#tools.now()
        const end = { state: 'waiting', at, sendUntil: record.sendUntil } as const
        return this.#end(
          record,
          end,
          'the log is silent, and the account accepts the risk of launching again (onSilentLog)',
        )
      }
      case 'ask':
        if (await askPerson(ledger, key, token, readerName, step.why)) heard.personNeeded(key, account, step.why)
        return
    }
  }

  async #repeat(record: LaunchRecord, until: number): Promise<void> {
    const { ledger, queues, heard } = this.#tools
    const { key, account, token, repeats } = record
    const words = `repeat ${repeats + 1}: the platform drops what it has seen, so an identical request can only tell`
    if (!(await armRepeat(ledger, record, until, readerName, words))) return
    await queues.add([{ account, jobId: `${key}~repeat${token}-${repeats}`, delay: 0, job: { key } }])
    heard.doubtStep(key, account, words)
  }

  async #read(record: LaunchRecord, settings: RecoverySettings): Promise<void> {
    const { ledger, heard } = this.#tools
    const { begun } = doubtfulSpan(record)
    const at = await this.#tools.now()
    const found = await findInLog(this.#tools, record, begun, settings.startedElsewhere, this.#stop.signal)
    if (found.kind === 'unread') {
      const words = `the log could not be read: ${found.why}`
      const evidence = record.evidence === 'none' && record.polls > 0 ? 'none' : 'unreadable'
      await noteReading(ledger, record, readerName, { words, evidence, entries: [], at: undefined })
      return lookAgainAt(ledger, record.key, at + readAgainAfter)
    }
    const { verdict, others } = found
    const words = `${verdict.starts.length} starts since the attempt, ${others} other launches near it: ${verdict.evidence}`
    await noteReading(ledger, record, readerName, { words, evidence: verdict.evidence, entries: verdict.starts, at })
    heard.doubtStep(record.key, record.account, `read the log: ${words}`)
    await lookAgainAt(ledger, record.key, await this.#tools.now())
  }

  async #end(record: LaunchRecord, end: Parameters<typeof endDoubt>[3], why: string): Promise<void> {
    const { ledger, queues, heard } = this.#tools
    const { key, account, token } = record
    const answer = await endDoubt(ledger, key, token, end, readerName, why)
    if (answer.kind === 'refused') return
    if (end.state === 'waiting') {
      await queues.add([{ account, jobId: `${key}~again${token}`, delay: 0, job: { key } }])
    }
    heard.doubtEnded(key, account, end.state, why)
  }
}

function first(waiting: ReadonlyMap<string, Found>): Found | undefined {
  return waiting.values().next().value
}
