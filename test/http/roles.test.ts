/** Who may do what: every role, and nobody, at every door. docs/http-api.md shows the table that comes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Door, type DoorName, doorNames, doors, type Role, roles } from '../../src/http/doors.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { holdOn } from '../../src/launches/hold.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { pauseSchedule, resumeSchedule } from '../../src/timetable/pausing.ts'
import { plain, readPage, rowsOf, sectionOf } from '../docs/page.ts'
import { scheduleOf } from '../timetable/stage.ts'
import { HttpStage } from './stage.ts'
import { fill } from './world.ts'

let stage: HttpStage
const keys = new Map<Role, string>()
const reason = 'a test'

beforeAll(async () => {
  stage = await HttpStage.open()
  await fill(stage)
  for (const role of roles) keys.set(role, await stage.key(role))
  keys.set('admin', keys.get('admin') ?? '')
})
afterAll(() => stage.close())

/** A request that gets past its door where the role suffices; nothing of it needs to succeed. */
async function knock(name: DoorName, role: Role | undefined, body: unknown = {}): Promise<number> {
  const { method, path }: Door = doors[name]
  const address = path.replaceAll(/\{\w+\}/g, 'nothing')
  const key = role === undefined ? undefined : keys.get(role)
  const response = await stage.ask(method.toUpperCase(), address, { key, ...(method === 'post' ? { body } : {}) })
  await response.body?.cancel()
  return response.status
}

async function isLetIn(name: DoorName, role: Role | undefined): Promise<boolean> {
  const status = await knock(name, role)
  if (role === undefined && status === 401) return false
  if (role !== undefined && status === 403) return false
  expect([200, 400, 404, 415]).toContain(status)
  return true
}

describe('the table of doors', () => {
  const table = rowsOf(sectionOf(readPage('docs/http-api.md'), 'Roles')).map(row => row.map(plain))

  it.each(doorNames)('%s opens to the roles that the page says, and to no other', async name => {
    const { method, path }: Door = doors[name]
    const marks: string[] = []
    for (const role of [undefined, ...roles]) marks.push((await isLetIn(name, role)) ? 'yes' : '')
    expect(table).toContainEqual([`${method.toUpperCase()} ${path}`, ...marks])
  })

  it('is whole on the page', () => expect(table).toHaveLength(doorNames.length))
})

describe('what goes beyond a door', () => {
  const statusOf = (role: Role, path: string, body: unknown) =>
    stage
      .ask('POST', path, { key: keys.get(role), body, headers: { 'idempotency-key': role } })
      .then(({ status }) => status)

  it('launching again what is unknown takes a launcher; saying what became of it does not', async () => {
    const relaunch = { as: 'relaunch', sendUntil: new Date(Date.now() + 3_600_000).toISOString(), reason }
    expect(await statusOf('operator', '/api/v1/launches/doubtful/resolve', relaunch)).toBe(403)
    expect(await statusOf('launcher', '/api/v1/launches/doubtful/resolve', relaunch)).toBe(200)
    expect(await statusOf('operator', '/api/v1/launches/dubious/resolve', { as: 'writtenOff', reason })).toBe(200)
  })

  it('ending a stop that the service set takes an admin; one of a person does not', async () => {
    const scope = { kind: 'account', account: 'main' } as const
    await holdOn(stage.ledger, scope, { cause: 'token', reason, by: 'service' })
    await holdOn(stage.ledger, { kind: 'all' }, { cause: 'person', reason, by: 'somebody' })
    expect(await statusOf('launcher', '/api/v1/holds/end', { account: 'main', reason })).toBe(403)
    expect(await statusOf('operator', '/api/v1/holds/end', { reason })).toBe(200)
    expect(await statusOf('admin', '/api/v1/holds/end', { account: 'main', reason })).toBe(200)
  })
})

describe('a key of one account', () => {
  const ask = (path: string, body?: unknown) =>
    stage.ask(body === undefined ? 'GET' : 'POST', path, {
      key: keys.get('viewer'),
      body,
      headers: { 'idempotency-key': 'a' },
    })

  beforeAll(async () => {
    keys.set('viewer', await stage.key('admin', 'partner', { accounts: ['other'] }))
  })

  it('sees that account alone', async () => {
    const launches = (await (await ask('/api/v1/launches')).json()) as { launches: { key: string }[] }
    expect(launches.launches.map(({ key }) => key)).toEqual(['foreign'])
    expect(await (await ask('/api/v1/schedules')).json()).toEqual({ schedules: [] })
    expect(await (await ask('/api/v1/accounts')).json()).toMatchObject({ accounts: [{ name: 'other' }] })
    expect(await (await ask('/api/v1/calendar')).json()).toEqual({ rows: [] })
    expect((await ask('/api/v1/launches/planned')).status).toBe(404)
    expect((await ask('/api/v1/launches/planned/explain')).status).toBe(404)
    expect((await ask('/api/v1/schedules/weekly')).status).toBe(404)
    expect((await ask('/api/v1/launches?account=main')).status).toBe(403)
  })

  it('decides about that account alone, and nothing about all', async () => {
    expect((await ask('/api/v1/launches', { account: 'main', request: { id: 1 } })).status).toBe(403)
    expect((await ask('/api/v1/launches/planned/cancel', { reason })).status).toBe(404)
    expect((await ask('/api/v1/holds', { reason })).status).toBe(403)
    expect((await ask('/api/v1/holds', { account: 'main', reason })).status).toBe(403)
    expect((await ask('/api/v1/keys', { name: 'mine', role: 'admin', reason })).status).toBe(403)
    expect((await ask('/api/v1/audit')).status).toBe(403)
    expect((await ask('/metrics')).status).toBe(403)
    expect((await ask('/api/v1/holds', { account: 'other', reason })).status).toBe(200)
  })
})

describe('of a schedule that another account had before, a key of one account', () => {
  let partner = ''

  beforeAll(async () => {
    const { ledger } = stage
    partner = await stage.key('admin', 'newcomer', { accounts: ['other'] })
    const before = Date.now() - 3_600_000
    const launch = (key: string, account: string, due: number) =>
      createLaunch(ledger, {
        ...{ key, account, origin: 'schedule', schedule: 'moved', request: { id: 4 }, due, policy: defaultPolicy },
        ...{ sendUntil: due + 1, retryUntil: due + 1, missed: { state: 'expired', reason: `late: ${key}` } },
      })
    const owner = { by: 'hush-anna', why: 'hush' }
    await stage.put(scheduleOf('moved'))
    for (const number of [1, 2, 3]) await launch(`moved@hush${number}`, 'main', before + number)
    await pauseSchedule(ledger, 'moved', owner, undefined)
    await resumeSchedule(ledger, 'moved', owner)
    await holdOn(
      ledger,
      { kind: 'mailing', account: 'main', mailing: 4 },
      { cause: 'person', reason: 'hush', by: 'hush' },
    )
    await stage.ask('POST', '/api/v1/batches?account=main&name=hush', {
      key: keys.get('launcher'),
      raw: 'id\n4\n',
      headers: { 'content-type': 'text/csv' },
    })
    await launch('moved@mine', 'other', before)
    // Later than what is theirs.
    await launch('moved@hush4', 'main', before + 4)
    // Nothing of it is due meanwhile.
    await ledger.redis.hset(ledger.keys.watermarks, 'moved', Date.now() + 60_000)
    await stage.put({ ...scheduleOf('moved'), account: 'other' })
    await pauseSchedule(ledger, 'moved', { by: 'bert', why: 'mine' }, undefined)
    stage.events.launchEnded('moved@hush4', 'main', 'expired', 'hush')
    await stage.stream.stop()
  })

  /** The answer, with everything in it that a search or a cursor could tell. */
  const told = async (path: string) => {
    const answer = await stage.ask('GET', path, { key: partner })
    return { status: answer.status, text: await answer.text() }
  }

  const questions = doorNames.flatMap(name => {
    const { method, path }: Door = doors[name]
    if (method !== 'get' || name === 'events') return []
    return path.includes('{key}')
      ? ['moved@hush1', 'moved@hush4'].map(key => path.replace('{key}', encodeURIComponent(key)))
      : path.includes('{id}')
        ? [path.replace('{id}', 'hush')]
        : [path.replace('{name}', 'moved')]
  })
  it.each([
    ...questions,
    ...['schedule=moved', 'schedule=moved&limit=1', 'text=hush', 'state=expired', 'mailing=4', 'origin=bulk'].map(
      query => `/api/v1/launches?${query}`,
    ),
    '/api/v1/schedules/moved?count=100',
    '/api/v1/schedules/moved/launches?limit=1',
    '/api/v1/calendar?schedule=moved',
  ])('is told nothing of then: GET %s', async path => {
    const { status, text } = await told(path)
    expect(status).not.toBe(500)
    const next = /"next":"([^"]+)"/.exec(text)?.[1] ?? ''
    expect(`${text} ${Buffer.from(next, 'base64url')}`).not.toContain(status === 404 ? '"state"' : 'hush')
  })

  it('sees what is its own', async () => {
    const whole = JSON.parse((await told('/api/v1/schedules/moved')).text)
    expect(whole).toMatchObject({ last: { key: 'moved@mine' }, launches: [{ key: 'moved@mine' }] })
    expect(whole.decisions).toMatchObject([{ what: 'pause', who: 'bert' }, { what: 'schedule changed' }])
    const [row] = JSON.parse((await told('/api/v1/schedules')).text).schedules
    expect(row).toMatchObject({ name: 'moved', last: { key: 'moved@mine' }, paused: { by: 'bert' } })
  })

  it('hears nothing of then', async () => {
    const response = await stage.ask('GET', '/api/v1/events', { key: partner, headers: { 'last-event-id': '0-1' } })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let heard = ''
    while (!heard.includes('bert')) heard += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    expect(heard).not.toContain('hush')
  })
})
