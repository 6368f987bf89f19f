/**
 * Changes of the stored schedules: the one script that adds, replaces, renames and removes them. It is a compare-and-set on
 * the revision of the set, so of two who change it at once one wins; and it changes nothing that is not minted up to now, so
 * no due time is dropped between two declarations.
 */
import { z } from 'zod'
import { luaAudit } from '../launches/audit.ts'
import { luaCreate, type NewLaunch, recordFields } from '../launches/create.ts'
import { luaForget } from '../launches/forget.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import { luaPause } from '../launches/pause.ts'
import { preflightAt } from '../launches/policy.ts'
import type { Script } from '../redis/script.ts'
import type { KeptLabels } from './kept-labels.ts'
import { luaPlannedBy } from './planned-by.ts'
import type { Schedule } from './schedule.ts'
import { type Stored, storedName, storedText } from './store.ts'
import { luaLatenessOf } from './stored-lateness.ts'
import { zoneTable } from './zone.ts'

/** One schedule's change: `before` alone removes, `after` alone adds, both replace; under two names they rename. */
export interface ScheduleChange {
  readonly name: string
  readonly before?: Stored
  /** Why `before` cannot be minted: what was due under it up to now gets no record, and the audit says so. */
  readonly unmintable?: string | undefined
  readonly after?: Schedule
  /** The first nominal time of `after` from now on, where there is one; epoch milliseconds. */
  readonly next?: number | undefined
  /** Launches of `after` whose time has passed and that are to be made with the change. */
  readonly belated?: readonly NewLaunch[]
  /** Of coming launches of `before` that were decided about; they are kept under these labels. */
  readonly labels?: KeptLabels
}

export type ChangeAnswer =
  | {
      readonly kind: 'changed'
      readonly revision: string
      /** Planned launches that went, by the account whose queue holds their jobs. */
      readonly gone: readonly { readonly account: string; readonly key: string }[]
      /** Keys of the belated launches that are new. */
      readonly created: readonly string[]
      /** Names of stored schedules that could not be minted up to now, and were changed all the same. */
      readonly unminted: readonly string[]
    }
  /** Due times of these stored schedules have come that are not minted yet, or were decided about: mint them, ask again. */
  | { readonly kind: 'behind'; readonly names: readonly string[] }
  /** The set is no longer the one that was read. Nothing was changed. */
  | { readonly kind: 'stale' }

/** History carried over to a new name in one call. */
const carriedAtOnce = 2_000

const changeScript: Script = {
  name: 'sendoffChangeSchedules',
  /*
   * ARGV[3] the revision read  [4] who  [5] why  [6] changes: a JSON list of { name, text ('' removes), next ('' none), look (when
   * the mailing is to be looked at for that one, '' never), from
   * (the stored name, '' where it is new), digest (of the stored text), labels (by the keys of launches that were decided
   * about, what follows the name in their new keys), records (belated launches as flat field lists), unmintable (why what is due under the stored one
   * cannot be minted, '' where it can be) }  [7] the zone table by which
   * what is next was worked out.
   *
   * Each change takes effect strictly after now. Planned launches of later nominal times that nobody has touched go, and so
   * do those that a rule left out: the planner makes them anew. What a person said about a later due time stays, under the
   * new name and label where there is one. What is due already stays as it was declared. Of a removed schedule planned
   * launches go that are still to come, though their nominal time has passed.
   *
   * Returns {'changed', new revision, gone: account, key, account, key …, created keys, names of those that were unmintable and
   * behind}, {'behind', names} or {'stale'}; the latter two have changed nothing.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}${luaCreate}${luaForget}${luaPause}${luaPlannedBy}${luaLatenessOf}
local who, why, changes = ARGV[4], ARGV[5], cjson.decode(ARGV[6])
local at, behind, gone, created, unminted = now(), {}, {}, {}, {}

-- Whether it would be made again by the new declaration, if that still wants it.
local function untouched(row)
  if row.state == 'planned' then return row.attempts == '0' end
  return row.state == 'skipped' and string.sub(row.reason or '', 1, 7) ~= 'person:'
end

-- Whether something was decided about a coming due time since its new label was looked for.
local function unseen(change)
  if change.text == '' then return false end
  for _, key in ipairs(redis.call('ZRANGE', P .. 'schedule:' .. change.from, '(' .. at, '+inf', 'BYSCORE')) do
    local row = read(key, 'state', 'attempts', 'reason', 'origin', 'nominal')
    local ahead = not row.nominal or tonumber(row.nominal) > at
    if row.origin == 'schedule' and ahead and not untouched(row) and not change.labels[key] then return true end
  end
  return false
end

if (redis.call('GET', P .. 'revision') or '0') ~= ARGV[3] then return { 'stale' } end
for _, change in ipairs(changes) do
  if change.from ~= '' then
    local text = redis.call('HGET', P .. 'schedules', change.from)
    if not text or redis.sha1hex(text) ~= change.digest then return { 'stale' } end
    local late = change.unmintable == '' and tonumber(redis.call('HGET', P .. 'watermarks', change.from) or 0) < at
    if late or unseen(change) then behind[#behind + 1] = change.from end
  end
  if change.from ~= change.name and redis.call('HEXISTS', P .. 'schedules', change.name) == 1 then return { 'stale' } end
end
if #behind > 0 then return { 'behind', behind } end
plannedBy(ARGV[7])

-- What a person decided about a coming due time holds for it under its new name as well.
local function rekey(key, row, old, fresh)
  if fresh == key or redis.call('EXISTS', P .. 'launch:' .. fresh) == 1 then return end
  redis.call('RENAME', P .. 'launch:' .. key, P .. 'launch:' .. fresh)
  redis.call('HSET', P .. 'launch:' .. fresh, 'key', fresh)
  for _, index in ipairs({ 'launches:' .. row.origin, 'state:' .. row.state, 'mailing:' .. row.account .. ':' .. row.mailing,
    'schedule:' .. old, 'wake', 'ended:' .. row.origin }) do
    local score = redis.call('ZSCORE', P .. index, key)
    if score then
      redis.call('ZREM', P .. index, key)
      redis.call('ZADD', P .. index, score, fresh)
    end
  end
end

-- A pause outlives the schedule, so that its removal lets nothing go, and ends where the name is given to another. It is not
-- forgotten even then, because what was due in it must not go out.
local function endPause(schedule)
  local pauses = cjson.decode(redis.call('HGET', P .. 'pauses', schedule) or '[]')
  local last = pauses[#pauses]
  if not last or pauseEnd(last) <= at then return end
  last.to = at + 1
  redis.call('HSET', P .. 'pauses', schedule, cjson.encode(pauses))
end

-- What a pause has kept from going, or from being tried again, goes no more once its schedule is removed.
local function endPaused(schedule, lateness)
  for _, key in ipairs(redis.call('ZRANGE', P .. 'schedule:' .. schedule, at - lateness, at, 'BYSCORE')) do
    local row = read(key, 'state', 'account', 'mailing', 'origin', 'due', 'schedule', 'doubt')
    local reason = not row.doubt and (row.state == 'planned' or row.state == 'waiting' or row.state == 'held') and pausedBy(row, at)
    if reason then enter(key, row, 'skipped', at, nil, 'reason', reason) end
  end
end

for _, change in ipairs(changes) do
  local from, name, text = change.from, change.name, change.text
  local before, what = '', 'schedule added'
  if from ~= '' then
    before = change.digest
    what = text == '' and 'schedule removed' or from == name and 'schedule changed' or 'schedule renamed'
    local watermark = redis.call('HGET', P .. 'watermarks', from) or '0'
    if change.unmintable ~= '' and tonumber(watermark) < at then
      unminted[#unminted + 1] = from
      audit(who, 'due times not minted', 'schedule:' .. from, change.unmintable, watermark, at)
    end
    local kept = {}
    for _, key in ipairs(redis.call('ZRANGE', P .. 'schedule:' .. from, '(' .. at, '+inf', 'BYSCORE')) do
      local row = read(key, 'state', 'attempts', 'account', 'mailing', 'origin', 'reason', 'nominal')
      -- The index knows due times only, and none is before its nominal time. Of a removed schedule nothing goes that is still to
      -- come, also where its nominal time has passed.
      local ahead = not row.nominal or tonumber(row.nominal) > at
      if row.origin == 'schedule' and (ahead or (text == '' and row.state == 'planned')) then
        if untouched(row) then
          row.schedule = from
          forget(key, row)
          audit(who, 'launch taken back', key, what .. ': ' .. why, row.state, '')
          gone[#gone + 1] = row.account
          gone[#gone + 1] = key
        elseif ahead and text ~= '' then
          kept[#kept + 1] = { key, row }
        end
      end
    end
    -- Only now: a key that is taken up may have been that of a launch taken back.
    for _, each in ipairs(kept) do
      local key = each[1]
      rekey(key, each[2], from, name .. change.labels[key])
    end
    if text == '' then
      endPaused(from, latenessOf(redis.call('HGET', P .. 'schedules', from)))
    elseif from ~= name then
      endPause(name)
    end
    redis.call('HDEL', P .. 'schedules', from)
    redis.call('HDEL', P .. 'watermarks', from)
    redis.call('ZREM', P .. 'upcoming', from)
    redis.call('ZREM', P .. 'preflights', 'schedule:' .. from)
  end
  if from == '' then endPause(name) end
  local after = ''
  if text ~= '' then
    after = redis.sha1hex(text)
    redis.call('HSET', P .. 'schedules', name, text)
    redis.call('HSET', P .. 'watermarks', name, at)
    if change.next ~= '' then redis.call('ZADD', P .. 'upcoming', change.next, name) end
    if change.look ~= '' then redis.call('ZADD', P .. 'preflights', change.look, 'schedule:' .. name) end
    for _, fields in ipairs(change.records) do
      if create(fields) == 1 then created[#created + 1] = fields[2] end
    end
  end
  if what == 'schedule renamed' then
    redis.call('HSET', P .. 'renames', from, name)
    local pause = redis.call('HGET', P .. 'pauses', from)
    -- Until its history is carried over, launches under the old name still ask for the pause there.
    if pause then redis.call('HSET', P .. 'pauses', name, pause) end
    before = from .. ' ' .. before
  end
  audit(who, what, 'schedule:' .. name, why, before, after)
end
return { 'changed', tostring(redis.call('INCR', P .. 'revision')), gone, created, unminted }
`,
}

const answerSchema = z.union([
  z.tuple([z.literal('changed'), z.string(), z.array(z.string()), z.array(z.string()), z.array(z.string())]),
  z.tuple([z.literal('behind'), z.array(z.string())]),
  z.tuple([z.literal('stale')]),
])

/** Makes all of the changes, or none. `who` and `why` go to the audit. */
export async function changeSchedules(
  ledger: Ledger,
  revision: string,
  changes: readonly ScheduleChange[],
  who: string,
  why: string,
): Promise<ChangeAnswer> {
  const list = JSON.stringify(changes.map(change => changeFields(ledger, change)))
  const answer = answerSchema.parse(
    await runLedgerScript(ledger, changeScript, '', [revision, who, why, list, zoneTable]),
  )
  switch (answer[0]) {
    case 'stale':
      return { kind: 'stale' }
    case 'behind':
      return { kind: 'behind', names: answer[1] }
    case 'changed':
      return { kind: 'changed', revision: answer[1], gone: pairs(answer[2]), created: answer[3], unminted: answer[4] }
  }
}

function changeFields(ledger: Ledger, change: ScheduleChange) {
  const { name, before, after, next, belated = [], labels = {}, unmintable = '' } = change
  return {
    name,
    text: after === undefined ? '' : storedText(after),
    next: next === undefined ? '' : String(next),
    look: String((next === undefined || after === undefined ? undefined : preflightAt(after.policy, next)) ?? ''),
    from: before ? storedName(before) : '',
    unmintable,
    digest: before?.digest ?? '',
    labels,
    records: belated.map(launch => recordFields(launch, ledger)),
  }
}

function pairs(flat: readonly string[]): { account: string; key: string }[] {
  const found: { account: string; key: string }[] = []
  for (let index = 0; index + 1 < flat.length; index += 2) {
    found.push({ account: flat[index] ?? '', key: flat[index + 1] ?? '' })
  }
  return found
}

const carryScript: Script = {
  name: 'sendoffCarryHistory',
  /*
   * ARGV[3] old name  [4] new name  [5] how many launches at most. Launches keep their keys; from now on they are of the
   * schedule under its new name. Returns how many are left under the old one.
   */
  lua: /* lua */ `${luaLedger}
local old, new = P .. 'schedule:' .. ARGV[3], P .. 'schedule:' .. ARGV[4]
local rows = redis.call('ZRANGE', old, 0, ARGV[5] - 1, 'REV', 'WITHSCORES')
for i = 1, #rows, 2 do
  if redis.call('EXISTS', P .. 'launch:' .. rows[i]) == 1 then
    redis.call('HSET', P .. 'launch:' .. rows[i], 'schedule', ARGV[4])
    redis.call('ZADD', new, rows[i + 1], rows[i])
  end
  redis.call('ZREM', old, rows[i])
end
local left = redis.call('ZCARD', old)
if left == 0 then
  redis.call('HDEL', P .. 'renames', ARGV[3])
  if redis.call('HEXISTS', P .. 'schedules', ARGV[3]) == 0 then redis.call('HDEL', P .. 'pauses', ARGV[3]) end
end
return left
`,
}

/** Carries the history of renamed schedules over to their new names; goes on where a process that did so was killed. */
export async function carryHistory(ledger: Ledger): Promise<void> {
  for (const [from, to] of Object.entries(await ledger.redis.hgetall(ledger.keys.renames))) {
    for (let left = 1; left > 0; ) {
      left = z.number().parse(await runLedgerScript(ledger, carryScript, '', [from, to, carriedAtOnce]))
    }
  }
}
