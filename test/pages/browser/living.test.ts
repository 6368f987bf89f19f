import { once } from 'node:events'
import { createServer } from 'node:net'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Altcraft, startAltcraft } from '../../../src/sandbox/altcraft.ts'
import { parseFault } from '../../../src/sandbox/fault-text.ts'
import { betrays, canary, configFor, Project, type Running, schedules } from '../../flows/project.ts'
import { Browsing, describeInBrowser } from './browsing.ts'

/** Without events a page asks anew after twenty seconds: what comes sooner came by an event. */
const soon = { timeout: 15_000 }
const rows = 24

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The far side may quote the whole request in its words. */
const quoting = [parseFault(`refuse=402:text=You sent ${canary}:id=3`), parseFault('html-after:id=46')]

describeInBrowser('a page of a running service', () => {
  let altcraft: Altcraft
  let project: Project
  let service: Running
  let browsing: Browsing
  let address: string
  let context: BrowserContext
  let page: Page
  beforeAll(async () => {
    altcraft = await startAltcraft({ token: canary })
    const port = await freePort()
    address = `http://127.0.0.1:${port}`
    project = await Project.create({
      'config/sendoff.yaml': configFor(altcraft.url, `http: { listen: "127.0.0.1:${port}", withoutKey: admin }\n`),
      'jobs/all.yaml': schedules({ name: 'offers', when: '{ every: 1h }', launch: '{ id: 90 }' }),
    })
    ;[service, browsing] = await Promise.all([project.serve(), Browsing.begin()])
  })
  afterAll(async () => {
    await browsing?.end()
    await project?.remove()
    await altcraft?.close()
  })
  beforeEach(async () => {
    context = await browsing.context(address, {})
    page = await context.newPage()
  })
  afterEach(async () => {
    await context.close()
    expect(browsing.complaints()).toEqual([])
  })

  /** Opens the page and waits until it hears what happens. */
  async function watch(path: string): Promise<void> {
    await Promise.all([page.waitForResponse('**/live'), page.goto(path)])
  }

  async function launch(id: number): Promise<void> {
    const answer = await fetch(`${address}/api/v1/launches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `story-${id}` },
      body: JSON.stringify({ account: 'main', request: { id }, reason: 'a story' }),
    })
    expect(answer.status).toBe(201)
  }

  const row = (id: number) =>
    page
      .getByRole('row')
      .filter({ hasText: `-${id}-` })
      .filter({ hasText: 'launched' })

  it('shows a launch as it happens', async () => {
    await watch('/launches')
    await launch(41)
    await row(41).waitFor(soon)
  })

  it('says that the connection is lost and since when, and goes on when it is back', async () => {
    await watch('/launches')
    await service.stop()
    const lost = page.getByText(/Connection lost, showing \d\d:\d\d:\d\d/)
    await lost.waitFor()
    expect(browsing.complaints().filter(words => !words.includes('ERR_'))).toEqual([])
    service = await project.serve()
    await launch(42)
    await row(42).waitFor()
    await lost.waitFor({ state: 'hidden' })
    await launch(43)
    await row(43).waitFor(soon)
    browsing.complaints()
  })

  it('shows how far a batch is, pauses it, lets it go on, and tries its failed rows again', async () => {
    const lines = Array.from({ length: rows }, (_, index) => `row${index + 1},${index + 1}`)
    await project.write('rows.csv', `name,id\n${lines.join('\n')}\n`)
    altcraft.setFaults([...quoting, parseFault('delay=500ms')])
    const submit = ['bulk', 'submit', 'rows.csv', '--account', 'main', '--key', 'name', '--concurrency', '1', '--yes']
    const { stdout } = await project.run(...submit)
    const [id = ''] = stdout.split('\n')
    await watch(`/batches/${id}`)
    const progress = page.getByRole('region', { name: 'Progress' })
    await progress.getByText(/^[1-9]\d* \/ 24/).waitFor(soon)
    await page.locator('summary', { hasText: 'Pause…' }).click()
    await page.locator('details[open]').getByLabel('Reason').fill('a wrong price')
    await page.locator('details[open]').getByRole('button', { name: 'Pause' }).click()
    await progress.getByText('a wrong price').waitFor()
    altcraft.setFaults(quoting)

    const confirm = async (word: string, submit: string) => {
      await page.getByRole('link', { name: word }).click()
      await page.getByRole('main').getByLabel('Reason').fill('it is right now')
      await page.getByRole('button', { name: submit }).click()
    }
    await confirm('Resume…', 'Resume')
    await page.locator('h1', { hasText: 'done' }).waitFor()
    await progress.getByText(`${rows} / ${rows}`).waitFor()
    const problems = page.getByRole('region', { name: 'Problems' })
    expect(await problems.innerText()).toContain('402')

    altcraft.setFaults([])
    await page.getByRole('link', { name: 'Retry failed rows…' }).click()
    await page.getByLabel('Type the number of rows 1 to confirm').fill('1')
    await page.getByRole('main').getByLabel('Reason').fill('the tariff is paid')
    await page.getByRole('button', { name: 'Try them again' }).click()
    await progress.getByText(`launched ${rows}`).waitFor()
    await page.reload()
    expect(await problems.count()).toBe(0)
  })

  it('has the token of the platform nowhere, whatever the far side answers', async () => {
    await launch(46)
    const read = async (path: string) => (await fetch(`${address}${path}`)).text()
    const list = await read('/launches')
    const launches = list.match(/\/launches\/[^"?]+(?=")/g) ?? []
    const [batch = ''] = launches.flatMap(path => /\/launches\/(rows-[^%#]+)%23/.exec(path)?.[1] ?? [])
    const paths = [
      ...['/', '/schedules', '/schedules/offers', '/schedules/offers/run', '/calendar', '/audit', '/metrics'],
      ...['/batches', `/batches/${batch}`, `/batches/${batch}/results.csv`, `/api/v1/batches/${batch}`],
      ...['/api/v1/launches?limit=500', '/api/v1/audit', ...launches],
    ]
    const texts: string[] = []
    for (const path of paths) texts.push(await read(path))
    const all = [...browsing.answers, list, ...texts].join('\n')
    // What could betray it is there, and the far side did get it.
    expect(all).toContain('You sent')
    expect(betrays(all)).toEqual([])
    expect(altcraft.launches().length).toBeGreaterThan(rows)
  })
})
