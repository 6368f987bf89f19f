/**
 * Release: waiting rows become launches. Records, account and cursor move together in one script, so a kill at any point
 * loses no row and doubles none, and of two feeders that saw the same turn only one acts.
 */
import { z } from 'zod'
import { retryStates, rowGrace } from '../launches/batch-rows.ts'
import { luaCreate } from '../launches/create.ts'
import { audienceOf } from '../launches/launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import { luaRevive } from '../launches/row-gate.ts'
import type { Script } from '../redis/script.ts'
import type { StoredRow } from './chunks.ts'
import type { Sample } from './feeding.ts'

/** Where a batch stands in its chunks after a release. */
export interface Place {
  readonly chunk: number
  /** Rows of that chunk that are released. */
  readonly skip: number
}

/** What stands for a batch in a release: it holds only while its turn is this. */
export interface Turn {
  readonly id: string
  readonly turn: number
  readonly nextAt: number
  readonly samples: readonly Sample[]
}

const luaTurn = /* lua */ `
local id, at = ARGV[3], now()
local batch = P .. 'batch:' .. id
local facts = redis.call('HMGET', batch, 'state', 'turn', 'cursor', 'account', 'lateness')
if facts[1] ~= 'running' or (facts[2] or '0') ~= ARGV[4] then return false end
redis.call('HINCRBY', batch, 'turn', 1)
redis.call('HSET', batch, 'nextAt', ARGV[5], 'samples', ARGV[6])
local account, lateness, released = facts[4], tonumber(facts[5]), {}
`

const releaseScript: Script = {
  name: 'sendoffReleaseRows',
  /*
   * ARGV[3] batch id  [4] its turn as it was read  [5] when the pace lets the next row go  [6] samples  [7] chunk and [8] rows of it
   * that are released afterwards  [9] a JSON list of rows: { key, mailing, request, audience }
   * Returns the launch keys that are new, or nil where the batch has moved on since it was read.
   */
  lua: /* lua */ `${luaLedger}${luaCreate}${luaTurn}
local number = tonumber(facts[3])
for _, row in ipairs(cjson.decode(ARGV[9])) do
  number = number + 1
  local key = id .. '#' .. row[1]
  local fields = { 'key', key, 'account', account, 'mailing', row[2], 'origin', 'bulk', 'state', 'planned', 'due', at, 'notBefore', at,
    'sendUntil', at + lateness, 'row', number, 'request', row[3], 'audience', row[4], 'attempts', 0, 'token', 0 }
  if create(fields) == 1 then
    redis.call('ZADD', batch .. ':window', number, key)
    released[#released + 1] = key
  else
    redis.call('HINCRBY', batch, 'repeated', 1)
  end
end
redis.call('HSET', batch, 'cursor', number, 'chunk', ARGV[7], 'skip', ARGV[8])
if #released == 0 then rows().turn(id, batch, '', '', at) end
return released
`,
}

const answerSchema = z.array(z.string()).nullable()

/** Releases the rows at the cursor; undefined where the batch has moved on. They need jobs; without, the sweep gives them one. */
export async function releaseRows(
  ledger: Ledger,
  turn: Turn,
  rows: readonly StoredRow[],
  place: Place,
): Promise<string[] | undefined> {
  const list = rows.map(({ key, request }) => [key, request.id, JSON.stringify(request), audienceOf(request)])
  const args = [...turnArguments(turn), place.chunk, place.skip, JSON.stringify(list)]
  return answerSchema.parse(await runLedgerScript(ledger, releaseScript, '', args)) ?? undefined
}

const againScript: Script = {
  name: 'sendoffReleaseAgain',
  /*
   * ARGV[3] to [6] as above  [7] how many. Rows that a person has asked to try again are planned again, each with a Request-ID of
   * its own: the platform would answer the old one with the old answer. Returns their launch keys, or nil.
   */
  lua: /* lua */ `${luaLedger}${luaRevive}${luaTurn}
for _, key in ipairs(redis.call('ZRANGE', batch .. ':again', 0, ARGV[7] - 1)) do
  local row = read(key, 'state', 'due', 'account', 'mailing', 'origin', 'attempts', 'audience', 'error')
  if row.state and rows().isIn(' ${retryStates.join(' ')} ', row.state) then
    row.lateness = lateness
    local digest = redis.sha1hex(key .. ' ' .. at .. ' ' .. row.attempts)
    local requestId = string.format('%s-%s-5%s-8%s-%s', digest:sub(1, 8), digest:sub(9, 12), digest:sub(13, 15), digest:sub(16, 18), digest:sub(19, 30))
    enter(key, row, 'planned', at, at + ${rowGrace}, 'requestId', requestId, 'round', row.attempts)
    answered(key, row, '')
    redis.call('HDEL', P .. 'launch:' .. key, 'handed', 'reason', 'error', 'error_text', 'status')
    revive(key, row, at)
    released[#released + 1] = key
  end
  redis.call('ZREM', batch .. ':again', key)
end
redis.call('HINCRBY', batch, 'retried', #released)
if #released == 0 then rows().turn(id, batch, '', '', at) end
return released
`,
}

/** Plans up to `count` ended rows again; undefined where the batch has moved on. */
export async function releaseAgain(ledger: Ledger, turn: Turn, count: number): Promise<string[] | undefined> {
  const args = [...turnArguments(turn), count]
  return answerSchema.parse(await runLedgerScript(ledger, againScript, '', args)) ?? undefined
}

function turnArguments({ id, turn, nextAt, samples }: Turn): (string | number)[] {
  return [id, turn, nextAt, JSON.stringify(samples)]
}
