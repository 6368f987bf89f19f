/** Stored schedules for tests that need one in force and do not care how it came to be. */
import type { Ledger } from '../../src/launches/ledger.ts'
import { changeSchedules } from '../../src/timetable/change-schedules.ts'
import { keptLabels } from '../../src/timetable/kept-labels.ts'
import type { Schedule } from '../../src/timetable/schedule.ts'
import { storedSet } from '../../src/timetable/store.ts'

/** Adds, replaces or (schedule undefined) removes; returns the keys of planned launches that went. What is due must be minted. */
export async function putSchedule(ledger: Ledger, name: string, schedule: Schedule | undefined): Promise<string[]> {
  const { revision, schedules } = await storedSet(ledger)
  const before = schedules.get(name)
  const at = ledger.clock?.() ?? 0
  const change = {
    name,
    ...(before ? { before } : {}),
    ...(schedule ? { after: schedule, next: at } : {}),
    labels: before && schedule ? await keptLabels(ledger, name, schedule, at) : {},
  }
  const answer = await changeSchedules(ledger, revision, [change], 'someone', 'a test')
  if (answer.kind !== 'changed') throw new Error(`${name}: ${answer.kind}`)
  return answer.gone.map(({ key }) => key)
}
