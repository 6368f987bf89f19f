/** The share of its jitter by which a schedule goes later than its timetable says: the same in every process, for ever. */
import { createHash } from 'node:crypto'

/** Milliseconds from 0 up to, not including, `upTo`, in whole seconds; made from the schedule's name alone. */
export function jitterOf(schedule: string, upTo: number): number {
  const seconds = Math.floor(upTo / 1_000)
  return seconds < 1 ? 0 : (createHash('sha256').update(schedule).digest().readUIntBE(0, 6) % seconds) * 1_000
}
