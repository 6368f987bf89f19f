/** A new zone table is an edit of every schedule: the instants that were stored under the old one are worked out anew. */
import { randomUUID } from 'node:crypto'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import type { Script } from '../redis/script.ts'
import { decidedTimes } from './decided-times.ts'
import { eachByItself, type FailureListener } from './each-by-itself.ts'
import { everySchedule, type StoredSchedule } from './store.ts'
import { writeMintings } from './write-mintings.ts'
import { zoneTable } from './zone.ts'

export interface ZoneListener extends FailureListener {
  /** What is next of every schedule was worked out anew, under this zone table. */
  zonesChanged?(before: string, table: string, schedules: number): void
}

const schedulesAtOnce = 100

const zonesDoneScript: Script = {
  name: 'sendoffZonesDone',
  // ARGV[3] what the work began with  [4] the version. Nobody with another table has planned meanwhile, or it is done again.
  lua: /* lua */ `${luaLedger}
if redis.call('GET', P .. 'zones') == ARGV[3] then redis.call('SET', P .. 'zones', ARGV[4]) end
return 1
`,
}

/**
 * What comes next after each schedule's watermark, by the zone table of this process, where the stored is by another. Killed on
 * the way, or crossed by a process with another table, it is done again in the next pass.
 */
export async function followZones(ledger: Ledger, heard: ZoneListener): Promise<void> {
  const { redis, keys } = ledger
  const before = await redis.get(keys.zones)
  if (before === zoneTable) return
  const working = `${zoneTable} ${randomUUID()}`
  await redis.set(keys.zones, working)
  let count = 0
  for await (const some of everySchedule(ledger, schedulesAtOnce)) {
    await eachByItself(ledger, heard, some, schedules => workOutNext(ledger, schedules, working))
    count += some.length
  }
  await runLedgerScript(ledger, zonesDoneScript, '', [working, zoneTable])
  if (before !== null) heard.zonesChanged?.(before.split(' ')[0] ?? before, zoneTable, count)
}

async function workOutNext(ledger: Ledger, schedules: readonly StoredSchedule[], working: string): Promise<void> {
  const pauses = await ledger.redis.hmget(ledger.keys.pauses, ...schedules.map(({ schedule }) => schedule.name))
  const mintings = schedules.map((stored, index) => {
    const [following] = decidedTimes(stored.schedule, stored.watermark)
    const minting = { launches: [], watermark: stored.watermark, next: following?.nominal }
    return { stored, pauses: pauses[index] ?? '', minting }
  })
  await writeMintings(ledger, mintings, working)
}
