import { auditRow } from '../duty/audit-shape.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import { readAudit } from '../launches/audit.ts'
import { serverNow } from '../timetable/planner.ts'
import { ledgerBatches } from './ledger/batches.ts'
import { ledgerDesk } from './ledger/desk.ts'
import { ledgerLaunches } from './ledger/launches.ts'
import { ledgerSchedules } from './ledger/schedules.ts'
import type { Office } from './office.ts'

/** Answers from Redis; what is decided is decided by the person at the keyboard. */
export function ledgerOffice(open: OpenLedger): Office {
  const { config, ledger, queues } = open
  return {
    ...ledgerLaunches(open),
    ...ledgerSchedules(open),
    ...ledgerBatches(open),
    ...ledgerDesk(open),
    audit: async (limit, subject) => (await readAudit(ledger, limit, subject)).map(auditRow),
    accounts: async () => Object.keys(config.accounts),
    workers: account => queues.workerCount(account),
    now: () => serverNow(ledger),
  }
}
