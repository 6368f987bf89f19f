import { afterAll, beforeAll, expect, it } from 'vitest'
import { CommitConnection } from '../../src/redis/commit-connection.ts'
import { groupScript } from '../../src/redis/script.ts'
import { startTestRedis, type TestRedis } from '../redis-server.ts'

let server: TestRedis
beforeAll(async () => {
  server = await startTestRedis()
})
afterAll(() => server.stop())

it('a commit connection that may not be used is closed, however often it is tried', async () => {
  const refused = new CommitConnection({ kind: 'socket', path: server.socket }, 'refused', async () => {
    throw new Error('not this server')
  })
  const script = groupScript('never', { before: '', each: 'return ARGV[1]' }, 0)
  for (let tries = 0; tries < 5; tries++) {
    expect(await refused.write(script, 'key', [1], { kind: 'reply' })).toMatchObject({ kind: 'doubt' })
  }
  const open = async () =>
    String(await server.redis.client('LIST'))
      .split('\n')
      .filter(line => line.includes('name=refused'))
  await expect.poll(open).toEqual([])
})
