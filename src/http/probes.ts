/**
 * Who asks `/readyz` time and again, as a load balancer does: a service that stops keeps listening until it has been told, however
 * little there is to wait for else.
 */

/** Whoever asks less often than this is not waited for. Milliseconds. */
const slowest = 10_000
/** The latest askings that are looked at: two who ask may come right after each other. */
const remembered = 5

export class Probes {
  #asked: readonly number[] = []
  #tell: () => void = () => {}
  readonly #told = new Promise<void>(resolve => {
    this.#tell = resolve
  })

  /** Somebody asks, and is told whether the service stops. `now` in milliseconds of any clock. */
  asked(now: number, isStopping: boolean): void {
    this.#asked = [...this.#asked, now].slice(-remembered)
    if (isStopping) this.#tell()
  }

  /** Resolves when somebody has been told, or would have been. */
  async told(now: number): Promise<void> {
    const wait = nextProbeIn(this.#asked, now)
    if (wait === 0) return
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>(resolve => {
      timer = setTimeout(resolve, wait)
    })
    await Promise.race([this.#told, over]).finally(() => clearTimeout(timer))
  }
}

/** In how many milliseconds somebody will have asked again who asked at these times; 0 where nobody asks regularly. Pure. */
export function nextProbeIn(asked: readonly number[], now: number): number {
  const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? at))
  const gap = Math.max(0, ...gaps.filter(each => each <= slowest))
  const last = asked.at(-1) ?? 0
  // Nobody keeps time to the millisecond.
  return gap === 0 ? 0 : Math.max(0, Math.ceil(last + 1.5 * gap - now))
}
