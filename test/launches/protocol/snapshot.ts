/** Everything the ledger holds, read in one script: what the invariants are checked on. */
import { z } from 'zod'
import { origins, states } from '../../../src/launches/launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../../../src/launches/ledger.ts'
import type { Script } from '../../../src/redis/script.ts'

const fields = [
  ...['state', 'token', 'nonce', 'leaseUntil', 'notBefore', 'sendUntil', 'open', 'attempts', 'at:sending', 'reason'],
  ...['doubt', 'recovering', 'repeatAt', 'quarantineUntil', 'reset', 'vanished'],
]

const lookScript: Script = {
  name: 'testLook',
  // ARGV[3] launch keys  [4] places  [5] guarded audiences, each a JSON list. Returns JSON.
  lua: /* lua */ `${luaLedger}
local found = { launches = {}, states = {}, lanes = {}, waiting = {}, ended = {}, sent = {} }
for _, key in ipairs(cjson.decode(ARGV[3])) do
  local row = {}
  for name, value in pairs(read(key, '${fields.join("', '")}')) do
    if value then row[#row + 1] = name; row[#row + 1] = value end
  end
  found.launches[key] = row
end
for state in string.gmatch('${states.join(' ')}', '%a+') do found.states[state] = redis.call('ZRANGE', P .. 'state:' .. state, 0, -1) end
for origin in string.gmatch('${origins.join(' ')}', '%a+') do
  for _, key in ipairs(redis.call('ZRANGE', P .. 'ended:' .. origin, 0, -1)) do found.ended[#found.ended + 1] = key end
end
for _, place in ipairs(cjson.decode(ARGV[4])) do
  found.lanes[place] = redis.call('GET', P .. 'lane:' .. place) or ''
  for _, key in ipairs(redis.call('SMEMBERS', P .. 'waiting:' .. place)) do found.waiting[#found.waiting + 1] = key end
end
for _, place in ipairs(cjson.decode(ARGV[5])) do
  for _, key in ipairs(redis.call('ZRANGE', P .. 'sent:' .. place, 0, -1)) do found.sent[#found.sent + 1] = key end
end
found.wake = redis.call('ZRANGE', P .. 'wake', 0, -1, 'WITHSCORES')
found.holds = redis.call('HKEYS', P .. 'holds')
return cjson.encode(found)
`,
}

/** Lua's empty table is an object in JSON. */
const list = z.union([z.array(z.string()), z.strictObject({}).transform((): string[] => [])])
const record = list.transform(flat => {
  const hash: Record<string, string> = {}
  for (let index = 0; index < flat.length; index += 2) hash[flat[index] ?? ''] = flat[index + 1] ?? ''
  return hash
})
const snapshotSchema = z.object({
  launches: z.record(z.string(), record),
  states: z.record(z.string(), list),
  lanes: z.record(z.string(), z.string()),
  waiting: list,
  ended: list,
  sent: list,
  wake: record,
  holds: list,
})
export type Snapshot = z.infer<typeof snapshotSchema>

export interface Place {
  readonly key: string
  readonly account: string
  readonly mailing: number
}

export async function takeSnapshot(ledger: Ledger, launches: readonly Place[]): Promise<Snapshot> {
  const places = [...new Set(launches.map(placeOf))]
  const args = [launches.map(({ key }) => key), places, places.map(place => `${place}:own`)]
  const reply = await runLedgerScript(
    ledger,
    lookScript,
    '',
    args.map(arg => JSON.stringify(arg)),
  )
  return snapshotSchema.parse(JSON.parse(z.string().parse(reply)))
}

export function placeOf({ account, mailing }: Place): string {
  return `${account}:${mailing}`
}
