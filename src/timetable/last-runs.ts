/** What came of the newest launches of many schedules, read in few calls: a list of schedules asks for hundreds. */
import { z } from 'zod'
import { type Ledger, ledgerArguments } from '../launches/ledger.ts'
import { runScript, type Script } from '../redis/script.ts'

const lastRunsScript: Script = {
  name: 'sendoffLastRuns',
  /*
   * ARGV[3] now  [4] how many of each schedule  [5] names of fields as a JSON list  [6…] schedules. Returns, for each schedule, its
   * newest launches whose time has come, the newest first: key, values of the fields.
   */
  lua: /* lua */ `
local P, count, fields, answers = ARGV[1], tonumber(ARGV[4]), cjson.decode(ARGV[5]), {}
for index = 6, #ARGV do
  local runs = {}
  for _, key in ipairs(redis.call('ZRANGE', P .. 'schedule:' .. ARGV[index], ARGV[3], '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, count)) do
    runs[#runs + 1] = { key, redis.call('HMGET', P .. 'launch:' .. key, unpack(fields)) }
  end
  answers[#answers + 1] = runs
end
return answers
`,
}

/** Redis serves nobody else meanwhile: so many launches are read in one call. */
const mostAtOnce = 500

const answersSchema = z.array(z.array(z.tuple([z.string(), z.array(z.string().nullable())])))

/** A launch with the fields that were asked for, in their order. */
export interface LastRun {
  readonly key: string
  readonly values: readonly (string | null)[]
}

/** Of each of the schedules the newest `count` launches whose time has come by `now` (epoch milliseconds), the newest first. */
export async function lastRunsOf(
  ledger: Ledger,
  schedules: readonly string[],
  now: number,
  count: number,
  fields: readonly string[],
): Promise<LastRun[][]> {
  const page = Math.max(1, Math.floor(mostAtOnce / count))
  const calls: Promise<unknown>[] = []
  for (let index = 0; index < schedules.length; index += page) {
    const names = schedules.slice(index, index + page)
    const args = [...ledgerArguments(ledger), now, count, JSON.stringify(fields), ...names]
    calls.push(runScript(ledger.redis, lastRunsScript, ledger.keys.root, args))
  }
  const answers = (await Promise.all(calls)).flatMap(reply => answersSchema.parse(reply))
  return answers.map(runs => runs.map(([key, values]) => ({ key, values })))
}
