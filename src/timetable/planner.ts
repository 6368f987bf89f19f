/**
 * The planner turns due times into launches, a little ahead. It may run in any number of processes, at any moment, as often
 * as it likes: records and watermark move together in one script, and a key makes one launch.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { luaCreate, type NewLaunch, recordFields } from '../launches/create.ts'
import { faultPoint } from '../launches/fault-point.ts'
import { type Ledger, luaLedger, runLedgerScript } from '../launches/ledger.ts'
import { readPauses } from '../launches/pause.ts'
import { preflightAt } from '../launches/policy.ts'
import type { LaunchQueues, QueuedLaunch } from '../launches/queue.ts'
import type { Script } from '../redis/script.ts'
import { decidedTimes } from './decided-times.ts'
import { horizon, type Minting, mintingOf } from './minting.ts'
import type { Schedule } from './schedule.ts'
import { type DueSchedule, everySchedule, type StoredSchedule, schedulesDueBy } from './store.ts'
import { zoneTable } from './zone.ts'

/** Due times per script call: a long outage of a frequent schedule is caught up in several. */
const mintAtOnce = 500
/** A script call's records stay below this, or are one: a text of attachments times 500 is more than any text can be. */
const mostBytesAtOnce = 8 * 1_024 * 1_024
/** What a record holds beside the request, generously. */
const recordBytes = 4_096

/** Stands for the version of the zone table where processes with several have planned. */
const severalTables = 'several'

const mintScript: Script = {
  name: 'sendoffMint',
  /*
   * ARGV[3] schedule  [4] digest of its stored text  [5] the watermark read  [6] the new watermark  [7] next nominal time or ''
   * [8] records: a JSON list of flat field lists  [9] text of the schedule's pauses or ''  [10] when its mailing is to be
   * looked at for that next one, or ''  [11] the zone table by which that was worked out. Returns the keys that were created, or false where the schedule, its watermark or
   * its pauses are no longer what was read: another planner, an edit or a person was here first.
   */
  lua: /* lua */ `${luaLedger}${luaCreate}
local name = ARGV[3]
local text = redis.call('HGET', P .. 'schedules', name)
if not text or redis.sha1hex(text) ~= ARGV[4] or redis.call('HGET', P .. 'watermarks', name) ~= ARGV[5] then return false end
if (redis.call('HGET', P .. 'pauses', name) or '') ~= ARGV[9] then return false end
local created = {}
for _, fields in ipairs(cjson.decode(ARGV[8])) do
  if create(fields) == 1 then created[#created + 1] = fields[2] end
end
if redis.call('GET', P .. 'zones') ~= ARGV[11] then redis.call('SET', P .. 'zones', '${severalTables}') end
redis.call('HSET', P .. 'watermarks', name, ARGV[6])
if ARGV[7] == '' then redis.call('ZREM', P .. 'upcoming', name) else redis.call('ZADD', P .. 'upcoming', ARGV[7], name) end
local look = 'schedule:' .. name
if ARGV[10] == '' then redis.call('ZREM', P .. 'preflights', look) else redis.call('ZADD', P .. 'preflights', ARGV[10], look) end
return created
`,
}

const zonesDoneScript: Script = {
  name: 'sendoffZonesDone',
  // ARGV[3] what the work began with  [4] the version. Nobody with another table has planned meanwhile, or it is done again.
  lua: /* lua */ `${luaLedger}
if redis.call('GET', P .. 'zones') == ARGV[3] then redis.call('SET', P .. 'zones', ARGV[4]) end
return 1
`,
}

export interface PlannerListener {
  minted(schedule: string, planned: number, missed: readonly MissedLaunch[], account: string): void
  /** Its due times cannot be minted; the others go on, and it is tried again in the next pass. Told once per cause. */
  mintingFailed?(schedule: string, error: unknown): void
  /** They can be again. */
  mintingWorks?(schedule: string): void
  /** What is next of every schedule was worked out anew, under this zone table. */
  zonesChanged?(before: string, table: string, schedules: number): void
}
interface MissedLaunch {
  readonly key: string
  readonly state: string
  readonly reason: string
}

/** Why schedules could not be minted, as it was told last; as long as this process knows the ledger. */
const failing = new WeakMap<Ledger, Map<string, string>>()

/**
 * One pass: every schedule that is due within the horizon is minted up to it. `now` is the Redis server's, in ms. What is wrong
 * with one schedule stops that one only; what is wrong with Redis ends the pass.
 */
export async function plan(ledger: Ledger, queues: LaunchQueues, heard: PlannerListener, now: number): Promise<void> {
  await followZones(ledger, heard)
  const due = await schedulesDueBy(ledger, now + horizon)
  await forEach(ledger, heard, due, stored => mintSchedule(ledger, queues, heard, stored, now))
  await ledger.redis.set(ledger.keys.plannerRan, now)
}

async function forEach(
  ledger: Ledger,
  heard: PlannerListener,
  schedules: readonly DueSchedule[],
  act: (stored: StoredSchedule) => Promise<void>,
): Promise<void> {
  const told = failing.get(ledger) ?? new Map<string, string>()
  failing.set(ledger, told)
  for (const { name, read } of schedules) {
    try {
      await act(read())
      if (told.delete(name)) heard.mintingWorks?.(name)
    } catch (error) {
      if (isAboutRedis(error, ledger)) throw error
      const cause = String(error)
      if (told.get(name) !== cause) heard.mintingFailed?.(name, error)
      told.set(name, cause)
    }
  }
}

/**
 * A new zone table is an edit of every schedule: what comes next after its watermark is worked out anew. Killed on the way,
 * or crossed by a process with another table, it is done again in the next pass.
 */
async function followZones(ledger: Ledger, heard: PlannerListener): Promise<void> {
  const { redis, keys } = ledger
  const before = await redis.get(keys.zones)
  if (before === zoneTable) return
  const working = `${zoneTable} ${randomUUID()}`
  await redis.set(keys.zones, working)
  const schedules = await everySchedule(ledger)
  await forEach(ledger, heard, schedules, async ({ schedule, digest, watermark }) => {
    const [following] = decidedTimes(schedule, watermark)
    const pauses = (await redis.hget(keys.pauses, schedule.name)) ?? ''
    const minting = { launches: [], watermark, next: following?.nominal }
    await mint(ledger, schedule, { digest, watermark, pauses }, minting, working)
  })
  await runLedgerScript(ledger, zonesDoneScript, '', [working, zoneTable])
  if (before !== null) heard.zonesChanged?.(before.split(' ')[0] ?? before, zoneTable, schedules.length)
}

/** Redis is away, or takes no writes: no schedule's fault. What a script made of its arguments begins with ERR. */
function isAboutRedis(error: unknown, { redis }: Ledger): boolean {
  if (redis.status !== 'ready') return true
  if (!(error instanceof Error)) return false
  if (error.name === 'ReplyError') return !/^(ERR|WRONGTYPE) /.test(error.message)
  return /^(Connection is closed|Command timed out)/.test(error.message)
}

/** Mints one schedule up to the horizon, in as many scripts as it takes; gives way to whoever else is at it. */
export async function mintSchedule(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: PlannerListener,
  stored: StoredSchedule,
  now: number,
): Promise<void> {
  const { schedule, digest } = stored
  const [lost, pauses] = await Promise.all([
    ledger.redis.hget(ledger.keys.store, 'lostBefore'),
    ledger.redis.hget(ledger.keys.pauses, schedule.name),
  ])
  const atOnce = launchesAtOnce(schedule)
  let { watermark } = stored
  while (watermark < now + horizon) {
    const minting = mintingOf(schedule, watermark, now, atOnce, Number(lost), readPauses(pauses))
    faultPoint('listed')
    const created = await mint(ledger, schedule, { digest, watermark, pauses: pauses ?? '' }, minting)
    if (created === undefined) return
    const fresh = minting.launches.filter(launch => created.has(launch.key))
    faultPoint('minted')
    await queues.add(fresh.filter(launch => launch.missed === undefined).map(launch => queued(launch, now)))
    const missed = fresh.flatMap(({ key, missed }) => (missed === undefined ? [] : [{ key, ...missed }]))
    heard.minted(schedule.name, fresh.length - missed.length, missed, schedule.account)
    watermark = minting.watermark
  }
}

/** How many launches one script call takes; their requests are texts within a text. */
function launchesAtOnce({ launch }: Schedule): number {
  const bytes = JSON.stringify(JSON.stringify(launch)).length + recordBytes
  return Math.max(1, Math.min(mintAtOnce, Math.floor(mostBytesAtOnce / bytes)))
}

/** The job of a launch, to be queued at `now` (epoch milliseconds). */
export function queued(launch: NewLaunch, now: number): QueuedLaunch {
  const { key, account, origin, request } = launch
  return { account, jobId: key, delay: launch.due - now, job: { key, origin, request } }
}

async function mint(
  ledger: Ledger,
  { name, policy }: Schedule,
  read: { readonly digest: string; readonly watermark: number; readonly pauses: string },
  minting: Minting,
  table = zoneTable,
): Promise<Set<string> | undefined> {
  const records = JSON.stringify(minting.launches.map(launch => recordFields(launch, ledger)))
  const reply = await runLedgerScript(ledger, mintScript, '', [
    name,
    read.digest,
    read.watermark,
    minting.watermark,
    minting.next ?? '',
    records,
    read.pauses,
    (minting.next === undefined ? undefined : preflightAt(policy, minting.next)) ?? '',
    table,
  ])
  return reply === null ? undefined : new Set(z.array(z.string()).parse(reply))
}

/** The Redis server's clock, in milliseconds: the one that decides what is due. */
export async function serverNow(ledger: Ledger): Promise<number> {
  if (ledger.clock) return ledger.clock()
  const [seconds, microseconds] = await ledger.redis.time()
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
}
