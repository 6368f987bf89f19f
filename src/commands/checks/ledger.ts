/** What the ledger says: stops in force, launches in doubt, who works, whether somebody plans. */
import type { Account } from '../../config/account.ts'
import { type OpenBreaker, openBreakers } from '../../launches/breaker.ts'
import { type Hold, holdsInForce } from '../../launches/hold.ts'
import type { Ledger } from '../../launches/ledger.ts'
import { remedyFor } from '../../launches/mailing-check.ts'
import { type LastLook, openTroubles } from '../../launches/preflight.ts'
import type { LaunchQueues } from '../../launches/queue.ts'
import { judgeStore } from '../../launches/store-identity.ts'
import { serverSeen } from '../../launches/store-watch.ts'
import { StoreFile } from '../../redis/store-memory.ts'
import { serverNow } from '../../timetable/planner.ts'
import { age, attempted, bad, type Check, ok, warn } from './check.ts'

const patience = 5_000
const remedy = 'See whether Redis is well, and whether redis.prefix is right'
/** A planner runs every ten seconds, and is looked after within half a minute. */
const plannerSilence = 60_000
const mostTroubles = 20

/** Looks at the ledger from several sides; what fails on one says so and leaves the others. */
export async function lookAtLedger(
  ledger: Ledger,
  queues: LaunchQueues,
  accounts: readonly Account[],
  dataDir: string,
): Promise<Check[]> {
  const workers = async (account: string) => [workersCheck(account, await queues.workerCount(account))]
  const looks = await Promise.all([
    attempted('store', patience, remedy, async () => [await lookAtIdentity(ledger, dataDir)]),
    attempted('stops', patience, remedy, async () => holdChecks(await holdsInForce(ledger), await serverNow(ledger))),
    attempted('breakers', patience, remedy, async () =>
      breakerChecks(await openBreakers(ledger), await serverNow(ledger)),
    ),
    attempted('in doubt', patience, remedy, async () => [
      doubtCheck(await ledger.redis.zcard(ledger.keys.inState('unknown'))),
    ]),
    attempted('preflight', patience, remedy, async () =>
      troubleChecks(await openTroubles(ledger, mostTroubles, await serverNow(ledger))),
    ),
    ...accounts.map(({ name }) => attempted(`workers of ${name}`, patience, remedy, () => workers(name))),
    attempted('planner', patience, remedy, async () => {
      const [ran, schedules] = await Promise.all([
        ledger.redis.get(ledger.keys.plannerRan),
        ledger.redis.hlen(ledger.keys.schedules),
      ])
      return [plannerCheck(ran === null ? undefined : Number(ran), schedules, await serverNow(ledger))]
    }),
  ])
  return looks.flat()
}

/** Whether the store is still the one that this folder knew. Only looks: what follows from it is the service's business. */
async function lookAtIdentity(ledger: Ledger, dataDir: string): Promise<Check> {
  const name = 'store'
  const { redis, keys } = ledger
  const [id, commits, place, replid, epoch] = await redis.hmget(keys.store, 'id', 'commits', 'place', 'replid', 'epoch')
  if (!id) return ok(name, 'new: no service has run on it')
  const seen = { id, commits: Number(commits), place: place ?? '', replid: replid ?? '' }
  const remembered = new StoreFile(dataDir).recall()
  const verdict = judgeStore(seen, await serverSeen(ledger), remembered, false)
  const facts = `${id.slice(0, 8)}, ${seen.commits} rights to send given, epoch ${epoch ?? 0}`
  if (remembered !== undefined && remembered.id !== id) {
    const another = `${facts}: this folder (${dataDir}) knows another store, ${remembered.id.slice(0, 8)}`
    return warn(name, another, 'If Redis was not exchanged on purpose, find the one that knows what was sent')
  }
  if (verdict.kind === 'same') return ok(name, facts)
  const what =
    'The service stops all launches and puts what was due before into doubt: sendoff launches list --state unknown'
  return bad(name, `${facts}: it was ${verdict.kind}; ${verdict.why}`, what)
}

/** One check per stop; `now` in epoch milliseconds. Pure. */
export function holdChecks(holds: readonly Hold[], now: number): Check[] {
  if (holds.length === 0) return [ok('stops', 'none')]
  return holds.map(hold => {
    const says = `${hold.scope} is stopped since ${age(now - hold.at)} by ${hold.by}: ${hold.reason}`
    // What the service stopped by itself nobody may know of yet.
    return (hold.cause === 'person' ? warn : bad)('stops', says, holdRemedy(hold))
  })
}

/** One check per breaker that is open; `now` in epoch milliseconds. Pure. */
export function breakerChecks(breakers: readonly OpenBreaker[], now: number): Check[] {
  const name = 'breakers'
  if (breakers.length === 0) return [ok(name, 'none is open')]
  return breakers.map(({ account, since, failures, cause, tryAt }) => {
    const next = tryAt > now ? `the next probe may go in ${age(tryAt - now)}` : 'a probe may go'
    const says = `that of ${account} is open since ${age(now - since)}, after ${failures} failures in a row; ${next}. The last: ${cause}`
    const close = `sendoff hold off --account ${account} --cause breaker --reason "..."`
    return bad(name, says, `It closes by itself once Altcraft answers; see the connection below, or close it: ${close}`)
  })
}

function holdRemedy({ scope, cause }: Hold): string {
  const [kind, account, mailing] = scope.split(':')
  const flags = `${kind === 'all' ? '' : ` --account ${account}`}${mailing === undefined ? '' : ` --mailing ${mailing}`}`
  const off = `sendoff hold off${flags} --reason "..."`
  switch (cause) {
    case 'person':
      return `When its reason is gone: ${off}`
    case 'token':
      return `Give the account a token that Altcraft accepts, restart, then ${off}`
    case 'rights':
      return `Give the token the right to start the mailing, then ${off}`
    case 'store':
    case 'clock':
      return `Find out what happened to Redis, look at sendoff launches list --state unknown, then ${off}`
  }
}

/** One check per mailing that was not fine when it was last looked at. Pure. */
export function troubleChecks(looks: readonly LastLook[]): Check[] {
  const name = 'preflight'
  const checks = looks.flatMap(({ verdict, why, key, due, at }) =>
    verdict === 'fine'
      ? []
      : [warn(name, `${why}, seen at ${iso(at)} for ${key}, due ${iso(due)}`, remedyFor(verdict))],
  )
  return checks.length > 0 ? checks : [ok(name, 'no mailing that was looked at before its due time has a problem')]
}

const iso = (at: number) => new Date(at).toISOString()

/** Pure. */
export function doubtCheck(count: number): Check {
  const name = 'in doubt'
  if (count === 0) return ok(name, 'no launch is unknown')
  const says = `${count === 1 ? 'one launch is' : `${count} launches are`} unknown: started or not, nobody could tell yet`
  return warn(name, says, 'sendoff launches list --state unknown')
}

/** Pure. */
export function workersCheck(account: string, count: number): Check {
  const name = `workers of ${account}`
  if (count > 0) return ok(name, `${count} connected`)
  return warn(name, 'none is connected: nothing of this account is sent', 'Run sendoff start')
}

/** `ran`: when a planner last finished, `now`: the same clock, in milliseconds. Pure. */
export function plannerCheck(ran: number | undefined, schedules: number, now: number): Check {
  const name = 'planner'
  const last = ran === undefined ? 'has never run' : `ran ${age(now - ran)} ago`
  const says = `${last}; ${schedules === 1 ? 'one schedule is' : `${schedules} schedules are`} stored`
  if ((ran !== undefined && now - ran <= plannerSilence) || schedules === 0) return ok(name, says)
  return warn(name, `${says}, and nobody plans`, 'Run sendoff start')
}
