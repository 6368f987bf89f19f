/**
 * Watches over the store itself: its identity, its counter of commits, its clock. A store that has forgotten something holds
 * all launches and puts what was due before into doubt; an ordinary restart does nothing.
 */
import { randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import { z } from 'zod'
import type { Script } from '../redis/script.ts'
import { luaAudit } from './audit.ts'
import { holdOn } from './hold.ts'
import { quarantine, reasons } from './launch.ts'
import { type Ledger, luaLedger, runLedgerScript } from './ledger.ts'
import { judgeStore, type ServerSeen, type StoreRemembered, type StoreVerdict } from './store-identity.ts'

/** Redis and this process may disagree by as much; more, and launches would go out early, late or at night. */
export const largestSkew = 2_000

export interface StoreWatchListener {
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
if redis.call('HSETNX', store, 'id', ARGV[3]) == 1 then
  redis.call('HSET', store, 'commits', redis.call('HGET', store, 'commits') or 0, 'place', ARGV[4], 'replid', ARGV[5], 'epoch', 0)
end
return redis.call('HMGET', store, 'id', 'commits', 'place', 'replid')
`,
}

const rememberScript: Script = {
  name: 'sendoffRememberServer',
  // ARGV[3] place  [4] replication id: an ordinary restart, or a change that has been dealt with.
  lua: /* lua */ `${luaLedger} return redis.call('HSET', P .. 'store', 'place', ARGV[3], 'replid', ARGV[4])`,
}

const raiseScript: Script = {
  name: 'sendoffRaiseEpoch',
  /*
   * ARGV[3] why  [4] the state to go through  [5] how many at most. What was due before now may have been sent without the
   * store's knowing: it is unknown, and due times before now that are minted again are too. Returns how many were moved.
   */
  lua: /* lua */ `${luaLedger}${luaAudit}
local at, moved = now(), 0
if ARGV[4] == '' then
  redis.call('HINCRBY', P .. 'store', 'epoch', 1)
  redis.call('HSET', P .. 'store', 'lostBefore', at)
  audit('service', 'epoch raised', 'all', ARGV[3], '', 'unknown')
  return 0
end
for _, key in ipairs(redis.call('ZRANGE', P .. 'state:' .. ARGV[4], '-inf', at, 'BYSCORE', 'LIMIT', 0, ARGV[5])) do
  local row = read(key, 'state', 'due', 'account', 'mailing', 'origin')
  enter(key, row, 'unknown', at, at, 'doubt', '1', 'recovering', '1', 'handed', '1',
    'quarantineUntil', at + ${quarantine.vanished}, 'reason', '${reasons.store}' .. ARGV[3])
  moved = moved + 1
end
return moved
`,
}

const seenSchema = z.tuple([z.string(), z.coerce.number(), z.string(), z.string()])
const open = ['planned', 'claimed', 'sending', 'waiting', 'held'] as const

export class StoreWatch {
  readonly #ledger: Ledger
  readonly #heard: StoreWatchListener
  readonly #memory: StoreMemory
  #remembered: StoreRemembered | undefined
  readonly #clock: StepClock
  #behind = false
  #skewed = false

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
    if (this.#remembered === undefined || this.#behind) return false
    if (commit <= this.#remembered.commits) {
      // Every commit from now on would catch up with what is known; the next look must still see it.
      this.#behind = true
      return false
    }
    this.#remembered = { id: this.#remembered.id, commits: commit }
    this.#memory.keep(this.#remembered)
    return true
  }

  /** Looks at the store, and holds everything where it has forgotten. Throws what Redis throws. */
  async look(): Promise<StoreVerdict> {
    const server = await serverSeen(this.#ledger)
    const args = [randomUUID(), server.place, server.replid]
    const [id, commits, place, replid] = seenSchema.parse(await runLedgerScript(this.#ledger, identifyScript, '', args))
    const known = this.#remembered
    const seen = this.#behind && known !== undefined ? { id: known.id, commits: known.commits - 1 } : { id, commits }
    const verdict = judgeStore({ ...seen, place, replid }, server, known)
    if (verdict.kind !== 'same') await this.#forgot(verdict.kind, verdict.why)
    if (verdict.kind !== 'same' || replid !== server.replid) {
      await runLedgerScript(this.#ledger, rememberScript, '', [server.place, server.replid])
    }
    if (this.#remembered?.id !== id || verdict.kind === 'restored') {
      this.#remembered = { id, commits }
      this.#memory.keep(this.#remembered)
      this.#behind = false
    }
    await this.#lookAtClock()
    return verdict
  }

  async #forgot(kind: string, why: string): Promise<void> {
    const reason = `the store was ${kind}: ${why}. Look at what is unknown, then end this stop`
    await holdOn(this.#ledger, { kind: 'all' }, { cause: 'store', reason, by: 'service' })
    await runLedgerScript(this.#ledger, raiseScript, '', [reason, '', 0])
    let doubtful = 0
    for (const state of open) {
      for (let moved = 1; moved > 0; doubtful += moved) {
        moved = z.number().parse(await runLedgerScript(this.#ledger, raiseScript, '', [reason, state, 500]))
      }
    }
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
    if (why !== undefined && !this.#skewed) {
      await holdOn(this.#ledger, { kind: 'all' }, { cause: 'clock', reason: why, by: 'service' })
      this.#heard.clockWrong(why)
    }
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
