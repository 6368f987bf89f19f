import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { holdsInForce } from '../../../src/launches/hold.ts'
import { showLaunch } from '../../../src/launches/read.ts'
import { pausesOf } from '../../../src/timetable/pausing.ts'
import { comingSkips } from '../../../src/timetable/skipping.ts'
import { fill } from '../../http/world.ts'
import { BrowserStage, describeInBrowser } from './browsing.ts'

const reason = 'a wrong price in the template'

describeInBrowser('whoever is on duty', () => {
  let stage: BrowserStage
  let page: Page
  beforeAll(async () => {
    stage = await BrowserStage.open()
  })
  afterAll(() => stage?.close())
  beforeEach(async () => {
    await stage.pages.http.clear()
    await fill(stage.pages.http)
    page = await stage.window({ role: 'admin', name: 'anna' })
  })
  afterEach(() => stage.tidy())

  const main = () => page.getByRole('main')
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const link = (name: string) => page.getByRole('link', { name, exact: true })
  /** Waits until the page says that this was done. */
  const told = (words: string) => page.locator('.flash', { hasText: words }).waitFor()
  /** Opens the form behind these words, gives the reason and sends it. */
  async function decide(word: string, submit: string): Promise<void> {
    await page.locator('summary:visible', { hasText: word }).first().click()
    const form = page.locator('details[open]')
    await form.getByLabel('Reason').fill(reason)
    await form.getByRole('button', { name: submit }).click()
  }

  it('stops everything with a reason, sees the stop on every page, and ends it', async () => {
    const { ledger } = stage.pages.http
    await page.goto('/')
    await decide('Hold', 'Hold launches now')
    await told('Launches are held.')
    expect(await holdsInForce(ledger)).toMatchObject([{ scope: 'all', reason, by: 'key anna' }])
    await link('Calendar').first().click()
    expect(await page.getByRole('list', { name: 'Stopped' }).innerText()).toContain(reason)
    await decide('Release…', 'Release the hold')
    await told('The hold is released')
    expect(await holdsInForce(ledger)).toEqual([])
  })

  it('does nothing without a reason', async () => {
    await page.goto('/')
    await page.locator('#hold-all > summary').click()
    await button('Hold launches now').click()
    expect(await page.locator('input:focus').getAttribute('name')).toBe('reason')
    expect(await holdsInForce(stage.pages.http.ledger)).toEqual([])
  })

  it('finds an unknown launch, has it explained, resolves it, and reads it in the audit', async () => {
    await page.goto('/')
    const needs = page.getByRole('region', { name: /Needs attention/ })
    await needs.getByRole('listitem').filter({ hasText: 'doubtful' }).getByRole('link', { name: 'Resolve' }).click()
    await page.waitForURL('**/launches/doubtful#resolve')
    expect(await page.getByRole('region', { name: 'What happened' }).innerText()).toContain('unknown')
    await page.getByRole('radio', { name: /It was launched/ }).check()
    await main().getByLabel('Reason').fill('seen in the history of mailing 77')
    await button('Resolve').click()
    await told('Done; it is on the record.')
    expect(await showLaunch(stage.pages.http.ledger, 'doubtful')).toMatchObject({ state: 'launched' })
    expect(await main().innerText()).toContain('key anna')
    await link('Audit').click()
    const entry = page.getByRole('row').filter({ hasText: 'doubtful' })
    expect(await entry.innerText()).toContain('seen in the history of mailing 77')
  })

  it('runs a schedule now only with the mailing and the time of the launch before typed', async () => {
    const { ledger } = stage.pages.http
    const before = Date.now() - 38 * 60_000
    await ledger.redis.zadd(ledger.keys.sent('main', 90, 'own'), before, 'before')
    await page.goto('/schedules/weekly')
    await link('Run now…').click()
    expect(await main().innerText()).toContain('Launch mailing 90 now?')
    const time = page.getByLabel(/Type the time of that launch/)
    const mailing = page.getByLabel(/Type the mailing 90 to confirm/)
    await main().getByLabel('Reason').fill(reason)
    await time.fill(new Date(before).toISOString().slice(11, 16))
    await mailing.fill('91')
    await button('Launch now').click()
    // The browser itself does not send a form whose fields are wrong.
    expect(await page.locator('main input:invalid').getAttribute('name')).toBe('typed')
    await mailing.fill('90')
    await button('Launch now').click()
    await page.waitForURL('**/launches/weekly-run-*')
    await told('is accepted.')
    expect(await main().innerText()).toContain(`key anna: ${reason}`)
  })

  it('pauses a schedule and resumes it', async () => {
    const { ledger } = stage.pages.http
    await page.goto('/schedules')
    await decide('Pause…', 'Pause')
    await told('weekly is paused.')
    expect(await pausesOf(ledger, 'weekly')).toMatchObject([{ reason, by: 'key anna' }])
    expect(await link('Run now…').count()).toBe(0)
    await decide('Resume…', 'Resume')
    await told('weekly goes on.')
    expect(await pausesOf(ledger, 'weekly')).toMatchObject([{ to: expect.any(Number) }])
  })

  it('leaves one due time out, and takes it back', async () => {
    const { ledger } = stage.pages.http
    await page.goto('/schedules/weekly')
    await decide('Skip…', 'Leave this one out')
    await told('is left out.')
    expect(await comingSkips(ledger, Date.now())).toMatchObject([{ schedule: 'weekly', reason: `person: ${reason}` }])
    await decide('Take back…', 'Let it go out')
    await told('will go out.')
    expect(await comingSkips(ledger, Date.now())).toEqual([])
  })

  it('acts without a script: reads the answer, holds, and lets go what a guard holds', async () => {
    page = await stage.window({ role: 'admin', withoutScript: true })
    await page.goto('/')
    expect(await main().innerText()).toContain('doubtful')
    await decide('Hold', 'Hold launches now')
    await told('Launches are held.')
    await decide('Release…', 'Release the hold')
    await page.getByRole('link', { name: 'Let it go…' }).click()
    const time = page.getByLabel(/Type the time of that launch/)
    const [, hint = ''] = /(\d\d:\d\d)/.exec(await page.locator('.warning .field').innerText()) ?? []
    await time.fill(hint)
    await page.getByLabel(/Type the mailing 66/).fill('66')
    await main().getByLabel('Reason').fill(reason)
    await button('Let it go').click()
    await told('Done; it is on the record.')
    expect(await showLaunch(stage.pages.http.ledger, 'guarded')).toMatchObject({ state: 'planned' })
  })

  it('submits a file of rows: sees which row is wrong, puts it right, and comes to the batch', async () => {
    const submit = async (text: string) => {
      await page.getByLabel('Name of the batch').fill('offers')
      await page.getByLabel('Number of rows, to confirm').fill('2')
      await main().getByLabel('Reason').fill(reason)
      await page
        .locator('[type=file]')
        .setInputFiles({ name: 'Offers.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
      await button('Launch the rows').click()
    }
    await page.goto('/batches')
    await link('Submit a file…').click()
    await submit('id\n101\nmany\n')
    expect(await page.getByRole('alert').innerText()).toContain('line 3, column id: must be a whole number')
    await submit('id\n101\n102\n')
    await page.waitForURL('**/batches/offers-*')
    await told('2 rows are submitted.')
    expect(await page.getByRole('region', { name: 'Progress' }).innerText()).toContain('0 / 2')
  })

  it('keeps what is being typed while the page around it changes, and gets the form that was not there', async () => {
    const { redis, keys } = stage.pages.http.ledger
    await Promise.all([page.waitForResponse('**/live'), page.goto('/launches/planned')])
    await page.locator('summary', { hasText: 'Cancel…' }).click()
    await page.keyboard.type('a wrong')
    await redis.hset(keys.launch('planned'), 'state', 'unknown')
    await redis.xadd(keys.events, '*', 'event', 'launchEnded')
    await page.getByRole('region', { name: 'Resolve: was it launched?' }).waitFor()
    await page.keyboard.type(' price')
    expect(await page.locator('details[open]').getByLabel('Reason').inputValue()).toBe('a wrong price')
    await page.keyboard.press('Escape')
    await page.getByRole('radio', { name: /It was launched/ }).check()
    await redis.hset(keys.launch('planned'), 'error_text', 'seen meanwhile')
    await redis.xadd(keys.events, '*', 'event', 'launchEnded')
    await page.getByText('seen meanwhile').waitFor()
    expect(await page.getByRole('radio', { name: /It was launched/ }).isChecked()).toBe(true)
  })

  it('sees no action with the key of a viewer', async () => {
    page = await stage.window({ role: 'viewer' })
    for (const address of ['/', '/schedules', '/schedules/weekly', '/launches/doubtful', '/launches/guarded']) {
      await page.goto(address)
      const posts = await page
        .locator('form[method=post]')
        .evaluateAll(forms => forms.map(form => form.getAttribute('action')))
      expect([address, posts.filter(action => action !== '/look' && action !== '/sign-out')]).toEqual([address, []])
      expect(
        await page.locator('a[href$="/run"], a[href$="/retry"], a[href$="/release"], a[href$="/relaunch"]').count(),
      ).toBe(0)
    }
    const answer = await page.goto('/schedules/weekly/run')
    expect(answer?.status()).toBe(403)
  })
})
