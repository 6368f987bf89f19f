/**
 * How long pages and lists take with ten thousand launches and a thousand schedules, while a batch runs: `sendoff start` (the built command line,
 * its embedded Redis), asked over loopback with a key, one request after another; and when a browser shows something of each page. Beside it
 * a bare hono server that answers with the same bytes from memory, asked in turn.
 *
 * LAUNCHES, SCHEDULES, ROWS (of the batch; 0: none runs), REQUESTS, LOADS (of each page in the browser) and ONLY (names, with semicolons) in the
 * environment change what is measured; SERVICE_ARGV are options of Node for the service. `npm run build` comes first.
 */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { cursorText } from '../src/launches/cursor.ts'
import { BusyService } from './busy-service.ts'
import { endAll, forked } from './child.ts'
import { FirstPaint } from './first-paint.ts'
import { quantile, timeEach } from './measure.ts'
import { Report } from './report.ts'
import type { StaticAnswer } from './static-process.ts'

const size = {
  launches: Number(process.env.LAUNCHES ?? 10_000),
  schedules: Number(process.env.SCHEDULES ?? 1_000),
  rows: Number(process.env.ROWS ?? 500_000),
}
const requests = Number(process.env.REQUESTS ?? 100)
const loads = Number(process.env.LOADS ?? 7)
const only = process.env.ONLY?.split(';')
const longestRun = 20 * 60_000
const cookieName = 'sendoff_session'
const cli = resolve('dist', 'cli.js')

/** Signs in as a person does; the value of the cookie that they have then. */
async function signedIn({ address, key }: BusyService): Promise<string> {
  const cookieOf = (answer: Response) =>
    new RegExp(`${cookieName}=([^;]+)`).exec(answer.headers.getSetCookie().join('\n'))?.[1] ?? ''
  const form = await fetch(`${address}/sign-in`)
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(await form.text()) ?? []
  const answer = await fetch(`${address}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ token, key }),
    headers: { cookie: `${cookieName}=${cookieOf(form)}`, origin: address },
    redirect: 'manual',
  })
  if (answer.status !== 303) throw new Error(`signing in was answered with ${answer.status}`)
  return cookieOf(answer)
}

/** What is asked for, by name: pages of people, and lists of programs. */
async function addressesOf({ ledger }: BusyService, batch: string | undefined) {
  const { redis, keys } = ledger
  const depth = Math.floor(size.launches * 0.9)
  const [deepKey = '', deepDue] = await redis.zrevrange(keys.inState('launched'), depth, depth, 'WITHSCORES')
  const deep = cursorText({ due: Number(deepDue), key: deepKey })
  const [launch = ''] = await redis.zrevrange(keys.inState('rejected'), 0, 0)
  const since = new Date(Date.now() - 3_600_000).toISOString()
  const pages = {
    Overview: '/',
    'Overview, 30 days': '/?span=30d',
    Schedules: '/schedules',
    'Schedules, a word': '/schedules?text=weekly-99',
    Schedule: '/schedules/schedule-0',
    Launches: '/launches',
    'Launches, nine tenths deep': `/launches?after=${deep}`,
    'Launches, filtered': '/launches?q=state%3Arejected%20error%3A404',
    'Launches, a word': '/launches?q=schedule-498%40',
    Launch: `/launches/${encodeURIComponent(launch)}`,
    Batches: '/batches',
    ...(batch === undefined ? {} : { Batch: `/batches/${batch}` }),
    'Calendar, a month': '/calendar',
    'Calendar, a week': '/calendar?view=week',
    Audit: '/audit',
  }
  const lists = {
    'GET launches': '/api/v1/launches?limit=50',
    'GET launches, nine tenths deep': `/api/v1/launches?limit=50&after=${deep}`,
    'GET launches, filtered': `/api/v1/launches?state=launched&from=${since}`,
    'GET launches, a word': '/api/v1/launches?text=schedule-498%40',
    'GET a launch': `/api/v1/launches/${encodeURIComponent(launch)}`,
    'GET schedules': '/api/v1/schedules',
    'GET a schedule': '/api/v1/schedules/schedule-0',
    'GET batches': '/api/v1/batches',
    'GET calendar, a week': '/api/v1/calendar?days=7',
    'GET audit': '/api/v1/audit',
  }
  const chosen = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).filter(([name]) => only === undefined || only.includes(name))
  return { pages: chosen(pages), lists: chosen(lists) }
}

class StaticServer {
  readonly #child = forked('static-process')
  address = ''

  static async start(): Promise<StaticServer> {
    const server = new StaticServer()
    server.address = `http://127.0.0.1:${z.number().parse((await once(server.#child, 'message'))[0])}`
    return server
  }

  /** From now on it answers so. */
  async give(answer: StaticAnswer): Promise<void> {
    const told = once(this.#child, 'message')
    this.#child.send(answer)
    await told
  }
}

/** Asks for it, and reads it to its end. */
async function asked(url: string, headers: Readonly<Record<string, string>>) {
  const answer = await fetch(url, { headers, redirect: 'manual' })
  const body = await answer.text()
  if (answer.status !== 200) throw new Error(`${url} was answered with ${answer.status}: ${body.slice(0, 500)}`)
  return { body, type: answer.headers.get('content-type') ?? '' }
}

const inMs = (times: readonly number[], part: number) => quantile(times, part).toFixed(1)

/** Asked of both sides in turn: name, bytes, p50 and p99 of this one, p50 of the bare one, how many times that it is. */
async function served(
  [name, path]: readonly [string, string],
  service: BusyService,
  bare: StaticServer,
  headers: Readonly<Record<string, string>>,
): Promise<(string | number)[]> {
  const answer = await asked(service.address + path, headers)
  await bare.give({ path, ...answer })
  await asked(bare.address + path, headers)
  const own: number[] = []
  const other: number[] = []
  for (let left = requests; left > 0; left -= 10) {
    own.push(...(await timeEach(10, () => asked(service.address + path, headers))))
    other.push(...(await timeEach(10, () => asked(bare.address + path, headers))))
  }
  const ratio = (quantile(own, 0.5) / quantile(other, 0.5)).toFixed(1)
  return [name, Buffer.byteLength(answer.body), inMs(own, 0.5), inMs(own, 0.99), inMs(other, 0.5), ratio]
}

/** What the page asks for beside itself, from memory as well. */
async function giveAssets(service: BusyService, bare: StaticServer, page: string): Promise<void> {
  for (const [, path = ''] of page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g))
    await bare.give({ path, ...(await asked(service.address + path, {})) })
}

if (!existsSync(cli)) {
  process.stderr.write(`${cli} is not there: npm run build makes it\n`)
  process.exit(1)
}
setTimeout(() => {
  process.stderr.write('the benchmark took too long and was given up\n')
  process.exit(1)
}, longestRun).unref()
const report = new Report('Pages and lists while a batch runs')
const folder = await mkdtemp(join(tmpdir(), 'sendoff-pages-'))
const endpoint = forked('endpoint')
const url = `http://127.0.0.1:${z.number().parse((await once(endpoint, 'message'))[0])}`
const server = await StaticServer.start()
const service = await BusyService.start(cli, { folder, url, concurrency: 8 }, size)
const painter = await FirstPaint.begin()
try {
  const value = await signedIn(service)
  const cookie = { name: cookieName, value }
  const batch = size.rows === 0 ? undefined : await service.submit(size.rows)
  const { pages, lists } = await addressesOf(service, batch)
  const { ledger } = service
  const sentBefore = { at: Date.now(), rows: await ledger.redis.zcard(ledger.keys.ofOrigin('bulk')) }
  const rows: (string | number)[][] = []
  for (const each of pages) {
    const { body } = await asked(service.address + each[1], { cookie: `${cookieName}=${value}` })
    await giveAssets(service, server, body)
    const row = await served(each, service, server, { cookie: `${cookieName}=${value}` })
    const paint = painter && (await painter.of(service.address + each[1], cookie, loads))
    const barePaint = painter && (await painter.of(server.address + each[1], cookie, loads))
    rows.push([...row, ...(paint && barePaint ? [inMs(paint, 0.5), inMs(barePaint, 0.5)] : [])])
    process.stderr.write(`${rows.at(-1)?.join('  ')}\n`)
  }
  for (const each of lists) {
    rows.push(await served(each, service, server, { authorization: `Bearer ${service.key}` }))
    process.stderr.write(`${rows.at(-1)?.join('  ')}\n`)
  }
  const perSecond =
    (((await ledger.redis.zcard(ledger.keys.ofOrigin('bulk'))) - sentBefore.rows) * 1_000) /
    (Date.now() - sentBefore.at)
  report.say(
    `${size.launches} launches, ${size.schedules} schedules, a batch that launches ${perSecond.toFixed(0)} rows a second; ${requests} requests of each, one after`,
  )
  report.say(
    'another, to their last byte; milliseconds. First paint: first-contentful-paint of a new browser, the median of ' +
      `${loads} loads. Bare: a hono server that has the same bytes in memory.`,
  )
  if (painter === undefined) report.say('There is no /usr/bin/chromium here: first paint was not measured.')
  const paints = painter === undefined ? [] : ['first paint', 'bare first paint']
  report.table(['page or list', 'bytes', 'p50', 'p99', 'bare p50', 'p50 / bare', ...paints], rows)
  if (only === undefined) await report.keep()
} finally {
  await painter?.end()
  await service.stop()
  await endAll()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
