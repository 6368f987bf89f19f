/** The API of a running service on a port: commands that ask it print what they print from Redis, and it stops in order. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { CommandEnding } from '../../src/commands/ending.ts'
import { ledgerOffice } from '../../src/commands/ledger-office.ts'
import type { Office } from '../../src/commands/office.ts'
import { serverOffice } from '../../src/commands/server-office.ts'
import { nextProbeIn, Probes } from '../../src/http/probes.ts'
import { type HttpService, startHttp } from '../../src/http/start.ts'
import { Fitness } from '../../src/redis/fitness.ts'
import { HttpStage } from './stage.ts'
import { fill } from './world.ts'

let stage: HttpStage
let http: HttpService | undefined
let url = ''

beforeAll(async () => {
  stage = await HttpStage.open()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await stage.clear()
  await fill(stage)
  http = await started()
})
afterEach(async () => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  await http?.stop()
})

async function started(listen = '127.0.0.1:0'): Promise<HttpService | undefined> {
  const fitness = await Fitness.of(stage.server.redis, false, new Map())
  const config = { ...stage.config, http: { ...stage.config.http, listen } }
  const address = { kind: 'socket', path: stage.server.socket } as const
  const drift = async () => undefined
  const service = await startHttp({
    config,
    address,
    ledger: { ...stage.ledger },
    fitness,
    drift,
    events: stage.events,
  })
  url = /.*httpListens","address":"([^"]+)/.exec(stage.log.slice(stage.log.lastIndexOf('httpListens') - 50))?.[1] ?? ''
  return service
}

const headers = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })

it('every question of a command is answered by the server as from Redis', async () => {
  vi.stubEnv('SENDOFF_KEY', await stage.key('admin'))
  await fetch(`${url}/api/v1/holds`, {
    method: 'POST',
    headers: headers(process.env.SENDOFF_KEY ?? ''),
    body: '{"reason":"x"}',
  })
  const open = { config: stage.config, ledger: stage.ledger, queues: stage.queues }
  const questions: ((office: Office) => Promise<unknown>)[] = [
    office => office.launches({}, 3, undefined),
    office => office.launches({ state: 'unknown', mailing: 77, from: 0 }, 20, undefined),
    office => office.launch('planned'),
    office => office.launch('nothing'),
    office => office.explain('doubtful'),
    office => office.schedules(),
    office => office.schedule('weekly', 5),
    office => office.holds(),
    office => office.audit(2, undefined),
    office => office.audit(9, 'all'),
    office => office.accounts(),
  ]
  for (const question of questions)
    expect(await question(serverOffice(url)), String(question)).toEqual(await question(ledgerOffice(open)))
})

it('a launch over the server is one, and the guard speaks as it does here', async () => {
  vi.stubEnv('SENDOFF_KEY', await stage.key('launcher'))
  const office = serverOffice(`${url}/`)
  const asked = { account: 'main', request: { id: 91 }, by: 'nobody', why: 'asked' }
  const made = await office.make(asked)
  expect(made).toMatchObject({ kind: 'made', workers: 0 })
  expect(await office.launch(made.kind === 'made' ? made.key : '')).toMatchObject({ by: 'key launcher', why: 'asked' })
  await stage.server.redis.zadd(stage.ledger.keys.sent('main', 91, 'own'), Date.now(), 'x')
  expect(await office.make(asked)).toMatchObject({
    kind: 'unconfirmed',
    confirmation: expect.stringMatching(/^\d\d:\d\d$/),
  })
})

it.each([
  ['no key', '', 4],
  ['a wrong key', 'sendoff_x', 4],
])('%s ends a command with %s', async (_, key, code) => {
  vi.stubEnv('SENDOFF_KEY', key)
  await expect(serverOffice(url).holds()).rejects.toMatchObject({ code })
})

it('no server ends a command with 5, and what is no address with 2', async () => {
  await expect(serverOffice('http://127.0.0.1:1').holds()).rejects.toMatchObject({ code: 5 })
  expect(() => serverOffice('ftp://x')).toThrow(CommandEnding)
})

it('a service that stops is not ready, takes no decisions, sends watchers away, answers, and then ends', async () => {
  const key = await stage.key('admin')
  const events = await fetch(`${url}/api/v1/events`, { headers: headers(key) })
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  void http?.drain()
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  expect((await fetch(`${url}/api/v1/holds`, { headers: headers(key) })).status).toBe(200)
  const refused = await fetch(`${url}/api/v1/holds`, { method: 'POST', headers: headers(key), body: '{"reason":"x"}' })
  expect(await refused.json()).toMatchObject({ code: 'stopping', status: 503 })
  expect(await events.text()).toContain('watching')
  await http?.stop()
  await expect(fetch(`${url}/livez`)).rejects.toThrow()
})

it('a service that somebody asks regularly whether it is ready does not end before they are told that it is not', async () => {
  for (let count = 0; count < 2; count++) expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const told = http?.drain()
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  await told
})

it.each([
  ['who is told', (probes: Probes) => probes.asked(9_000, true)],
  ['who asks no more', () => vi.advanceTimersByTime(6_500)],
])('a stop waits for %s, and no longer', async (_, end) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const probes = new Probes()
  for (const at of [0, 5_000]) probes.asked(at, false)
  const ended = vi.fn()
  const told = probes.told(6_000).then(ended)
  await vi.advanceTimersByTimeAsync(6_000 - 1)
  expect(ended).not.toHaveBeenCalled()
  end(probes)
  await told
})

it.each([
  ['nobody asks', [], 1_000, 0],
  ['somebody has asked once', [900], 1_000, 0],
  ['a load balancer asks every five seconds', [0, 5_000], 6_000, 6_500],
  ['two do, right after each other', [0, 10, 5_000, 5_010], 6_000, 6_495],
  ['they ask less often than every ten seconds', [0, 30_000], 31_000, 0],
  ['they ask no more', [0, 5_000], 13_000, 0],
])('where %s, that is how long a stop waits for the next asking', (_, asked, now, wait) => {
  expect(nextProbeIn(asked, now)).toBe(wait)
})

it('however often anybody asks whether it is ready, Redis is written to once in a second at most, and what ails it is not told', async () => {
  const { redis } = stage.server
  await redis.call('CONFIG', 'RESETSTAT')
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${url}/readyz`)))
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect(String(await redis.call('INFO', 'commandstats'))).toMatch(/cmdstat_set:calls=\d,/)
  await redis.call('CONFIG', 'SET', 'min-replicas-to-write', '1')
  try {
    const body = async () => JSON.stringify(await (await fetch(`${url}/readyz`)).json())
    await expect.poll(body).toContain('"ok":false')
    expect(await body()).toContain('Redis refuses to write')
    expect(await body()).not.toContain('NOREPLICAS')
  } finally {
    await redis.call('CONFIG', 'SET', 'min-replicas-to-write', '0')
  }
})

it('an address that is taken is told in a sentence', async () => {
  const port = new URL(url).port
  await expect(started(`127.0.0.1:${port}`)).rejects.toThrow(`http.listen: 127.0.0.1:${port} cannot be listened on`)
})

it('while Redis is away it says so at once, and does nothing late', async () => {
  const key = await stage.key('launcher')
  const body = JSON.stringify({ account: 'main', request: { id: 91 } })
  const launch = () =>
    fetch(`${url}/api/v1/launches`, { method: 'POST', headers: { ...headers(key), 'idempotency-key': 'a' }, body })
  await stage.server.restart(async () => {
    const answer = await launch()
    expect(await answer.json()).toMatchObject({ code: 'storeUnreachable', status: 503 })
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    expect((await fetch(`${url}/livez`)).status).toBe(200)
  })
  // It has forgotten everything, the key too; nothing that was asked for meanwhile comes.
  while ((await fetch(`${url}/readyz`)).status !== 200) await new Promise(resolve => setTimeout(resolve, 20))
  expect((await launch()).status).toBe(401)
  expect(await stage.server.redis.keys('*launch*')).toEqual([])
})
