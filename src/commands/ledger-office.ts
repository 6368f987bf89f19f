import { auditRow } from '../duty/audit-shape.ts'
import { launchAsked, repeatBefore } from '../duty/by-hand.ts'
import { explainLaunch } from '../duty/explain.ts'
import { holdRows } from '../duty/holds.ts'
import { launchWhole } from '../duty/launch-shape.ts'
import { findLaunches } from '../duty/launches.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import { scheduleRows, scheduleWhole } from '../duty/schedules.ts'
import { readAudit } from '../launches/audit.ts'
import { showLaunch } from '../launches/read.ts'
import { serverNow } from '../timetable/planner.ts'
import type { Office } from './office.ts'
import { storedNamed } from './stored-schedule.ts'

/** Answers from Redis. */
export function ledgerOffice(open: OpenLedger): Office {
  const { config, ledger, queues } = open
  return {
    launches: (filter, limit, after) => findLaunches(open, { filter, limit, after, filled: true }),
    launch: async key => {
      const record = await showLaunch(ledger, key)
      return record && launchWhole(record)
    },
    explain: key => explainLaunch(ledger, key),
    schedules: () => scheduleRows(open),
    schedule: async (name, count) => {
      for (;;) {
        await storedNamed(ledger, name)
        const schedule = await scheduleWhole(open, name, count)
        // Removed in this very moment: then it is not found any more.
        if (schedule) return schedule
      }
    },
    holds: () => holdRows(ledger),
    audit: async (limit, subject) => (await readAudit(ledger, limit, subject)).map(auditRow),
    accounts: async () => Object.keys(config.accounts),
    repeatBefore: asked => repeatBefore(open, asked),
    make: async asked => {
      const answer = await launchAsked(open, asked)
      if (answer.kind !== 'made') return answer
      const { key, due, sendUntil, account } = answer.launch
      return { kind: 'made', key, due, sendUntil, workers: await queues.workerCount(account) }
    },
    now: () => serverNow(ledger),
  }
}
