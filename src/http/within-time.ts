import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Problem } from './problem.ts'

/**
 * Waits for `work`, at most so many milliseconds; throws `late` then. Work that cannot be called off goes on: it is told by its signal
 * that nobody waits for it, and the reason of the signal is `late` as well.
 */
export async function withinTime<T>(
  milliseconds: number,
  late: Problem,
  work: (givenUp: AbortSignal) => Promise<T>,
): Promise<T> {
  const timer = new AbortController()
  const givenUp = new AbortController()
  const over = pauseFor(milliseconds, undefined, { signal: timer.signal }).then(() => {
    givenUp.abort(late)
    throw late
  })
  // Where the work is done first, the pause is called off, and nobody waits for it.
  over.catch(() => {})
  try {
    return await Promise.race([work(givenUp.signal), over])
  } finally {
    timer.abort()
  }
}
