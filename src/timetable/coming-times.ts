/** What is still to come of schedules that are asked about again and again: it holds until it has come. Pure. */
import { type DecidedTime, decidedTimes, earliestGoing, type Timing } from './decided-times.ts'

/** Whoever asks further ahead has it worked out: few do. */
const mostKept = 3

interface Coming {
  /** Epoch milliseconds. */
  readonly since: number
  /** The first due times that go, or would, after `since`, in the order of their nominal times. */
  readonly times: readonly DecidedTime[]
  /** A nominal time after which the others follow; absent where there are none. */
  readonly after: number | undefined
}

/** Kept for as long as the schedule: an edit makes another one of it, and the zone table is the same as long as the process lives. */
const kept = new WeakMap<Timing, Coming>()

/**
 * The due times that are decided to go, or to be left out, after `now` (epoch milliseconds), in the order of their nominal
 * times. Of pauses and of what people leave out it knows nothing.
 */
export function* comingTimes(timing: Timing, now: number): Generator<DecidedTime> {
  const { times, after } = comingAt(timing, now)
  yield* times
  if (after === undefined) return
  for (const time of decidedTimes(timing, after)) if (time.due > now) yield time
}

function comingAt(timing: Timing, now: number): Coming {
  const known = kept.get(timing)
  if (known && known.since <= now) {
    const times = known.times.filter(({ due }) => due > now)
    if (times.length > 0 || known.after === undefined) return { ...known, times }
  }
  const coming = workedOut(timing, now)
  kept.set(timing, coming)
  return coming
}

function workedOut(timing: Timing, since: number): Coming {
  const times: DecidedTime[] = []
  for (const time of decidedTimes(timing, earliestGoing(timing, since))) {
    if (time.due <= since) continue
    times.push(time)
    if (times.length === mostKept) return { since, times, after: time.nominal }
  }
  return { since, times, after: undefined }
}
