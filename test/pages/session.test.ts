import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { revokeKey } from '../../src/http/api-keys.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { holdOff, holdsInForce } from '../../src/launches/hold.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { createPages } from '../../src/pages/app.tsx'
import { ownPath } from '../../src/pages/own-path.ts'
import { connectPromptly } from '../../src/redis/connection.ts'
import { pauseSchedule, resumeSchedule } from '../../src/timetable/pausing.ts'
import { cutBefore } from '../http/cut-redis.ts'
import { scheduleOf } from '../timetable/stage.ts'
import { PageStage, type Visitor } from './stage.ts'

let stage: PageStage
beforeAll(async () => {
  stage = await PageStage.open()
})
afterAll(() => stage.close())
beforeEach(() => stage.http.clear())

const hold = { scope: 'all', reason: 'a wrong segment' }

describe('signing in', () => {
  it('shows nothing before it, and comes back to the page that was asked for', async () => {
    const visitor: Visitor = new Map()
    const answer = await stage.ask(visitor, '/launches?q=state%3Aunknown')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/sign-in?next=%2Flaunches%3Fq%3Dstate%253Aunknown')
    expect((await stage.ask(visitor, '/live')).status).toBe(401)
  })

  it('answers HEAD as GET without a body, and plants no cookie where no page was shown', async () => {
    const visitor: Visitor = new Map()
    const head = (path: string) => stage.ask(visitor, path, { method: 'HEAD' })
    const [first, signIn] = [await head('/'), await head('/sign-in')]
    expect([first.status, first.headers.get('location'), signIn.status]).toEqual([303, '/sign-in', 200])
    await stage.ask(visitor, '/launches')
    await stage.ask(visitor, '/live')
    expect([...visitor]).toEqual([])
    const known = await stage.signedIn(await stage.http.key('viewer'))
    const answer = await stage.ask(known, '/launches', { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect((await stage.ask(known, '/live', { method: 'HEAD' })).status).toBe(200)
    expect(stage.parts.events.watchers).toBe(0)
  })

  it('makes a cookie that scripts cannot read and other sites cannot send', async () => {
    const key = await stage.http.key('viewer')
    const visitor: Visitor = new Map()
    const answer = await stage.send(visitor, '/sign-in', '/sign-in', { key, next: '/schedules' })
    expect(answer.headers.get('location')).toBe('/schedules')
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).not.toContain(key)
    expect((await stage.ask(visitor, '/')).status).toBe(200)
  })

  it('refuses a wrong key, and never goes to another site', async () => {
    const visitor: Visitor = new Map()
    const wrong = await stage.send(visitor, '/sign-in', '/sign-in', {
      key: `sendoff_${'0'.repeat(12)}_${'a'.repeat(43)}`,
      next: '/',
    })
    expect(wrong.status).toBe(403)
    const key = await stage.http.key('viewer')
    for (const next of ['//evil.example', '/\t/evil.example/x']) {
      const answer = await stage.send(new Map(), '/sign-in', '/sign-in', { key, next })
      expect(answer.headers.get('location')).toBe('/')
    }
  })

  it.each([
    ['/launches?q=a%09b#c', '/launches?q=a%09b#c'],
    ['/schedules/a\\b', '/schedules/a\\b'],
    ['/%09/evil.example', '/%09/evil.example'],
    ['', '/'],
    ['launches', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['//evil.example', '/'],
    ['///evil.example', '/'],
    ['/\\evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/\n/evil.example', '/'],
    ['/\r\n/evil.example', '/'],
    ['/\u0000/evil.example', '/'],
    ['/\u007f/evil.example', '/'],
    ['/a\r\nset-cookie: b=c', '/'],
    [' //evil.example', '/'],
  ])('leads from %j to %j', (text, path) => {
    expect(ownPath(text)).toBe(path)
  })

  it('gives a new secret: one that was planted before is worth nothing', async () => {
    const key = await stage.http.key('viewer')
    const visitor: Visitor = new Map()
    await stage.html(visitor, '/sign-in')
    const planted: Visitor = new Map(visitor)
    await stage.send(visitor, '/sign-in', '/sign-in', { key, next: '/' })
    expect((await stage.ask(planted, '/')).status).toBe(303)
  })

  it('ends when the key is revoked, and when somebody signs out', async () => {
    const visitor = await stage.signedIn(await stage.http.key('viewer', 'anna'))
    const other = await stage.signedIn(await stage.http.key('viewer', 'igor'))
    await revokeKey(stage.http.ledger, 'anna', { by: 'test', why: 'gone' })
    expect((await stage.ask(visitor, '/')).status).toBe(303)
    const before: Visitor = new Map(other)
    await stage.send(other, '/', '/sign-out', {})
    expect((await stage.ask(other, '/')).status).toBe(303)
    expect((await stage.ask(before, '/')).status).toBe(303)
  })

  it('watches what happens only as long as it lasts', async () => {
    const anna = await stage.signedIn(await stage.http.key('viewer', 'anna'))
    const igor = await stage.signedIn(await stage.http.key('viewer', 'igor'))
    const alsoIgor = await stage.signedIn(await stage.http.key('viewer', 'igor2'))
    const [live, other, revoked] = await Promise.all([anna, igor, alsoIgor].map(who => stage.ask(who, '/live')))
    await stage.send(anna, '/', '/sign-out', {})
    expect(await live?.text()).toContain('watching')
    expect(stage.parts.events.watchers).toBe(2)
    await revokeKey(stage.http.ledger, 'igor2', { by: 'test', why: 'gone' })
    expect(await revoked?.text()).toContain('watching')
    expect(stage.parts.events.watchers).toBe(1)
    await other?.body?.cancel()
  })

  it('leaves nothing in Redis by which somebody could sign in', async () => {
    const key = await stage.http.key('admin')
    const visitor = await stage.signedIn(key)
    const { redis } = stage.http.ledger
    const found: string[] = []
    for (const name of await redis.keys('*')) {
      const value =
        (await redis.type(name)) === 'string' ? await redis.get(name) : JSON.stringify(await redis.dump(name))
      found.push(`${name} ${value}`)
    }
    const all = found.join('\n')
    expect(all).toContain('session:')
    expect(all).not.toContain(visitor.get('sendoff_session') ?? 'none')
    expect(all).not.toContain(key.slice(-43))
  })

  it('keeps the session of somebody who comes by a link of another site', async () => {
    const visitor = await stage.signedIn(await stage.http.key('viewer'))
    const secret = visitor.get('sendoff_session')
    const foreign: Visitor = new Map()
    const answer = await stage.ask(foreign, '/launches?q="a"', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await answer.text()).toContain('url=/launches?q=')
    expect(visitor.get('sendoff_session')).toBe(secret)
    for (const path of ['//evil.example/x', '/\\evil.example/x'])
      expect(await (await stage.ask(foreign, path, { headers: { 'sec-fetch-site': 'cross-site' } })).text()).toContain(
        'content="0;url=/"',
      )
  })

  it('is not asked for on this machine where the configuration says so', async () => {
    stage.http.withoutKey = 'operator'
    const visitor: Visitor = new Map()
    const html = await stage.html(visitor, '/')
    expect(html).toContain('action="/hold"')
    const held = await stage.send(visitor, '/', '/hold', hold)
    expect(held.status).toBe(303)
    expect(await holdsInForce(stage.http.ledger)).toMatchObject([{ scope: 'all', by: 'somebody on this machine' }])
    const rebound = await stage.ask(visitor, '/', {
      headers: { 'x-forwarded-host': 'evil.example', origin: 'http://evil.example' },
    })
    expect(rebound.status).toBe(303)
  })
})

describe('forms', () => {
  it('are refused without their token, with another browser’s, and from another site', async () => {
    const key = await stage.http.key('admin')
    const visitor = await stage.signedIn(key)
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(await stage.html(visitor, '/')) ?? []
    const other = await stage.signedIn(key)
    const tries: [Visitor, Record<string, string>, Record<string, string>?][] = [
      [visitor, hold],
      [visitor, { ...hold, token: '' }],
      [other, { ...hold, token }],
      [visitor, { ...hold, token }, { origin: 'http://evil.example' }],
      [visitor, { ...hold, token }, { origin: 'null' }],
      [visitor, { ...hold, token }, {}],
      [visitor, { ...hold, token }, { origin: 'http://127.0.0.1:8377', 'sec-fetch-site': 'cross-site' }],
    ]
    for (const [who, fields, headers] of tries) {
      const answer = await stage.post(who, '/hold', fields, headers)
      expect(answer.status).toBe(403)
    }
    expect(await holdsInForce(stage.http.ledger)).toEqual([])
    expect((await stage.post(visitor, '/hold', { ...hold, token })).status).toBe(303)
    expect(await holdsInForce(stage.http.ledger)).toMatchObject([{ scope: 'all', by: 'key admin' }])
  })

  it('do nothing without a reason, and nothing while the service stops', async () => {
    const visitor = await stage.signedIn(await stage.http.key('admin'))
    const answer = await stage.send(visitor, '/', '/hold', { scope: 'all', reason: '  ' })
    expect(answer.status).toBe(303)
    expect(await stage.html(visitor, '/')).toContain('give a reason')
    stage.http.stopping = true
    expect((await stage.send(visitor, '/', '/hold', hold)).status).toBe(503)
    expect(await holdsInForce(stage.http.ledger)).toEqual([])
  })

  it('too large are refused', async () => {
    const visitor = await stage.signedIn(await stage.http.key('admin'))
    const answer = await stage.send(visitor, '/', '/hold', { ...hold, reason: 'x'.repeat(100_000) })
    expect(answer.status).toBe(413)
  })
})

describe('a role', () => {
  it('keeps nothing but the strip true where there is no page, or it is not theirs', async () => {
    const viewer = await stage.signedIn(await stage.http.key('viewer'))
    for (const [path, status] of [
      ['/nowhere', 404],
      ['/launches/none', 404],
      ['/schedules/a/run', 403],
    ] as const) {
      const answer = await stage.ask(viewer, path)
      expect([path, answer.status]).toEqual([path, status])
      expect(await answer.text()).toContain('data-from="/strip"')
    }
  })

  it('refuses what it does not allow, whatever the page showed', async () => {
    const viewer = await stage.signedIn(await stage.http.key('viewer'))
    for (const action of [
      '/hold',
      '/hold/end',
      '/schedules/a/pause',
      '/schedules/a/run',
      '/launches/a/retry',
      '/launches/a/resolve',
      '/batches/a/cancel',
    ]) {
      const answer = await stage.send(viewer, '/', action, hold)
      expect([action, answer.status]).toEqual([action, 403])
    }
    const operator = await stage.signedIn(await stage.http.key('operator'))
    for (const action of ['/schedules/a/run', '/launches/a/retry', '/launches/a/relaunch', '/batches/a/retry'])
      expect([action, (await stage.send(operator, '/', action, hold)).status]).toEqual([action, 403])
  })

  it('of one account sees and stops no other', async () => {
    const mine = await stage.signedIn(await stage.http.key('operator', 'only-other', { accounts: ['other'] }))
    const html = await stage.html(mine, '/')
    expect(html).toContain('other')
    expect(html).not.toContain('>main')
    expect((await stage.ask(mine, '/audit')).status).toBe(403)
    expect((await stage.send(mine, '/', '/hold', hold)).status).toBe(404)
    expect((await stage.send(mine, '/', '/hold', { ...hold, scope: 'account:main' })).status).toBe(404)
    expect((await stage.send(mine, '/', '/hold', { ...hold, scope: 'account:other' })).status).toBe(303)
    expect((await holdsInForce(stage.http.ledger)).map(({ scope }) => scope)).toEqual(['account:other'])
  })
})

it('a key of one account sees nothing of what a schedule did while it was another account’s', async () => {
  const { ledger } = stage.http
  const due = Date.now() - 3_600_000
  const launch = (key: string, account: string, at: number) =>
    createLaunch(ledger, {
      ...{ key, account, origin: 'schedule', schedule: 'moved', request: { id: 4 }, due: at, policy: defaultPolicy },
      ...{ sendUntil: at + 1, retryUntil: at + 1, missed: { state: 'expired', reason: 'late: a test' } },
    })
  await stage.http.put(scheduleOf('moved'))
  await pauseSchedule(ledger, 'moved', { by: 'hush-anna', why: 'hush' }, undefined)
  await resumeSchedule(ledger, 'moved', { by: 'hush-anna', why: 'hush' })
  await launch('moved@mine', 'other', due)
  await launch('moved@hush', 'main', due + 1)
  await ledger.redis.hset(ledger.keys.watermarks, 'moved', Date.now() + 60_000)
  await stage.http.put({ ...scheduleOf('moved'), account: 'other' })
  const mine = await stage.signedIn(await stage.http.key('viewer', 'newcomer', { accounts: ['other'] }))
  for (const path of ['/', '/schedules', '/schedules/moved', '/launches', '/launches?q=schedule:moved', '/calendar'])
    expect(await stage.html(mine, path), path).not.toContain('hush')
  expect(await stage.html(mine, '/schedules/moved')).toContain('moved@mine')
})

describe('a Redis that does not answer', () => {
  it('is said on a page of its own, which is no success', async () => {
    const redis = connectPromptly({ kind: 'socket', path: '/nowhere/redis.sock' }, 'test')
    redis.on('error', () => {})
    const open = { ...stage.parts.open, ledger: { ...stage.parts.open.ledger, redis } }
    const pages = createPages({ ...stage.parts, open }, () => ({ withoutKey: 'off', port: 8377 }))
    const answer = await pages.fetch(new Request('http://127.0.0.1:8377/launches'))
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('Redis does not answer')
    redis.disconnect()
  })

  it('in the middle of a decision leaves open whether it was carried out, and never says that it was not', async () => {
    const cut = await cutBefore(stage.http.server.socket)
    try {
      const visitor = await stage.signedIn(await stage.http.key('operator', 'cut'))
      const [, token = ''] = /name="token" value="([^"]+)"/.exec(await stage.html(visitor, '/')) ?? []
      const open = { ...stage.parts.open, ledger: { ...stage.parts.open.ledger, redis: cut.redis } }
      const pages = createPages({ ...stage.parts, open }, () => ({ withoutKey: 'off', port: 8377 }))
      cut.cutAfter('wrong in the middle')
      const cookie = [...visitor].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await pages.fetch(
        new Request('http://127.0.0.1:8377/hold', {
          method: 'POST',
          body: new URLSearchParams({ token, scope: 'all', reason: 'wrong in the middle' }),
          headers: { cookie, origin: 'http://127.0.0.1:8377', host: '127.0.0.1:8377' },
        }),
      )
      expect(answer.status).toBe(503)
      const html = await answer.text()
      expect(html).toContain('Whether it was carried out is not known')
      expect(html).not.toContain('Nothing was decided')
      expect(await holdsInForce(stage.http.ledger)).toMatchObject([{ reason: 'wrong in the middle' }])
    } finally {
      await holdOff(stage.http.ledger, { kind: 'all' }, 'person', 'a test', 'test')
      await cut.close()
    }
  })
})
