/** A ledger with a clock of its own, a feeder and no worker: tests take the steps of launches themselves. */
import { randomUUID } from 'node:crypto'
import type { BatchDeclaration } from '../../src/bulk/batch.ts'
import { unpackChunk } from '../../src/bulk/chunks.ts'
import { Feeder } from '../../src/bulk/feeder.ts'
import type { SameRows } from '../../src/bulk/objection.ts'
import { showBatch } from '../../src/bulk/read.ts'
import { releaseRows } from '../../src/bulk/release.ts'
import type { Row } from '../../src/bulk/row.ts'
import type { RowsSeen } from '../../src/bulk/rows-seen.ts'
import { submitBatch } from '../../src/bulk/submit.ts'
import { type Claim, type ClaimAnswer, claimLaunch } from '../../src/launches/claim.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { LaunchQueues } from '../../src/launches/queue.ts'
import { type Settlement, settleLaunch } from '../../src/launches/settle.ts'
import type { Permit } from '../../src/launches/start-mailing.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

/** A Monday, nine o'clock UTC. */
export const nine = Date.UTC(2026, 10, 23, 9)
export const decision = { by: 'somebody', why: 'a wrong segment' } as const

export async function* rowsOf(
  count: number,
  request: (number: number) => Row['request'] = number => ({ id: number }),
): AsyncGenerator<Row> {
  for (let number = 1; number <= count; number++) {
    yield { number, line: number + 1, key: `row${number}`, request: request(number) }
  }
}

export class BatchStage {
  now = nine
  readonly server: TestRedis
  readonly ledger: Ledger
  readonly queues: LaunchQueues
  readonly commits: CommitConnection
  readonly announced: string[] = []
  readonly feeder: Feeder

  private constructor(server: TestRedis) {
    this.server = server
    this.ledger = { redis: server.redis, keys: keysUnder('test'), clock: () => this.now, owner: 'host:1:abc' }
    this.queues = new LaunchQueues(server.redis, this.ledger.keys)
    this.commits = new CommitConnection({ kind: 'socket', path: server.socket }, 'test')
    this.feeder = this.anotherFeeder()
  }

  static async open(settings: Readonly<Record<string, string>> = {}): Promise<BatchStage> {
    return new BatchStage(await startTestRedis(settings))
  }

  async wait(time: number): Promise<void> {
    this.now += time
  }

  async clear(): Promise<void> {
    await this.server.redis.flushall()
    this.now = nine
    this.announced.length = 0
  }

  /** Members of a sorted set, in order. */
  members(key: string): Promise<string[]> {
    return this.server.redis.zrange(key, '0', '-1')
  }

  async close(): Promise<void> {
    await this.commits.close()
    await this.queues.close()
    await this.server.stop()
  }

  /** As another process has one. */
  anotherFeeder(): Feeder {
    const { ledger, queues, announced } = this
    const heard = {
      batchDone: (id: string) => void announced.push(`${id} done`),
      batchPaused: (id: string, _account: string, reason: string) => void announced.push(`${id} paused: ${reason}`),
      batchStuck: (id: string, error: unknown) => {
        throw new Error(`${id} is stuck`, { cause: error })
      },
    }
    return new Feeder({ ledger, queues, accounts: new Set(['main', 'other']), heard })
  }

  /** What a process has done that is killed between a release and its jobs. */
  async killedAfterRelease(id: string): Promise<void> {
    const { batch } = await this.view(id)
    const packed = await this.server.redis.hgetBuffer(this.ledger.keys.batchRows(id), '0')
    const rows = packed ? unpackChunk(packed) : []
    const turn = { id, turn: batch.turn, nextAt: 0, samples: [] }
    await releaseRows(this.ledger, turn, rows, { chunk: 1, skip: 0 })
  }

  declaration(over: Partial<BatchDeclaration> = {}): BatchDeclaration {
    const common = { account: 'main', policy: defaultPolicy, pace: {}, source: 'data/rows.csv', by: 'somebody' }
    return { name: 'offers', ...common, ...over }
  }

  submit(rows: AsyncIterable<Row>, over: Partial<BatchDeclaration> = {}, sameRows?: SameRows, shown?: RowsSeen) {
    return submitBatch(this.ledger, this.declaration(over), rows, sameRows, shown)
  }

  /** Submits so many rows, each of a mailing of its own, and returns the batch's id. */
  async batchOf(count: number, over: Partial<BatchDeclaration> = {}, request?: (number: number) => Row['request']) {
    const answer = await this.submit(rowsOf(count, request), over)
    if (answer.kind !== 'submitted') throw new Error(`not submitted but ${answer.kind}`)
    return answer.id
  }

  /** Launch keys in the window, by row. */
  window(id: string): Promise<string[]> {
    return this.members(this.ledger.keys.batchWindow(id))
  }

  claim(key: string): Promise<ClaimAnswer> {
    return claimLaunch(this.ledger, key, `${randomUUID()}`, 'host:1:abc', 10_000)
  }

  async claimed(key: string): Promise<Claim> {
    const answer = await this.claim(key)
    if (answer.kind !== 'claimed') throw new Error(`${key} is not claimed but ${JSON.stringify(answer)}`)
    return answer.claim
  }

  commit(claim: Claim): Promise<Permit> {
    const durability = { kind: 'reply' } as const
    return commitLaunch(this.ledger, this.commits, claim, {
      start: this.now,
      sendingLasts: 60_000,
      accept: () => true,
      durability,
    })
  }

  settle(claim: Claim, state: Settlement['state'], over: Partial<Settlement['attempt']> = {}, notBefore?: number) {
    const attempt = { start: this.now, end: this.now + 5, outcome: state, reason: 'because', handed: true, ...over }
    const when = notBefore === undefined ? {} : { notBefore }
    return settleLaunch(this.ledger, claim, { state, reason: 'because', attempt, ...when })
  }

  /** One attempt from claim to settlement. */
  async attempt(key: string, state: Settlement['state'] = 'launched', over: Partial<Settlement['attempt']> = {}) {
    const claim = await this.claimed(key)
    const permit = await this.commit(claim)
    if (!permit.granted) throw new Error(`${key} is not committed: ${permit.why}`)
    await this.settle(claim, state, over, state === 'waiting' ? this.now + 1_000 : undefined)
  }

  async view(id: string) {
    const view = await showBatch(this.ledger, id)
    if (!view) throw new Error(`there is no batch ${id}`)
    return view
  }

  async state(id: string): Promise<string> {
    return (await this.view(id)).batch.state
  }
}
