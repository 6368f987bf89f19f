import { datedRequest, factsOf, type HandAsked } from '../duty/by-hand.ts'
import { isRefused } from '../launches/by-hand.ts'
import { hasExpressions } from '../timetable/content.ts'
import { askBeforeLaunch, repeatRefusal, seeThrough } from './by-hand.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { type LaunchFlags, requestOf, timeOf } from './launch-request.ts'
import { withOffice } from './office.ts'
import { person } from './person.ts'

/** Creates the launch and its job; with `--wait` follows it to its end. Returns the exit code. */
export async function launchNow(mailing: number, flags: LaunchFlags): Promise<number> {
  const request = requestOf(mailing, flags)
  const at = timeOf(flags)
  return withOffice(flags, async office => {
    const account = accountOf(flags, await office.accounts())
    const { reason: why, confirmDuplicate, timezone } = flags
    const asked: HandAsked = { account, request, at, timezone, confirmDuplicate, by: person(), why }
    const began = await office.now()
    const repeat = await office.repeatBefore(asked)
    if (isRefused(repeat)) throw repeatRefusal(mailing, repeat, began)
    const when = at === undefined ? 'now' : `at ${new Date(at).toISOString()}`
    const dated = hasExpressions(request.content)
      ? `, content ${JSON.stringify(datedRequest(asked, at ?? began).content)}`
      : ''
    await askBeforeLaunch(flags, `${factsOf(account, request)}, ${when}${dated}`, String(mailing))
    const made = await office.make(asked)
    if (made.kind !== 'made') throw repeatRefusal(mailing, made, began)
    return seeThrough(office, made, flags)
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
