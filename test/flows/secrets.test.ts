import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { type Door, doors } from '../../src/http/doors.ts'
import { embeddedSocket } from '../../src/redis/embedded.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { betrays, canary, configFor, schedules, until } from './project.ts'
import { story } from './story.ts'

async function everythingInRedis(folder: string): Promise<string> {
  const redis = new Redis({ path: embeddedSocket(join(folder, '.sendoff')) })
  const found: string[] = []
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key)
    found.push(key)
    if (type === 'string') found.push((await redis.get(key)) ?? '')
    else if (type === 'hash') found.push(JSON.stringify(await redis.hgetall(key)))
    else if (type === 'zset') found.push(JSON.stringify(await redis.zrange(key, '0', '-1')))
    else if (type === 'set') found.push(JSON.stringify(await redis.smembers(key)))
    else if (type === 'list') found.push(JSON.stringify(await redis.lrange(key, 0, -1)))
    else if (type === 'stream') found.push(JSON.stringify(await redis.xrange(key, '-', '+')))
  }
  redis.disconnect()
  return found.join('\n')
}

/** What the HTTP API answers at every door that only reads. */
async function everyAnswer(log: string, key: string): Promise<string> {
  const [address = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(/.*httpListens.*/.exec(log)?.[0] ?? '') ?? []
  const paths = Object.values<Door>(doors)
    .filter(({ method, role }) => method === 'get' && (role === 'anyone' || role === 'viewer'))
    .map(({ path }) =>
      path.replace('{key}', encodeURIComponent(key)).replace('{name}', 'offers').replace('{id}', 'none'),
    )
  const texts = await Promise.all(
    paths.map(async path => {
      const response = await fetch(`${address}${path}`, { headers: { 'last-event-id': '1-1' } })
      if (!path.endsWith('/events')) return `${path} ${response.status}\n${await response.text()}`
      // The events from the first on; they would never end.
      let text = ''
      for await (const piece of response.body ?? []) {
        text += Buffer.from(piece).toString()
        if (text.includes(key)) break
      }
      return text
    }),
  )
  return texts.join('\n')
}

async function everyFile(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter(entry => entry.isFile())
  const texts = await Promise.all(files.map(entry => readFile(join(entry.parentPath, entry.name), 'latin1')))
  return texts.join('\n')
}

story(
  'the token, in the body or as a bearer, is in no key, log, output or file, whatever the far side answers',
  async ({ altcraft, create }) => {
    const bearer = `  bearer: { baseUrl: "${altcraft.url}", token: { env: ALTCRAFT_TOKEN }, auth: bearer, timeouts: { connect: 1s, headers: 1500ms, total: 2s } }\n`
    const project = await create({
      'config/sendoff.yaml': configFor(
        altcraft.url,
        `    auth: body\n${bearer}http: { listen: "127.0.0.1:0", withoutKey: viewer }\n`,
      ),
      'jobs/all.yaml': schedules({ name: 'offers', when: '{ every: 1s }', launch: '{ id: 90 }' }),
    })
    // The far side may quote the whole request in its words. Mailings 1 to 4 are of one account, 11 to 14 of the other.
    const faults = [`refuse=402:text=You sent ${canary}`, 'drop-after', 'html-after', 'status=429:retry-after=1:x1']
    altcraft.setFaults(
      [0, 10].flatMap(more => faults.map((fault, index) => parseFault(`${fault}:id=${more + index + 1}`))),
    )
    const service = await project.serve(['--apply'], { SENDOFF_LOG__LEVEL: 'trace' })
    const outputs = await Promise.all(
      faults.flatMap((_, index) =>
        [`${index + 1} main`, `${index + 11} bearer`].map(asked => {
          const [id = '', account = ''] = asked.split(' ')
          return project.run('launch', id, '--account', account, '--yes', '--wait', '--json')
        }),
      ),
    )
    await until(() => altcraft.launches().length >= 6)
    outputs.push(await project.run('config', 'show', '--sources'), await project.run('launches', 'list', '--json'))
    const refused = [...(await project.records({ mailing: 1 })), ...(await project.records({ mailing: 11 }))]
    expect(refused).toMatchObject([
      { state: 'rejected', error: 402 },
      { state: 'rejected', error: 402 },
    ])
    const key = refused[1]?.key ?? ''
    outputs.push(await project.run('launches', 'show', key, '--json'))
    const answers = await everyAnswer(service.stdout, key)
    const redis = await everythingInRedis(project.folder)
    outputs.push(await service.stop())
    expect(answers).toContain(key)
    expect(betrays(answers)).toEqual([])
    expect(redis).toContain(key)
    expect(outputs.flatMap(({ stdout, stderr }) => betrays(stdout + stderr))).toEqual([])
    expect(betrays(redis)).toEqual([])
    expect(betrays(await everyFile(project.folder))).toEqual([])
    // The search can find it: the far side did get the token.
    expect(altcraft.launches().length).toBeGreaterThan(0)
    expect(betrays(`x${canary}x`)).not.toEqual([])
  },
)
