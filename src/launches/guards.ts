/** What the guards would say of a launch by hand, before it is made: so that a person is asked and not merely refused. */
import { audienceOf, type LaunchRequest } from './launch.ts'
import type { Ledger } from './ledger.ts'

/** A launch by hand follows another of the same mailing and audience at least this much later. Milliseconds. */
export const manualCoolDown = 2 * 3_600_000
/** And is the only one within a day. */
export const manualSpan = 24 * 3_600_000

/** When this mailing last went to this audience within a day of `now`, whoever launched it; unknown ones count. */
export async function lastSent(
  ledger: Ledger,
  account: string,
  request: LaunchRequest,
  now: number,
): Promise<number | undefined> {
  const key = ledger.keys.sent(account, request.id, audienceOf(request))
  const [, at] = await ledger.redis.zrevrangebyscore(key, '+inf', now - manualSpan, 'WITHSCORES', 'LIMIT', 0, 1)
  return at === undefined ? undefined : Number(at)
}
