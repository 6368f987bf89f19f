import { z } from 'zod'
import { calendarSchema, holdsSchema, releasedSchema, stoppedSchema } from '../../http/contract/desk.ts'
import { keysSchema, newKeySchema } from '../../http/contract/keys.ts'
import { schedulesSchema } from '../../http/contract/schedules.ts'
import type { HoldScope } from '../../launches/hold.ts'
import type { CalendarAsked, DeskOffice, ShownCalendar } from '../office/desk.ts'
import { endingOf, isMissing, refusalIn, type ServerCall } from './call.ts'
import { isoOf } from './launches.ts'

export function serverDesk(server: ServerCall): DeskOffice {
  return {
    holds: async () => (await server.get('holds', holdsSchema)).holds,
    stop: async (scope, reason) => {
      const body = { ...placeOf(scope), reason }
      const answer = await server.decide('POST', 'holds', body, stoppedSchema, 'sendoff hold status')
      if (!answer.ok) throw endingOf(answer.problem)
      return answer.value.fresh
    },
    endStop: async (scope, cause, reason) => {
      const body = { ...placeOf(scope), cause, reason }
      const answer = await server.decide('POST', 'holds/end', body, releasedSchema, 'sendoff hold status')
      if (!answer.ok) {
        const refusal = refusalIn(answer.problem, 'notStopped', 'several')
        return refusal.kind === 'several' ? refusal : { kind: 'notStopped', cause: refusal.cause ?? undefined }
      }
      const { kind, ended, released: launches, stillStopped: left } = answer.value
      return kind === 'closed' ? { kind } : { kind, launches, ended: ended ?? undefined, left }
    },
    calendar: asked => calendarOf(server, asked),
    keys: async () => (await server.get('keys', keysSchema)).keys,
    createKey: async ({ expires, ...key }, reason) => {
      const body = { ...key, expires: isoOf(expires), reason }
      const answer = await server.decide('POST', 'keys', body, newKeySchema, 'sendoff keys list')
      if (answer.ok) return answer.value.key
      refusalIn(answer.problem, 'taken')
      return undefined
    },
    revokeKey: async (name, reason) => {
      const path = `keys/${encodeURIComponent(name)}?${new URLSearchParams({ reason })}`
      const answer = await server.decide('DELETE', path, undefined, z.undefined(), 'sendoff keys list')
      if (answer.ok) return true
      if (isMissing(answer.problem)) return false
      throw endingOf(answer.problem)
    },
  }
}

function placeOf(scope: HoldScope) {
  switch (scope.kind) {
    case 'all':
      return {}
    case 'account':
      return { account: scope.account }
    case 'mailing':
      return { account: scope.account, mailing: scope.mailing }
  }
}

async function calendarOf(server: ServerCall, asked: CalendarAsked): Promise<ShownCalendar> {
  const { from, days, account, schedule } = asked
  const now = Date.now()
  const { schedules } = await server.get('schedules', schedulesSchema)
  const known = schedules.flatMap(({ name, account: of, unmintable }) =>
    of === null || unmintable !== null ? [] : [{ name, account: of }],
  )
  const unmintable = new Map(
    schedules.flatMap(each => (each.unmintable === null ? [] : [[each.name, each.unmintable] as const])),
  )
  // A name that the server does not know is refused by whoever asked, in the words that are used for Redis.
  const isKnown =
    (schedule === undefined || schedules.some(({ name }) => name === schedule)) &&
    (account === undefined || known.some(each => each.account === account))
  if (!isKnown) return { rows: [], schedules: known, unmintable, now }
  const query = new URLSearchParams({
    days: String(days),
    ...(from !== undefined && { from: new Date(from).toISOString() }),
    ...(account !== undefined && { account }),
    ...(schedule !== undefined && { schedule }),
  })
  const { rows } = await server.get(`calendar?${query}`, calendarSchema)
  return { rows, schedules: known, unmintable, now }
}
