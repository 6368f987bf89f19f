/**
 * Confirmation: an account may ask that the platform's log shows what an answer called a success. A launch without an entry
 * was swallowed: success on paper, nobody mailed.
 */
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { type ConfirmationStep, confirmAfter, confirmationStep } from './confirmation-step.ts'
import type { ReadLog } from './evidence.ts'
import { reasons } from './launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'
import { findInLog } from './log-reading.ts'
import type { LaunchRecord } from './record.ts'

/** From the settlement to the first look. Milliseconds. */
export const firstConfirmation = confirmAfter[0]

const confirmScript: Script = {
  name: 'sendoffConfirm',
  /*
   * ARGV[3] key  [4] token  [5] readings before this one  [6] wait, confirmed, unclear or swallowed  [7] words  [8] when to
   * look again or ''. 1, or 0 where another process was here first or a person has moved the launch on.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local key, found = ARGV[3], ARGV[6]
local row = read(key, 'state', 'due', 'account', 'mailing', 'origin', 'token', 'audience', 'confirmation', 'confirmReadings')
if row.state ~= 'launched' or row.confirmation ~= 'pending' or row.token ~= ARGV[4] then return 0 end
if (row.confirmReadings or '0') ~= ARGV[5] then return 0 end
local hash = P .. 'launch:' .. key
redis.call('HINCRBY', hash, 'confirmReadings', 1)
if found == 'wait' then return redis.call('ZADD', P .. 'wake', 'CH', ARGV[8], key) end
redis.call('HSET', hash, 'confirmation', found)
redis.call('ZREM', P .. 'wake', key)
note(key, 'service', 'looked for the start in the log', ARGV[7])
if found == 'swallowed' then
  enter(key, row, 'swallowed', now(), nil, 'reason', ARGV[7])
  redis.call('ZREM', sentKey(row), key)
  audit('service', 'confirmation', key, ARGV[7], 'launched', 'swallowed')
end
return 1
`,
}

interface ConfirmationTools {
  readonly ledger: Ledger
  readonly readLog: ReadLog
  readonly now: () => Promise<number>
  readonly heard: { launchSwallowed(key: string, account: string, reason: string): void }
}

/** One look at the log for a launch that waits for its confirmation. Throws only what Redis throws. */
export async function confirmByLog(
  tools: ConfirmationTools,
  record: LaunchRecord,
  startedElsewhere: boolean,
  signal: AbortSignal,
): Promise<void> {
  // Of the attempts that were handed over any may have been the one: the answer of a repeat speaks of the first.
  const first = record.attemptList.find(({ number, handed }) => number > record.round && handed !== false)
  const { launched } = record.times
  if (record.confirmation !== 'pending' || first === undefined || launched === undefined) return
  const found = await findInLog(tools, record, first.start, startedElsewhere, signal)
  const evidence = found.kind === 'judged' ? found.verdict.evidence : 'unread'
  const step = confirmationStep(launched, record.confirmReadings + 1, evidence)
  const words = wordsOf(step)
  const again = step.kind === 'wait' ? step.until : ''
  const args = [record.key, record.token, record.confirmReadings, step.kind, words, again]
  const isNew = (await runLedgerScript(tools.ledger, confirmScript, record.key, args)) === 1
  if (isNew && step.kind === 'swallowed') tools.heard.launchSwallowed(record.key, record.account, words)
}

function wordsOf(step: ConfirmationStep): string {
  switch (step.kind) {
    case 'wait':
      return ''
    case 'confirmed':
    case 'unclear':
      return step.words
    case 'swallowed':
      return `${reasons.unseen}${step.after}`
  }
}
