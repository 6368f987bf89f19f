import type { Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import { failure } from './fault.ts'

/** Bytes of a start's answer that are read at most; a real one has about a hundred. */
const longestStartAnswer = 64 * 1024

/**
 * What a connection ends with that is used once. Left to itself, undici makes an error for each end, whose stack is captured
 * and written out: a tenth of all that a launch costs.
 */
const usedOnce = failure('SENDOFF_USED_ONCE', 'this connection was for one exchange')

/**
 * One open connection, and undici's client bound to it for good. undici may speak over this socket only: it would
 * otherwise reconnect by itself and send the request later, under a permit that was given for this connection.
 */
export class Line {
  readonly #client: Client
  readonly #raw: Socket
  readonly #socket: Socket
  readonly #keepAlive: boolean
  #handedOver = false

  /**
   * Takes the origin, the TCP socket, the socket that carries HTTP (the same without TLS), whether to keep it alive, and
   * how many bytes of an answer's body are read at most.
   */
  constructor(
    origin: string,
    raw: Socket,
    socket: Socket,
    keepAlive: boolean,
    longestAnswer: number = longestStartAnswer,
  ) {
    this.#raw = raw
    this.#socket = socket
    this.#keepAlive = keepAlive
    this.#client = new Client(origin, {
      // One request at a time. The server is not asked to close the connection after its answer: who is done with it closes it
      // (`answered`), and an answer that announces the end costs an error, with its stack, in undici.
      pipelining: 1,
      allowH2: false,
      maxResponseSize: longestAnswer,
      // The exchange has its own, exact deadlines; these coarser timers stay off.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, done) => {
        if (this.#handedOver || !this.isAlive) {
          return done(failure('SENDOFF_CONNECTION_LOST', 'the server closed the connection before the write'), null)
        }
        this.#handedOver = true
        // undici expects the answer of a connector in a later tick and would not go on otherwise.
        queueMicrotask(() => done(null, socket))
      },
    })
  }

  /** Whether neither side has closed it, as far as has been read. */
  get isAlive(): boolean {
    return !this.#socket.destroyed && this.#socket.writable
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler)
  }

  onceClosed(listener: () => void): void {
    this.#socket.once('close', listener)
  }

  /** The whole answer has been read: what is not kept alive ends here. */
  answered(): void {
    if (!this.#keepAlive) this.#socket.destroy(usedOnce)
  }

  close(): void {
    this.#socket.destroy()
    this.#raw.destroy()
  }

  /**
   * Throws away what the kernel still holds of the request, so that it cannot arrive after we gave up. Under TLS too
   * the
   * reset goes to the TCP socket: ending the TLS session would first send what waits.
   */
  reset(): void {
    this.#raw.resetAndDestroy()
    this.#socket.destroy()
  }
}
