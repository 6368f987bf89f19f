/** One number, taken apart into choices. Zero chooses the first of everything, so that a counterexample shrinks to it. */
export class Dice {
  #left: number

  constructor(number: number) {
    this.#left = number
  }

  /** A whole number from 0 to `sides` - 1. */
  roll(sides: number): number {
    const side = this.#left % sides
    this.#left = Math.floor(this.#left / sides)
    return side
  }

  /** True once in `times`; never for zero. */
  oneIn(times: number): boolean {
    return this.roll(times) === times - 1
  }

  pick<T>(options: readonly [T, ...(readonly T[])]): T {
    return options[this.roll(options.length)] ?? options[0]
  }
}
