import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { groupScript, runTogether } from '../../src/redis/script.ts'
import { Together } from '../../src/redis/together.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

describe('calls in groups', () => {
  /** Answers each call with itself, group by group, when told to. */
  function stage() {
    const groups: {
      calls: readonly string[]
      answer: (answers: (string | Error)[]) => void
      fail: (why: Error) => void
    }[] = []
    const together = new Together<string, string>(
      calls => new Promise((resolve, reject) => groups.push({ calls, answer: resolve, fail: reject })),
      (first, next) => first[0] === next[0],
    )
    const sent = () => groups.map(({ calls }) => calls)
    return { together, groups, sent }
  }

  it('the first goes at once, and those that come meanwhile go together when it is back', async () => {
    const { together, groups, sent } = stage()
    const first = together.ask('a1')
    const others = [together.ask('a2'), together.ask('a3')]
    expect(sent()).toEqual([['a1']])
    groups[0]?.answer(['one'])
    expect(await first).toBe('one')
    await expect.poll(sent).toEqual([['a1'], ['a2', 'a3']])
    groups[1]?.answer(['two', 'three'])
    expect(await Promise.all(others)).toEqual(['two', 'three'])
  })

  it('those that may not be of one group go one group after the other, in their order', async () => {
    const { together, groups, sent } = stage()
    const all = ['a1', 'a2', 'b1', 'a3'].map(call => together.ask(call))
    for (const index of [0, 1, 2, 3]) {
      await expect.poll(() => groups.length).toBe(index + 1)
      groups[index]?.answer([...(groups[index]?.calls ?? [])])
    }
    expect(sent()).toEqual([['a1'], ['a2'], ['b1'], ['a3']])
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'b1', 'a3'])
  })

  it('one that fails fails alone, a group that fails fails whole, and those behind it still go', async () => {
    const { together, groups } = stage()
    const first = together.ask('a1')
    const second = [together.ask('a2'), together.ask('a3')]
    groups[0]?.fail(new Error('lost'))
    await expect(first).rejects.toThrow('lost')
    await expect.poll(() => groups.length).toBe(2)
    const settled = Promise.allSettled(second)
    groups[1]?.answer([new Error('only this'), 'fine'])
    expect(await settled).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: 'fine' }])
  })

  it('one that is taken back before it was sent is never sent', async () => {
    const { together, groups, sent } = stage()
    const first = together.ask('a1')
    void together.ask('a2')
    const last = together.ask('a3')
    together.forget('a2')
    groups[0]?.answer(['one'])
    await first
    await expect.poll(sent).toEqual([['a1'], ['a3']])
    groups[1]?.answer(['three'])
    await last
  })
})

describe('a group script', () => {
  let server: TestRedis
  beforeAll(async () => {
    server = await startTestRedis()
  })
  afterAll(() => server.stop())
  beforeEach(() => server.redis.flushall())

  const script = groupScript('testGroup', {
    before: 'local P, calls = ARGV[1], 0',
    each: /* lua */ `
calls = calls + 1
if ARGV[3] == 'bad' then error('a bad call') end
redis.call('RPUSH', P .. 'list', ARGV[3])
if ARGV[3] == 'worse' then return redis.call('INCR', P .. 'list') end
return { ARGV[3], ARGV[4], calls }`,
  })
  const ask = (root: string, word: string) => runTogether(server.redis, script, 'key', [root, '', word, `${word}!`])

  it('answers each call with its own arguments, and one that fails does not spoil the others', async () => {
    const answers = await Promise.allSettled(['one', 'two', 'bad', 'worse', 'three'].map(word => ask('p:', word)))
    expect(answers).toMatchObject([
      { value: ['one', 'one!', 1] },
      { value: ['two', 'two!', 1] },
      { reason: { message: expect.stringContaining('a bad call') } },
      { reason: { message: expect.stringContaining('WRONGTYPE') } },
      { value: ['three', 'three!', 4] },
    ])
    expect(await server.redis.lrange('p:list', 0, -1)).toEqual(['one', 'two', 'worse', 'three'])
  })

  it('never mixes calls whose shared arguments differ', async () => {
    await Promise.all(['p:', 'p:', 'q:', 'q:', 'p:'].map((root, index) => ask(root, `w${index}`)))
    expect(await server.redis.lrange('p:list', 0, -1)).toEqual(['w0', 'w1', 'w4'])
    expect(await server.redis.lrange('q:list', 0, -1)).toEqual(['w2', 'w3'])
  })
})
