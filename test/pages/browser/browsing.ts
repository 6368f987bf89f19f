/** A real Chromium before the real server: windows that are signed in, and everything that a browser complains about. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { describe, expect, inject } from 'vitest'
import type { Role } from '../../../src/http/doors.ts'
import type { HttpServer } from '../../../src/http/server.ts'
import { PageStage } from '../stage.ts'

const path = inject('chromium')

/** A story that needs a browser. */
export const describeInBrowser = describe.skipIf(path === undefined)

export interface Wish {
  /** Signed in with a key of this role; absent: not signed in. */
  readonly role?: Role
  /** What the key is called; one that is not there yet. */
  readonly name?: string
  /** Pixels; default 1280. */
  readonly width?: number
  readonly dark?: boolean
  /** Default `en-GB`. */
  readonly locale?: string
  readonly withoutScript?: boolean
}

/** One browser, and what it has complained about since it was last asked. */
export class Browsing {
  readonly #browser: Browser
  /** Everything that went against the policy, failed, or asked another host. */
  #complaints: string[] = []
  /** What the browser was given, to be searched. */
  readonly answers: string[] = []

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  static async begin(): Promise<Browsing> {
    if (path === undefined) throw new Error('there is no chromium')
    // Without its sandbox, which containers do not allow; it sees our own pages only.
    return new Browsing(await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] }))
  }

  end(): Promise<void> {
    return this.#browser.close()
  }

  /** A window of its own, as another person's. */
  async context(
    baseURL: string,
    { width = 1_280, dark, locale = 'en-GB', withoutScript }: Wish,
  ): Promise<BrowserContext> {
    const context = await this.#browser.newContext({
      baseURL,
      viewport: { width, height: 860 },
      colorScheme: dark === true ? 'dark' : 'light',
      reducedMotion: 'reduce',
      locale,
      timezoneId: 'Europe/Berlin',
      javaScriptEnabled: withoutScript !== true,
    })
    context.setDefaultTimeout(20_000)
    context.on('request', request => {
      if (!request.url().startsWith(baseURL)) this.#complaints.push(`asked ${request.url()}`)
    })
    context.on('console', message => {
      // What the server refuses is seen below, with its address.
      const refused = message.text().includes('the server responded with a status of')
      if (message.type() === 'error' && !refused) this.#complaints.push(message.text())
    })
    context.on('weberror', error => this.#complaints.push(String(error.error())))
    context.on('response', response => {
      // A page that says what is missing or refused is a page, also when it is asked for anew.
      const isPage = /text\/html/.test(response.headers()['content-type'] ?? '')
      if (response.status() >= 400 && !isPage) this.#complaints.push(`${response.status()} ${response.url()}`)
      // Those of events do not end.
      if (/text\/(html|css|javascript)/.test(response.headers()['content-type'] ?? ''))
        void response.text().then(
          text => this.answers.push(text),
          () => {},
        )
    })
    return context
  }

  /** What it has complained about; asked once. */
  complaints(): string[] {
    const all = this.#complaints
    this.#complaints = []
    return all
  }
}

/** The stage of the pages with a server that listens, and a browser. */
export class BrowserStage {
  readonly pages: PageStage
  readonly browsing: Browsing
  readonly #server: HttpServer
  #contexts: BrowserContext[] = []
  #people = 0

  private constructor(pages: PageStage, server: HttpServer, browsing: Browsing) {
    this.pages = pages
    this.#server = server
    this.browsing = browsing
  }

  static async open(): Promise<BrowserStage> {
    const pages = await PageStage.open()
    const [server, browsing] = await Promise.all([pages.serve(), Browsing.begin()])
    return new BrowserStage(pages, server, browsing)
  }

  get address(): string {
    return this.#server.address
  }

  async close(): Promise<void> {
    await this.browsing.end()
    await this.#server.close(100)
    await this.pages.close()
  }

  /** A page of a new window. */
  async window(wish: Wish = {}): Promise<Page> {
    const context = await this.browsing.context(this.address, wish)
    this.#contexts.push(context)
    if (wish.role !== undefined) {
      const { role, name = `${wish.role}${++this.#people}` } = wish
      const visitor = await this.pages.signedIn(await this.pages.http.key(role, name))
      await context.addCookies([...visitor].map(([name, value]) => ({ name, value, url: this.address })))
    }
    return context.newPage()
  }

  /** Closes the windows of a story, and expects that nothing in them went wrong. */
  async tidy(): Promise<void> {
    const contexts = this.#contexts
    this.#contexts = []
    await Promise.all(contexts.map(context => context.close()))
    expect(this.browsing.complaints()).toEqual([])
  }
}
