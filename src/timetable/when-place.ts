/** One entry under `when:`, while it is read: what is declared there, and where what is wrong with it is told. */
import type { Finding } from '../files/finding.ts'
import type { Path } from '../files/shape.ts'
import { nearest } from '../files/suggestion.ts'
import { keysOf, textAt, valueAt } from '../files/value.ts'
import { whenSchema } from './schedule-schema.ts'

export class WhenPlace {
  readonly findings: Finding[] = []
  readonly declared: unknown
  /** Epoch milliseconds. */
  readonly now: number
  /** Whether times that have passed are judged beside the stored schedules (take-over.ts), and nothing is said of them here. */
  readonly besideStore: boolean
  readonly #path: Path

  constructor(declared: unknown, path: Path, now: number, besideStore = false) {
    this.declared = declared
    this.#path = path
    this.now = now
    this.besideStore = besideStore
  }

  has(key: string): boolean {
    return valueAt(this.declared, [key]) !== undefined
  }

  text(key: string): string | undefined {
    return textAt(this.declared, [key])
  }

  /** Whether an unknown key is likely to be one of these: then the schema's "did you mean" says enough. */
  mistyped(meant: readonly string[]): boolean {
    const known = Object.keys(whenSchema.shape)
    const unknown = keysOf(this.declared).filter(key => !known.includes(key))
    return unknown.some(key => meant.includes(nearest(key, known)[0] ?? ''))
  }

  /** Something wrong with a value. */
  find(place: Path, sentence: string, severity: 'error' | 'warning' = 'error'): void {
    this.findings.push({ path: [...this.#path, ...place], severity, sentence })
  }

  /** Something wrong with a key being there. */
  findKey(key: string, sentence: string): void {
    this.findings.push({ path: [...this.#path, key], about: this.#path, spot: 'key', sentence })
  }

  /** Something wrong with the entry as a whole. */
  findHere(sentence: string): void {
    this.findings.push({ path: this.#path, spot: 'key', sentence })
  }
}
