/** Launches come into being here: a record in the ledger, created once per key, whoever asks and however often. */
import type { Script } from '../redis/script.ts'
import { rowGrace } from './batch-rows.ts'
import { audienceOf, type LaunchRequest, type Origin, quarantine } from './launch.ts'
import { type Ledger, luaLedger, pickUpGrace, runLedgerScript } from './ledger.ts'
import type { OpenSpan } from './opening.ts'
import type { Policy } from './policy.ts'
import type { Submission } from './submission.ts'

export interface Guard {
  readonly maxPerDay: number
  readonly since: number
  readonly coolDown: number
  /** Whether what it stops is skipped, or held until a person lets it go or its time is over. */
  readonly onHit: 'skip' | 'hold'
  /** A person has confirmed that it repeats the one that was sent at this time, and none after it. */
  readonly confirmed?: number
}

export interface NewLaunch {
  /** The launch key: identity of the intention (docs/launch-lifecycle.md, "Keys"). */
  readonly key: string
  readonly account: string
  readonly origin: Origin
  readonly schedule?: string
  readonly request: LaunchRequest
  /** The file that it submits as a batch instead of starting the mailing of its request. */
  readonly submission?: Submission
  /** What its schedule's timetable says, where it really goes later; epoch milliseconds, never after `due`. */
  readonly nominal?: number
  /** Epoch milliseconds. */
  readonly due: number
  /** The last moment at which the first byte may leave. */
  readonly sendUntil: number
  /** The last moment for which another attempt may be planned; never after `sendUntil`. */
  readonly retryUntil: number
  /** The spans in which it may leave, in order; absent where any time will do. */
  readonly open?: readonly OpenSpan[]
  readonly policy: Policy
  /** When its mailing is to be looked at before it is due, where it is; epoch milliseconds. */
  readonly preflightAt?: number
  /** How often the mailing may go to its audience since `since` (epoch milliseconds), and with what pause; none: unguarded. */
  readonly guard?: Guard
  /** A due time that was missed, or may have been sent before the store forgot it, is recorded as such at once. */
  readonly missed?: { readonly state: 'skipped' | 'expired' | 'unknown'; readonly reason: string }
  /** Who asked for it, and why, where a person did. */
  readonly by?: string
  readonly why?: string
}

/** Adds `create(fields)` to a script that begins with `luaLedger`: 1 where the record is new, 0 where the key exists. */
export const luaCreate = /* lua */ `
local function create(fields)
  local row = {}
  for i = 1, #fields, 2 do row[fields[i]] = fields[i + 1] end
  local hash = P .. 'launch:' .. row.key
  if redis.call('EXISTS', hash) == 1 then return 0 end
  local at = now()
  -- Made from the store's id and the key: a launch that has to be made again after a loss asks with the same Request-ID,
  -- so a platform that drops repeats drops it.
  local digest = redis.sha1hex((redis.call('HGET', P .. 'store', 'id') or '') .. ' ' .. row.key)
  local id = string.format('%s-%s-5%s-8%s-%s', digest:sub(1, 8), digest:sub(9, 12), digest:sub(13, 15), digest:sub(16, 18), digest:sub(19, 30))
  redis.call('HSET', hash, 'requestId', id, 'created', at, 'at:' .. row.state, at, unpack(fields))
  redis.call('ZADD', P .. 'launches:' .. row.origin, row.due, row.key)
  redis.call('ZADD', P .. 'state:' .. row.state, row.due, row.key)
  redis.call('ZADD', P .. 'mailing:' .. row.account .. ':' .. row.mailing, row.due, row.key)
  if row.schedule then redis.call('ZADD', P .. 'schedule:' .. row.schedule, row.due, row.key) end
  if row.state == 'unknown' then redis.call('ZADD', sentKey(row), row.due, row.key) end
  if rests(row.state) then
    redis.call('ZADD', P .. 'ended:' .. row.origin, endedAt(row, at), row.key)
  else
    redis.call('ZADD', P .. 'wake', row.notBefore + (row.origin == 'bulk' and ${rowGrace} or ${pickUpGrace}), row.key)
  end
  if row.preflightAt and row.state == 'planned' then
    -- For most the mailing has been looked at before they are made; one that was not fine is looked at again.
    local looked = redis.call('HGET', P .. 'preflight:' .. row.account .. ':' .. row.mailing, 'at')
    if not looked or tonumber(looked) < tonumber(row.preflightAt) or trouble(row.account, row.mailing) then
      redis.call('ZADD', P .. 'preflights', row.preflightAt, 'launch:' .. row.key)
    end
  end
  return 1
end
`

/** The record's fields as the script wants them: a flat list of names and values. The token is not among them. */
export function recordFields(launch: NewLaunch, { owner }: Pick<Ledger, 'owner'>): string[] {
  const fields: Record<string, string | number | undefined> = {
    key: launch.key,
    account: launch.account,
    mailing: launch.request.id,
    origin: launch.origin,
    schedule: launch.schedule,
    state: launch.missed?.state ?? 'planned',
    reason: launch.missed?.reason,
    nominal: launch.nominal === launch.due ? undefined : launch.nominal,
    due: launch.due,
    notBefore: launch.due,
    sendUntil: launch.sendUntil,
    retryUntil: launch.retryUntil,
    open: launch.open && JSON.stringify(launch.open),
    request: JSON.stringify(launch.request),
    policy: JSON.stringify({
      overlap: launch.policy.overlap,
      retry: launch.policy.retry,
      submission: launch.submission,
    }),
    overlap: launch.policy.overlap,
    misfire: launch.origin === 'schedule' ? launch.policy.misfire : undefined,
    audience: audienceOf(launch.request),
    maxPerDay: launch.guard?.maxPerDay,
    daySince: launch.guard?.since,
    coolDown: launch.guard?.coolDown,
    onGuard: launch.guard?.onHit,
    confirmed: launch.guard?.confirmed,
    preflightAt: launch.preflightAt,
    preflightHold: launch.preflightAt !== undefined && launch.policy.onPreflightProblem === 'hold' ? 1 : undefined,
    attempts: 0,
    token: 0,
    ...(launch.missed?.state === 'unknown' ? doubtFields(launch.due) : {}),
    madeBy: owner,
    by: launch.by,
    why: launch.why,
  }
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
}

/** A due time that a store which has forgotten makes anew: it may have been sent before. */
function doubtFields(due: number) {
  return { doubt: 1, recovering: 1, handed: 1, quarantineUntil: due + quarantine.vanished }
}

const createScript: Script = {
  name: 'sendoffCreate',
  // ARGV[3]: the record's fields as a JSON list. Returns 1, or 0 where the key exists already.
  lua: `${luaLedger}${luaCreate} return create(cjson.decode(ARGV[3]))`,
}

/** Creates one launch. False where a launch of this key exists already; that one is left as it is. */
export async function createLaunch(ledger: Ledger, launch: NewLaunch): Promise<boolean> {
  const created = await runLedgerScript(ledger, createScript, launch.key, [
    JSON.stringify(recordFields(launch, ledger)),
  ])
  return created === 1
}
