import { setTimeout as pauseFor } from 'node:timers/promises'
import { Problem } from './problem.ts'

/** Waits for `work`, at most so many milliseconds. Throws Problem then; what was begun may still be carried out. */
export async function withinTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const over = pauseFor(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Problem('timeout', 'It was not done in time; it may still be carried out', {}, { 'retry-after': '5' })
  })
  // Where the work is done first, the pause is called off, and nobody waits for it.
  over.catch(() => {})
  try {
    return await Promise.race([work, over])
  } finally {
    timer.abort()
  }
}
