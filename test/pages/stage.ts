/** The pages over a Redis of their own: asked without a port, or served for a browser. */
import type { Redis } from 'ioredis'
import type { HttpParts, MadePages } from '../../src/http/parts.ts'
import { type HttpServer, listen } from '../../src/http/server.ts'
import { queueName } from '../../src/launches/queue.ts'
import { createPages } from '../../src/pages/app.tsx'
import { HttpStage } from '../http/stage.ts'

const origin = 'http://127.0.0.1:8377'

/** A browser: its cookies by name. */
export type Visitor = Map<string, string>

export class PageStage {
  readonly http: HttpStage
  readonly parts: HttpParts
  readonly pages: MadePages
  readonly #pretended: Redis[] = []
  #planning: NodeJS.Timeout | undefined

  private constructor(http: HttpStage) {
    this.http = http
    this.parts = http.parts()
    this.pages = createPages(this.parts, () => ({ withoutKey: http.withoutKey, port: 8377 }))
  }

  /** `cwd`: as the stage of the API takes it. */
  static async open(cwd?: string): Promise<PageStage> {
    return new PageStage(await HttpStage.open(cwd))
  }

  async close(): Promise<void> {
    clearInterval(this.#planning)
    for (const connection of this.#pretended) connection.disconnect()
    await this.http.close()
  }

  /** From now on the strip shows a service that works: a planner that runs, and a worker for each account. Nothing is sent. */
  async pretendService(): Promise<void> {
    const { redis, keys } = this.http.ledger
    const plans = () => void redis.set(keys.plannerRan, Date.now())
    plans()
    this.#planning = setInterval(plans, 5_000)
    for (const account of Object.keys(this.http.config.accounts)) {
      // BullMQ counts workers by the names of their connections.
      const connection = redis.duplicate()
      this.#pretended.push(connection)
      await connection.client('SETNAME', `${keys.queuePrefix}:${Buffer.from(queueName(account)).toString('base64')}`)
    }
  }

  /** Serves API and pages at a free port of this machine. */
  serve(): Promise<HttpServer> {
    return listen(this.parts, { host: '127.0.0.1', port: 0 }, this.http.withoutKey, createPages)
  }

  /** A request as a browser on our pages makes it; the browser keeps the cookies of the answer. */
  async ask(visitor: Visitor, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const cookie = [...visitor].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie !== '') headers.set('cookie', cookie)
    headers.set('host', '127.0.0.1:8377')
    const answer = await this.pages.fetch(new Request(`${origin}${path}`, { ...init, headers, redirect: 'manual' }))
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '' || /max-age=0/i.test(set)) visitor.delete(name)
      else visitor.set(name, value)
    }
    return answer
  }

  /** The page as text. */
  async html(visitor: Visitor, path: string): Promise<string> {
    return (await this.ask(visitor, path)).text()
  }

  /** Fills in a form of the page at `from` and sends it. */
  async send(
    visitor: Visitor,
    from: string,
    action: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(await this.html(visitor, from)) ?? []
    return this.post(visitor, action, { token, ...fields })
  }

  post(
    visitor: Visitor,
    action: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { origin },
  ): Promise<Response> {
    return this.ask(visitor, action, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  /** A browser that has signed in with the key. */
  async signedIn(key: string): Promise<Visitor> {
    const visitor: Visitor = new Map()
    const answer = await this.send(visitor, '/sign-in', '/sign-in', { key, next: '/' })
    if (answer.status !== 303) throw new Error(`not signed in: ${answer.status}`)
    return visitor
  }
}
