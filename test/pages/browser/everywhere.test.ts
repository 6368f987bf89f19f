import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { fillWeek } from '../week.ts'
import { addressesOf } from './addresses.ts'
import { BrowserStage, describeInBrowser } from './browsing.ts'

const widths = { wide: 1_280, narrow: 360 } as const
const themes = ['light', 'dark'] as const
/** What the colours decide; the rest of a page is the same in both themes. */
const ofColours = ['color-contrast', 'link-in-text-block']

/** Rules that are broken, each with the elements that break it. */
async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const answer = await page.evaluate(
    `axe.run(document, ${JSON.stringify({
      resultTypes: ['violations'],
      ...(rules === undefined ? {} : { runOnly: { type: 'rule', values: rules } }),
    })}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(node => id + ': ' + node.html + ' ' + node.failureSummary)))`,
  )
  return Array.isArray(answer) ? answer.map(String) : [`axe answered ${String(answer)}`]
}

/** Looks at the page in both themes, wide and narrow. */
async function lookAt(page: Page, name: string): Promise<string[]> {
  const found: string[] = []
  await page.evaluate(axe.source)
  for (const [size, width] of Object.entries(widths)) {
    await page.setViewportSize({ width, height: 860 })
    const wider = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    if (wider !== 0) found.push(`${name}, ${size}: ${String(wider)} px wider than the window`)
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme })
      const broken = await violations(page, theme === 'dark' ? ofColours : undefined)
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
    await stage.pages.pretendService()
    addresses = await addressesOf(stage.pages.http)
  })
  afterAll(() => stage?.close())
  afterEach(() => stage.browsing.complaints())

  it('breaks no rule of accessibility and fits, in both themes, wide and at 360 px', async () => {
    const page = await stage.window({ role: 'admin' })
    const found: string[] = []
    for (const [name, address] of Object.entries(addresses)) {
      await page.goto(address)
      found.push(...(await lookAt(page, name)))
    }
    expect(found).toEqual([])
  })
})
