/** What the service does besides attempts: the sweep, and recovery, which may be cut in two between its look and its act. */
import { Recovery } from '../../../src/launches/recovery.ts'
import { sweepLedger } from '../../../src/launches/sweep.ts'
import type { Dice } from './dice.ts'
import { Violation } from './invariants.ts'
import { account, type Operation, type World } from './world.ts'

interface Suspended {
  readonly key: string
  goOn(): Promise<void>
}

export class Service {
  readonly #world: World
  readonly #suspended: Suspended[] = []

  constructor(world: World) {
    this.#world = world
  }

  operations(): Operation[] {
    const isSomethingDue = Object.values(this.#world.snapshot?.wake ?? {}).some(at => Number(at) <= this.#world.now)
    return [
      {
        weight: isSomethingDue ? 6 : 0.25,
        kind: 'service',
        name: 'sweep',
        act: dice => this.sweep(dice.pick([100, 1]), key => this.#recover(key, dice)),
      },
      ...this.#suspended.map((each, index) => ({
        weight: 3,
        kind: 'late' as const,
        name: `recovery of ${each.key} goes on`,
        act: async () => {
          this.#suspended.splice(index, 1)
          await each.goOn()
        },
      })),
    ]
  }

  /** Sweeps, notes who is given a job, and hands over what is in doubt. */
  async sweep(limit: number, recover: (key: string) => Promise<void>): Promise<void> {
    const swept = await sweepLedger(this.#world.ledger, limit)
    if (swept.length > 0) this.#world.say(swept.map(({ kind, key }) => `${kind} ${key}`).join(', '))
    for (const { kind, key } of swept) if (kind === 'requeue') this.#world.jobs.add(key)
    for (const { kind, key } of swept) if (kind === 'recover') await recover(key)
  }

  async recoverWhole(key: string): Promise<void> {
    const begun = await this.#begin(key)
    await begun.goOn()
  }

  async finishSuspended(): Promise<void> {
    for (const each of this.#suspended.splice(0)) await each.goOn()
  }

  async #recover(key: string, dice: Dice): Promise<void> {
    const begun = await this.#begin(key)
    if (dice.oneIn(3)) this.#suspended.push(begun)
    else await begun.goOn()
  }

  /** Recovery asks for the time between its look at the record and what it does about it: there it waits to go on. */
  async #begin(key: string): Promise<Suspended> {
    const world = this.#world
    let goOn = () => {}
    let pause: () => void = () => {}
    const paused = new Promise<void>(resolve => {
      pause = resolve
    })
    const released = new Promise<void>(resolve => {
      goOn = resolve
    })
    let asked = false
    const now = async () => {
      if (asked) return world.now
      asked = true
      const at = world.now
      pause()
      await released
      return at
    }
    let trouble: unknown
    const recovery = new Recovery({
      ledger: world.ledger,
      queues: world.parts.queues,
      accounts: new Map([[account, this.#settings()]]),
      readLog: async (_, mailing, from) => ({
        kind: 'read',
        entries: world.platform.log(mailing, from, world.now),
        skew: 0,
      }),
      now,
      heard: {
        doubtStep: (_, __, words) => world.say(words),
        doubtEnded: (_, __, state, words) => world.say(`${state}: ${words}`),
        launchSwallowed: (_, __, words) => world.say(`swallowed: ${words}`),
        personNeeded: (_, __, words) => world.say(`asks: ${words}`),
        backgroundFailed: (_, error) => {
          trouble = error
        },
      },
    })
    recovery.take([{ kind: 'recover', key, account }])
    const ended = recovery.stop()
    await Promise.race([paused, ended])
    return {
      key,
      goOn: async () => {
        goOn()
        await ended
        if (trouble !== undefined) throw new Violation(`recovery fails: ${String(trouble)}`)
      },
    }
  }

  #settings() {
    const { dropsRepeats, window, onSilentLog } = this.#world.settings
    const deduplication = this.#world.parts.product.knowsRepeats(dropsRepeats) ? 'declared' : 'off'
    return {
      baseUrl: 'https://altcraft.example.com',
      deduplication,
      deduplicationWindow: window,
      onSilentLog,
      startedElsewhere: false,
    } as const
  }
}
