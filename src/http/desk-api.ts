/** Calendar, stops, audit, accounts and events over HTTP. */
import { accountRows, isConfigured } from '../duty/accounts.ts'
import { auditRow } from '../duty/audit-shape.ts'
import { calendarRow } from '../duty/calendar-shape.ts'
import { endHold, holdRow, holdRows } from '../duty/holds.ts'
import { knownCalendar } from '../duty/known-calendar.ts'
import type { OpenLedger } from '../duty/open-ledger.ts'
import { readAudit } from '../launches/audit.ts'
import { type HoldScope, holdOn, scopeName } from '../launches/hold.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { type Caller, maySee, mustBeFor, mustPassBeyond } from './access.ts'
import type { Api } from './app.ts'
import { calendarRows } from './calendar-rows.ts'
import { deskRoutes as routes } from './contract/desk.ts'
import { answerEvents } from './event-answer.ts'
import type { HttpParts } from './parts.ts'
import { flawed, Problem } from './problem.ts'

const dayMs = 86_400_000

export function addDesk(api: Api, parts: HttpParts): void {
  const { open } = parts
  api.openapi(routes.calendar, async context => {
    const { from: text, days, account, schedule: name } = context.req.valid('query')
    const { caller } = context.var
    if (account !== undefined) mustBeFor(caller, account)
    const known = await knownCalendar(open.ledger)
    const from = text === undefined ? known.now : Date.parse(text)
    const shown = (schedule: Schedule) =>
      maySee(caller, schedule.account) &&
      (account === undefined || schedule.account === account) &&
      (name === undefined || schedule.name === name)
    const rows = await calendarRows({ ...known, from, to: from + days * dayMs, shown })
    return context.json({ rows: rows.map(calendarRow) }, 200)
  })
  addHolds(api, open)
  api.openapi(routes.audit, async context => {
    const { subject, after, limit } = context.req.valid('query')
    const entries = await readAudit(open.ledger, limit, subject, after)
    const next = entries.length < limit ? null : (entries.at(-1)?.id ?? null)
    return context.json({ entries: entries.map(auditRow), next }, 200)
  })
  api.openapi(routes.listAccounts, async context => {
    const accounts = (await accountRows(open)).filter(({ name }) => maySee(context.var.caller, name))
    return context.json({ accounts }, 200)
  })
  api.openapi(routes.events, context => answerEvents(context, context.var.caller, parts))
}

function addHolds(api: Api, open: OpenLedger): void {
  const { ledger } = open
  api.openapi(routes.listHolds, async context => {
    const holds = (await holdRows(ledger)).filter(({ scope }) => concerns(context.var.caller, scope))
    return context.json({ holds }, 200)
  })
  api.openapi(routes.setHold, async context => {
    const { reason, ...where } = context.req.valid('json')
    const scope = scopeFor(context.var.caller, where)
    const { account } = where
    if (account !== undefined && !isConfigured(open, account)) throw flawed('account', 'is not configured')
    const fresh = await holdOn(ledger, scope, { cause: 'person', reason, by: context.var.caller.by })
    return context.json({ scope: scopeName(scope), fresh }, 200)
  })
  api.openapi(routes.endHold, async context => {
    const { caller, door } = context.var
    const { reason: why, cause, ...where } = context.req.valid('json')
    const scope = scopeFor(caller, where)
    const name = scopeName(scope)
    const answer = await endHold(ledger, scope, cause, { by: caller.by, why }, of => {
      if (of !== 'person' && of !== 'breaker') mustPassBeyond(caller, door)
    })
    switch (answer.kind) {
      case 'notStopped':
        throw new Problem(
          'refused',
          `${name} is not stopped${answer.cause === undefined ? '' : ` by ${answer.cause}`}`,
          {
            refusal: { kind: 'notStopped', cause: answer.cause ?? null },
          },
        )
      case 'several': {
        const list = answer.stops.map(({ cause, reason }) => `${cause} (${reason})`).join(', ')
        throw new Problem('refused', `${name} is stopped for several causes; say which one ends: ${list}`, {
          refusal: { kind: 'several', stops: answer.stops.map(holdRow) },
        })
      }
      case 'closed':
      case 'released': {
        const stillStopped = answer.left.filter(({ scope }) => concerns(caller, scope)).map(holdRow)
        const released = answer.kind === 'released' ? answer.launches : 0
        const ended = answer.kind === 'released' && answer.ended ? holdRow(answer.ended) : null
        return context.json({ scope: name, kind: answer.kind, ended, released, stillStopped }, 200)
      }
    }
  })
}

/** Throws Problem where the caller is not for this scope: a key of some accounts does not stop the others. */
function scopeFor(
  caller: Caller,
  { account, mailing }: { account?: string | undefined; mailing?: number | undefined },
): HoldScope {
  if (account === undefined) {
    if (caller.accounts !== undefined)
      throw new Problem('otherAccount', 'The API key is for some accounts: say for which')
    return { kind: 'all' }
  }
  mustBeFor(caller, account)
  return mailing === undefined ? { kind: 'account', account } : { kind: 'mailing', account, mailing }
}

/** Whether a stop of this scope touches what the caller may see. */
function concerns(caller: Caller, scope: string): boolean {
  const [kind, account = ''] = scope.split(':')
  return kind === 'all' || maySee(caller, account)
}
