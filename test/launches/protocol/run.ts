/** One run: things happen in any order, then time passes until everything rests. */
import { restStates } from '../../../src/launches/launch.ts'
import { Dice } from './dice.ts'
import { Violation } from './invariants.ts'
import { clockSteps, leaps } from './openings.ts'
import { People } from './people.ts'
import { fates, type Verdict } from './platform.ts'
import type { Connections, Product } from './product.ts'
import { Service } from './service.ts'
import { Worker } from './worker.ts'
import { type Bias, type Operation, type Parts, type Settings, World } from './world.ts'

const finalStates = ['launched', 'skipped', 'expired', 'cancelled', 'writtenOff']
/** Weights are multiples of a sixteenth. */
const grain = 16
/** More looks than any launch needs to come to rest. */
const patience = 400

export class Run {
  readonly #world: World
  readonly #workers: readonly Worker[]
  readonly #service: Service
  readonly #people: People

  constructor(connections: Connections, queues: Parts['queues'], product: Product, settings: Settings) {
    this.#world = new World(connections.ledger, settings, { product, commits: connections.commits, queues })
    this.#workers = ['w1', 'w2', 'w3'].slice(0, settings.workers).map(name => new Worker(this.#world, name))
    this.#service = new Service(this.#world)
    this.#people = new People(this.#world, this.#workers)
  }

  /** Returns the states that the launches end in. Throws, with all that happened, where a rule is broken. */
  async play(choices: readonly number[]): Promise<string[]> {
    const world = this.#world
    try {
      await world.begin()
      await this.#open()
      for (const number of choices) {
        if (this.#isOver()) break
        const dice = new Dice(number)
        await world.step(choose(this.#operations(), world.settings.bias, dice), dice)
      }
      world.trace.push('--- and now until everything rests')
      await this.#rest()
    } catch (error) {
      const told = world.trace.filter(line => line !== '').join('\n  ')
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n  ${told}`, { cause: error })
    }
    return world.launches.map(({ key }) => world.row(key).state ?? '')
  }

  async #open(): Promise<void> {
    for (const [step, number = 0] of this.#world.settings.opening) {
      const operation = this.#operations().find(({ name }) => name.includes(step))
      if (!operation) throw new Error(`nothing here ${step}`)
      await this.#world.step(operation, new Dice(number))
    }
  }

  /** Nothing can happen any more that matters. */
  #isOver(): boolean {
    const { launches, platform, strays, now } = this.#world
    const open = launches.some(({ key }) => !finalStates.includes(this.#world.row(key).state ?? ''))
    return !open && strays.length + platform.travelling(now).length === 0 && this.#workers.every(({ isIdle }) => isIdle)
  }

  #operations(): Operation[] {
    const { settings } = this.#world
    return [
      ...this.#workers.flatMap(worker => worker.operations()),
      ...this.#requests(fates),
      ...this.#service.operations(),
      {
        weight: 6,
        kind: 'time',
        name: 'time passes',
        act: dice => this.#pass(dice.pick(settings.leaps ? leaps : clockSteps)),
      },
      ...this.#world.strays.map((stray, index) => ({
        weight: 2,
        kind: 'late' as const,
        name: stray.name,
        act: async () => {
          this.#world.strays.splice(index, 1)
          await stray.act()
        },
      })),
      ...this.#people.operations(),
    ]
  }

  #requests(fates: readonly [Verdict, ...Verdict[]]): Operation[] {
    const { platform, now } = this.#world
    return platform.travelling(now).map(request => ({
      weight: 5,
      kind: 'network',
      name: `the request of ${request.key} arrives`,
      act: dice => {
        const verdict = dice.pick(fates)
        this.#world.say(verdict)
        platform.deliver(request, verdict, now)
      },
    }))
  }

  #pass(milliseconds: number): void {
    this.#world.now += milliseconds
    this.#world.say(`${milliseconds} ms`)
  }

  /** Nothing goes wrong any more: every launch must come to rest, or to a person, by the jobs it is given. */
  async #rest(): Promise<void> {
    await this.#then('stops end', () => this.#people.endStops())
    await this.#then('suspended recoveries go on', () => this.#service.finishSuspended())
    for (const stray of this.#world.strays.splice(0)) await this.#then(stray.name, stray.act)
    for (const worker of this.#workers) await this.#finish(worker)
    await this.#untilNothingWakes()
    for (const { key } of this.#world.launches) {
      if (this.#world.row(key).state !== 'unknown') continue
      await this.#then('time passes', () => this.#pass(1_000_000))
      await this.#then(`a person looks at ${key}`, () => this.#people.settleDoubt(key))
    }
    await this.#untilNothingWakes()
    for (const { key } of this.#world.launches) {
      const { state = '' } = this.#world.row(key)
      this.#world.demand(
        restStates.some(rest => rest === state),
        'I7 every launch comes to an end',
        key,
      )
    }
  }

  async #untilNothingWakes(): Promise<void> {
    for (let looks = 0; looks < patience; looks++) {
      const wakes = Object.values(this.#world.snapshot?.wake ?? {}).map(Number)
      if (wakes.length === 0) return
      const next = Math.min(...wakes)
      if (next > this.#world.now) this.#world.now = next
      for (const request of this.#requests(['start'])) await this.#then(request.name, () => request.act(new Dice(0)))
      await this.#then('sweep', () => this.#service.sweep(100, key => this.#service.recoverWhole(key)))
      for (const { key } of this.#world.launches) {
        if (this.#world.jobs.has(key) || this.#world.row(key).repeatAt !== undefined) await this.#attempt(key)
      }
      this.#world.jobs.clear()
    }
    throw new Violation(`nothing comes to rest: ${JSON.stringify(this.#world.snapshot)}`)
  }

  async #attempt(key: string): Promise<void> {
    const [worker] = this.#workers
    if (!worker) return
    const claim = worker.operations().find(({ name }) => name.endsWith(`claims ${key}`))
    if (claim) await this.#then(claim.name, () => claim.act(new Dice(0)))
    await this.#finish(worker)
  }

  /** Lets a worker bring to its end what it has begun; its request is carried out. */
  async #finish(worker: Worker): Promise<void> {
    while (!worker.isIdle) {
      for (const request of this.#requests(['start'])) await this.#then(request.name, () => request.act(new Dice(0)))
      const [next] = worker.operations()
      if (next) await this.#then(next.name, () => next.act(new Dice(0)))
    }
  }

  #then(name: string, act: () => Promise<unknown> | unknown): Promise<void> {
    return this.#world.step({ weight: 1, name, act: async () => void (await act()) }, new Dice(0))
  }
}

function choose(operations: readonly Operation[], bias: Bias, dice: Dice): Operation {
  const weigh = ({ weight, kind }: Operation) => weight * (kind === undefined ? 1 : bias[kind])
  const total = operations.reduce((sum, operation) => sum + weigh(operation), 0)
  let left = dice.roll(total * grain) / grain
  for (const operation of operations) {
    if (left < weigh(operation)) return operation
    left -= weigh(operation)
  }
  throw new Error('there is always something that may happen')
}
