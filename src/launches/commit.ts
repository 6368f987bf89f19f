/**
 * commit: the right to write, asked for when the connection to Altcraft stands. It must be in the ledger, as durable as the
 * account asks, acknowledged on the connection that wrote it, before the first byte leaves.
 */
import { z } from 'zod'
import type { CommitConnection, Durability } from '../redis/commit-connection.ts'
import { groupScript } from '../redis/script.ts'
import type { Claim } from './claim.ts'
import { faultPoint } from './fault-point.ts'
import { type Ledger, ledgerArguments, luaLedger } from './ledger.ts'
import { luaOpening } from './opening.ts'
import { luaCommitGate } from './row-gate.ts'
import type { Permit } from './start-mailing.ts'

/** A permit older than this, by either clock of this process, no longer allows the write. */
const permitLife = 1_000

const commitScript = groupScript('sendoffCommit', {
  /*
   * ARGV[3] key  [4] token  [5] nonce  [6] start of the attempt in ms, for its record  [7] how long sending may last, ms
   * Returns {'committed', ms left until its deadline or the end of its open hours, number of the commit} or {'refused', why}. Asking again with the same token and nonce is
   * answered as before: a commit whose reply was lost is still one commit.
   */
  before: /* lua */ `${luaLedger}${luaOpening}${luaCommitGate}`,
  each: /* lua */ `
local key, token, nonce = ARGV[3], ARGV[4], ARGV[5]
local row = read(key, 'state', 'token', 'nonce', 'leaseUntil', 'sendUntil', 'due', 'account', 'mailing', 'origin', 'attempts',
  'audience', 'doubt', 'repeatUntil', 'owner', 'open')
local at = now()
if not row.state then return { 'refused', 'the record of this launch is gone' } end
local gate = row.origin == 'bulk' and rowGate()
if gate then gate.terms(key, row) end
if row.token ~= token or row.nonce ~= nonce then return { 'refused', 'another worker has taken this launch over' } end
local opens, closes = opening(row, at)
local left = opens == at and math.min(row.sendUntil - at, closes - at) or 0
if row.state == 'sending' then return { 'committed', left, 0 } end
if row.state ~= 'claimed' then return { 'refused', 'the launch is ' .. row.state .. ' by now' } end
if tonumber(row.leaseUntil) < at then return { 'refused', 'connecting took longer than the claim lasts' } end
if tonumber(row.sendUntil) < at then return { 'refused', 'the time in which it may be sent has passed' } end
if row.doubt and tonumber(row.repeatUntil or '0') < at then
  return { 'refused', 'the platform may no longer remember the request that this would repeat' }
end
local halted = row.batch and gate.stopped(key, row, at)
if halted then return { 'refused', halted } end
local stop = holdOn(row)
if stop and row.doubt then
  -- Held, the doubt would be hidden; and the repeat would go out when the stop ends, whenever that is.
  enter(key, row, 'unknown', at, at, 'recovering', '1')
  return { 'refused', 'everything that could leave is stopped' }
end
if stop then return { 'refused', hold(key, row, at, stop) } end
if opens ~= at then
  -- A repeat may be the launch, if what it repeats was lost; recovery decides anew.
  if row.doubt then enter(key, row, 'unknown', at, at, 'recovering', '1') end
  return { 'refused', 'its hours are closed' }
end
local attempt = row.attempts + 1
enter(key, row, 'sending', at, at + ARGV[7], 'attempts', attempt, 'lateness', at - row.due, 'committed', nonce,
  'attempt:' .. attempt, '{"number":' .. attempt .. ',"start":' .. ARGV[6] .. ',"sent":' .. at .. ',"owner":' .. cjson.encode(row.owner) .. '}')
local sent = sentKey(row)
redis.call('ZADD', sent, at, key)
-- The guards count a day; of what is older only the newest matters, to a long cool-down.
local old = redis.call('ZCOUNT', sent, '-inf', at - 172800000)
if old > 1 then redis.call('ZREMRANGEBYRANK', sent, 0, old - 2) end
redis.call('EXPIRE', sent, 2678400)
return { 'committed', left, redis.call('HINCRBY', P .. 'store', 'commits', 1) }
`,
})

const answerSchema = z.union([
  z.tuple([z.literal('committed'), z.number(), z.number()]),
  z.tuple([z.literal('refused'), z.string()]),
])

/** Takes the number of a commit; false where the store is behind what is known (store-watch.ts). */
export type CommitNumbers = (commit: number) => boolean

/** The two clocks of this process: one that people set, one that only moves forward. Milliseconds. */
export interface Clocks {
  wall(): number
  steady(): number
}

export const systemClocks: Clocks = { wall: () => Date.now(), steady: () => performance.now() }

/**
 * Asks for the right to write. Never throws: whatever leaves the commit in doubt is no permit. `stillOpen` of the permit
 * compares both clocks, so that neither a stopped process nor a clock set back can write late.
 */
export async function commitLaunch(
  ledger: Ledger,
  connection: CommitConnection,
  claim: Claim,
  attempt: {
    readonly start: number
    readonly sendingLasts: number
    readonly durability: Durability
    readonly accept: CommitNumbers
  },
  clocks: Clocks = systemClocks,
): Promise<Permit> {
  faultPoint('connected')
  const wall = clocks.wall()
  const steady = clocks.steady()
  const args = [...ledgerArguments(ledger), claim.key, claim.token, claim.nonce, attempt.start, attempt.sendingLasts]
  const answer = await connection.write(commitScript, ledger.keys.launch(claim.key), args, attempt.durability)
  if (answer.kind === 'doubt') return { granted: false, why: answer.why }
  const parsed = answerSchema.safeParse(answer.reply)
  if (!parsed.success) return { granted: false, why: 'the ledger gave an answer that is not understood' }
  if (parsed.data[0] === 'refused') return { granted: false, why: parsed.data[1] }
  if (!attempt.accept(parsed.data[2]))
    return { granted: false, why: 'the ledger has forgotten sendings that this process knows' }
  faultPoint('committed')
  const life = Math.min(permitLife, parsed.data[1])
  return {
    granted: true,
    stillOpen: () => {
      const open = within(clocks.wall() - wall, life) && within(clocks.steady() - steady, life)
      if (open) faultPoint('writing')
      return open
    },
  }
}

/** A wall clock that went back by more than the permit lives is as suspect as one that went forward. */
function within(elapsed: number, life: number): boolean {
  return elapsed < life && elapsed > -permitLife
}
