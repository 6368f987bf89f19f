/**
 * Lists of launches, newest first by due time, a page at a time. A page costs what it shows, however deep it is and however
 * many launches there are: it begins at a cursor, walks the narrowest index that the filter names, and judges the rest of the
 * filter on single fields. What no index narrows (docs/ledger.md, "Lists") is walked a bounded way for each page.
 */
import { z } from 'zod'
import type { Keys } from '../redis/keys.ts'
import type { Script } from '../redis/script.ts'
import type { Cursor } from './cursor.ts'
import { type Origin, origins, type State } from './launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'
import { type ListedLaunch, listedFields, readListed } from './record.ts'

export interface LaunchFilter {
  readonly state?: State
  readonly schedule?: string
  readonly mailing?: number
  readonly account?: string
  /** Of these accounts alone; the cursor of a page names no launch of another. */
  readonly among?: readonly string[]
  /** Rows of this batch. */
  readonly batch?: string
  readonly origin?: Origin
  /** What holds it, where it is held. */
  readonly heldBy?: 'hold' | 'guard' | 'preflight'
  /** `error` of the last answer. */
  readonly error?: number
  /** Due at this instant or later; epoch milliseconds. */
  readonly from?: number
  /** Due before this instant. */
  readonly to?: number
  /** Leaves out due times of schedules that are still to come at this instant: they are what the calendar shows. */
  readonly dueBy?: number
}

export interface Page {
  /** Launches on the page, at most. */
  readonly limit: number
  /** Where the page before ended; absent for the first. */
  readonly after?: Cursor
  /** Names of the accounts, where `filter.mailing` comes without one: mailings are numbered per account. */
  readonly accounts: readonly string[]
}

export interface LaunchPage {
  readonly records: readonly ListedLaunch[]
  /**
   * Where the next page begins; absent where this one is the last. A page with less than its limit, even an empty one, may have
   * a next one: few of the launches that were walked passed the filter.
   */
  readonly next?: Cursor
}

/** How many launches one script walks: what it takes (a millisecond or two), everybody else waits. */
const stride = 500
/** How many strides a page goes before it is handed over with what it has. */
const strides = 3

const listScript: Script = {
  name: 'sendoffList',
  /*
   * ARGV[3] JSON: groups, each { indexes, proves }: together its indexes hold all that pass, and show what `proves` names;
   * match (field → text), among (account → true, where not of all), prefix of the key, batch, dueBy, from, to, after { due, key }, limit, stride, fields to return.
   * Returns { '' at the end, else 1; due time and key of the last that was walked, or ''; the same of the last that is of `among`;
   * a list of values for each found }.
   */
  lua: /* lua */ `${luaLedger}
local ask = cjson.decode(ARGV[3])
local from, to, after = ask.from or '-inf', ask.to and '(' .. ask.to or '+inf', ask.after
-- No row is due before its batch was made.
if ask.batch then from = ask.from or redis.call('ZSCORE', P .. 'batches', ask.batch) or from end
if after and (not ask.to or tonumber(after.due) < tonumber(ask.to)) then to = after.due end

-- By bytes, as a sorted set does it: what Lua has follows the locale.
local function below(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- How many of the index come before the page. The launch that the cursor names may have left the index.
local function rankIn(index)
  local before = ask.to and redis.call('ZCOUNT', index, ask.to, '+inf') or 0
  if not after then return before end
  local score = redis.call('ZSCORE', index, after.key)
  if score and tonumber(score) == tonumber(after.due) then return math.max(before, redis.call('ZREVRANK', index, after.key) + 1) end
  local low, high = redis.call('ZCOUNT', index, '(' .. after.due, '+inf'), redis.call('ZCOUNT', index, after.due, '+inf')
  while low < high do
    local middle = math.floor((low + high) / 2)
    if below(redis.call('ZREVRANGE', index, middle, middle)[1], after.key) then high = middle else low = middle + 1 end
  end
  return math.max(before, low)
end

local group, fewest
for _, each in ipairs(ask.groups) do
  local count = 0
  for _, index in ipairs(each.indexes) do count = count + redis.call('ZCOUNT', index, from, to) end
  if not fewest or count < fewest then group, fewest = each, count end
end
for _, name in ipairs(group.proves) do ask.match[name] = nil end
local names = {}
for name in pairs(ask.match) do names[#names + 1] = name end

local function isAmong(key) return not ask.among or ask.among[redis.call('HGET', P .. 'launch:' .. key, 'account')] end
local function passes(key, due)
  if ask.prefix and string.sub(key, 1, #ask.prefix) ~= ask.prefix then return false end
  if #names > 0 then
    local values = redis.call('HMGET', P .. 'launch:' .. key, unpack(names))
    for i, name in ipairs(names) do if values[i] ~= ask.match[name] then return false end end
  end
  if ask.dueBy and tonumber(due) > tonumber(ask.dueBy) then
    local row = read(key, 'origin', 'state')
    return row.origin ~= 'schedule' or (row.state ~= 'planned' and row.state ~= 'skipped')
  end
  return true
end

-- Where every launch passes, no more is fetched than the page has.
local size = (#names > 0 or ask.prefix or ask.dueBy or ask.among) and 100 or ask.limit + 1
local lists = {}
for _, index in ipairs(group.indexes) do lists[#lists + 1] = { index = index, rank = rankIn(index), at = 1, rows = {} } end
-- The next of a list: key, due time; nothing at its end.
local function head(list)
  if not list.rows[list.at] and not list.over then
    list.rows = redis.call('ZREVRANGE', list.index, list.rank, list.rank + size - 1, 'WITHSCORES')
    list.rank, list.at, list.over = list.rank + #list.rows / 2, 1, #list.rows < 2 * size
  end
  local due = list.rows[list.at + 1]
  if due and (from == '-inf' or tonumber(due) >= tonumber(from)) then return list.rows[list.at], due end
end
local function newest()
  local best, key, due
  for _, list in ipairs(lists) do
    local k, d = head(list)
    if k and (not best or tonumber(d) > tonumber(due) or (d == due and below(key, k))) then best, key, due = list, k, d end
  end
  return best, key, due
end

local found, walked, lastDue, lastKey, ownDue, ownKey = {}, 0, '', '', '', ''
local list, key, due = newest()
while list and #found < ask.limit and walked < ask.stride do
  list.at, walked, lastDue, lastKey = list.at + 2, walked + 1, due, key
  if isAmong(key) then
    ownDue, ownKey = due, key
    if passes(key, due) then found[#found + 1] = redis.call('HMGET', P .. 'launch:' .. key, unpack(ask.fields)) end
  end
  list, key, due = newest()
end
return { list and '1' or '', lastDue, lastKey, ownDue, ownKey, found }
`,
}

const answerSchema = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.array(z.array(z.string().nullable())),
])

/**
 * One page of the launches that pass the filter, by due time and then by key, both descending. Pages that follow each other by
 * their cursors show each launch once, whatever is added meanwhile; one whose due time or state changes may be met again or missed.
 */
export async function listPage(ledger: Ledger, filter: LaunchFilter, page: Page): Promise<LaunchPage> {
  const query = queryOf(ledger.keys, filter, page.accounts)
  const records: ListedLaunch[] = []
  let after = page.after
  let next: Cursor | undefined
  // A run of launches of other accounts is walked to its end, however long: a cursor within it would name one of them.
  for (let taken = 0; taken < strides || next === undefined; taken++) {
    const limit = page.limit - records.length
    const ask = {
      ...query,
      limit,
      stride,
      fields: listedFields,
      ...(after && { after: { ...after, due: `${after.due}` } }),
    }
    const reply = await runLedgerScript(ledger, listScript, '', [JSON.stringify(ask)])
    const [more, due, key, ownDue, ownKey, rows] = answerSchema.parse(reply)
    records.push(...rows.flatMap(row => readListed(row) ?? []))
    if (more === '') return { records }
    after = { due: Number(due), key }
    if (ownKey !== '') next = { due: Number(ownDue), key: ownKey }
    if (records.length >= page.limit) break
  }
  return { records, ...(next && { next }) }
}

/** The newest launches that pass the filter, at most `limit`, however far they have to be looked for. */
export async function listLaunches(
  ledger: Ledger,
  filter: LaunchFilter,
  limit: number,
  accounts: readonly string[],
): Promise<ListedLaunch[]> {
  return [...(await listFrom(ledger, filter, { limit, accounts })).records]
}

/** As `listPage`, but a page is only short where nothing is left. */
export async function listFrom(ledger: Ledger, filter: LaunchFilter, page: Page): Promise<LaunchPage> {
  const records: ListedLaunch[] = []
  let after = page.after
  for (;;) {
    const limit = Math.min(page.limit - records.length, stride)
    const found = await listPage(ledger, filter, { ...page, limit, ...(after && { after }) })
    records.push(...found.records)
    if (found.next === undefined) return { records }
    after = found.next
    if (records.length >= page.limit) return { records, next: after }
  }
}

/** One or more indexes that together hold all launches that pass, and the parts of the filter that they prove. */
interface IndexGroup {
  readonly indexes: readonly string[]
  readonly proves: readonly string[]
}

/** What the script is to look for, and where it may look. */
function queryOf(keys: Keys, { dueBy, from, to, among: own, ...filter }: LaunchFilter, accounts: readonly string[]) {
  const { state, schedule, mailing, account, batch, error, heldBy } = filter
  const origin = filter.origin ?? (batch === undefined ? undefined : 'bulk')
  const groups: IndexGroup[] = [
    { indexes: (origin === undefined ? origins : [origin]).map(keys.ofOrigin), proves: ['origin'] },
  ]
  if (state !== undefined) groups.push({ indexes: [keys.inState(state)], proves: ['state'] })
  if (schedule !== undefined) groups.push({ indexes: [keys.ofSchedule(schedule)], proves: ['schedule'] })
  // Nearly all launches were answered with 0: it has no index.
  if (error !== undefined && error !== 0) groups.push({ indexes: [keys.withError(error)], proves: ['error'] })
  if (mailing !== undefined) {
    const among = account === undefined ? accounts : [account]
    groups.push({ indexes: among.map(each => keys.ofMailing(each, mailing)), proves: ['mailing', 'account'] })
  }
  const match = texts({ state, schedule, mailing, account, origin, error, heldBy })
  const prefix = batch === undefined ? undefined : `${batch}#`
  const among = own && Object.fromEntries(own.map(each => [each, true]))
  return { groups, match, among, batch, prefix, ...texts({ dueBy, from, to }) }
}

/** Without what is absent, and all of it as the text that Redis has. */
function texts(values: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}
