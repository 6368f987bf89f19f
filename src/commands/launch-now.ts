import { isRefused, launchByHand, repeatOf } from '../launches/by-hand.ts'
import { defaultPolicy, preflightAt } from '../launches/policy.ts'
import { hasExpressions } from '../timetable/content.ts'
import { serverNow } from '../timetable/planner.ts'
import { askBeforeLaunch, factsOf, mustBeFit, repeatRefusal, seeThrough } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { datedRequest, type LaunchFlags, requestOf, timeOf } from './launch-request.ts'
import { person } from './person.ts'
import { withLedger } from './with-ledger.ts'

/** Creates the launch and its job; with `--wait` follows it to its end. Returns the exit code. */
export async function launchNow(mailing: number, flags: LaunchFlags): Promise<number> {
  const request = requestOf(mailing, flags)
  const at = timeOf(flags)
  return withLedger(flags, async open => {
    const account = accountOf(flags, Object.keys(open.config.accounts))
    await mustBeFit(open, account)
    const { reason: why, confirmDuplicate } = flags
    const asked = await serverNow(open.ledger)
    const repeat = await repeatOf(open.ledger, account, request, confirmDuplicate, asked)
    if (isRefused(repeat)) throw repeatRefusal(request.id, repeat, asked)
    const when = at === undefined ? 'now' : `at ${new Date(at).toISOString()}`
    const dated = hasExpressions(request.content)
      ? `, content ${JSON.stringify(datedRequest(request, at ?? asked, flags).content)}`
      : ''
    await askBeforeLaunch(flags, `${factsOf(account, request)}, ${when}${dated}`, String(request.id))
    const now = await serverNow(open.ledger)
    const due = at ?? now
    const launch = await launchByHand(
      open.ledger,
      open.queues,
      {
        account,
        request: datedRequest(request, due, flags),
        due,
        // A launch that is due now meets the mailing as it is.
        ...(at === undefined ? {} : { preflightAt: Math.max(now, preflightAt(defaultPolicy, due) ?? now) }),
        // A person who launches by hand while another launch is on its way gets theirs after it, not instead of it.
        policy: { ...defaultPolicy, overlap: 'allow' },
        ...(repeat.kind === 'confirmed' ? { confirmed: repeat.at } : {}),
        by: person(),
        ...(why === undefined ? {} : { why }),
      },
      now,
    )
    return seeThrough(open, launch, flags)
  })
}

/** The account that is meant: the named one, or the only one there is. Throws CommandEnding with code 2. */
export function accountOf(flags: { readonly account?: string }, known: readonly string[]): string {
  const account = flags.account ?? (known.length === 1 ? known[0] : undefined)
  if (account !== undefined && known.includes(account)) return account
  const which = known.length === 0 ? 'none is configured' : `configured: ${known.join(', ')}`
  throw new CommandEnding(
    exitCodes.usage,
    account === undefined
      ? `say for which account with --account (${which})`
      : `--account ${account} is not configured (${which})`,
  )
}
