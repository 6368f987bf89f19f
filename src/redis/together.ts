interface Waiting<Call, Answer> {
  readonly call: Call
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** The most calls of one group: Redis does nothing else meanwhile. */
const largestGroup = 64

/**
 * Sends calls in groups, as a database commits in groups: the first call goes at once, and those that come while it is under
 * way go together when it is back. One caller alone waits for nobody; fifty pay for a few round trips instead of fifty.
 */
export class Together<Call, Answer> {
  readonly #send: (calls: readonly Call[]) => Promise<readonly (Answer | Error)[]>
  readonly #mayJoin: (first: Call, next: Call) => boolean
  #waiting: Waiting<Call, Answer>[] = []
  #isUnderWay = false

  /** `send` answers a group call by call, an Error for one that failed; `mayJoin` says which calls may be of one group. */
  constructor(
    send: (calls: readonly Call[]) => Promise<readonly (Answer | Error)[]>,
    mayJoin: (first: Call, next: Call) => boolean,
  ) {
    this.#send = send
    this.#mayJoin = mayJoin
  }

  /** Rejects with what went wrong with this call, or with its group. Calls are sent in the order in which they were made. */
  ask(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject })
      if (!this.#isUnderWay) void this.#go()
    })
  }

  /** Takes back a call that has not been sent; its promise stays open for ever. */
  forget(call: Call): void {
    this.#waiting = this.#waiting.filter(waiting => waiting.call !== call)
  }

  async #go(): Promise<void> {
    this.#isUnderWay = true
    while (this.#waiting.length > 0) {
      const group = this.#next()
      try {
        const answers = await this.#send(group.map(({ call }) => call))
        group.forEach(({ resolve, reject }, index) => {
          const answer = answers[index]
          if (answer === undefined) reject(new Error('a group of calls was answered in part'))
          else if (answer instanceof Error) reject(answer)
          else resolve(answer)
        })
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#isUnderWay = false
  }

  #next(): Waiting<Call, Answer>[] {
    const [first] = this.#waiting
    const end = this.#waiting.findIndex(
      ({ call }, index) => index >= largestGroup || (first !== undefined && !this.#mayJoin(first.call, call)),
    )
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }
}
