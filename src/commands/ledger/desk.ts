import { calendarRow } from '../../duty/calendar-shape.ts'
import { endHold, holdRow, holdRows } from '../../duty/holds.ts'
import { knownCalendar } from '../../duty/known-calendar.ts'
import type { OpenLedger } from '../../duty/open-ledger.ts'
import { createKey, keyRow, listKeys, revokeKey } from '../../http/api-keys.ts'
import { holdOn } from '../../launches/hold.ts'
import { calendarOf } from '../../timetable/calendar.ts'
import { serverNow } from '../../timetable/planner.ts'
import { calendarSpan, isAskedFor } from '../calendar-asked.ts'
import type { DeskOffice } from '../office/desk.ts'
import { person } from '../person.ts'

export function ledgerDesk({ ledger }: OpenLedger): DeskOffice {
  return {
    holds: () => holdRows(ledger),
    stop: (scope, reason) => holdOn(ledger, scope, { cause: 'person', reason, by: person() }),
    endStop: async (scope, cause, why) => {
      const answer = await endHold(ledger, scope, cause, { by: person(), why })
      switch (answer.kind) {
        case 'released': {
          const { ended, left } = answer
          return { ...answer, ended: ended && holdRow(ended), left: left.map(holdRow) }
        }
        case 'several':
          return { kind: 'several', stops: answer.stops.map(holdRow) }
        case 'closed':
        case 'notStopped':
          return answer
      }
    },
    calendar: async asked => {
      const { schedules, unmintable, pauses, skips, stops, now } = await knownCalendar(ledger)
      const input = { schedules, pauses, skips, stops, ...calendarSpan(asked, now), shown: isAskedFor(asked) }
      return {
        rows: calendarOf(input).map(calendarRow),
        schedules: schedules.map(({ name, account }) => ({ name, account })),
        unmintable,
        now,
      }
    },
    keys: async () => (await listKeys(ledger)).map(keyRow),
    createKey: async (key, why) => createKey(ledger, key, { by: person(), why }, await serverNow(ledger)),
    revokeKey: (name, why) => revokeKey(ledger, name, { by: person(), why }),
  }
}
