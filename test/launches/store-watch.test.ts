import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimLaunch } from '../../src/launches/claim.ts'
import { commitLaunch } from '../../src/launches/commit.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { holdOff, holdOn, holdsInForce } from '../../src/launches/hold.ts'
import type { Ledger } from '../../src/launches/ledger.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { settleLaunch } from '../../src/launches/settle.ts'
import { judgeStore } from '../../src/launches/store-identity.ts'
import { type StoreMemory, StoreWatch } from '../../src/launches/store-watch.ts'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { keysUnder } from '../../src/redis/keys.ts'
import { StoreFile } from '../../src/redis/store-memory.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

describe('a store', () => {
  const store = { id: 'a', commits: 10, place: '/data:6379', replid: 'r1' }
  const server = { place: '/data:6379', replid: 'r1', formerReplid: '0000' }
  it.each([
    ['same', {}, {}, undefined],
    ['same', {}, {}, { id: 'a', commits: 10 }],
    ['same', {}, {}, { id: 'another', commits: 99 }],
    ['same', {}, { replid: 'r2' }, { id: 'a', commits: 10 }],
    ['restored', {}, {}, { id: 'a', commits: 11 }],
    ['cloned', {}, { place: '/copy:6379' }, { id: 'a', commits: 10 }],
    ['promoted', {}, { replid: 'r2', formerReplid: 'r1' }, { id: 'a', commits: 10 }],
  ])('is %s: %j, server %j, remembered %j', (kind, overStore, overServer, remembered) => {
    expect(judgeStore({ ...store, ...overStore }, { ...server, ...overServer }, remembered, false).kind).toBe(kind)
  })
})

/** The server's answers to one script can be held back on their way. */
function delayed(redis: Redis, script: string) {
  let arrives = () => {}
  let onTheWay: Promise<void> = Promise.resolve()
  const slow = new Proxy(redis, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name !== script) return value.bind(target)
      return async (...args: unknown[]) => {
        const reply: unknown = await Reflect.apply(value, target, args)
        arrives()
        await onTheWay
        return reply
      }
    },
  })
  const holdBack = () => {
    const answered = new Promise<void>(resolve => {
      arrives = resolve
    })
    let release = () => {}
    onTheWay = new Promise(resolve => {
      release = resolve
    })
    return { answered, release: () => release() }
  }
  return { redis: slow, holdBack }
}

describe('the watch over the store', () => {
  const durable = { appendonly: 'yes', appendfsync: 'always' }
  let server: TestRedis
  let ledger: Ledger
  let folder: string
  const heard = { storeIsAnother: () => {}, storeForgot: () => {}, clockWrong: () => {} }
  const steady = { step: () => 0 }
  const watchWith = (memory: StoreMemory, clock = steady) => new StoreWatch(ledger, heard, memory, clock)
  const holds = async () => (await holdsInForce(ledger)).map(hold => hold.cause)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sendoff-store-'))
    server = await startTestRedis({ dir: folder, ...durable })
    ledger = { redis: server.redis, keys: keysUnder('test') }
  })
  afterEach(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function launch(key: string, mailing = 90): Promise<void> {
    const due = Date.now() - 1_000
    const until = due + 900_000
    const policy = { ...defaultPolicy, overlap: 'allow' as const }
    await createLaunch(ledger, {
      key,
      account: 'main',
      origin: 'manual',
      request: { id: mailing },
      due,
      sendUntil: until,
      retryUntil: until,
      policy,
    })
  }

  async function commit(watch: StoreWatch, key: string): Promise<boolean> {
    const answer = await claimLaunch(ledger, key, key, 'owner', 10_000)
    if (answer.kind !== 'claimed') throw new Error(`${key} is not claimed`)
    const commits = new CommitConnection({ kind: 'socket', path: server.socket }, 'test')
    const accept = (number: number) => watch.accept(number)
    const attempt = { start: 0, sendingLasts: 60_000, accept, durability: { kind: 'reply' } as const }
    const permit = await commitLaunch(ledger, commits, answer.claim, attempt)
    await commits.close()
    return permit.granted
  }

  /** The launch as it stands in a store that has forgotten it, claimed and committed by another hand. */
  async function commitAgain(watch: StoreWatch, key: string): Promise<boolean> {
    await launch(`${key}-again`, 91)
    return commit(watch, `${key}-again`)
  }

  it('knows from its file, after a restart of its own, that an older copy was put back', async () => {
    const file = new StoreFile(folder)
    await watchWith(file).look()
    file.flush()
    const id = file.recall()?.id ?? ''
    const next = watchWith({ recall: () => ({ id, commits: 3 }), keep: () => {} })
    expect((await next.look()).kind).toBe('restored')
  })

  it('raises one alarm for one loss, also after a restart of its own, and gives permits again', async () => {
    await watchWith({ recall: () => undefined, keep: () => {} }).look()
    const id = (await server.redis.hget('{test}:store', 'id')) ?? ''
    const file = new StoreFile(folder)
    file.keep({ id, commits: 3 })
    file.flush()
    const watch = watchWith(file)
    expect((await watch.look()).kind).toBe('restored')
    file.flush()
    const next = watchWith(new StoreFile(folder))
    expect((await next.look()).kind).toBe('same')
    await server.redis.del(ledger.keys.holds)
    await launch('after')
    expect(await commit(watch, 'after')).toBe(true)
  })

  it('knows that commits of other processes were forgotten', async () => {
    const watch = watchWith({ recall: () => undefined, keep: () => {} })
    await watch.look()
    await server.redis.hset('{test}:store', 'commits', 5)
    expect((await watch.look()).kind).toBe('same')
    await server.redis.hset('{test}:store', 'commits', 4)
    expect((await watch.look()).kind).toBe('restored')
  })

  it('takes what is committed while an answer is on its way for no loss', async () => {
    const slow = delayed(server.redis, 'sendoffIdentify')
    const watch = new StoreWatch(
      { ...ledger, redis: slow.redis },
      heard,
      { recall: () => undefined, keep: () => {} },
      steady,
    )
    await watch.look()
    await launch('a')
    const { answered, release } = slow.holdBack()
    const [first, second] = [watch.look(), watch.look()]
    await answered
    expect(await commit(watch, 'a')).toBe(true)
    release()
    expect([(await first).kind, (await second).kind]).toEqual(['same', 'same'])
    expect(await holds()).toEqual([])
  })

  it('raises one alarm where two look at once', async () => {
    let alarms = 0
    const id = 'known'
    await server.redis.hset('{test}:store', { id, commits: 1, place: await placeOf(server), replid: '', epoch: 0 })
    const counting = { ...heard, storeForgot: () => void alarms++ }
    const watch = new StoreWatch(ledger, counting, { recall: () => ({ id, commits: 2 }), keep: () => {} }, steady)
    const verdicts = await Promise.all([watch.look(), watch.look()])
    expect(verdicts.map(({ kind }) => kind)).toEqual(['restored', 'same'])
    expect(alarms).toBe(1)
  })

  it('stops everything where the store is emptied under it, and says at its start that it is another', async () => {
    const watch = watchWith({ recall: () => undefined, keep: () => {} })
    await watch.look()
    await server.redis.flushall()
    expect((await watch.look()).kind).toBe('exchanged')
    expect(await holds()).toEqual(['store'])
    let another = 0
    const counting = { ...heard, storeIsAnother: () => void another++ }
    const memory = { recall: () => ({ id: 'of before', commits: 7 }), keep: () => {} }
    const next = new StoreWatch(ledger, counting, memory, steady)
    expect((await next.look()).kind).toBe('same')
    expect((await next.look()).kind).toBe('same')
    expect(another).toBe(1)
  })

  it('stops for its own cause beside the stop of a person', async () => {
    const all = { kind: 'all' } as const
    await holdOn(ledger, all, { cause: 'person', reason: 'maintenance', by: 'somebody' })
    const watch = watchWith({ recall: () => undefined, keep: () => {} })
    await watch.look()
    await server.redis.del('{test}:store')
    await watch.look()
    expect(await holds()).toEqual(['person', 'store'])
    await holdOff(ledger, all, 'person', 'done', 'somebody')
    expect(await holds()).toEqual(['store'])
    expect(await holdOff(ledger, all, 'person', 'done', 'somebody')).toBeUndefined()
  })

  it('knows its store where no memory is left for anything new', async () => {
    const watch = watchWith({ recall: () => undefined, keep: () => {} })
    await watch.look()
    await server.redis.config('SET', 'maxmemory', '1')
    expect((await watch.look()).kind).toBe('same')
  })

  it('takes no word of an attempt for one about an attempt that was forgotten', async () => {
    await launch('a')
    const answer = await claimLaunch(ledger, 'a', 'nonce', 'owner', 10_000)
    if (answer.kind !== 'claimed') throw new Error('a is not claimed')
    const id = 'known'
    await server.redis.hset('{test}:store', { id, commits: 1, place: await placeOf(server), replid: '', epoch: 0 })
    expect((await watchWith({ recall: () => ({ id, commits: 2 }), keep: () => {} }).look()).kind).toBe('restored')
    const attempt = { start: 0, end: 0, outcome: 'notLaunched', reason: 'withheld', handed: false }
    const word = { state: 'waiting', reason: 'withheld', notBefore: Date.now(), attempt } as const
    expect(await settleLaunch(ledger, answer.claim, word)).toEqual({ kind: 'refused', state: 'unknown' })
    expect((await showLaunch(ledger, 'a'))?.state).toBe('unknown')
  })

  it('holds nothing over twenty kills of Redis, and goes on giving permits', async () => {
    const watch = watchWith(new StoreFile(folder))
    await watch.look()
    for (let round = 0; round < 20; round++) {
      await launch(`l${round}`)
      await server.restart()
      await watch.look()
      expect(await holds()).toEqual([])
    }
    expect(await commit(watch, 'l0')).toBe(true)
  })

  it('holds everything, and doubts what was due, where an older copy was put back; and gives no permit meanwhile', async () => {
    const file = new StoreFile(folder)
    const watch = watchWith(file)
    await watch.look()
    await launch('before')
    await server.restart(async () => cp(join(folder, 'appendonlydir'), join(folder, 'copy'), { recursive: true }))
    expect(await commit(watch, 'before')).toBe(true)
    file.flush()
    await server.restart(async () => {
      await rm(join(folder, 'appendonlydir'), { recursive: true })
      await cp(join(folder, 'copy'), join(folder, 'appendonlydir'), { recursive: true })
    })
    // The copy says that it was never sent; a process that knows better gives no permit even before it has looked.
    expect((await showLaunch(ledger, 'before'))?.state).toBe('planned')
    expect(await commit(watch, 'before')).toBe(false)
    expect(await commitAgain(watch, 'before')).toBe(false)
    expect((await watch.look()).kind).toBe('restored')
    expect(await holds()).toEqual(['store'])
    expect(await showLaunch(ledger, 'before')).toMatchObject({ state: 'unknown', doubt: '1' })
    expect((await watch.look()).kind).toBe('same')
  })

  it('holds everything where a copy of the store runs elsewhere', async () => {
    await watchWith({ recall: () => undefined, keep: () => {} }).look()
    const elsewhere = await mkdtemp(join(tmpdir(), 'sendoff-clone-'))
    await cp(join(folder, 'appendonlydir'), join(elsewhere, 'appendonlydir'), { recursive: true })
    const clone = await startTestRedis({ dir: elsewhere, ...durable })
    const cloned = new StoreWatch(
      { redis: clone.redis, keys: keysUnder('test') },
      heard,
      { recall: () => undefined, keep: () => {} },
      steady,
    )
    expect((await cloned.look()).kind).toBe('cloned')
    await clone.stop()
    await rm(elsewhere, { recursive: true, force: true })
  })

  it('holds everything where a replica was promoted', async () => {
    const port = 20_000 + (process.pid % 20_000)
    const primary = await startTestRedis({ port: String(port), 'repl-diskless-sync-delay': '0' })
    const replica = await startTestRedis({ replicaof: `127.0.0.1 ${port}` })
    ledger = { redis: primary.redis, keys: keysUnder('test') }
    const memory = { recall: () => undefined, keep: () => {} }
    await watchWith(memory).look()
    while (!(await replica.redis.info('replication')).includes('master_link_status:up')) await pauseFor(20)
    await primary.redis.wait(1, 5_000)
    await replica.redis.replicaof('NO', 'ONE')
    await replica.redis.hset('{test}:store', 'place', await placeOf(replica))
    ledger = { redis: replica.redis, keys: keysUnder('test') }
    expect((await watchWith(memory).look()).kind).toBe('promoted')
    await Promise.all([primary.stop(), replica.stop()])
  })

  it('holds everything where the clock of a worker was set', async () => {
    let step = 0
    const watch = watchWith({ recall: () => undefined, keep: () => {} }, { step: () => step })
    await watch.look()
    step = 3_600_000
    await watch.look()
    expect(await holds()).toEqual(['clock'])
  })
})

async function placeOf(server: TestRedis): Promise<string> {
  const reply = await server.redis.config('GET', 'dir')
  return `${Array.isArray(reply) ? String(reply[1]) : ''}:0`
}
