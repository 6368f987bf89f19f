/** One schedule: what it is, what is next, what came of it, what was decided about it. */
import { type AuditRow, auditRow } from '../../duty/audit-shape.ts'
import { launchRow } from '../../duty/launch-shape.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import type { Caller } from '../../http/access.ts'
import { readAudit } from '../../launches/audit.ts'
import { listLaunches } from '../../launches/list.ts'
import { comingDueTimes, type DueTime } from '../../timetable/noted-times.ts'
import { overviewOf, type ScheduleOverview } from '../../timetable/overview.ts'
import { pausesOf } from '../../timetable/pausing.ts'
import { serverNow } from '../../timetable/planner.ts'
import type { Schedule } from '../../timetable/schedule.ts'
import { comingSkips } from '../../timetable/skipping.ts'
import type { ListedRow } from '../view/launch-parts.tsx'
import type { Run } from '../view/state.tsx'
import { runsOf } from './schedules.ts'

export interface ScheduleModel extends ScheduleOverview {
  /** What is stored, where its due times can be worked out here. */
  readonly mintable: Schedule | undefined
  readonly coming: readonly DueTime[]
  /** Launch keys of coming due times that a person has left out. */
  readonly skipped: ReadonlySet<string>
  readonly launches: readonly ListedRow[]
  readonly runs: readonly Run[]
  readonly decisions: readonly AuditRow[]
}

const shown = 20

/** Undefined where there is none of this name. Of what went and was decided the caller sees what is of their accounts. */
export async function readSchedule(
  { config, ledger }: OpenLedger,
  { accounts }: Caller,
  name: string,
): Promise<ScheduleModel | undefined> {
  const now = await serverNow(ledger)
  const [[overview], pauses, skips, launches, decisions, [runs = []]] = await Promise.all([
    overviewOf(ledger, now, [name], accounts),
    pausesOf(ledger, name),
    comingSkips(ledger, now),
    listLaunches(
      ledger,
      { schedule: name, dueBy: now, ...(accounts && { among: accounts }) },
      shown,
      Object.keys(config.accounts),
    ),
    readAudit(ledger, shown, isAbout(name), undefined, accounts),
    runsOf(ledger, [name], now, 60, accounts),
  ])
  if (!overview) return undefined
  const { schedule, unmintable } = overview
  const mintable = unmintable === undefined ? schedule : undefined
  const known = { pauses: new Map([[name, pauses]]), skips: new Map(skips.map(({ key, reason }) => [key, reason])) }
  return {
    ...overview,
    mintable,
    coming: mintable === undefined ? [] : comingDueTimes(mintable, known, now, 10),
    skipped: new Set(skips.filter(skip => skip.schedule === name).map(({ key }) => key)),
    launches: launches.map(launch => ({ launch: launchRow(launch), zone: schedule?.when.timezone })),
    runs,
    decisions: decisions.map(auditRow),
  }
}

/** What was decided about single due times, as that one is left out, is on the record under their launch keys. */
function isAbout(name: string): (subject: string) => boolean {
  return subject => subject === `schedule:${name}` || subject.startsWith(`${name}@`)
}
