/** Whether launches may be entrusted to the server, at start and for as long as it is used: it can be reconfigured any time. */
import type { Redis } from 'ioredis'
import type { Durability } from './commit-connection.ts'
import { durabilityFor, inspectServer, judgeServer, type ServerFacts } from './server.ts'

/** Redis answers, but launches may not be entrusted to it. */
export class UnfitRedis extends Error {
  override readonly name = 'UnfitRedis'
}

export interface Unfit {
  /** Only this account's launches are meant; absent: all. */
  readonly account?: string
  readonly why: string
}

export class Fitness {
  #facts: ServerFacts
  readonly #requireDurable: boolean
  readonly #asked: ReadonlyMap<string, string>

  private constructor(facts: ServerFacts, requireDurable: boolean, asked: ReadonlyMap<string, string>) {
    this.#facts = facts
    this.#requireDurable = requireDurable
    this.#asked = asked
  }

  /**
   * Looks at the server for the first time. `asked`: what durability each account wants. Throws UnfitRedis, with all that is
   * wrong, where launches may not be entrusted to it; what a person said to do without (`redis.requireDurable: false`) is no
   * reason.
   */
  static async of(redis: Redis, requireDurable: boolean, asked: ReadonlyMap<string, string>): Promise<Fitness> {
    const fitness = new Fitness(await inspectServer(redis), requireDurable, asked)
    const unfit = fitness.#unfit()
    if (unfit.length === 0) return fitness
    const over = requireDurable ? '\nTo use it all the same, set redis.requireDurable: false.' : ''
    const list = unfit.map(({ account, why }) => `  - ${account === undefined ? '' : `accounts.${account}: `}${why}`)
    throw new UnfitRedis(`launches cannot be entrusted to this Redis:\n${list.join('\n')}${over}`)
  }

  /** Looks again; returns why launches may not be entrusted to it any more. Throws what Redis throws. */
  async look(redis: Redis): Promise<readonly Unfit[]> {
    this.#facts = await inspectServer(redis)
    return this.#unfit()
  }

  /** What must be waited for after a commit of this account, as the server is now. */
  durabilityOf(account: string): Durability {
    const choice = durabilityFor(this.#asked.get(account) ?? 'disk', this.#facts)
    return choice.ok ? choice.durability : { kind: 'reply' }
  }

  /** What launches suffer from without being refused, in sentences. */
  get advice(): readonly string[] {
    const forgetful = this.#requireDurable
      ? []
      : this.#forgetful().map(({ account, why }) => `accounts.${account}: ${why}`)
    return [...judgeServer(this.#facts, this.#requireDurable).advice, ...forgetful]
  }

  #unfit(): Unfit[] {
    const refusals = judgeServer(this.#facts, this.#requireDurable).refusals.map(why => ({ why }))
    return this.#requireDurable ? [...refusals, ...this.#forgetful()] : refusals
  }

  #forgetful() {
    return [...this.#asked].flatMap(([account, asked]) => {
      const choice = durabilityFor(asked, this.#facts)
      return choice.ok ? [] : [{ account, why: choice.why }]
    })
  }
}
