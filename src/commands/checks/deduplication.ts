/** Whether an identical repeat may end a doubt about a launch of the account, and on what grounds. Pure. */
import type { Account } from '../../config/account.ts'
import { formatDuration } from '../../files/duration.ts'
import { type Proof, proofHolds, proofLasts } from '../../launches/proof.ts'
import { age, type Check, ok, warn } from './check.ts'

/** `proof`: the stored one, if any; `unread` where Redis could not be asked. `now` in epoch milliseconds. */
export function deduplicationCheck(account: Account, proof: Proof | 'unread' | undefined, now: number): Check {
  const name = `${account.name}: de-duplication`
  const remembers = `repeats only within half of ${formatDuration(account.deduplicationWindow)}`
  switch (account.deduplication) {
    case 'off':
      return ok(name, 'off: a launch in doubt is never sent again by itself; its log and people decide')
    case 'declared':
      return ok(name, `declared by you, not proven: launches in doubt are repeated; ${remembers}`)
    case 'probed':
      return probedCheck(name, account, proof, remembers, now)
  }
}

function probedCheck(
  name: string,
  account: Account,
  proof: Proof | 'unread' | undefined,
  remembers: string,
  now: number,
) {
  const probe = `sendoff doctor --probe-deduplication --account ${account.name}`
  if (proof === 'unread') return warn(name, 'the stored proof cannot be read without Redis', 'See above for Redis')
  if (!proof) return warn(name, 'not proven: a launch in doubt waits for its log, then for a person', probe)
  const made = `proven ${age(now - proof.at)} ago by ${proof.by}`
  if (proofHolds(proof, account.baseUrl, now)) {
    return ok(
      name,
      `${made} for repeats of refused requests, counts until ${new Date(proof.at + proofLasts).toISOString().slice(0, 10)}; ${remembers}`,
    )
  }
  const why = proof.baseUrl === account.baseUrl ? 'too long' : `for another address, ${proof.baseUrl}`
  return warn(name, `${made}: ${why}, so it no longer counts`, probe)
}
