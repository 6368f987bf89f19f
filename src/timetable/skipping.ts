/**
 * Leaving out one coming due time of a schedule. Its record is made at once, as skipped: its key exists, so no planner makes
 * another, whatever is restarted or edited before its time.
 */
import { z } from 'zod'
import { luaAudit } from '../launches/audit.ts'
import { luaCreate, recordFields } from '../launches/create.ts'
import { luaForget } from '../launches/forget.ts'
import { reasons } from '../launches/launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import type { Script } from '../redis/script.ts'
import { type DecidedTime, decidedTimes, earliestGoing } from './decided-times.ts'
import { plannedLaunch } from './minting.ts'
import type { Decision } from './pausing.ts'
import { queued, serverNow } from './planner.ts'
import type { Schedule } from './schedule.ts'
import type { StoredSchedule } from './store.ts'

/** How many of the next due times are listed beside an answer that a time is none of them. */
const listed = 5

export type SkipAnswer =
  | { readonly kind: 'skipped'; readonly key: string; readonly due: number }
  /** The schedule is not due then; `next` are its next due times. */
  | { readonly kind: 'notDue'; readonly next: readonly DecidedTime[] }
  /** It is left out already, and this is why. */
  | { readonly kind: 'leftOut'; readonly key: string; readonly reason: string }
  /** Its launch has moved on, or its time has come. */
  | { readonly kind: 'refused'; readonly key: string; readonly why: string }
  | { readonly kind: 'scheduleChanged' }

export type UnskipAnswer =
  /** It will go out. `planned`: its launch has been made; otherwise the planner makes it shortly before its time. */
  | { readonly kind: 'restored'; readonly key: string; readonly due: number; readonly planned: boolean }
  /** Nothing is left out then; `skips` are the due times that are. */
  | { readonly kind: 'notSkipped'; readonly skips: readonly ComingSkip[] }
  | { readonly kind: 'refused'; readonly key: string; readonly why: string }
  | { readonly kind: 'scheduleChanged' }

/** A coming due time that a person has left out. */
export interface ComingSkip {
  readonly key: string
  readonly schedule: string
  readonly due: number
  /** As the record says it: `person: …`. */
  readonly reason: string
}

const skipScript: Script = {
  name: 'sendoffSkip',
  /*
   * ARGV[3] schedule  [4] digest of its stored text  [5] the record as a JSON list of fields  [6] who  [7] why
   * Returns {'skipped', state before or ''}, {'leftOut', reason}, {'refused', why not} or {'scheduleChanged', ''}.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}${luaCreate}
local text = redis.call('HGET', P .. 'schedules', ARGV[3])
if not text or redis.sha1hex(text) ~= ARGV[4] then return { 'scheduleChanged', '' } end
local fields, new, at = cjson.decode(ARGV[5]), {}, now()
for i = 1, #fields, 2 do new[fields[i]] = fields[i + 1] end
local key = new.key
local row = read(key, 'state', 'reason', 'due', 'account', 'mailing', 'origin', 'attempts')
if row.state == 'skipped' then return { 'leftOut', row.reason } end
if tonumber(row.due or new.due) <= at then return { 'refused', 'its time has come' } end
if row.state and (row.state ~= 'planned' or row.attempts ~= '0') then return { 'refused', 'it is ' .. row.state } end
local before = row.state or ''
if row.state then enter(key, row, 'skipped', at, nil, 'reason', new.reason) else create(fields) end
audit(ARGV[6], 'skip', key, ARGV[7], before, 'skipped')
return { 'skipped', before }
`,
}

const unskipScript: Script = {
  name: 'sendoffUnskip',
  /*
   * ARGV[3] schedule  [4] digest of its stored text  [5] key  [6] the planned record as a JSON list of fields, or '' where
   * the schedule is no longer due then  [7] its nominal time  [8] who  [9] why
   * Returns {'planned', ''}, {'gone', ''}, {'refused', why not} or {'scheduleChanged', ''}. What the planner has passed
   * already it would not make any more, so it is made here.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}${luaCreate}${luaForget}
local text = redis.call('HGET', P .. 'schedules', ARGV[3])
if not text or redis.sha1hex(text) ~= ARGV[4] then return { 'scheduleChanged', '' } end
local key = ARGV[5]
local row = read(key, 'state', 'reason', 'due', 'account', 'mailing', 'origin', 'schedule')
if row.state ~= 'skipped' or string.sub(row.reason, 1, ${reasons.person.length}) ~= '${reasons.person}' then
  return { 'refused', 'it is not left out by a person' }
end
if tonumber(row.due) <= now() then return { 'refused', 'its time has passed' } end
forget(key, row)
local planned = ARGV[6] ~= '' and tonumber(redis.call('HGET', P .. 'watermarks', ARGV[3])) >= tonumber(ARGV[7])
if planned then create(cjson.decode(ARGV[6])) end
audit(ARGV[8], 'unskip', key, ARGV[9], row.reason, planned and 'planned' or '')
return { planned and 'planned' or 'gone', '' }
`,
}

const skipReply = z.tuple([z.enum(['skipped', 'leftOut', 'refused', 'scheduleChanged']), z.string()])
const unskipReply = z.tuple([z.enum(['planned', 'gone', 'refused', 'scheduleChanged']), z.string()])

/** Leaves out the due time in this second (epoch milliseconds), by its nominal time or by when it really goes. */
export async function skipDueTime(
  ledger: Ledger,
  queues: LaunchQueues,
  { schedule, digest }: StoredSchedule,
  at: number,
  { by, why }: Decision,
): Promise<SkipAnswer> {
  const now = await serverNow(ledger)
  const found = dueTimeAt(schedule, at, now)
  if (!found) return { kind: 'notDue', next: nextOf(schedule, now) }
  if (found.leftOut !== undefined)
    return { kind: 'leftOut', key: `${schedule.name}@${found.label}`, reason: found.leftOut }
  const launch = plannedLaunch(schedule, found)
  const { key, due } = launch
  const skipped = { ...launch, missed: { state: 'skipped', reason: `${reasons.person}${why}` } } as const
  const args = [schedule.name, digest, JSON.stringify(recordFields(skipped, ledger)), by, why]
  const [kind, words] = skipReply.parse(await runLedgerScript(ledger, skipScript, key, args))
  switch (kind) {
    case 'skipped':
      if (words === 'planned') await queues.remove(schedule.account, [key])
      return { kind, key, due }
    case 'leftOut':
      return { kind, key, reason: words }
    case 'refused':
      return { kind, key, why: words }
    case 'scheduleChanged':
      return { kind }
  }
}

/** Takes back the skip of the due time in this second, before that time comes. */
export async function unskipDueTime(
  ledger: Ledger,
  queues: LaunchQueues,
  { schedule, digest }: StoredSchedule,
  at: number,
  { by, why }: Decision,
): Promise<UnskipAnswer> {
  const now = await serverNow(ledger)
  const skips = (await comingSkips(ledger, now)).filter(each => each.schedule === schedule.name)
  const dueTime = dueTimeAt(schedule, at, now)
  const launch = dueTime && plannedLaunch(schedule, dueTime)
  const skip = skips.find(({ key, due }) => key === launch?.key || isInSecond(due, at))
  if (!skip) return { kind: 'notSkipped', skips }
  const { key, due } = skip
  const planned = launch?.key === key ? JSON.stringify(recordFields(launch, ledger)) : ''
  const args = [schedule.name, digest, key, planned, dueTime?.nominal ?? due, by, why]
  const [kind, words] = unskipReply.parse(await runLedgerScript(ledger, unskipScript, key, args))
  switch (kind) {
    case 'planned':
      if (launch) await queues.add([queued(launch, now)])
      return { kind: 'restored', key, due, planned: true }
    case 'gone':
      return { kind: 'restored', key, due, planned: false }
    case 'refused':
      return { kind, key, why: words }
    case 'scheduleChanged':
      return { kind }
  }
}

/** Every coming due time that a person has left out, of all schedules, in order. */
export async function comingSkips(ledger: Ledger, now: number): Promise<ComingSkip[]> {
  const keys = await ledger.redis.zrangebyscore(ledger.keys.inState('skipped'), `(${now}`, '+inf')
  const rows = await Promise.all(
    keys.map(key => ledger.redis.hmget(ledger.keys.launch(key), 'schedule', 'due', 'reason')),
  )
  return rows.flatMap(([schedule, due, reason], index) => {
    const key = keys[index]
    if (key === undefined || schedule == null || due == null || !reason?.startsWith(reasons.person)) return []
    return [{ key, schedule, due: Number(due), reason }]
  })
}

/** The due time that is still to come and has its nominal time, or else the time when it really goes, in this second. */
function dueTimeAt(schedule: Schedule, at: number, now: number): DecidedTime | undefined {
  let moved: DecidedTime | undefined
  for (const dueTime of decidedTimes(schedule, earliestGoing(schedule, at))) {
    if (dueTime.nominal >= at + 1_000) break
    if (dueTime.due <= now) continue
    if (isInSecond(dueTime.nominal, at)) return dueTime
    if (isInSecond(dueTime.due, at)) moved ??= dueTime
  }
  return moved
}

/** People write seconds; jitter and anchors are finer. */
function isInSecond(instant: number, second: number): boolean {
  return instant >= second && instant < second + 1_000
}

/** The next due times that no rule leaves out. */
function nextOf(schedule: Schedule, now: number): DecidedTime[] {
  const found: DecidedTime[] = []
  for (const time of decidedTimes(schedule, earliestGoing(schedule, now))) {
    if (found.length === listed) break
    if (time.due > now && time.leftOut === undefined) found.push(time)
  }
  return found
}
