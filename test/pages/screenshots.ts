/**
 * Pictures of every page, light and dark, wide and narrow, for people to look at: `npx tsx test/pages/screenshots.ts [folder] [what] [language]`.
 * No test: nothing is compared.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { stageFiles } from '../http/stage.ts'
import { PageStage } from './stage.ts'
import { fillWeek } from './week.ts'

const [folder = '.screenshots', only = '', language = 'en'] = process.argv.slice(2)
const widths = { wide: 1_280, narrow: 360 } as const

async function main(): Promise<void> {
  const project = await mkdtemp(join(tmpdir(), 'sendoff-pages-'))
  await mkdir(join(project, 'config'))
  await writeFile(join(project, 'config/sendoff.yaml'), stageFiles['config/sendoff.yaml'])
  const stage = await PageStage.open(project)
  await fillWeek(stage.http)
  await stage.pretendService()
  const key = await stage.http.key('admin', 'anna')
  const server = await stage.serve()
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  await mkdir(folder, { recursive: true })
  const addresses = await addressesOf(stage)
  for (const [size, width] of Object.entries(widths)) {
    for (const theme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        baseURL: server.address,
        viewport: { width, height: width === 360 ? 740 : 860 },
        colorScheme: theme,
        locale: language === 'ru' ? 'ru-RU' : 'en-GB',
        timezoneId: 'Europe/Berlin',
        deviceScaleFactor: 1,
      })
      const page = await context.newPage()
      page.on('console', message => {
        if (message.type() === 'error') process.stderr.write(`${size} ${theme}: ${message.text()}\n`)
      })
      await page.goto('/sign-in')
      if (matches('sign-in')) await page.screenshot({ path: join(folder, `sign-in-${size}-${theme}.png`) })
      await page.fill('input[name=key]', key)
      await page.click('main button')
      for (const [name, address] of Object.entries(addresses)) {
        if (!matches(name)) continue
        await page.goto(address)
        await page.waitForTimeout(300)
        await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`), fullPage: true })
        const wider = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        if (wider !== 0) process.stderr.write(`${name} ${size}: ${wider} px wider than the window\n`)
      }
      await context.close()
    }
  }
  await browser.close()
  await server.close(100)
  await stage.close()
  await rm(project, { recursive: true })
}

function matches(name: string): boolean {
  return only === '' || only.split(',').includes(name)
}

async function addressesOf({ http: { ledger } }: PageStage): Promise<Record<string, string>> {
  const [unknown = ''] = await ledger.redis.zrevrange(ledger.keys.inState('unknown'), -1, -1)
  const [rejected = ''] = await ledger.redis.zrevrangebyscore(ledger.keys.inState('rejected'), '+inf', '-inf')
  const [batch = ''] = await ledger.redis.zrevrange(ledger.keys.batches, 0, 0)
  const of = (key: string) => encodeURIComponent(key)
  return {
    overview: '/',
    'overview-7d': '/?span=7d',
    schedules: '/schedules',
    schedule: '/schedules/cart-reminder',
    paused: '/schedules/reactivation',
    run: '/schedules/promo-vip/run',
    launches: '/launches',
    'launches-found': '/launches?q=mailing%3A12%20error%3A402',
    unknown: `/launches/${of(unknown)}`,
    retry: `/launches/${of(rejected)}/retry`,
    batches: '/batches',
    batch: `/batches/${of(batch)}`,
    submit: '/batches/new',
    month: '/calendar',
    week: '/calendar?view=week',
    day: '/calendar?view=day',
    audit: '/audit',
    missing: '/launches/none',
  }
}

await main()
