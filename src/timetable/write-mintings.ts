/** What minting writes down: the records of a schedule's due times and its watermark, together, for several schedules in one call. */
import { z } from 'zod'
import { luaCreate, recordFields } from '../launches/create.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import { preflightAt } from '../launches/policy.ts'
import type { Script } from '../redis/script.ts'
import type { Minting } from './minting.ts'
import { luaPlannedBy } from './planned-by.ts'
import type { StoredSchedule } from './store.ts'
import { zoneTable } from './zone.ts'

/** A schedule's minting, with what was read of the schedule to make it. */
export interface MintingOfStored {
  readonly stored: StoredSchedule
  /** The text of its pauses, '' where it has none. */
  readonly pauses: string
  readonly minting: Minting
}

const mintScript: Script = {
  name: 'sendoffMint',
  /*
   * ARGV[3] a JSON list of schedules: { name, digest (of the stored text), read (its watermark as it was read), watermark (the
   * new one), next (its next nominal time or ''), look (when its mailing is to be looked at for that one, or ''), pauses (their
   * text or ''), records (flat field lists) }  [4] the zone table by which what is next was worked out. Returns a list, one for each: the keys that were created, or false where the schedule, its
   * watermark or its pauses are no longer what was read: another planner, an edit or a person was here first. Each stands by
   * itself: that one is no longer the same says nothing of the others.
   */
  lua: /* lua */ `${luaLedger}${luaCreate}${luaPlannedBy}
local function isAsRead(each)
  local text = redis.call('HGET', P .. 'schedules', each.name)
  return text and redis.sha1hex(text) == each.digest and redis.call('HGET', P .. 'watermarks', each.name) == each.read
    and (redis.call('HGET', P .. 'pauses', each.name) or '') == each.pauses
end
local function note(index, member, at)
  if at == '' then redis.call('ZREM', P .. index, member) else redis.call('ZADD', P .. index, at, member) end
end
plannedBy(ARGV[4])
local answers = {}
for i, each in ipairs(cjson.decode(ARGV[3])) do
  answers[i] = false
  if isAsRead(each) then
    local created = {}
    for _, fields in ipairs(each.records) do
      if create(fields) == 1 then created[#created + 1] = fields[2] end
    end
    redis.call('HSET', P .. 'watermarks', each.name, each.watermark)
    note('upcoming', each.name, each.next)
    note('preflights', 'schedule:' .. each.name, each.look)
    answers[i] = created
  end
end
return answers
`,
}

const answersSchema = z.array(z.array(z.string()).nullable())

/**
 * Creates the records and moves the watermarks. Returns for each minting, in order, the keys that are new; undefined where its
 * schedule is no longer as it was read, and nothing of it was written. `table` is the zone table by which they were made.
 */
export async function writeMintings(
  ledger: Ledger,
  mintings: readonly MintingOfStored[],
  table = zoneTable,
): Promise<(ReadonlySet<string> | undefined)[]> {
  const list = JSON.stringify(mintings.map(each => mintingFields(ledger, each)))
  const answers = answersSchema.parse(await runLedgerScript(ledger, mintScript, '', [list, table]))
  return answers.map(created => (created === null ? undefined : new Set(created)))
}

function mintingFields(ledger: Ledger, { stored, pauses, minting }: MintingOfStored) {
  const { schedule, digest, watermark } = stored
  const look = minting.next === undefined ? undefined : preflightAt(schedule.policy, minting.next)
  return {
    name: schedule.name,
    digest,
    read: String(watermark),
    watermark: String(minting.watermark),
    next: String(minting.next ?? ''),
    look: String(look ?? ''),
    pauses,
    records: minting.launches.map(launch => recordFields(launch, ledger)),
  }
}
