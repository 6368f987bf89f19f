/** What came of the due times of schedules day by day, as the ledger says; many schedules and days in few calls. */
import { z } from 'zod'
import { type State, states } from '../launches/launch.ts'
import { type Ledger, ledgerArguments } from '../launches/ledger.ts'
import { runScript, type Script } from '../redis/script.ts'

const wentScript: Script = {
  name: 'sendoffWentByDay',
  /*
   * ARGV[3] how many launches of a day are read  [4] bounds of the days as a JSON list of texts  [5…] schedules. Returns, for each
   * schedule and day with launches: number of the schedule, number of the day, how many launches there are, due time of the first, and where
   * they are no more than are read: key and state of each, one after another.
   */
  lua: /* lua */ `
local P, most, bounds, answers = ARGV[1], tonumber(ARGV[3]), cjson.decode(ARGV[4]), {}
for index = 5, #ARGV do
  local runs = P .. 'schedule:' .. ARGV[index]
  for day = 1, #bounds - 1 do
    local from, to = bounds[day], '(' .. bounds[day + 1]
    local count = redis.call('ZCOUNT', runs, from, to)
    if count > 0 then
      local told = {}
      if count <= most then
        for _, key in ipairs(redis.call('ZRANGEBYSCORE', runs, from, to)) do
          told[#told + 1] = key
          told[#told + 1] = redis.call('HGET', P .. 'launch:' .. key, 'state') or ''
        end
      end
      local first = redis.call('ZRANGEBYSCORE', runs, from, to, 'WITHSCORES', 'LIMIT', 0, 1)
      answers[#answers + 1] = { index - 5, day - 1, count, first[2], told }
    end
  end
end
return answers
`,
}

/** Redis serves nobody else meanwhile: about so many launches and days are looked at in one call. */
const mostAtOnce = 500
/** For one calendar. */
const mostRead = 20_000
const mostOfDay = 24

const answersSchema = z.array(z.tuple([z.int(), z.int(), z.int(), z.string(), z.array(z.string())]))

/** What a schedule launched on one day. */
export interface Went {
  readonly schedule: string
  readonly times: number
  /** Of the first; epoch milliseconds. */
  readonly due: number
  /** Key of the only one. */
  readonly key: string | undefined
  /** How many are in which state; undefined where there are too many to be read. */
  readonly states: ReadonlyMap<State, number> | undefined
}

/** Day by day, what went by its first due time; `bounds`: when each day begins, and last when the last of them ends. */
export async function wentByDay(
  ledger: Ledger,
  schedules: readonly string[],
  bounds: readonly number[],
): Promise<Went[][]> {
  const days = bounds.length - 1
  if (days < 1 || schedules.length === 0) return []
  const most = Math.max(1, Math.min(mostOfDay, Math.floor(mostRead / (days * schedules.length))))
  const page = Math.max(1, Math.floor(mostAtOnce / (days * most)))
  const calls: Promise<Went[][]>[] = []
  for (let index = 0; index < schedules.length; index += page) {
    const names = schedules.slice(index, index + page)
    const args = [...ledgerArguments(ledger), most, JSON.stringify(bounds.map(String)), ...names]
    calls.push(runScript(ledger.redis, wentScript, ledger.keys.root, args).then(reply => readWent(reply, names, days)))
  }
  const pages = await Promise.all(calls)
  return Array.from({ length: days }, (_, day) =>
    pages.flatMap(found => found[day] ?? []).toSorted((a, b) => a.due - b.due),
  )
}

function readWent(reply: unknown, names: readonly string[], days: number): Went[][] {
  const found: Went[][] = Array.from({ length: days }, () => [])
  for (const [index, day, times, due, told] of answersSchema.parse(reply)) {
    const counts = new Map<State, number>()
    for (let at = 1; at < told.length; at += 2) {
      const state = states.find(each => each === told[at])
      if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + 1)
    }
    found[day]?.push({
      schedule: names[index] ?? '',
      times,
      due: Number(due),
      key: times === 1 ? told[0] : undefined,
      states: told.length === 0 ? undefined : counts,
    })
  }
  return found
}
