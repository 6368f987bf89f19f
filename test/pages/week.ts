/**
 * A week as a real installation has it: several schedules, what became of each due time, a batch under way, a pause, a stop,
 * a launch by hand. Told with the clock of the stage, so that it ends at the moment at which it is looked at.
 */
import { Feeder } from '../../src/bulk/feeder.ts'
import { submitBatch } from '../../src/bulk/submit.ts'
import { launchByHand } from '../../src/launches/by-hand.ts'
import { claimLaunch } from '../../src/launches/claim.ts'
import { classify } from '../../src/launches/classify.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import { holdOn } from '../../src/launches/hold.ts'
import type { Observation } from '../../src/launches/outcome.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { settleLaunch } from '../../src/launches/settle.ts'
import { settlementOf } from '../../src/launches/settlement.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { comingDueTimes } from '../../src/timetable/noted-times.ts'
import { pauseSchedule } from '../../src/timetable/pausing.ts'
import { plan } from '../../src/timetable/planner.ts'
import type { Schedule } from '../../src/timetable/schedule.ts'
import { skipDueTime } from '../../src/timetable/skipping.ts'
import { storedSchedules } from '../../src/timetable/store.ts'
import type { HttpStage } from '../http/stage.ts'
import { day, hour, minute, scheduleOf } from '../timetable/stage.ts'

interface Declared {
  readonly name: string
  readonly cron: string
  readonly zone: string
  readonly id: number
  readonly list?: number
  readonly limit?: number
  readonly words?: string
}

const declared: readonly Declared[] = [
  {
    name: 'weekly-digest',
    cron: '0 9 * * 1',
    zone: 'Europe/Moscow',
    id: 90,
    list: 5,
    words: 'The digest of the week for all subscribers',
  },
  { name: 'promo-vip', cron: '0 12,20 * * *', zone: 'Europe/Berlin', id: 12, list: 7, limit: 300 },
  { name: 'cart-reminder', cron: '0 8-22/2 * * *', zone: 'Europe/Moscow', id: 41 },
  { name: 'birthday-greeting', cron: '30 7 * * *', zone: 'Europe/Moscow', id: 33 },
  { name: 'abandoned-browse', cron: '15 * * * *', zone: 'UTC', id: 57 },
  { name: 'loyalty-points', cron: '0 10 1,15 * *', zone: 'Asia/Yekaterinburg', id: 64 },
  { name: 'night-import-report', cron: '30 2 * * *', zone: 'Europe/Berlin', id: 71 },
  { name: 'reactivation', cron: '0 16 * * 2,4', zone: 'Europe/Moscow', id: 78, list: 19, limit: 5_000 },
]

/** Fills the ledger with the week before `end` (epoch milliseconds), which has the same story at whatever hour it ends. */
export async function fillWeek(stage: HttpStage, end = Date.now()): Promise<void> {
  stage.now = end - 7 * day
  const week = new Week(stage)
  for (const each of declared) await stage.put(declaration(each))
  await week.live(end)
  await week.decide(end)
  await week.batches(end)
  stage.now = undefined
  await stage.ledger.redis.set(stage.ledger.keys.plannerRan, Date.now())
  await week.close()
}

function declaration({ name, cron, zone, id, list, limit, words }: Declared): Schedule {
  const base = scheduleOf(name, { timezone: zone, entries: [{ kind: 'cron', pattern: cron, timezone: zone }] }, {}, id)
  return {
    ...base,
    ...(words === undefined ? {} : { description: words }),
    launch: {
      id,
      ...(list === undefined ? {} : { override_source_type: 'list', override_source_id: list }),
      ...(limit === undefined ? {} : { override_limit: limit }),
    },
    source: { file: `jobs/${name}.yaml`, line: 3 },
  }
}

/** What one attempt saw; `isLast`: it was the last that the launch had. */
interface Told {
  readonly saw: Observation
  readonly isLast?: true
}
const answered = (error: number, errorText: string, status = 200, duplicate = false): Observation => ({
  kind: 'answered',
  status,
  envelope: { kind: 'valid', error, errorText },
  duplicate,
  retryAfter: undefined,
  serverDate: undefined,
})
const fine: Told = { saw: answered(0, 'Successful operation') }
const tariff: Told = { saw: answered(402, 'Tariff limit reached: 300 of 300 messages sent this month') }
const tooMany: Told = { saw: answered(429, 'Too many requests', 429), isLast: true }
const swallowed: Told = { saw: answered(0, 'Successful operation', 200, true) }
const silent: Told = {
  saw: {
    kind: 'broken',
    handed: true,
    code: 'SENDOFF_TOTAL_TIMEOUT',
    syscall: undefined,
    detail: 'no answer within 60 s',
    status: undefined,
  },
}
const rules = { retry: [], permanent: [], trust503: false }

class Week {
  readonly #stage: HttpStage
  readonly #commits: CommitConnection
  readonly #runs = new Map<string, number>()
  /** The keys of what did not go well on the last day. */
  readonly #troubles = new Map<string, Told>()

  constructor(stage: HttpStage) {
    this.#stage = stage
    this.#commits = new CommitConnection({ kind: 'socket', path: stage.server.socket }, 'week')
  }

  close(): Promise<void> {
    return this.#commits.close()
  }

  /** Every quarter of an hour: due times are planned, and what is due is launched. */
  async live(end: number): Promise<void> {
    const { ledger, queues } = this.#stage
    const heard = { minted: () => {}, zonesChanged: () => {}, mintingFailed: () => {}, mintingWorks: () => {} }
    await this.#chooseTroubles(end)
    const first = Math.ceil((end - 7 * day) / (15 * minute)) * 15 * minute
    for (let at = first; at < end; at += 15 * minute) {
      this.#stage.now = at - 30_000
      await plan(ledger, queues, heard, at - 30_000)
      this.#stage.now = at + 400
      const due = await ledger.redis.zrangebyscore(ledger.keys.inState('planned'), '-inf', at)
      for (const key of due) await this.attempt(key, this.#outcomeOf(key))
    }
  }

  /** What the story wants: nearly all goes well, and the last day has what a person must look at. */
  #outcomeOf(key: string): Told {
    const name = key.slice(0, key.indexOf('@'))
    const run = (this.#runs.get(name) ?? 0) + 1
    this.#runs.set(name, run)
    return this.#troubles.get(key) ?? (name === 'promo-vip' && run === 5 ? tooMany : fine)
  }

  /**
   * Chosen by their place before the end and not by their hour: an unknown, whose successor waits for it until it is too
   * late, a refusal, and a success on paper.
   */
  async #chooseTroubles(end: number): Promise<void> {
    const settled = end - 30 * minute
    this.#troubles.set(await this.#keyBefore('cart-reminder', settled, 2), silent)
    this.#troubles.set(await this.#keyBefore('promo-vip', settled, 1), tariff)
    this.#troubles.set(await this.#keyBefore('birthday-greeting', settled, 1), swallowed)
  }

  /** The key of the due time that is `place` from the last one before `until`. */
  async #keyBefore(name: string, until: number, place: number): Promise<string> {
    const { schedule } = await this.#stored(name)
    const dues = comingDueTimes(schedule, { pauses: new Map(), skips: new Map() }, until - 3 * day, 50)
    const due = dues.filter(each => each.due < until).at(-place)
    if (!due) throw new Error(`${name} has no due time in the days before the end`)
    return due.key
  }

  async #stored(name: string) {
    const stored = (await storedSchedules(this.#stage.ledger)).get(name)
    if (!stored) throw new Error(`${name} is not stored`)
    return stored
  }

  async attempt(key: string, { saw, isLast }: Told, took = 240): Promise<void> {
    const { ledger } = this.#stage
    const start = this.#stage.now ?? Date.now()
    const claim = await claimLaunch(ledger, key, `nonce-${key}-${start}`, 'worker-2:417', 10_000)
    if (claim.kind !== 'claimed') return
    const permit = await commitLaunch(ledger, this.#commits, claim.claim, {
      start,
      sendingLasts: 60_000,
      accept: () => true,
      durability: { kind: 'reply' },
    })
    if (!permit.granted) return
    this.#stage.now = start + took
    const ending = { start, end: start + took, observation: saw, outcome: classify(saw, rules, false) }
    const made = isLast ? claim.claim.retry.attempts - 1 : claim.claim.made
    const settlement = settlementOf({ ...claim.claim, made }, ending, ending.end, 0)
    await settleLaunch(ledger, claim.claim, settlement)
  }

  async decide(end: number): Promise<void> {
    const { ledger, queues } = this.#stage
    this.#stage.now = end - 5 * hour
    await pauseSchedule(ledger, 'reactivation', { by: 'key anna', why: 'the template is being redone' })
    const stored = await this.#stored('cart-reminder')
    this.#stage.now = end - 40 * minute
    const [, second] = comingDueTimes(stored.schedule, { pauses: new Map(), skips: new Map() }, end, 2)
    const why = 'prices change at that time'
    await skipDueTime(ledger, queues, stored, second?.nominal ?? 0, { by: 'key igor', why })
    this.#stage.now = end - 38 * minute
    const asked = {
      account: 'main',
      request: { id: 99 },
      due: end - 38 * minute,
      policy: defaultPolicy,
      by: 'key anna',
      why: 'a correction of the price list',
    }
    const launch = await launchByHand(ledger, queues, asked, end - 38 * minute)
    await this.attempt(launch.key, fine)
    this.#stage.now = end - 12 * minute
    await holdOn(
      ledger,
      { kind: 'mailing', account: 'main', mailing: 64 },
      { cause: 'person', reason: 'wrong segment in loyalty-points', by: 'key anna' },
    )
  }

  async batches(end: number): Promise<void> {
    const { ledger, queues } = this.#stage
    const heard = { batchDone: () => {}, batchPaused: () => {}, batchStuck: () => {} }
    const feeder = new Feeder({ ledger, queues, accounts: new Set(['main']), heard })
    const submit = async (name: string, count: number, perMinute: number) => {
      const common = { account: 'main', policy: defaultPolicy, source: `data/${name}.csv`, by: 'key anna' }
      const answer = await submitBatch(
        ledger,
        { name, ...common, pace: { perMinute }, stopAfter: { consecutive: 10 } },
        rowsOf(count),
      )
      if (answer.kind !== 'submitted') throw new Error(`not submitted but ${answer.kind}`)
      return answer.id
    }
    this.#stage.now = end - 2 * day
    const old = await submit('autumn-sale', 40, 600)
    await this.#feed(feeder, old, end - 2 * day + 10 * minute, () => fine, 0)
    this.#stage.now = end - 20 * minute
    const black = await submit('black-friday', 900, 30)
    await this.#feed(
      feeder,
      black,
      end,
      number => (number === 118 || number === 52 ? tariff : number === 144 ? silent : fine),
      2,
    )
    await feeder.stop()
  }

  /** Releases rows at the batch's pace and launches them, until then. */
  async #feed(feeder: Feeder, id: string, until: number, told: (number: number) => Told, left: number): Promise<void> {
    const { ledger } = this.#stage
    let number = 0
    for (let at = this.#stage.now ?? 0; at < until; at += 10_000) {
      this.#stage.now = at
      await feeder.pass()
      const window = await ledger.redis.zrangebyscore(ledger.keys.batchWindow(id), '-inf', '+inf')
      for (const key of window.slice(0, window.length - left)) await this.attempt(key, told(++number), 90)
    }
  }
}

async function* rowsOf(count: number) {
  for (let number = 1; number <= count; number++) {
    yield { number, line: number + 1, key: `city-${String(number).padStart(3, '0')}`, request: { id: 1_000 + number } }
  }
}
