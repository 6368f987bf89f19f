/** Batches of rows. */
import type { State } from '../launches/launch.ts'
import { loud, type Telling } from './telling.ts'

export function batchEvents(log: Telling) {
  return {
    batchDone(id: string, account: string, left: Readonly<Partial<Record<State, number>>>): void {
      const words = Object.entries(left).map(([state, count]) => `${count} ${state}`)
      const isLoud = loud.some(state => (left[state] ?? 0) > 0)
      log[isLoud ? 'warn' : 'info'](
        { event: 'batchDone', batch: id, account, left },
        `done      batch ${id}: ${words.join(', ')}. See sendoff bulk status ${id}`,
      )
    },

    batchPaused(id: string, account: string, reason: string): void {
      log.error(
        { event: 'batchPaused', batch: id, account, reason },
        `paused    batch ${id} - ${reason}. See sendoff bulk status ${id}, then sendoff bulk resume ${id}`,
      )
    },

    batchStuck(id: string, error: unknown): void {
      log.error(
        { event: 'batchStuck', batch: id, err: error },
        `batch ${id}: ITS ROWS CANNOT BE RELEASED; the other batches go on, and this one is tried again every second`,
      )
    },
  }
}
