/** A TCP proxy that can pass, cut, freeze, swallow, delay and slice what goes through it, in either direction. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pauseFor } from 'node:timers/promises'

/** `up`: from the product to the server behind the proxy. */
export type Direction = 'up' | 'down'
/** pass: on with it. swallow: it is gone, the link stays. cut: it is gone, and so is the link. */
export type Verdict = 'pass' | 'swallow' | 'cut'

export class Link {
  /** All that went through, as Latin-1, the direction's own bytes only. */
  readonly text: Record<Direction, string> = { up: '', down: '' }
  /** How the product ended its side: with a reset, with an orderly end, or not yet. */
  productEnded: 'reset' | 'end' | undefined
  readonly product: Socket
  readonly server: Socket

  constructor(product: Socket, server: Socket) {
    this.product = product
    this.server = server
  }

  cut(): void {
    this.product.resetAndDestroy()
    this.server.resetAndDestroy()
  }
}

export class TcpProxy {
  readonly links: Link[] = []
  /** Asked for every chunk before it goes on; a scenario puts its own rule here. */
  rule: (link: Link, direction: Direction, chunk: Buffer) => Verdict = () => 'pass'
  /** Whether a new connection is cut at once. */
  refuses: () => boolean = () => false
  /** Milliseconds that every chunk waits. */
  delay = 0
  /** Bytes per piece; 0: as they came. */
  slice = 0
  #thawed: Promise<void> | undefined
  #thaw: () => void = () => {}
  #target: number
  readonly #server: Server

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, product => this.#welcome(product))
  }

  static async open(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }

  /** From now on nothing goes through, and nothing is lost, until `thaw`. What a reset side had sent is lost. */
  freeze(): void {
    this.#thawed = new Promise(resolve => {
      this.#thaw = resolve
    })
  }

  thaw(): void {
    this.#thaw()
    this.#thawed = undefined
  }

  /** New connections go to another port, and the old ones end. */
  retarget(port: number): void {
    this.#target = port
    this.cutAll()
  }

  cutAll(): void {
    for (const link of this.links) link.cut()
  }

  close(): void {
    this.thaw()
    this.cutAll()
    this.#server.close()
  }

  #welcome(product: Socket): void {
    product.on('error', () => {})
    if (this.refuses()) return void product.resetAndDestroy()
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    const link = new Link(product, server)
    this.links.push(link)
    product.on('error', () => {
      link.productEnded = 'reset'
      server.resetAndDestroy()
    })
    product.on('end', () => {
      link.productEnded ??= 'end'
    })
    server.on('error', () => product.resetAndDestroy())
    this.#pump(link, 'up', product, server)
    this.#pump(link, 'down', server, product)
  }

  #pump(link: Link, direction: Direction, from: Socket, to: Socket): void {
    let last: Promise<void> = Promise.resolve()
    const next = (step: () => Promise<void> | void) => {
      last = last.then(step).catch(() => link.cut())
    }
    from.on('data', (chunk: Buffer) => next(() => this.#carry(link, direction, chunk, to)))
    from.on('end', () =>
      next(async () => {
        await this.#thawed
        to.end()
      }),
    )
  }

  async #carry(link: Link, direction: Direction, chunk: Buffer, to: Socket): Promise<void> {
    if (this.delay > 0) await pauseFor(this.delay)
    await this.#thawed
    if (to.destroyed) return
    link.text[direction] += chunk.toString('latin1')
    const verdict = this.rule(link, direction, chunk)
    if (verdict === 'cut') return link.cut()
    if (verdict === 'swallow') return
    const size = this.slice > 0 ? this.slice : chunk.length
    for (let at = 0; at < chunk.length && !to.destroyed; at += size) {
      to.write(chunk.subarray(at, at + size))
      // Small writes in one tick would leave as one segment.
      if (this.slice > 0) await pauseFor(1)
    }
  }
}
