import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { holdOn } from '../../../src/launches/hold.ts'
import { contentSecurityPolicy } from '../../../src/pages/headers.ts'
import { pauseSchedule } from '../../../src/timetable/pausing.ts'
import type { HttpStage } from '../../http/stage.ts'
import { fillWeek } from '../week.ts'
import { addressesOf } from './addresses.ts'
import { BrowserStage, describeInBrowser } from './browsing.ts'

const widths = { wide: 1_280, narrow: 360 } as const
const themes = ['light', 'dark'] as const
/** What the colours decide; the rest of a page is the same in both themes. */
const ofColours = ['color-contrast', 'link-in-text-block']

/** Rules that are broken, each with the elements that break it. */
async function violations(page: Page, rules?: readonly string[], within = 'html'): Promise<string[]> {
  const answer = await page.evaluate(
    `axe.run(${JSON.stringify(within)}, ${JSON.stringify({
      resultTypes: ['violations'],
      ...(rules === undefined ? {} : { runOnly: { type: 'rule', values: rules } }),
    })}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(node => id + ': ' + node.html + ' ' + node.failureSummary)))`,
  )
  return Array.isArray(answer) ? answer.map(String) : [`axe answered ${String(answer)}`]
}

/** What people and the far side may write: words that no line holds. */
async function writeLongWords({ ledger }: HttpStage): Promise<void> {
  const { redis, keys } = ledger
  const long = `https://example.com/${'a'.repeat(200)}`
  await pauseSchedule(ledger, 'reactivation', { by: 'x'.repeat(64), why: long }, undefined)
  await holdOn(ledger, { kind: 'account', account: 'main' }, { cause: 'person', reason: long, by: 'anna' })
  for (const key of await redis.zrange(keys.inState('rejected'), '0', '-1'))
    await redis.hset(keys.launch(key), 'error_text', `${long} ${'Tariff limit reached. '.repeat(60)}`)
}

/** Looks at the page, or what is within it, in both themes, wide and narrow. */
async function lookAt(page: Page, name: string, within?: string): Promise<string[]> {
  const found: string[] = []
  await page.evaluate(axe.source)
  for (const [size, width] of Object.entries(widths)) {
    await page.setViewportSize({ width, height: 860 })
    const wider = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    if (wider !== 0) found.push(`${name}, ${size}: ${String(wider)} px wider than the window`)
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme })
      const broken = await violations(page, theme === 'dark' ? ofColours : undefined, within)
      found.push(...broken.map(each => `${name}, ${size}, ${theme}: ${each}`))
    }
  }
  await page.setViewportSize({ width: widths.wide, height: 860 })
  await page.emulateMedia({ colorScheme: 'light' })
  return found
}

describeInBrowser('every page of a week', () => {
  let stage: BrowserStage
  let addresses: Readonly<Record<string, string>>
  beforeAll(async () => {
    stage = await BrowserStage.open()
    await fillWeek(stage.pages.http)
    await writeLongWords(stage.pages.http)
    await stage.pages.pretendService()
    addresses = await addressesOf(stage.pages.http)
  })
  afterAll(() => stage?.close())
  afterEach(() => stage.tidy())

  it('breaks no rule of accessibility and fits, in both themes, wide and at 360 px', async () => {
    const page = await stage.window({ role: 'admin' })
    const found: string[] = []
    for (const [name, address] of Object.entries(addresses)) {
      await page.goto(address)
      found.push(...(await lookAt(page, name)))
      const tallest = await page.evaluate<number>(
        'Math.max(0, ...[...document.querySelectorAll(".rows .short")].map(each => each.offsetHeight))',
      )
      expect([name, tallest < 80]).toEqual([name, true])
    }
    const visitor = await stage.window()
    await visitor.goto('/sign-in')
    found.push(...(await lookAt(visitor, 'sign-in')))
    expect(found).toEqual([])
  })

  it('breaks none with everything unfolded either', async () => {
    const page = await stage.window({ role: 'admin' })
    const found: string[] = []
    for (const name of ['overview', 'schedule', 'batch', 'batches']) {
      await page.goto(addresses[name] ?? '')
      // Those of the strip are the same everywhere.
      const folds = page.locator(name === 'overview' ? 'details' : 'main details')
      const count = Math.min(await folds.count(), 3)
      for (let fold = 0; fold < count; fold++) {
        await folds.evaluateAll((all, open) => {
          for (const [index, each] of all.entries()) each.toggleAttribute('open', index === open)
        }, fold)
        found.push(...(await lookAt(page, `${name}, fold ${fold}`, 'details[open]')))
      }
    }
    await page.goto('/')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    found.push(...(await lookAt(page, 'keys', 'dialog')))
    expect(found).toEqual([])
  })

  it('has nothing inline, asks no other host, and nothing in it goes against the policy', async () => {
    const page = await stage.window({ role: 'admin' })
    for (const address of Object.values(addresses)) {
      const answer = await page.goto(address)
      expect(answer?.headers()['content-security-policy']).toBe(contentSecurityPolicy)
      const html = (await answer?.text()) ?? ''
      expect(html).toContain('</html>')
      expect(html.match(/<script(?![^>]*\ssrc=)[^>]*>|\sstyle=|\son[a-z]+=|<style|javascript:/gi) ?? []).toEqual([])
    }
    expect(stage.browsing.complaints()).toEqual([])
  })

  it('would be seen breaking them', async () => {
    const page = await stage.window({ role: 'admin' })
    await page.goto('/')
    await page.evaluate(
      `document.querySelector('main').insertAdjacentHTML('beforeend', '<input name="nameless"><i style="color: red">.</i>')`,
    )
    await page.evaluate(`document.head.append(Object.assign(document.createElement('script'), { textContent: '0' }))`)
    await page.evaluate(`fetch('https://elsewhere.example').catch(() => {})`)
    await page.evaluate(axe.source)
    expect(await violations(page)).toEqual([expect.stringMatching(/^label: .*nameless/)])
    const complaints = stage.browsing.complaints().join('\n')
    for (const part of ['style-src', 'script-src', 'connect-src']) expect(complaints).toContain(part)
  })
})
