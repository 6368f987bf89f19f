import { mustBeFit, type OpenLedger } from '../../duty/open-ledger.ts'
import { scheduleRows, scheduleWhole } from '../../duty/schedules.ts'
import { pauseSchedule, resumeSchedule } from '../../timetable/pausing.ts'
import { isRunRefused, type RunRefusal, runPermission, runSchedule } from '../../timetable/running.ts'
import { skipDueTime, unskipDueTime } from '../../timetable/skipping.ts'
import { usedPlacesWords } from '../../timetable/used-places.ts'
import type { RunRefused, ScheduleOffice } from '../office/schedules.ts'
import { person } from '../person.ts'
import { scheduleNamed, storedNamed } from '../stored-schedule.ts'
import { madeOf } from './launches.ts'

export function ledgerSchedules(open: OpenLedger): ScheduleOffice {
  const { ledger, queues } = open
  return {
    schedules: () => scheduleRows(open),
    schedule: async (name, count) => {
      for (;;) {
        await storedNamed(ledger, name)
        const schedule = await scheduleWhole(open, name, count)
        // Removed in this very moment: then it is not found any more.
        if (schedule) return schedule
      }
    },
    pause: (name, until, why) => pauseSchedule(ledger, name, { by: person(), why }, until),
    resume: (name, why) => resumeSchedule(ledger, name, { by: person(), why }),
    skip: async (name, at, why) => {
      const answer = await skipDueTime(ledger, queues, await scheduleNamed(ledger, name), at, { by: person(), why })
      return answer.kind === 'notDue' ? { ...answer, next: answer.next.map(({ nominal }) => nominal) } : answer
    },
    unskip: async (name, at, why) =>
      unskipDueTime(ledger, queues, await scheduleNamed(ledger, name), at, { by: person(), why }),
    runBefore: async (name, confirmation) => {
      const { schedule } = await scheduleNamed(ledger, name)
      await mustBeFit(open, schedule.account)
      const permission = await runPermission(ledger, schedule, confirmation)
      return isRunRefused(permission) ? refusedBy(permission) : undefined
    },
    run: async (name, confirmation, why) => {
      const { schedule } = await scheduleNamed(ledger, name)
      await mustBeFit(open, schedule.account)
      const answer = await runSchedule(ledger, queues, schedule, { by: person(), why }, confirmation)
      if (answer.kind !== 'run') return refusedBy(answer)
      const { launch, usedPlaces: places } = answer
      const warnings = places ? [usedPlacesWords(name, places, 'with this run there have gone')] : []
      return { kind: 'run', made: await madeOf(open, launch), warnings }
    },
  }
}

function refusedBy(refusal: RunRefusal): RunRefused {
  if (refusal.kind !== 'paused') return refusal
  const { by, reason } = refusal.pause
  return { kind: 'paused', by, reason }
}
