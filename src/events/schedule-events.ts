/** Schedules: their files, what is stored of them, and the due times that are planned. */
import { tellEnd } from './launch-events.ts'
import type { Telling } from './telling.ts'

/** Names of schedules by what a plan does to them. */
type PlanNames = Readonly<Record<'added' | 'changed' | 'renamed' | 'removed', readonly string[]>>

export function scheduleEvents(log: Telling) {
  return {
    minted(
      schedule: string,
      planned: number,
      missed: readonly { key: string; state: string; reason: string }[],
      account: string,
    ): void {
      log.debug(
        { event: 'minted', schedule, planned, missed: missed.length },
        `${schedule}: ${planned} due times planned`,
      )
      for (const { key, state, reason } of missed) tellEnd(log, key, account, state, reason)
    },

    mintingFailed(schedule: string, error: unknown): void {
      const why = error instanceof Error ? error.message : String(error)
      log.error(
        { event: 'mintingFailed', schedule, err: error },
        `${schedule}: ITS DUE TIMES CANNOT BE PLANNED: ${why.slice(0, 300)}. The other schedules go on; this one is tried again every few seconds`,
      )
    },

    mintingWorks(schedule: string): void {
      log.info({ event: 'mintingWorks', schedule }, `${schedule}: its due times can be planned again`)
    },

    unminted(schedule: string, why: string): void {
      log.error(
        { event: 'unminted', schedule, why },
        `${schedule}: WHAT WAS DUE UNDER ITS OLD DECLARATION HAS NO RECORD, because it could not be planned: ${why.slice(0, 300)}. It is replaced or removed all the same; sendoff audit says since when`,
      )
    },

    zonesChanged(before: string, table: string, schedules: number): void {
      log.warn(
        { event: 'zonesChanged', before, table, schedules },
        `the zone table is ${table}, and what was planned is by another (${before}): the next due times of ${schedules} schedules were worked out anew. See sendoff calendar`,
      )
    },

    schedulesSynced(names: PlanNames, total: number): void {
      const parts = [
        `${names.added.length} added`,
        `${names.changed.length} changed`,
        ...(names.renamed.length === 0 ? [] : [`${names.renamed.length} renamed`]),
        names.removed.length === 0 ? '0 removed' : `REMOVED: ${names.removed.join(', ')}`,
      ]
      log[names.removed.length === 0 ? 'info' : 'warn'](
        { event: 'schedulesSynced', ...names, total },
        `schedules: ${parts.join(', ')}; ${total} in all`,
      )
    },

    schedulesDiffer(names: PlanNames): void {
      const parts = [
        ...names.added.map(name => `+${name}`),
        ...names.changed.map(name => `~${name}`),
        ...names.renamed.map(name => `>${name}`),
        ...names.removed.map(name => `-${name}`),
      ]
      log.warn(
        { event: 'schedulesDiffer', ...names },
        `THE FILES AND THE STORED SCHEDULES DIFFER (${parts.join(' ')}); the stored ones stay in force. See sendoff plan, then sendoff apply, or start with --apply`,
      )
    },

    schedulesKept(stored: number): void {
      log.error(
        { event: 'schedulesKept', stored },
        `THE FOLDER OF SCHEDULE FILES DECLARES NOTHING; the ${stored} stored schedules stay in force. To remove them all: sendoff apply`,
      )
    },

    reloaded(schedules: number): void {
      log.info({ event: 'reloaded', schedules }, `read again at SIGHUP: ${schedules} schedules declared`)
    },

    reloadFailed(error: unknown): void {
      log.error({ event: 'reloadFailed', err: error }, 'reloading failed; send SIGHUP once more, or start again')
    },

    reloadRefused(problems: readonly string[]): void {
      const end = 'NOT RELOADED: everything stays as it was. Accounts and secrets are read at the start only'
      for (const sentence of [...problems, end]) log.error({ event: 'reloadRefused' }, sentence)
    },

    filesRefused(problems: readonly string[], stored: number): void {
      const end = `THE SCHEDULE FILES ARE NOT TAKEN OVER; the ${stored} stored schedules stay in force as they are. Mend the files, then send SIGHUP or run sendoff apply`
      for (const sentence of [...problems, end]) {
        log.error({ event: 'reloadRefused', stored }, sentence)
      }
    },

    fileProblem(sentence: string): void {
      log.warn({ event: 'fileProblem' }, sentence)
    },
  }
}
