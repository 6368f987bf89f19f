import type { LaunchRequest } from '../../launches/launch.ts'
import type { LaunchFacts } from '../view/confirm.tsx'

/** What a launch of this request would do, to whom; `lastSent` in epoch milliseconds. */
export function factsOf(
  account: string,
  request: LaunchRequest,
  lastSent: number | undefined,
  zone: string | undefined,
): LaunchFacts {
  const { id, override_source_type, override_source_id, override_limit } = request
  return {
    mailing: id,
    account,
    audience: override_source_id === undefined ? undefined : `${override_source_type} ${override_source_id}`,
    limit: override_limit,
    lastSent,
    zone,
  }
}
