/** What people do, and whether they were right to. */
import { askPerson, type DoubtEnd, endDoubt } from '../../../src/launches/doubt.ts'
import { lastSent, releaseGuarded } from '../../../src/launches/guards.ts'
import { type HoldScope, holdOff, holdOn, holdsInForce } from '../../../src/launches/hold.ts'
import { cancelLaunch, retryLaunch } from '../../../src/launches/person.ts'
import type { Dice } from './dice.ts'
import type { Worker } from './worker.ts'
import { account, type Operation, type World } from './world.ts'

const retriable = ['failed', 'rejected', 'swallowed']
const open = ['planned', 'claimed', 'waiting', 'held', 'sending']
const launched = { state: 'launched' } as const
const who = 'somebody'

export class People {
  readonly #world: World
  readonly #workers: readonly Worker[]

  constructor(world: World, workers: readonly Worker[]) {
    this.#world = world
    this.#workers = workers
  }

  operations(): Operation[] {
    const operations: Operation[] = [
      { weight: 0.5, kind: 'stops', name: 'a stop', act: dice => this.#stop(dice) },
      ...(this.#world.snapshot?.holds.length
        ? [{ weight: 3, kind: 'stops' as const, name: 'stops end', act: () => this.endStops() }]
        : []),
    ]
    for (const { key } of this.#world.launches) {
      const { state = '', token, heldBy } = this.#world.row(key)
      if (open.includes(state))
        operations.push({ weight: 0.25, kind: 'people', name: `cancel ${key}`, act: () => this.#cancel(key) })
      if (retriable.includes(state))
        operations.push({ weight: 2, kind: 'people', name: `retry ${key}`, act: () => this.#retry(key) })
      if (state === 'held' && heldBy === 'guard')
        operations.push({ weight: 2, kind: 'people', name: `let go ${key}`, act: () => this.#letGo(key) })
      if (state !== 'unknown') continue
      operations.push({ weight: 0.5, kind: 'people', name: `retry ${key}`, act: () => this.#retry(key) })
      operations.push({ weight: 1, kind: 'people', name: `resolve ${key}`, act: dice => this.#resolve(key, dice) })
      operations.push({
        weight: 0.25,
        kind: 'people',
        name: `a person is asked about ${key}`,
        act: async () => void (await askPerson(this.#world.ledger, key, Number(token), 'service', 'no proof')),
      })
    }
    return operations
  }

  async endStops(): Promise<void> {
    const { ledger } = this.#world
    for (const { scope, cause } of await holdsInForce(ledger))
      await holdOff(ledger, scopeOf(scope), cause, 'mended', who)
  }

  /** Says what the platform's own books say: launched, or to be launched again. */
  async settleDoubt(key: string): Promise<void> {
    if (this.#world.platform.starts(key) > 0) await this.#end(key, launched)
    else await this.#end(key, this.#again())
  }

  async #stop(dice: Dice): Promise<void> {
    const scope = scopeOf(dice.pick([`mailing:${account}:1`, `account:${account}`, 'all']))
    await holdOn(this.#world.ledger, scope, { cause: 'person', reason: 'wrong price', by: who })
  }

  async #cancel(key: string): Promise<void> {
    const answer = await cancelLaunch(this.#world.ledger, key, who, 'not today')
    this.#world.demand(
      answer.kind === 'refused' || this.#world.row(key).state !== 'sending',
      'what is being sent cannot be cancelled',
      key,
    )
  }

  async #letGo(key: string): Promise<void> {
    const { ledger } = this.#world
    const mailing = Number(this.#world.row(key).mailing)
    const answer = await releaseGuarded(ledger, key, await lastSent(ledger, account, { id: mailing }), who, 'it must')
    this.#world.say(answer.kind)
  }

  async #retry(key: string): Promise<void> {
    const world = this.#world
    const sendUntil = world.now + 900_000
    const answer = await retryLaunch(world.ledger, key, sendUntil, who, 'try again')
    world.say(answer.kind)
    if (answer.kind === 'refused') return
    world.demand(world.row(key).state !== 'unknown', 'I5 an unknown launch is not retried', key)
    world.retried = key
    world.renewed.add(key)
  }

  /** People are mostly right about what became of it. */
  async #resolve(key: string, dice: Dice): Promise<void> {
    const started = this.#world.platform.starts(key) > 0
    const ends = [
      started ? launched : this.#again(),
      this.#again(),
      { state: 'failed' },
      { state: 'writtenOff' },
    ] as const
    await this.#end(key, dice.pick<DoubtEnd>([...ends, launched]))
  }

  #again(): DoubtEnd {
    return { state: 'waiting', at: this.#world.now, sendUntil: this.#world.now + 900_000 }
  }

  async #end(key: string, end: DoubtEnd): Promise<void> {
    const world = this.#world
    const answer = await endDoubt(world.ledger, key, undefined, end, who, 'I looked')
    world.say(`${end.state}: ${answer.kind === 'done' ? 'done' : answer.why}`)
    if (answer.kind === 'refused') return
    const doings = world.doing(key)
    if (end.state === 'launched') doings.attested = true
    const isWrong = world.platform.starts(key) > doings.wrongReleases
    // Either says "not launched": wrong where it was, and not to be said while its request may still arrive.
    if (end.state === 'waiting' || end.state === 'failed') {
      world.demand(!this.#workers.some(worker => worker.mayTouch(key)), 'I5 no release while its owner lives', key)
      if (isWrong) doings.wrongReleases++
    }
  }
}

function scopeOf(name: string): HoldScope {
  const [kind, of = '', mailing] = name.split(':')
  if (kind === 'mailing') return { kind, account: of, mailing: Number(mailing) }
  return kind === 'account' ? { kind, account: of } : { kind: 'all' }
}
