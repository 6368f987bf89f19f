/**
 * The planner turns due times into launches, a little ahead. It may run in any number of processes, at any moment, as often
 * as it likes: records and watermark move together in one script, and a key makes one launch.
 */
import type { NewLaunch } from '../launches/create.ts'
import { faultPoint } from '../launches/fault-point.ts'
import type { Ledger } from '../launches/ledger.ts'
import { readPauses } from '../launches/pause.ts'
import type { LaunchQueues, QueuedLaunch } from '../launches/queue.ts'
import { eachByItself } from './each-by-itself.ts'
import { endedAhead } from './ended-ahead.ts'
import { followZones, type ZoneListener } from './follow-zones.ts'
import { horizon, mintingOf } from './minting.ts'
import { type StoredSchedule, schedulesDueBy } from './store.ts'
import { type MintingOfStored, writeMintings } from './write-mintings.ts'

/** Due times per script call: a long outage of a frequent schedule is caught up in several, and launches pass in between. */
const mintAtOnce = 500
/**
 * Schedules per script call: each call waits for the disk once, whatever it writes. More would keep launches waiting longer,
 * and leave more of them to the sweep where this process dies before it has queued them.
 */
const schedulesAtOnce = 100

/** Of requests, whose attachments may be large: Redis serves nobody else while it reads a script's arguments. */
const mostBytesAtOnce = 4 * 1_024 * 1_024
/** What a record holds beside the request, generously. */
const recordBytes = 4_096

export interface PlannerListener extends ZoneListener {
  minted(schedule: string, planned: number, missed: readonly MissedLaunch[], account: string): void
  /** It was replaced or removed though it could not be minted: what was due under it since it last was has no record. */
  unminted?(schedule: string, why: string): void
}
interface MissedLaunch {
  readonly key: string
  readonly state: string
  readonly reason: string
}

/**
 * One pass: every schedule that is due within the horizon is minted up to it, those that are due first before the others. `now`
 * is the Redis server's, in ms. What is wrong with one schedule stops that one only; what is wrong with Redis ends the pass.
 */
export async function plan(ledger: Ledger, queues: LaunchQueues, heard: PlannerListener, now: number): Promise<void> {
  await followZones(ledger, heard)
  for await (const due of schedulesDueBy(ledger, now + horizon, schedulesAtOnce)) {
    await eachByItself(ledger, heard, due, schedules => mintSchedules(ledger, queues, heard, schedules, now))
  }
  await ledger.redis.set(ledger.keys.plannerRan, now)
}

/** Mints the schedules up to the horizon, in as many scripts as it takes; gives way to whoever else is at one of them. */
export async function mintSchedules(
  ledger: Ledger,
  queues: LaunchQueues,
  heard: PlannerListener,
  schedules: readonly StoredSchedule[],
  now: number,
): Promise<void> {
  let left = schedules.filter(({ watermark }) => watermark < now + horizon)
  while (left.length > 0) {
    const batch = await mintingsOf(ledger, left, now)
    faultPoint('listed')
    const answers = await writeMintings(ledger, batch)
    faultPoint('minted')
    const written = batch.flatMap(({ stored, minting }, index) => {
      const created = answers[index]
      const fresh = minting.launches.filter(({ key }) => created?.has(key))
      return created === undefined ? [] : [{ stored, watermark: minting.watermark, fresh }]
    })
    const launches = written.flatMap(({ fresh }) => fresh).filter(({ missed }) => missed === undefined)
    // Not the `now` of the pass: a job is delayed from when it is queued, and would be late by all that the pass has taken.
    const queuedAt = launches.length === 0 ? now : await serverNow(ledger)
    await queues.add(launches.map(launch => queued(launch, queuedAt)))
    for (const { stored, fresh } of written) announce(heard, stored, fresh)
    const unfinished = written.filter(({ watermark }) => watermark < now + horizon)
    left = [...left.slice(batch.length), ...unfinished.map(({ stored, watermark }) => ({ ...stored, watermark }))]
  }
}

/** What the first of the schedules have to mint: as many schedules, due times and bytes as one script call takes. */
async function mintingsOf(ledger: Ledger, left: readonly StoredSchedule[], now: number): Promise<MintingOfStored[]> {
  const first = left.slice(0, schedulesAtOnce)
  const names = first.map(({ schedule }) => schedule.name)
  const [lost, pauses, ended] = await Promise.all([
    ledger.redis.hget(ledger.keys.store, 'lostBefore'),
    ledger.redis.hmget(ledger.keys.pauses, ...names),
    Promise.all(first.map(stored => endedAhead(ledger, stored, now))),
  ])
  const mintings: MintingOfStored[] = []
  let room = mintAtOnce
  let bytes = mostBytesAtOnce
  for (const [index, stored] of first.entries()) {
    const { schedule, watermark } = stored
    // Requests are texts within a text.
    const size = JSON.stringify(JSON.stringify(schedule.launch)).length + recordBytes
    const limit = Math.min(room, Math.floor(bytes / size))
    // One at least: whatever its size, it has to be written.
    if (limit < 1 && mintings.length > 0) break
    const text = pauses[index] ?? ''
    const paused = readPauses(pauses[index])
    const minting = mintingOf(schedule, watermark, now, Math.max(1, limit), Number(lost), paused, ended[index])
    mintings.push({ stored, pauses: text, minting })
    room -= minting.launches.length
    bytes -= minting.launches.length * size
  }
  return mintings
}

function announce(heard: PlannerListener, { schedule }: StoredSchedule, fresh: readonly NewLaunch[]): void {
  const missed = fresh.flatMap(({ key, missed }) => (missed === undefined ? [] : [{ key, ...missed }]))
  heard.minted(schedule.name, fresh.length - missed.length, missed, schedule.account)
}

/** The job of a launch, to be queued at `now` (epoch milliseconds). */
export function queued(launch: NewLaunch, now: number): QueuedLaunch {
  const { key, account, origin, request } = launch
  return { account, jobId: key, delay: launch.due - now, job: { key, origin, request } }
}

/** The Redis server's clock, in milliseconds: the one that decides what is due. */
export async function serverNow(ledger: Ledger): Promise<number> {
  if (ledger.clock) return ledger.clock()
  const [seconds, microseconds] = await ledger.redis.time()
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
}
