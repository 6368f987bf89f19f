/**
 * Watches over the store itself: its identity, its counter of commits, its clock. A store that has forgotten something holds
 * all launches and puts what was due before into doubt; an ordinary restart does nothing.
 */
import { randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { raiseEpoch } from './epoch.ts'
import { holdOn } from './hold.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'
import { judgeStore, type ServerSeen, type StoreRemembered, type StoreVerdict } from './store-identity.ts'

/** Redis and this process may disagree by as much; more, and launches would go out early, late or at night. */
export const largestSkew = 2_000

export interface StoreWatchListener {
  /** At its start: the data folder knows another store than the one that is there. */
  storeIsAnother(): void
  storeForgot(kind: string, why: string, doubtful: number): void
  clockWrong(why: string): void
}

/** What a process remembers between its lives; both may do nothing where there is no data folder. */
export interface StoreMemory {
  recall(): StoreRemembered | undefined
  keep(remembered: StoreRemembered): void
}

/** By how much the wall clock of this process was set since it was last asked; milliseconds. */
export interface StepClock {
  step(): number
}

/** Compares the wall clock with one that nobody sets and that goes on while a machine sleeps. */
export function systemStepClock(): StepClock {
  let offset = Date.now() - uptime() * 1_000
  return {
    step: () => {
      const now = Date.now() - uptime() * 1_000
      const step = now - offset
      offset = now
      return step
    },
  }
}

const identifyScript: Script = {
  name: 'sendoffIdentify',
  // ARGV[3] an id for a store that has none  [4] place  [5] replication id. Returns {id, commits, place, replid}.
  lua: /* lua */ `${luaLedger}
local store = P .. 'store'
-- A server without memory left refuses every script that would write: one that knows its store need not.
if redis.call('HEXISTS', store, 'id') == 0 then
  redis.call('HSET', store, 'id', ARGV[3], 'commits', redis.call('HGET', store, 'commits') or 0, 'place', ARGV[4], 'replid', ARGV[5], 'epoch', 0)
end
return redis.call('HMGET', store, 'id', 'commits', 'place', 'replid')
`,
}

const rememberScript: Script = {
  name: 'sendoffRememberServer',
  /*
   * ARGV[3] place  [4] replication id: an ordinary restart, or a change that has been dealt with  [5] commits known to have
   * been given: no number comes twice, and a file that remembers them raises no second alarm.
   */
  lua: /* lua */ `${luaLedger}
local store = P .. 'store'
if tonumber(redis.call('HGET', store, 'commits') or '0') < tonumber(ARGV[5]) then redis.call('HSET', store, 'commits', ARGV[5]) end
return redis.call('HSET', store, 'place', ARGV[3], 'replid', ARGV[4])`,
}

const seenSchema = z.tuple([z.string(), z.coerce.number(), z.string(), z.string()])

export class StoreWatch {
  readonly #ledger: Ledger
  readonly #heard: StoreWatchListener
  readonly #memory: StoreMemory
  #remembered: StoreRemembered | undefined
  /** The highest number that the store itself was seen with: other processes commit too. */
  #highest = 0
  readonly #clock: StepClock
  #behind = false
  #skewed = false
  #hasLooked = false
  #looking: Promise<unknown> = Promise.resolve()

  constructor(ledger: Ledger, heard: StoreWatchListener, memory: StoreMemory, clock: StepClock) {
    this.#ledger = ledger
    this.#heard = heard
    this.#memory = memory
    this.#clock = clock
    this.#remembered = memory.recall()
  }

  /**
   * Takes the number of a commit; false where the store has given it before, or is behind what this process knows: nothing
   * may be sent under it.
   */
  accept(commit: number): boolean {
    // No number: the answer to a commit that was asked for before. Its first answer had the number.
    if (this.#remembered === undefined || this.#behind || commit === 0) return false
    if (commit <= this.#remembered.commits) {
      // Every commit from now on would catch up with what is known; the next look must still see it.
      this.#behind = true
      return false
    }
    this.#remembered = { id: this.#remembered.id, commits: commit }
    this.#memory.keep(this.#remembered)
    return true
  }

  /** Looks at the store, and holds everything where it has forgotten; one look at a time. Throws what Redis throws. */
  look(): Promise<StoreVerdict> {
    const look = this.#looking.then(() => this.#look())
    this.#looking = look.catch(() => {})
    return look
  }

  async #look(): Promise<StoreVerdict> {
    const server = await serverSeen(this.#ledger)
    const args = [randomUUID(), server.place, server.replid]
    // Before the question: what is committed while the answer is on its way is no loss.
    const known = this.#known()
    const [id, commits, place, replid] = seenSchema.parse(await runLedgerScript(this.#ledger, identifyScript, '', args))
    const seen = { id, commits: this.#behind && known !== undefined ? Math.min(commits, known.commits - 1) : commits }
    const verdict = judgeStore({ ...seen, place, replid }, server, known, this.#hasLooked)
    if (!this.#hasLooked && known !== undefined && known.id !== id) this.#heard.storeIsAnother()
    this.#hasLooked = true
    if (verdict.kind !== 'same') await this.#forgot(verdict.kind, verdict.why)
    if (verdict.kind !== 'same' || replid !== server.replid) {
      const given = verdict.kind === 'restored' && known !== undefined ? known.commits : 0
      await runLedgerScript(this.#ledger, rememberScript, '', [server.place, server.replid, given])
    }
    if (known?.id !== id || verdict.kind === 'restored') {
      const latest = this.#known()
      this.#remembered = latest?.id === id ? latest : { id, commits }
      this.#memory.keep(this.#remembered)
      this.#behind = false
      this.#highest = 0
    }
    this.#highest = Math.max(this.#highest, commits)
    await this.#lookAtClock()
    return verdict
  }

  #known(): StoreRemembered | undefined {
    return this.#remembered && { ...this.#remembered, commits: Math.max(this.#remembered.commits, this.#highest) }
  }

  async #forgot(kind: string, why: string): Promise<void> {
    const reason = `the store was ${kind}: ${why}. Look at what is unknown, then end this stop`
    await holdOn(this.#ledger, { kind: 'all' }, { cause: 'store', reason, by: 'service' })
    const doubtful = await raiseEpoch(this.#ledger, reason)
    this.#heard.storeForgot(kind, why, doubtful)
  }

  async #lookAtClock(): Promise<void> {
    const step = this.#clock.step()
    const skew = await skewOf(this.#ledger)
    const why =
      Math.abs(step) > largestSkew
        ? `the clock of a worker was set by ${Math.round(step)} ms`
        : Math.abs(skew) > largestSkew
          ? `the clocks of Redis and of a worker differ by ${Math.round(skew)} ms`
          : undefined
    // Set again as long as it lasts: with wrong clocks nobody can let launches go.
    if (why !== undefined) await holdOn(this.#ledger, { kind: 'all' }, { cause: 'clock', reason: why, by: 'service' })
    if (why !== undefined && !this.#skewed) this.#heard.clockWrong(why)
    this.#skewed = why !== undefined
  }
}

/** The Redis server's clock minus ours, in milliseconds; 0 where the reply came too late to say. */
async function skewOf({ redis }: Ledger): Promise<number> {
  const before = Date.now()
  const [seconds, microseconds] = await redis.time()
  const after = Date.now()
  if (after - before > largestSkew) return 0
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000 - (before + after) / 2
}

/** What the server says of itself: where it is, and what it replicated. */
export async function serverSeen({ redis }: Ledger): Promise<ServerSeen> {
  const [server, replication] = await Promise.all([redis.info('server'), redis.info('replication')])
  const field = (text: string, name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim() ?? ''
  const dir: unknown = await redis.config('GET', 'dir').catch(() => undefined)
  const folder = Array.isArray(dir) ? String(dir[1]) : ''
  return {
    place: `${folder}:${field(server, 'tcp_port')}`,
    replid: field(replication, 'master_replid'),
    formerReplid: field(replication, 'master_replid2'),
  }
}
