import type { State } from '../../launches/launch.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { listPage } from '../../launches/list.ts'

/** What has come due, or was asked for, and has not been sent to its end. */
const underWay: readonly State[] = ['sending', 'claimed', 'waiting', 'held', 'planned']

/** A launch of the mailing that has not ended: one launched now would go beside it. `now` in epoch milliseconds. */
export async function waitingLaunch(
  ledger: Ledger,
  account: string,
  mailing: number,
  now: number,
): Promise<{ readonly key: string; readonly state: State } | undefined> {
  const pages = await Promise.all(
    underWay.map(state =>
      listPage(ledger, { account, mailing, state, to: now + 1 }, { limit: 1, accounts: [account] }),
    ),
  )
  return pages.flatMap(({ records }) => records)[0]
}
