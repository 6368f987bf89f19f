/** Which of a million texts came before, and on which line: 20 bytes for each of them and its slot, nothing of the text itself. */
import { hash } from 'node:crypto'

const pageSize = 65_536
const wordsPerEntry = 5

/**
 * An open-addressing table of 128-bit hashes. Entries (four words of hash, one of line) lie in pages that never move; the
 * index, one word per slot, doubles when it is three quarters full. Two texts that share 128 bits of SHA-256 are not to be met.
 */
export class Repeats {
  readonly #pages: Uint32Array[] = []
  #index = new Uint32Array(1_024)
  #size = 0

  /** Remembers the text under its line; returns the line of the same text before, or undefined for a new one. */
  firstLine(text: string, line: number): number | undefined {
    const digest = hash('sha256', text, 'buffer')
    const words = [
      digest.readUInt32LE(0),
      digest.readUInt32LE(4),
      digest.readUInt32LE(8),
      digest.readUInt32LE(12),
    ] as const
    const slot = this.#slotOf(words)
    const entry = this.#index[slot] ?? 0
    if (entry > 0) return this.#word(entry - 1, 4)
    this.#index[slot] = this.#append(words, line)
    if (this.#size * 4 > this.#index.length * 3) this.#grow()
    return undefined
  }

  /** The slot that holds these words, or the empty one where they belong. */
  #slotOf(words: readonly [number, number, number, number]): number {
    const mask = this.#index.length - 1
    for (let slot = words[0] & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#index[slot] ?? 0
      if (entry === 0 || this.#holds(entry - 1, words)) return slot
    }
  }

  #holds(entry: number, [a, b, c, d]: readonly [number, number, number, number]): boolean {
    const page = this.#pages[Math.floor(entry / pageSize)]
    const at = (entry % pageSize) * wordsPerEntry
    return page !== undefined && page[at] === a && page[at + 1] === b && page[at + 2] === c && page[at + 3] === d
  }

  #append(words: readonly [number, number, number, number], line: number): number {
    const at = (this.#size % pageSize) * wordsPerEntry
    if (at === 0) this.#pages.push(new Uint32Array(pageSize * wordsPerEntry))
    this.#pages.at(-1)?.set([...words, line], at)
    this.#size += 1
    return this.#size
  }

  #word(entry: number, at: number): number {
    return this.#pages[Math.floor(entry / pageSize)]?.[(entry % pageSize) * wordsPerEntry + at] ?? 0
  }

  #grow(): void {
    this.#index = new Uint32Array(this.#index.length * 2)
    for (let entry = 0; entry < this.#size; entry += 1) {
      const words = [this.#word(entry, 0), this.#word(entry, 1), this.#word(entry, 2), this.#word(entry, 3)] as const
      this.#index[this.#slotOf(words)] = entry + 1
    }
  }
}
