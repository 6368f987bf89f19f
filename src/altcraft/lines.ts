import type { ArmedAccount } from '../config/account.ts'
import { type Destination, destinationOf, openConnection } from './connection.ts'
import type { Fault } from './fault.ts'
import { Line } from './line.ts'

const mostIdle = 64

export type Taken =
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'stopped' }

/**
 * The connections of one account: opened for each launch, or kept alive between launches where the account says
 * `reuse`.
 */
export class Lines {
  readonly #destination: Destination
  readonly #keepAlive: boolean
  readonly #connectTimeout: number
  readonly #longestAnswer: number | undefined
  readonly #idle: Line[] = []
  #isClosed = false

  /** `connectTimeout` in milliseconds; `longestAnswer` in bytes, for answers that may be longer than a start's. */
  constructor(
    account: Pick<ArmedAccount, 'baseUrl' | 'ca' | 'connections'>,
    connectTimeout: number,
    longestAnswer?: number,
  ) {
    this.#destination = destinationOf(account)
    this.#keepAlive = account.connections === 'reuse'
    this.#connectTimeout = connectTimeout
    this.#longestAnswer = longestAnswer
  }

  /** A living line for one exchange: the idle one used last, or a new one. */
  async take(signal: AbortSignal): Promise<Taken> {
    for (let line = this.#idle.pop(); line; line = this.#idle.pop()) {
      if (line.isAlive) return { kind: 'line', line }
    }
    const opened = await openConnection(this.#destination, this.#connectTimeout, signal)
    if (opened.kind !== 'open') return opened
    const line = new Line(this.#destination.origin, opened.raw, opened.socket, this.#keepAlive, this.#longestAnswer)
    line.onceClosed(() => this.#forget(line))
    return { kind: 'line', line }
  }

  /** After an exchange, or instead of one. A line that is not to be kept is closed. */
  giveBack(line: Line): void {
    if (this.#keepAlive && !this.#isClosed && line.isAlive && this.#idle.length < mostIdle) this.#idle.push(line)
    else line.close()
  }

  /** Closes the idle lines; those still out are closed when they come back. */
  close(): void {
    this.#isClosed = true
    for (const line of this.#idle.splice(0)) line.close()
  }

  #forget(line: Line): void {
    const index = this.#idle.indexOf(line)
    if (index >= 0) this.#idle.splice(index, 1)
  }
}
