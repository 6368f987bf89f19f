import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EmbeddedRedis, embeddedSocket } from '../../src/redis/embedded.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sendoff-embedded-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

async function client(): Promise<Redis> {
  const redis = new Redis({
    path: embeddedSocket(folder),
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  })
  redis.on('error', () => {})
  await redis.connect()
  return redis
}

async function ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = await client()
  return question(redis).finally(() => redis.disconnect())
}

const lives = () =>
  ask(redis => redis.ping()).then(
    () => true,
    () => false,
  )
const pid = () => ask(async redis => /process_id:(\d+)/.exec(await redis.info('server'))?.[1])

describe('the embedded Redis', () => {
  it('is started by the first, shared by the next, and stopped by the last to leave', async () => {
    const first = await EmbeddedRedis.join(folder)
    const started = await pid()
    const second = await EmbeddedRedis.join(folder)
    expect(await pid()).toBe(started)
    await first.leave()
    expect(await lives()).toBe(true)
    await second.leave()
    expect(await lives()).toBe(false)
  })

  it('is one, however many start at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => EmbeddedRedis.join(folder)))
    expect(await ask(async redis => String(await redis.client('LIST')).match(/name=sendoff-user/g)?.length)).toBe(5)
    await Promise.all(all.map(one => one.leave()))
    expect(await lives()).toBe(false)
  })

  it('keeps its data from one life to the next', async () => {
    const first = await EmbeddedRedis.join(folder)
    await ask(redis => redis.set('kept', 'yes'))
    await first.leave()
    const second = await EmbeddedRedis.join(folder)
    expect(await ask(redis => redis.get('kept'))).toBe('yes')
    await second.leave()
  })

  it('writes every change to disk, evicts nothing, and listens to nobody but its socket', async () => {
    const user = await EmbeddedRedis.join(folder)
    const settings = await ask(redis => redis.config('GET', 'appendfsync', 'maxmemory-policy', 'port', 'appendonly'))
    expect(settings).toEqual(expect.arrayContaining(['always', 'noeviction', '0', 'yes']))
    await user.leave()
  })

  it('that was killed is started again for those who use it, with its data', async () => {
    const user = await EmbeddedRedis.join(folder)
    await ask(redis => redis.set('kept', 'yes'))
    process.kill(Number(await pid()), 'SIGKILL')
    while (!(await lives())) await pauseFor(20)
    expect(await ask(redis => redis.get('kept'))).toBe('yes')
    await user.leave()
  })

  it('that was killed while its last user leaves does not outlive it', async () => {
    const user = await EmbeddedRedis.join(folder)
    const killed = Number(await pid())
    process.kill(killed, 'SIGKILL')
    while (await lives()) await pauseFor(1)
    // The new server answers before the user has joined it: the moment in which it could be left behind.
    while (!(await lives())) await pauseFor(1)
    await user.leave()
    expect(await lives()).toBe(false)
  })

  it('is not kept out by the lock of a process that is gone', async () => {
    await writeFile(join(folder, 'redis.lock'), '999999999')
    const user = await EmbeddedRedis.join(folder)
    await user.leave()
  })

  it('of a folder too deep for a socket has it elsewhere', () => {
    const deep = join(folder, 'x'.repeat(120))
    expect(Buffer.byteLength(embeddedSocket(deep))).toBeLessThanOrEqual(100)
    expect(embeddedSocket(deep)).not.toBe(embeddedSocket(`${deep}y`))
  })
})
