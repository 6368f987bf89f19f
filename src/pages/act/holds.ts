/** Stopping everything, or one account, and ending a stop. */
import { endHold, stopCauses } from '../../duty/holds.ts'
import type { HttpParts } from '../../http/parts.ts'
import { type HoldScope, holdOn } from '../../launches/hold.ts'
import { decides, forbidden, type Pages } from '../desk.tsx'
import { oneOf } from '../look.ts'

export function addHoldDecisions(pages: Pages, parts: HttpParts): void {
  const { ledger } = parts.open
  decides(pages, parts, '/hold', 'hold', async ({ context, fields, by, why }) => {
    const { look, caller } = context.var
    const scope = scopeOf(fields.scope ?? '')
    if (scope === undefined || !mayStop(caller.accounts, scope)) return undefined
    const fresh = await holdOn(ledger, scope, { cause: 'person', reason: why, by })
    return { tone: 'ok', words: fresh ? look.t.done.held : look.t.done.heldBefore }
  })
  // Ending a stop that the service set takes more than ending one that a person set.
  pages.use('/hold/end', async (context, next) => {
    if (context.req.method !== 'POST') return next()
    const body = await context.req.parseBody()
    if (body.cause !== 'person' && !context.var.look.rights.endServiceHold) return forbidden(context, parts)
    return next()
  })
  decides(pages, parts, '/hold/end', 'endHold', async ({ context, fields, by, why }) => {
    const { look, caller } = context.var
    const scope = scopeOf(fields.scope ?? '')
    const cause = oneOf(stopCauses, fields.cause)
    if (scope === undefined || cause === undefined || !mayStop(caller.accounts, scope)) return undefined
    const answer = await endHold(ledger, scope, cause, { by, why })
    switch (answer.kind) {
      case 'released':
        return { tone: 'ok', words: look.t.done.released(answer.launches) }
      case 'closed':
        return { tone: 'ok', words: look.t.done.closed }
      case 'notStopped':
      case 'several':
        return { tone: 'bad', words: look.t.done.notHeld }
    }
  })
}

/** Reads `all`, `account:<account>`, `mailing:<account>:<mailing>`. */
function scopeOf(text: string): HoldScope | undefined {
  if (text === 'all') return { kind: 'all' }
  const [, kind, account = '', mailing] = /^(account|mailing):([^:]+)(?::(\d+))?$/.exec(text) ?? []
  if (kind === 'account' && mailing === undefined) return { kind, account }
  return kind === 'mailing' && mailing !== undefined ? { kind, account, mailing: Number(mailing) } : undefined
}

function mayStop(accounts: readonly string[] | undefined, scope: HoldScope): boolean {
  return accounts === undefined || (scope.kind !== 'all' && accounts.includes(scope.account))
}
