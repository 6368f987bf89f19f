/**
 * Pausing and resuming a batch: one script each, over the window and never over the rows. What is not released stays where
 * it is; what is released keeps its state and has no deadline until the batch goes on.
 */
import { z } from 'zod'
import { luaAudit } from '../launches/audit.ts'
import { rowGrace, suspended } from '../launches/batch-rows.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { LaunchQueues } from '../launches/queue.ts'
import { luaRevive, luaSuspend } from '../launches/row-gate.ts'
import type { Script } from '../redis/script.ts'
import { type BatchCounts, type BatchState, batchStates } from './batch.ts'
import { countsAnswer, luaCounts } from './counts.ts'

/** Who decides something about a batch, and why. */
export interface BatchDecision {
  readonly by: string
  readonly why: string
}

export type PauseAnswer =
  /** How many were sent and are being sent is in `counts`. */
  { readonly kind: 'paused'; readonly counts: BatchCounts } | NotAsAsked

export type NotAsAsked =
  | { readonly kind: 'unknown' }
  /** It is in this state, which does not allow it; `reason` says why it is there, where somebody said so. */
  | { readonly kind: 'refused'; readonly state: BatchState; readonly reason: string }

/** `suspendWindow(batch, at)`: released rows have no deadline now. */
const luaSuspendWindow = /* lua */ `${luaSuspend}
local function suspendWindow(batch, at)
  for _, key in ipairs(redis.call('ZRANGE', batch .. ':window', 0, -1)) do
    local row = read(key, 'state', 'due', 'account', 'mailing', 'origin', 'doubt')
    if row.state == 'planned' or row.state == 'waiting' or row.state == 'held' then
      suspend(key, row, at)
    elseif not row.doubt then
      -- Where its worker dies it is planned or waits again, and must not be late then.
      redis.call('HSET', P .. 'launch:' .. key, 'sendUntil', '${suspended}')
    end
  end
end
`

const pauseScript: Script = {
  name: 'sendoffPauseBatch',
  // ARGV[3] batch id  [4] why  [5] who. {'paused', counts …}, {'refused', state, reason} or {'unknown'}.
  lua: /* lua */ `${luaLedger}${luaAudit}${luaSuspendWindow}${luaCounts}
local id, at = ARGV[3], now()
local batch = P .. 'batch:' .. id
local facts = redis.call('HMGET', batch, 'state', 'reason')
if not facts[1] then return { 'unknown' } end
if facts[1] ~= 'running' then return { 'refused', facts[1], facts[2] or '' } end
rows().stop(id, ARGV[4], ARGV[5], at)
-- Somebody knows: it need not be announced.
redis.call('SREM', P .. 'batches:open', id)
suspendWindow(batch, at)
return { 'paused', counts(batch) }
`,
}

export const refusedAnswer = z.tuple([z.literal('refused'), z.enum(batchStates), z.string()])
export const unknownAnswer = z.tuple([z.literal('unknown')])

/** Pauses a running batch. Launches that are being sent end by themselves. */
export async function pauseBatch(ledger: Ledger, id: string, { by, why }: BatchDecision): Promise<PauseAnswer> {
  const schema = z.union([z.tuple([z.literal('paused'), countsAnswer]), refusedAnswer, unknownAnswer])
  const answer = schema.parse(await runLedgerScript(ledger, pauseScript, '', [id, why, by]))
  switch (answer[0]) {
    case 'paused':
      return { kind: 'paused', counts: answer[1] }
    case 'refused':
      return { kind: 'refused', state: answer[1], reason: answer[2] }
    case 'unknown':
      return { kind: 'unknown' }
  }
}

const leaveScript: Script = {
  name: 'sendoffLeaveOpenBatches',
  /*
   * ARGV[3] batch id. 1 where this call took a batch that is not running off the feeder's list, else 0. One that a rule paused
   * still has rows with a deadline: the script that settles a row looks at no other.
   */
  lua: /* lua */ `${luaLedger}${luaSuspendWindow}
local batch = P .. 'batch:' .. ARGV[3]
local state = redis.call('HGET', batch, 'state')
if state == 'running' then return 0 end
if state == 'paused' then suspendWindow(batch, now()) end
return redis.call('SREM', P .. 'batches:open', ARGV[3])
`,
}

/** Takes a batch that is at rest or paused off the feeder's list; true for the one caller that did. */
export async function leaveOpenBatches(ledger: Ledger, id: string): Promise<boolean> {
  return (await runLedgerScript(ledger, leaveScript, '', [id])) === 1
}

const resumeScript: Script = {
  name: 'sendoffResumeBatch',
  /*
   * ARGV[3] batch id  [4] why  [5] who. {'resumed', account, keys that need a job}, {'refused', state, reason} or {'unknown'}.
   * Released rows get a new due time and deadline; held ones when their stop ends. The rule that stopped it counts anew in a row.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}${luaRevive}
local id, at = ARGV[3], now()
local batch = P .. 'batch:' .. id
local facts = redis.call('HMGET', batch, 'state', 'reason', 'account', 'lateness')
if not facts[1] then return { 'unknown' } end
if facts[1] ~= 'paused' then return { 'refused', facts[1], facts[2] or '' } end
redis.call('HSET', batch, 'state', 'running', 'streak', 0, 'failed', 0, 'passed', 0, 'samples', '[]')
redis.call('HDEL', batch, 'reason', 'pausedBy', 'pausedAt')
redis.call('SADD', P .. 'batches:open', id)
audit(ARGV[5], 'batch resume', 'batch:' .. id, ARGV[4], 'paused', 'running')
local keys = {}
for _, key in ipairs(redis.call('ZRANGE', batch .. ':window', 0, -1)) do
  local row = read(key, 'state', 'due', 'account', 'mailing', 'origin', 'doubt')
  if (row.state == 'planned' or row.state == 'waiting') and not row.doubt then
    row.lateness = facts[4]
    revive(key, row, at)
    redis.call('ZADD', P .. 'wake', at + ${rowGrace}, key)
    keys[#keys + 1] = key
  end
end
rows().turn(id, batch, '', '', at)
return { 'resumed', facts[3], keys }
`,
}

export type ResumeAnswer =
  /** So many released rows go on at once; the feeder goes on with the rest. */
  { readonly kind: 'resumed'; readonly rows: number } | NotAsAsked

/** Lets a paused batch go on. */
export async function resumeBatch(
  ledger: Ledger,
  queues: LaunchQueues,
  id: string,
  { by, why }: BatchDecision,
  now: number,
): Promise<ResumeAnswer> {
  const schema = z.union([
    z.tuple([z.literal('resumed'), z.string(), z.array(z.string())]),
    refusedAnswer,
    unknownAnswer,
  ])
  const answer = schema.parse(await runLedgerScript(ledger, resumeScript, '', [id, why, by]))
  switch (answer[0]) {
    case 'resumed': {
      const [, account, keys] = answer
      // The old jobs may still be there, delayed: what comes twice finds the ledger's word.
      await queues.add(
        keys.map(key => ({ account, jobId: `${key}~resumed${now}`, delay: 0, job: { key, origin: 'bulk' as const } })),
      )
      return { kind: 'resumed', rows: keys.length }
    }
    case 'refused':
      return { kind: 'refused', state: answer[1], reason: answer[2] }
    case 'unknown':
      return { kind: 'unknown' }
  }
}
