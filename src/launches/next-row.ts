/**
 * Rows of batches that found their mailing's lane taken, or their batch at its `concurrency`, stand in line, and whoever ends
 * an attempt takes the first of them along: a line that everybody asks for its turn from time to time would lose most of it.
 */
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'

const nextScript: Script = {
  name: 'sendoffNextRow',
  /*
   * ARGV[3] launch key of the row whose attempt has ended  [4] account  [5] mailing. Takes the first row out of the line for its lane,
   * or else of that for its batch, that still wants to go; returns its key or nil. What is taken and then lost has its own job.
   */
  lua: /* lua */ `${luaLedger}
local at = now()
for _, line in ipairs({ P .. 'next:' .. ARGV[4] .. ':' .. ARGV[5], P .. 'batch:' .. (batchOf(ARGV[3]) or '') .. ':next' }) do
  while true do
    local key = redis.call('ZPOPMIN', line)[1]
    if not key then break end
    local row = read(key, 'state', 'notBefore')
    if (row.state == 'planned' or row.state == 'waiting') and tonumber(row.notBefore) <= at then return key end
  end
end
return false
`,
}

/** The row to go on with after an attempt of `key`, where one stands in line for what has become free; undefined where none does. */
export async function takeNextRow(
  ledger: Ledger,
  key: string,
  { account, mailing }: { readonly account: string; readonly mailing: number },
): Promise<string | undefined> {
  const next = z
    .string()
    .nullable()
    .parse(await runLedgerScript(ledger, nextScript, key, [key, account, mailing]))
  return next ?? undefined
}
