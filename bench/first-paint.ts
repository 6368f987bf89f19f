/** When a real browser shows something of a page, loaded as by somebody who was never there before. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { z } from 'zod'

const executablePath = '/usr/bin/chromium'
const entries = `new Promise(resolve => new PerformanceObserver(list => {
  for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') resolve(startTime)
}).observe({ type: 'paint', buffered: true }))`

export class FirstPaint {
  readonly #browser: Browser

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  /** Undefined where there is no chromium. */
  static async begin(): Promise<FirstPaint | undefined> {
    if (!existsSync(executablePath)) return undefined
    // Without its sandbox, which containers do not allow; it sees our own pages only.
    return new FirstPaint(await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] }))
  }

  /** Milliseconds from the navigation to the first contentful paint, of so many loads with nothing in the cache. */
  async of(url: string, cookie: { readonly name: string; readonly value: string }, loads: number): Promise<number[]> {
    const found: number[] = []
    for (let load = 0; load < loads; load++) {
      const context = await this.#browser.newContext({ viewport: { width: 1_280, height: 860 } })
      await context.addCookies([{ ...cookie, url }])
      const page = await context.newPage()
      await page.goto(url, { waitUntil: 'load' })
      found.push(z.number().parse(await page.evaluate(entries)))
      await context.close()
    }
    return found
  }

  end(): Promise<void> {
    return this.#browser.close()
  }
}
