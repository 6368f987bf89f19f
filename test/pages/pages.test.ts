import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { roles } from '../../src/http/doors.ts'
import { createLaunch } from '../../src/launches/create.ts'
import { holdOff, holdOn } from '../../src/launches/hold.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { contentSecurityPolicy } from '../../src/pages/headers.ts'
import { canary } from '../http/stage.ts'
import { scheduleOf } from '../timetable/stage.ts'
import { PageStage, type Visitor } from './stage.ts'
import { fillWeek } from './week.ts'

let stage: PageStage
beforeAll(async () => {
  stage = await PageStage.open()
})
afterAll(() => stage.close())

const lists = [
  '/',
  '/?span=7d',
  '/?span=30d',
  '/schedules',
  '/launches',
  '/batches',
  '/batches/new',
  '/calendar',
  '/calendar?view=week',
  '/calendar?view=day',
  '/audit',
]

/** The calendar of the month before. */
function previous(now: number): string {
  const first = new Date(now)
  first.setUTCDate(0)
  return `/calendar?day=${first.toISOString().slice(0, 10)}`
}

/** Everything that a browser would run or refuse: it must be what the policy allows. */
function inlineParts(html: string): string[] {
  return html.match(/<script(?![^>]*\ssrc=)[^>]*>|\sstyle=|\son[a-z]+=|<style|javascript:/gi) ?? []
}

describe('an empty ledger', () => {
  let visitor: Visitor
  beforeAll(async () => {
    await stage.http.clear()
    visitor = await stage.signedIn(await stage.http.key('admin'))
  })

  for (const language of ['en', 'ru'])
    it(`has every page, in ${language}`, async () => {
      visitor.set('language', language)
      for (const path of lists) {
        const answer = await stage.ask(visitor, path)
        expect([path, answer.status]).toEqual([path, 200])
        const html = await answer.text()
        expect(html).toContain(`<html lang="${language}"`)
        expect(inlineParts(html)).toEqual([])
        expect(html).not.toMatch(/undefined|\[object|NaN/)
      }
    })
})

describe('an overview with nothing to tell', () => {
  it('claims nothing of launches that were not, nor of schedules that it may not show', async () => {
    await stage.http.clear()
    const { redis, keys } = stage.http.ledger
    await redis.set(keys.plannerRan, Date.now())
    const visitor = await stage.signedIn(await stage.http.key('admin'))
    const empty = await stage.html(visitor, '/')
    expect(empty).toContain('Nothing needs you.')
    expect(empty).not.toContain('ended as they should')
    expect(empty).toContain('No schedule is stored yet.')
    await stage.http.put(scheduleOf('weekly'))
    const others = await stage.signedIn(await stage.http.key('viewer', 'others', { accounts: ['other'] }))
    const html = await stage.html(others, '/')
    expect(html).toContain('The accounts of your key have no schedule.')
    expect(html).not.toContain('sendoff apply')
  })
})

describe('a week', () => {
  let visitor: Visitor
  let addresses: string[]
  beforeAll(async () => {
    await stage.http.clear()
    await fillWeek(stage.http)
    visitor = await stage.signedIn(await stage.http.key('admin'))
    addresses = [
      ...lists,
      '/schedules/cart-reminder',
      '/schedules/reactivation',
      '/schedules/promo-vip/run',
      ...(await keyPages()),
    ]
  })

  async function keyPages(): Promise<string[]> {
    const { redis, keys } = stage.http.ledger
    const pages: string[] = []
    for (const state of ['launched', 'unknown', 'rejected', 'swallowed', 'planned', 'skipped', 'expired']) {
      const [key = ''] = await redis.zrevrangebyscore(keys.inState(state), '+inf', '-inf', 'LIMIT', 0, 1)
      pages.push(`/launches/${encodeURIComponent(key)}`)
    }
    for (const id of await redis.zrange(keys.batches, '0', '-1')) pages.push(`/batches/${id}`, `/batches/${id}/retry`)
    return pages
  }

  for (const language of ['en', 'ru'])
    it(`is on every page, in ${language}`, async () => {
      visitor.set('language', language)
      for (const path of addresses) {
        const answer = await stage.ask(visitor, path)
        expect([path, [200, 422].includes(answer.status)]).toEqual([path, true])
        const html = await answer.text()
        expect(inlineParts(html)).toEqual([])
        expect(html).not.toMatch(/undefined|\[object|NaN/)
        expect(html).not.toContain(canary)
        expect(html).not.toMatch(/sendoff_[0-9a-f]{12}_/)
      }
    })

  it('shows error and error_text word for word, and one action for what needs a person', async () => {
    visitor.set('language', 'en')
    const html = await stage.html(visitor, '/')
    expect(html).toContain('Tariff limit reached: 300 of 300 messages sent this month')
    expect(html).toMatch(/href="\/launches\/promo-vip%40[^"]+\/retry"/)
    expect(html).toMatch(/href="\/launches\/cart-reminder%40[^"]+#resolve"/)
  })

  it('begins with the verdict, and says in words what goes out next and when', async () => {
    const html = await stage.html(visitor, '/')
    const [header = ''] = html.split('</header>')
    expect(header).toMatch(/class="verdict tone-doubt">.*#attention">\d+ things need a decision</)
    expect(header.indexOf('class="verdict')).toBeLessThan(header.indexOf('id="hold-all"'))
    const [, next = ''] = /<ol class="next"[^>]*>([\s\S]*?)<\/ol>/.exec(html) ?? []
    const items = next.split('</li>').map(each => each.replace(/<[^>]+>/g, ''))
    expect(items).toHaveLength(4)
    expect(items[0]).toMatch(/^Next: [a-z-]+, mailing \d+,( list \d+,)? .*\d\d:\d\d [A-Z][A-Za-z]+, in \d+/)
    expect(next.match(/data-at="\d+"/g)).toHaveLength(3)
    const lanes = [...html.matchAll(/<div class="lane">([\s\S]*?)<svg/g)].map(([, name = '']) =>
      name.replace(/<[^>]+>/g, ''),
    )
    expect(lanes.length).toBeGreaterThan(3)
    expect(lanes.filter(name => !/\d\d:\d\d [A-Z]/.test(name))).toEqual([])
  })

  it('shows a stop at all that it keeps back', async () => {
    const { ledger } = stage.http
    const before = await stage.html(visitor, '/?span=30d')
    expect(before.match(/class="mark kept"/)).not.toBeNull()
    await holdOn(ledger, { kind: 'all' }, { cause: 'person', reason: 'a wrong price', by: 'igor' })
    const html = await stage.html(visitor, '/')
    expect(html).toMatch(/class="verdict tone-hold">.*Everything is stopped. \d+ things need a decision/)
    expect(html).not.toContain('class="mark goes"')
    expect(html.match(/aria-label="cart-reminder: stopped, /)).not.toBeNull()
    expect(html.slice(html.indexOf('id="running"'))).toContain('title="a wrong price"')
    const schedules = await stage.html(visitor, '/schedules?show=active')
    expect(schedules.match(/title="a wrong price"/g)?.length).toBe(schedules.match(/<tr id="s-/g)?.length)
    await holdOff(ledger, { kind: 'all' }, 'person', 'it was right', 'igor')
  })

  it('says of a batch how many rows are in which state, and what most of them were told', async () => {
    const [, item = ''] = /<li id="n-batch-black-friday-[^"]+">(.*?)<\/li>/.exec(await stage.html(visitor, '/')) ?? []
    expect(item).toContain('3 rows: 1 unknown, 2 rejected.')
    expect(item).toMatch(/Most often:.*Tariff limit reached/)
  })

  it('shows single launches however many rows of a batch, launches of others and launches under a stop are newer', async () => {
    const { redis, keys } = stage.http.ledger
    const due = Date.now() - 1_000
    const added: { key: string; state: string }[] = []
    const add = async (key: string, state: string, origin: string, over: Record<string, string> = {}) => {
      const record = {
        key,
        state,
        origin,
        due: String(due),
        account: 'main',
        mailing: '7',
        attempts: '1',
        token: '1',
        ...over,
      }
      await redis.hset(keys.launch(key), record)
      await redis.zadd(keys.inState(state), due, key)
      await redis.zadd(keys.ofOrigin(origin), due, key)
      added.push({ key, state })
    }
    await add('guarded-one', 'held', 'manual', { heldBy: 'guard', reason: 'guard: twice', due: String(due - 1) })
    await redis.zadd(keys.inState('held'), due - 1, 'guarded-one')
    for (let number = 0; number < 30; number++) {
      await add(`rows#${number}u`, 'unknown', 'bulk')
      await add(`rows#${number}r`, 'rejected', 'bulk', { error: '402' })
      await add(`stopped-${number}`, 'held', 'manual', { heldBy: 'hold', reason: 'hold: a test' })
      await add(`others-${number}`, 'rejected', 'manual', { account: 'other' })
    }
    const limited = await stage.signedIn(await stage.http.key('viewer', 'main-alone', { accounts: ['main'] }))
    const [all, own] = [await stage.html(visitor, '/'), await stage.html(limited, '/')]
    for (const html of [all, own]) {
      expect(html).toContain('id="n-launch-cart-reminder@')
      expect(html).toContain('id="n-launch-guarded-one"')
      expect(html).not.toContain('id="n-launch-rows#')
      expect(html).not.toContain('id="n-launch-stopped-')
    }
    expect(own).toContain('id="n-launch-promo-vip@')
    expect(own).not.toContain('others-')
    expect(all).toMatch(/id="n-more-rejected">.*href="\/launches\?q=state%3Arejected">and 1\d others/)
    for (const { key, state } of added) {
      await redis.del(keys.launch(key))
      await redis.zrem(keys.inState(state), key)
      await Promise.all(['bulk', 'manual'].map(origin => redis.zrem(keys.ofOrigin(origin), key)))
    }
  })

  it('leads with the cause where a launch has no answer, and says how far a batch is behind its pace', async () => {
    const { redis, keys } = stage.http.ledger
    const [key = ''] = await redis.zrange(keys.inState('unknown'), '0', '0')
    const said = /id="said".*?<\/section>/s.exec(await stage.html(visitor, `/launches/${encodeURIComponent(key)}`))?.[0]
    expect(said).toMatch(/<dt>cause<\/dt><dd><strong>.*no answer within 60 s/)
    expect(said).not.toContain('error_text')
    const batches = await Promise.all(
      (await redis.zrange(keys.batches, '0', '-1')).map(id => stage.html(visitor, `/batches/${id}`)),
    )
    expect(batches.join('')).toContain('behind its pace of 30/min')
  })

  it('has a schedule that cannot be read beside the others', async () => {
    const { redis, keys } = stage.http.ledger
    await redis.hset(keys.schedules, 'broken', '{"name":"broken"}')
    expect(await stage.html(visitor, '/')).toContain('/schedules/broken')
    expect(await stage.html(visitor, '/schedules?show=bad')).toContain('cannot be planned')
    const answer = await stage.ask(visitor, '/schedules/broken')
    expect(answer.status).toBe(200)
    expect(await answer.text()).not.toContain('/schedules/broken/run')
    await redis.hdel(keys.schedules, 'broken')
  })

  it('puts what stops everything before single launches, and says of the machinery what is wrong and what to do', async () => {
    const { redis, keys } = stage.http.ledger
    const now = Date.now()
    await redis.set(keys.plannerRan, now)
    await redis.zadd(keys.upcoming, now - 600_000, 'cart-reminder')
    stage.http.drift = { kind: 'differ', names: ['one', 'two'] }
    const pause = { from: now - 30 * 86_400_000, reason: 'until the rebranding', by: 'anna' }
    await redis.hset(keys.pauses, 'promo-vip', JSON.stringify([pause]))
    const items = async () =>
      [...(await stage.html(visitor, '/')).matchAll(/<li id="n-([a-z]+)(?:-(?!launch)([a-z-]+))?/g)].map(
        ([, kind, name]) => ({ kind, name }),
      )
    const kinds = async () => [...new Set((await items()).map(({ kind }) => kind))]
    const usual = await items()
    expect(usual).toContainEqual({ kind: 'overdue', name: 'cart-reminder' })
    expect(usual).toContainEqual({ kind: 'paused', name: 'promo-vip' })
    expect((await kinds()).slice(-2)).toEqual(['drift', 'paused'])
    expect(await stage.html(visitor, '/')).toContain('about one, two')
    await redis.set(keys.plannerRan, now - 600_000)
    expect((await kinds())[0]).toBe('planner')
    expect(await kinds()).not.toContain('overdue')
    visitor.set('language', 'ru')
    expect(await stage.html(visitor, '/')).toContain('Планировщик не работает')
    visitor.set('language', 'en')
    const mine = await stage.signedIn(await stage.http.key('viewer', 'only-main', { accounts: ['main'] }))
    expect(await stage.html(mine, '/')).not.toContain('id="n-drift"')
    stage.http.drift = undefined
    await redis.hdel(keys.pauses, 'promo-vip')
    await redis.zrem(keys.upcoming, 'cart-reminder')
  })

  it('warns of a mailing that preflight found not fine, before it is due', async () => {
    const { redis, keys } = stage.http.ledger
    const due = Date.now() + 600_000
    const look = {
      at: Date.now(),
      verdict: 'inactive',
      why: 'mailing 12 is not active',
      since: Date.now(),
      key: 'promo-vip@soon',
      due,
    }
    await redis.hset(keys.preflight('main', 12), look)
    await redis.zadd(keys.troubles, due, 'main:12')
    expect(await stage.html(visitor, '/')).toContain('mailing 12 is not active')
    await redis.del(keys.troubles, keys.preflight('main', 12))
  })

  it('is in the calendar as it was: what went with its state, nothing before schedules were stored, and what a stop holds', async () => {
    const now = Date.now()
    const html = (await stage.html(visitor, '/calendar')) + (await stage.html(visitor, previous(now)))
    const went = [...html.matchAll(/<li class="went (\w+) tone-(\w+)"[^>]*>.*?<\/li>/gs)].map(([item, , tone]) => [
      /promo-vip|birthday-greeting|cart-reminder/.exec(item)?.[0],
      tone,
    ])
    expect(went).toContainEqual(['promo-vip', 'bad'])
    expect(went).toContainEqual(['birthday-greeting', 'ok'])
    const coming = [...html.matchAll(/<td class="([^"]*past[^"]*)".*?<\/td>/gs)].filter(([cell]) =>
      /<li class="(calm|rare|out)/.test(cell),
    )
    expect(coming).toEqual([])
    const next = await stage.html(
      visitor,
      `/calendar?day=${new Date(now + 31 * 86_400_000).toISOString().slice(0, 10)}`,
    )
    expect(next).toMatch(/loyalty-points.*held while the stop lasts: wrong segment in loyalty-points/s)
  })

  it('is found by what is searched, and the search is the address', async () => {
    const html = await stage.html(visitor, '/launches?q=mailing%3A12%20error%3A402')
    const rows = html.match(/<tr id="l-[^"]+"/g) ?? []
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.every(row => row.includes('promo-vip@'))).toBe(true)
    expect(await stage.html(visitor, '/launches?q=TARIFF')).toContain('promo-vip@')
    expect(await stage.html(visitor, '/launches?q=state%3Anonsense')).toContain('state:nonsense was not understood')
  })

  it('shows a paused schedule as paused, with Resume and without Pause and Run', async () => {
    const html = await stage.html(visitor, '/schedules/reactivation')
    expect(html).toContain('/schedules/reactivation/resume')
    expect(html).not.toContain('/schedules/reactivation/pause')
    expect(html).not.toContain('/schedules/reactivation/run')
  })

  it('gives the rows of a batch as a file', async () => {
    const [id = ''] = await stage.http.ledger.redis.zrange(stage.http.ledger.keys.batches, '0', '0')
    const answer = await stage.ask(visitor, `/batches/${id}/results.csv`)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const lines = (await answer.text()).trim().split('\n')
    expect(lines[0]).toBe('row,key,launch,mailing,state,error,error_text,reason,attempts')
    expect(lines.length).toBe(41)
  })

  it('hides from a viewer what a viewer may not do, and refuses it', async () => {
    const forms: Record<string, number> = {}
    for (const role of roles) {
      const mine = await stage.signedIn(await stage.http.key(role, `one-${role}`))
      let count = 0
      for (const path of addresses) {
        const html = await stage.html(mine, path)
        count += (html.match(/<form method="post" action="(?!\/look|\/sign-out)/g) ?? []).length
        count += (html.match(/href="[^"]+\/(run|retry|release|relaunch|resume|cancel)"/g) ?? []).length
      }
      forms[role] = count
    }
    expect(forms.viewer).toBe(0)
    expect(forms.operator).toBeGreaterThan(0)
    expect(forms.launcher ?? 0).toBeGreaterThan(forms.operator ?? 0)
  })
})

describe('hostile text', () => {
  const evil = '<script>alert(1)</script><img src=x onerror="alert(2)">\'"&'
  beforeEach(() => stage.http.clear())

  it('is shown and never run', async () => {
    const { ledger } = stage.http
    await stage.http.put({ ...scheduleOf('weekly'), description: evil })
    const due = Date.now() - 60_000
    const launch = {
      key: 'evil-1',
      account: 'main',
      origin: 'manual',
      request: { id: 90, content: { evil } },
      due,
      sendUntil: due + 900_000,
      retryUntil: due + 900_000,
      policy: defaultPolicy,
      missed: { state: 'unknown', reason: evil },
      by: evil,
      why: evil,
    } as const
    await createLaunch(ledger, launch)
    await ledger.redis.hset(ledger.keys.launch('evil-1'), { error: 500, error_text: evil, advice: evil })
    const visitor = await stage.signedIn(await stage.http.key('admin'))
    for (const path of [
      '/',
      '/launches',
      '/launches/evil-1',
      '/schedules/weekly',
      `/launches?q=${encodeURIComponent(evil)}`,
      `/audit?subject=${encodeURIComponent(evil)}`,
    ]) {
      const html = await stage.html(visitor, path)
      expect([path, html.includes('<script>alert')]).toEqual([path, false])
      expect([path, html.includes('<img')]).toEqual([path, false])
    }
    expect(await stage.html(visitor, '/launches/evil-1')).toContain('&lt;script&gt;alert(1)')
  })
})

describe('headers', () => {
  it('allow nothing but our own files, and pages name no others', async () => {
    await stage.http.clear()
    const visitor = await stage.signedIn(await stage.http.key('admin'))
    const answer = await stage.ask(visitor, '/')
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy)
    expect(contentSecurityPolicy).not.toMatch(/unsafe|https?:|\*/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    const html = await answer.text()
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
    expect(named.filter(address => !/^[/#]/.test(address) || address.startsWith('//'))).toEqual([])
    for (const address of named.filter(each => each.startsWith('/assets/'))) {
      const asset = await stage.ask(new Map(), address)
      expect(asset.status).toBe(200)
      expect(asset.headers.get('cache-control')).toContain('immutable')
      expect(asset.headers.get('set-cookie')).toBeNull()
    }
  })

  it('the script is small', async () => {
    const html = await stage.html(new Map(), '/sign-in')
    expect(html).not.toContain('<script')
    await stage.http.clear()
    const visitor = await stage.signedIn(await stage.http.key('viewer'))
    const [, address = ''] = /<script type="module" src="([^"]+)"/.exec(await stage.html(visitor, '/')) ?? []
    const script = await (await stage.ask(visitor, address)).text()
    const modules = [...script.matchAll(/from '(\.[^']+)'/g)].map(
      ([, name = '']) => new URL(name, `http://x${address}`),
    )
    expect(modules.length).toBeGreaterThan(0)
    const texts = await Promise.all(modules.map(async ({ pathname }) => (await stage.ask(new Map(), pathname)).text()))
    expect([script, ...texts].join('').length).toBeLessThan(14_000)
  })
})
