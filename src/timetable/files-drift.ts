/** Whether the schedule files, as this process last read them, say something else than what is stored. */
import { DeclarationError } from '../files/problem.ts'
import type { Ledger } from '../launches/ledger.ts'
import { planBetween } from './plan.ts'
import type { Declaration } from './step-into-files.ts'
import { storedSet } from './store.ts'

export type Drift =
  /** Names of schedules that `sendoff apply` would change. */
  | { readonly kind: 'differ'; readonly names: readonly string[] }
  /** The files are wrong in so many places, and are not taken over. */
  | { readonly kind: 'refused'; readonly problems: number }

export class FilesDrift {
  readonly #ledger: Ledger
  #declared: Declaration
  /** What it came to, and at which revision of the stored schedules. */
  #known: { readonly revision: string | null; readonly drift: Drift | undefined } | undefined

  constructor(ledger: Ledger, declared: Declaration) {
    this.#ledger = ledger
    this.#declared = declared
  }

  /** The files were read again. */
  declare(declared: Declaration): void {
    this.#declared = declared
    this.#known = undefined
  }

  /** Undefined where they say the same. Compares them anew only where the stored schedules were changed meanwhile. */
  async now(): Promise<Drift | undefined> {
    const { redis, keys } = this.#ledger
    const revision = await redis.get(keys.revision)
    if (this.#known?.revision !== revision || this.#known === undefined)
      this.#known = { revision, drift: await this.#compared() }
    return this.#known.drift
  }

  async #compared(): Promise<Drift | undefined> {
    if (this.#declared instanceof DeclarationError) return { kind: 'refused', problems: this.#declared.problems.length }
    const { steps } = planBetween((await storedSet(this.#ledger)).schedules, this.#declared)
    return steps.length === 0 ? undefined : { kind: 'differ', names: steps.map(({ name }) => name) }
  }
}
