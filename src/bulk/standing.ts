/** How all batches stand together: what is watched where no single batch is looked at. */
import { z } from 'zod'
import { type State, states } from '../launches/launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import { type BatchState, batchStates } from './batch.ts'

export interface BatchesStanding {
  readonly batches: Readonly<Record<BatchState, number>>
  /** Rows that have been released, by the state they came to; `underWay` are at no rest yet. */
  readonly rows: ReadonlyMap<State | 'underWay', number>
  /** Rows that are to be released, for the first time or again, by account. */
  readonly waiting: ReadonlyMap<string, number>
}

/** Batches that one script looks at. */
const atOnce = 100

const standingScript: Script = {
  name: 'sendoffBatchesStanding',
  // ARGV[3] how many batches come before  [4] how many are looked at. A flat list for each: state, account, total, released, to be tried again, under way, then a count for each state.
  lua: /* lua */ `${luaLedger}
local found = {}
for _, id in ipairs(redis.call('ZRANGE', P .. 'batches', ARGV[3], ARGV[3] + ARGV[4] - 1)) do
  local batch = P .. 'batch:' .. id
  local facts = redis.call('HMGET', batch, 'state', 'account', 'total', 'cursor', ${states.map(state => `'n:${state}'`).join(', ')})
  local row = { facts[1] or '', facts[2] or '', facts[3] or 0, facts[4] or 0, redis.call('ZCARD', batch .. ':again'), redis.call('ZCARD', batch .. ':window') }
  for i = 1, ${states.length} do row[#row + 1] = facts[4 + i] or 0 end
  found[#found + 1] = row
end
return found
`,
}

const count = z.coerce.number()
const batchAnswer = z.tuple([z.string(), z.string(), count, count, count, count], count)

/** Counts what is on record, a hundred batches at a time; what changes meanwhile may be counted as it was or as it is. */
export async function standingOfBatches(ledger: Ledger): Promise<BatchesStanding> {
  const batches = { running: 0, paused: 0, done: 0, cancelled: 0 }
  const rows = new Map<State | 'underWay', number>()
  const waiting = new Map<string, number>()
  for (let start = 0; ; start += atOnce) {
    const answer = z.array(batchAnswer).parse(await runLedgerScript(ledger, standingScript, '', [start, atOnce]))
    for (const [text, account, total, released, again, underWay, ...counts] of answer) {
      const state = batchStates.find(each => each === text)
      if (state === undefined) continue
      batches[state] += 1
      add(rows, 'underWay', underWay)
      for (const [index, each] of states.entries()) add(rows, each, counts[index] ?? 0)
      if (state === 'cancelled') add(rows, 'cancelled', total - released)
      else add(waiting, account, total - released + again)
    }
    if (answer.length < atOnce) return { batches, rows, waiting }
  }
}

function add<Name>(counts: Map<Name, number>, name: Name, more: number): void {
  if (more > 0 || !counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + more)
}
