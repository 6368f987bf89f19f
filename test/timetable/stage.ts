/** A ledger with a clock of its own, and a schedule in it: what tests of people's decisions act on. */
import { type ClaimAnswer, claimLaunch } from '../../src/launches/claim.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy, type Policy } from '../../src/launches/policy.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { plan } from '../../src/timetable/planner.ts'
import type { Schedule, Timetable } from '../../src/timetable/schedule.ts'
import { type StoredSchedule, storedSchedules } from '../../src/timetable/store.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'
import { putSchedule } from './stored.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
/** A Monday, nine o'clock UTC. */
export const nine = Date.UTC(2026, 10, 23, 9)
export const decision = { by: 'somebody', why: 'a new template' } as const

export const hourly: Timetable = {
  timezone: 'UTC',
  entries: [{ kind: 'cron', pattern: '0 * * * *', timezone: 'UTC' }],
}

export function scheduleOf(name: string, when: Timetable = hourly, policy: Partial<Policy> = {}, id = 90): Schedule {
  return {
    name,
    account: 'main',
    when,
    launch: { id },
    policy: { ...defaultPolicy, ...policy },
    source: { file: 'jobs/s.yaml', line: 4 },
  }
}

export class Stage {
  now = nine - 90 * minute
  /** Runs right before a script: its commands reach Redis before the script does. */
  before: (() => void) | undefined
  readonly server: TestRedis
  readonly ledger: Ledger
  readonly queues: LaunchQueues
  /** What was announced, as `key state: reason`. */
  readonly announced: string[] = []

  private constructor(server: TestRedis) {
    this.server = server
    const clock = () => {
      this.before?.()
      return this.now
    }
    this.ledger = { redis: server.redis, keys: keysUnder('test'), clock }
    this.queues = new LaunchQueues(server.redis, this.ledger.keys)
  }

  static async open(): Promise<Stage> {
    return new Stage(await startTestRedis())
  }

  async clear(): Promise<void> {
    await this.server.redis.flushall()
    this.now = nine - 90 * minute
    this.before = undefined
    this.announced.length = 0
  }

  async close(): Promise<void> {
    await this.queues.close()
    await this.server.stop()
  }

  /** Stores the schedule and mints what is due within the horizon. */
  async put(schedule: Schedule): Promise<void> {
    await putSchedule(this.ledger, schedule.name, schedule)
  }

  async stored(name: string): Promise<StoredSchedule> {
    const stored = (await storedSchedules(this.ledger)).get(name)
    if (!stored) throw new Error(`${name} is not stored`)
    return stored
  }

  async plan(): Promise<void> {
    const minted = (
      _schedule: string,
      _planned: number,
      missed: readonly { key: string; state: string; reason: string }[],
    ) => {
      for (const { key, state, reason } of missed) this.announced.push(`${key} ${state}: ${reason}`)
    }
    await plan(this.ledger, this.queues, { minted }, this.now)
  }

  async claim(key: string): Promise<ClaimAnswer> {
    const answer = await claimLaunch(this.ledger, key, `nonce-${key}-${this.now}`, 'worker', 10_000)
    if (answer.kind === 'over' && answer.changed) this.announced.push(`${key} ${answer.state}: ${answer.reason}`)
    return answer
  }

  async state(key: string): Promise<string | undefined> {
    return (await showLaunch(this.ledger, key))?.state
  }

  /** `state: reason` of each record of the schedule, by label. */
  async records(schedule: string): Promise<Record<string, string>> {
    const keys = await this.ledger.redis.zrevrange(this.ledger.keys.ofSchedule(schedule), 0, -1)
    const found: Record<string, string> = {}
    for (const key of keys) {
      const record = await showLaunch(this.ledger, key)
      found[key.slice(schedule.length + 1)] =
        `${record?.state}${record?.reason === undefined ? '' : `: ${record.reason}`}`
    }
    return found
  }
}
