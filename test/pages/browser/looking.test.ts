import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { holdsInForce } from '../../../src/launches/hold.ts'
import { fill } from '../../http/world.ts'
import { BrowserStage, describeInBrowser } from './browsing.ts'

/** Everything on the page that can be used, in the order in which Tab should come to it. */
const usable = `[...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select')].filter(each => each.checkVisibility({ visibilityProperty: true }))`
/** The number of what has the focus among those, and whether one sees that it has. */
const focused = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
  return [${usable}.indexOf(document.activeElement), outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2]
})()`

/** What Tab does not come to, or where one does not see that it has. */
async function unreachable(page: Page): Promise<string[]> {
  const names = await page.evaluate<string[]>(`${usable}.map(each => each.outerHTML)`)
  const reached = new Set<number>()
  const unseen: string[] = []
  // One begins where the page put the focus; after the last comes the window itself, then the first.
  for (let presses = 0; presses < names.length + 2; presses++) {
    await page.keyboard.press('Tab')
    const [number, isSeen] = await page.evaluate<[number, boolean]>(focused)
    if (number < 0) continue
    reached.add(number)
    if (!isSeen) unseen.push(names[number] ?? '')
  }
  // Of the radio buttons of one question Tab comes to one, and arrows to the others.
  const missed = names.filter((name, number) => !reached.has(number) && !name.includes('type="radio"'))
  return [...missed, ...unseen]
}

describeInBrowser('whoever looks', () => {
  let stage: BrowserStage
  beforeAll(async () => {
    stage = await BrowserStage.open()
    await fill(stage.pages.http)
  })
  afterAll(() => stage?.close())
  afterEach(() => stage.tidy())

  it('signs in with a key, comes to the page that was asked for, and signs out', async () => {
    const page = await stage.window()
    await page.goto('/schedules/weekly')
    const theme = await page.getByRole('button', { name: 'Dark or light' }).boundingBox()
    expect(theme?.x).toBeGreaterThan(1_000)
    await page.getByLabel('API key').fill('not a key')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This key is unknown, revoked or expired.').waitFor()
    await page.getByLabel('API key').fill(await stage.pages.http.key('operator', 'olga'))
    await page.keyboard.press('Enter')
    await page.waitForURL('**/schedules/weekly')
    await page.locator('summary', { hasText: 'key olga' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.goto('/launches')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  it('comes to everything with Tab, and sees where the focus is', async () => {
    const page = await stage.window({ role: 'admin' })
    for (const path of ['/', '/schedules/weekly', '/launches/doubtful', '/launches/guarded/release', '/audit']) {
      await page.goto(path)
      expect([path, await unreachable(page)]).toEqual([path, []])
    }
  })

  it('does everything with keys: goes, searches, asks for help, and holds', async () => {
    const { ledger } = stage.pages.http
    const page = await stage.window({ role: 'admin' })
    await page.goto('/')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('To the content')
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.waitForURL('**/launches')
    await page.keyboard.press('/')
    await page.keyboard.type('state:unknown')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/launches?q=state%3Aunknown')
    expect(await page.locator('#launches').innerText()).toContain('doubtful')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'hidden' })
    // As a Russian keyboard says them.
    await page.evaluate(
      `for (const [key, code] of [['п', 'KeyG'], ['д', 'KeyL']]) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }))`,
    )
    await page.waitForURL('**/launches')
    await page.locator('#hold-all > summary').focus()
    await page.keyboard.press('Enter')
    await page.locator('[name=reason]:focus').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#hold-all:not([open]) > summary:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('[name=reason]:focus').waitFor()
    await page.keyboard.type('a wrong price')
    await page.keyboard.press('Enter')
    await page.getByText('Launches are held.').waitFor()
    expect(await holdsInForce(ledger)).toMatchObject([{ scope: 'all', reason: 'a wrong price' }])
  })

  it('is told that there is no such launch, not that the connection is lost; and sees what has gone', async () => {
    const { redis, keys } = stage.pages.http.ledger
    const page = await stage.window({ role: 'operator' })
    await Promise.all([page.waitForResponse('**/strip'), page.goto('/launches/none')])
    expect(await page.locator('#lost').isVisible()).toBe(false)
    await redis.copy(keys.launch('doubtful'), keys.launch('leaving'))
    await Promise.all([
      page.waitForResponse(
        answer => answer.request().isNavigationRequest() === false && answer.url().endsWith('/launches/leaving'),
      ),
      page.goto('/launches/leaving'),
    ])
    await redis.del(keys.launch('leaving'))
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    await page.getByRole('heading', { name: 'Not found' }).waitFor()
    expect(await page.locator('#lost').isVisible()).toBe(false)
  })

  it('reads Russian where the browser asks for it, and changes it for good', async () => {
    const page = await stage.window({ role: 'operator', locale: 'ru-RU' })
    await page.goto('/launches/doubtful')
    expect(await page.locator('html').getAttribute('lang')).toBe('ru')
    expect(await page.getByRole('navigation').first().innerText()).toContain('Расписания')
    await page.locator('.settings > summary').click()
    await page.getByLabel('Язык').selectOption('en')
    await page.locator('.settings .button.main').click()
    await page.locator('html[lang=en]').waitFor()
    await page.goto('/')
    expect(await page.getByRole('navigation').first().innerText()).toContain('Schedules')
  })

  it('has the colours of the system, and the other ones with one click that stays', async () => {
    const page = await stage.window({ role: 'operator', dark: true })
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    await page.goto('/')
    const dark = await ground()
    await page.getByRole('button', { name: 'Dark or light' }).click()
    await page.locator('html[data-theme=light]').waitFor()
    const light = await ground()
    expect(light).not.toBe(dark)
    await page.goto('/schedules')
    expect(await ground()).toBe(light)
    await page.getByRole('button', { name: 'Dark or light' }).click()
    await page.locator('html[data-theme=dark]').waitFor()
    expect(await ground()).toBe(dark)
  })
})
