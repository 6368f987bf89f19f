/** All that takes part in one run: the ledger, the platform, workers, people, the clock. */
import { z } from 'zod'
import { createLaunch, type NewLaunch } from '../../../src/launches/create.ts'
import type { Ledger } from '../../../src/launches/ledger.ts'
import type { Brakes } from '../../../src/launches/limits.ts'
import type { OpenSpan } from '../../../src/launches/opening.ts'
import { defaultPolicy, type Policy } from '../../../src/launches/policy.ts'
import type { LaunchQueues } from '../../../src/launches/queue.ts'
import type { CommitConnection } from '../../../src/redis/commit-connection.ts'
import type { Dice } from './dice.ts'
import { check, type Doings, Violation } from './invariants.ts'
import { Platform, type PlatformSettings } from './platform.ts'
import type { Product } from './product.ts'
import { type Place, type Snapshot, takeSnapshot } from './snapshot.ts'

const spans = z.array(z.tuple([z.number(), z.number()]))
export const account = 'main'
const start = Date.UTC(2026, 10, 23, 9)
/** Milliseconds; as the service derives them from the default time-outs, or a little shorter. */
export const lease = 10_000
export const sendingLasts = 60_000

export interface LaunchSettings {
  readonly mailing: number
  /** How long after the begin of the run it may be sent, milliseconds. */
  readonly lateness: number
  readonly attempts: number
  readonly overlap: Policy['overlap']
  /** What a guard does with it, where it has one. */
  readonly guard?: 'skip' | 'hold' | undefined
  /** When it may leave, milliseconds from the begin of the run; absent where any time will do. */
  readonly open?: readonly OpenSpan[] | undefined
}

export interface Settings extends PlatformSettings {
  readonly workers: number
  /** The steps that come first, each by a part of its name and its choices; then chance takes over. */
  readonly opening: readonly (readonly [step: string, choices?: number])[]
  readonly bias: Bias
  /** Whether time passes in leaps that pass quarantines, deadlines and what a platform remembers. */
  readonly leaps: boolean
  readonly onSilentLog: 'hold' | 'relaunch'
  /** The account's limits and breaker; absent where it has none. */
  readonly brakes?: Brakes | undefined
  readonly launches: readonly LaunchSettings[]
}

/** What kinds of things a run has more or less of than others: a fifth of the runs would hardly see some of them. */
const kinds = ['harm', 'network', 'late', 'people', 'stops', 'service', 'time'] as const
type Kind = (typeof kinds)[number]
export type Bias = Readonly<Record<Kind, number>>

/** One thing that may happen next; `weight` says how often it is chosen among the others. */
export interface Operation {
  readonly weight: number
  /** Without one it is a worker's ordinary next step. */
  readonly kind?: Kind
  readonly name: string
  readonly act: (dice: Dice) => Promise<void> | void
}

export interface Parts {
  readonly product: Product
  readonly commits: CommitConnection
  readonly queues: LaunchQueues
}

export class World {
  now = start
  readonly ledger: Ledger
  readonly settings: Settings
  readonly parts: Parts
  readonly platform: Platform
  readonly launches: readonly Place[]
  readonly doings = new Map<string, Doings>()
  /** Commands that were sent and have not arrived, or arrive again: each may still take effect. */
  readonly strays: { readonly name: string; readonly act: () => Promise<unknown> }[] = []
  /** The Request-ID of the last write per launch, and the launches whose next one may differ. */
  readonly requestIds = new Map<string, string>()
  readonly renewed = new Set<string>()
  /** Launches that the sweep, or recovery, has given a job: what happens to them in the end depends on nothing else. */
  readonly jobs = new Set<string>()
  retried: string | undefined
  snapshot: Snapshot | undefined
  readonly trace: string[] = []

  constructor(ledger: (clock: () => number) => Ledger, settings: Settings, parts: Parts) {
    this.ledger = ledger(() => this.now)
    this.settings = settings
    this.parts = parts
    this.platform = new Platform(settings)
    this.launches = settings.launches.map(({ mailing }, index) => ({ key: `launch-${index}`, account, mailing }))
    for (const { key } of this.launches) this.doings.set(key, { wrongReleases: 0, attested: false })
  }

  async begin(): Promise<void> {
    for (const [index, settings] of this.settings.launches.entries()) {
      await createLaunch(this.ledger, newLaunch(`launch-${index}`, settings))
    }
    await this.#look()
  }

  async step({ name, act }: Operation, dice: Dice): Promise<void> {
    this.trace.push(name)
    this.retried = undefined
    await act(dice)
    await this.#look()
  }

  row(key: string): Readonly<Record<string, string>> {
    return this.snapshot?.launches[key] ?? {}
  }

  /** Adds to the name of the step what came of it. */
  say(words: string): void {
    this.trace.push(`  ${words}`)
  }

  /** Whether the launch may leave now, as far as its hours go. */
  isOpen(key: string): boolean {
    const { open } = this.row(key)
    return (
      open === undefined || spans.parse(JSON.parse(open)).some(([from, until]) => from <= this.now && this.now < until)
    )
  }

  demand(holds: boolean, rule: string, key: string): void {
    if (!holds) throw new Violation(`${rule}: ${key} ${JSON.stringify(this.row(key))}`)
  }

  doing(key: string): Doings {
    const doings = this.doings.get(key)
    if (!doings) throw new Error(`${key} is no launch of this run`)
    return doings
  }

  async #look(): Promise<void> {
    const { now, platform, launches, doings, retried } = this
    const concurrency = this.settings.brakes?.limits.concurrency
    const after = await takeSnapshot(this.ledger, launches)
    check(this.snapshot, after, { now, platform, launches, doings, retried, concurrency })
    this.snapshot = after
  }
}

function newLaunch(key: string, { mailing, lateness, attempts, overlap, guard, open }: LaunchSettings): NewLaunch {
  return {
    key,
    account,
    origin: 'manual',
    request: { id: mailing },
    due: start,
    sendUntil: start + lateness,
    retryUntil: start + lateness,
    policy: { ...defaultPolicy, overlap, retry: { attempts, initial: 2_000, max: 60_000 } },
    ...(open ? { open: open.map(([from, until]) => [start + from, start + until] as const) } : {}),
    ...(guard === undefined ? {} : { guard: { maxPerDay: 1, since: start - 3_600_000, coolDown: 0, onHit: guard } }),
  }
}
