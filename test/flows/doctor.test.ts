import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { startTestRedis } from '../redis-server.ts'
import { canary, configFor, type Ended, Project, schedules } from './project.ts'

const checkSchema = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warn', 'bad']),
  says: z.string(),
  do: z.string().optional(),
})
type Checks = ReadonlyMap<string, z.infer<typeof checkSchema>>

let altcraft: Altcraft
let project: Project
beforeEach(async () => {
  altcraft = await startOnOwnPort()
  project = await Project.create({
    'config/sendoff.yaml': configFor(altcraft.url),
    'jobs/all.yaml': schedules({ name: 'offers', when: '{ every: 24h }', launch: '{ id: 90 }' }),
  })
})
afterEach(async () => {
  await project.remove()
  await altcraft.close()
})

async function doctor(env: Record<string, string> = {}, ...flags: string[]): Promise<Ended & { checks: Checks }> {
  const ended = await project.start(['doctor', '--json', ...flags], env).ended
  const checks = z.array(checkSchema).parse(JSON.parse(ended.stdout))
  for (const check of checks) expect(check.do !== undefined, check.name).toBe(check.state !== 'ok')
  expect(ended.stdout + ended.stderr).not.toContain(canary)
  return { ...ended, checks: new Map(checks.map(check => [check.name, check])) }
}

const badOnes = (checks: Checks) => [...checks.values()].filter(({ state }) => state === 'bad').map(({ name }) => name)

/** On a port below those that the system hands out, so that nobody has it when a story starts another stand-in in its place. */
async function startOnOwnPort(): Promise<Altcraft> {
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  return startAltcraft({ token: canary, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return startOnOwnPort()
    throw error
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describe('doctor', () => {
  it('finds nothing bad about the embedded Redis and an account that works, and launches nothing', async () => {
    const before = await doctor()
    expect(before.code).toBe(0)
    expect(badOnes(before.checks)).toEqual([])
    expect(before.checks.get('Redis')?.says).toContain('embedded')
    for (const name of [
      'Redis eviction',
      'Redis append-only file',
      'Redis clock',
      'durability of main',
      'main: answer',
    ]) {
      expect(before.checks.get(name)?.state, name).toBe('ok')
    }
    expect(before.checks.get('main: answer')?.says).toContain('mailing 90 is active')
    expect(before.checks.get('workers of main')?.state).toBe('warn')

    await project.serve()
    const [during, other] = await Promise.all([
      doctor({}, '--account', 'main'),
      project.run('doctor', '--account', 'x'),
    ])
    expect([during.code, other.code]).toEqual([0, 2])
    for (const name of ['workers of main', 'planner']) expect(during.checks.get(name)?.state, name).toBe('ok')
    expect(altcraft.launches()).toEqual([])
  })

  it('shows a Redis that evicts as bad, and everything else all the same', async () => {
    const port = await freePort()
    const server = await startTestRedis({ port: String(port), 'maxmemory-policy': 'allkeys-lru', appendonly: 'yes' })
    try {
      const { code, checks } = await doctor({ REDIS_URL: `redis://127.0.0.1:${port}/0` })
      expect(code).toBe(1)
      expect(badOnes(checks)).toEqual(['Redis eviction', 'durability of main'])
      expect(checks.get('Redis eviction')?.do).toContain('noeviction')
      expect(checks.get('durability of main')?.says).toContain('everysec alone')
      expect(checks.get('main: answer')?.state).toBe('ok')
    } finally {
      await server.stop()
    }
  })

  it('goes on where there is no Redis, and ends with 5', async () => {
    const { code, checks } = await doctor({ REDIS_URL: `redis://user:${canary}@127.0.0.1:${await freePort()}/0` })
    expect(code).toBe(5)
    expect(badOnes(checks)).toEqual(['Redis'])
    expect(checks.get('main: answer')?.state).toBe('ok')
  })

  it('tells a token that is refused, one that is missing, and a server that is not there', async () => {
    const env = { ALTCRAFT_TOKEN: '', ALTCRAFT_URL: `http://127.0.0.1:${await freePort()}` }
    const [wrong, neither] = await Promise.all([doctor({ ALTCRAFT_TOKEN: 'another-token' }), doctor(env)])
    expect(wrong.code).toBe(1)
    expect(badOnes(wrong.checks)).toEqual(['main: answer'])
    expect(wrong.checks.get('main: answer')).toMatchObject({
      says: expect.stringContaining('error 401'),
      do: expect.stringContaining('ALTCRAFT_TOKEN'),
    })
    expect(wrong.stdout).not.toContain('another-token')

    expect(neither.code).toBe(1)
    expect(badOnes(neither.checks)).toEqual(['main: token', 'main: connection'])
    expect(neither.checks.get('main: connection')?.says).toContain('ECONNREFUSED')
  })

  it('ends with 2 where a file is wrong, and shows what it can', async () => {
    await project.write('jobs/bad.yaml', 'version: 1\nschedules: { x: { when: { cron: "61 * * * *" } } }\n')
    const schedule = await doctor()
    expect(schedule.code).toBe(2)
    expect(schedule.stdout).toContain('jobs/bad.yaml:')
    expect(schedule.checks.get('Redis')?.state).toBe('ok')

    await project.write('config/sendoff.yaml', 'version: 1\naccounts: { main: { baseUrl: nowhere } }\n')
    const config = await doctor()
    expect(config.code).toBe(2)
    expect([...config.checks.keys()]).toEqual(['Node', 'time zones', 'configuration', 'schedules', 'Redis, accounts'])
    await project.write('config/sendoff.yaml', configFor(altcraft.url))
  })
})

describe('doctor --probe-deduplication', () => {
  const probe = ['doctor', '--probe-deduplication', '--account', 'main']

  it('proves that repeats are dropped, keeps the proof, and withdraws it when a later probe contradicts it', async () => {
    const refused = [project.run(...probe), project.run('doctor', '--probe-deduplication', '--yes')]
    expect(await Promise.all(refused)).toMatchObject([
      { code: 2, stderr: expect.stringContaining('Add --yes') },
      { code: 2, stderr: expect.stringContaining('--account') },
    ])
    expect(altcraft.requests()).toBe(0)

    const proven = await project.run(...probe, '--yes')
    expect(proven.code).toBe(0)
    expect(proven.stdout).toMatch(/^PROVEN\n.*REFUSED.*It does not prove how long/s)
    expect((await doctor()).checks.get('main: de-duplication')).toMatchObject({
      state: 'ok',
      says: expect.stringContaining('proven'),
    })
    expect(altcraft.launches()).toEqual([])

    await altcraft.close()
    altcraft = await startAltcraft({ token: canary, deduplication: false, port: altcraft.port })
    const not = await project.run(...probe, '--yes', '--json')
    expect(not.code).toBe(1)
    expect(JSON.parse(not.stdout)).toMatchObject({ result: 'notProven', stored: 'The earlier proof is withdrawn.' })
    expect(altcraft.launches()).toEqual([])
  })
})
