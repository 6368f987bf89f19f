/** What stands between a command and the real server: it may pass on what is asked, or be something else altogether. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

type Answering = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

export class Between {
  readonly #real: string
  #server: Server | undefined

  constructor(real: string) {
    this.#real = real
  }

  /** Listens; its address. */
  async answering(answer: Answering): Promise<string> {
    const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
    this.#server = server
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
  }

  /** Has the real server answer, and hands its answer on. */
  async passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, text } = await this.answerOf(request)
    response.writeHead(status, { 'content-type': type }).end(text)
  }

  /** Has the real server answer. */
  async answerOf(request: IncomingMessage) {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(Buffer.from(piece))
    const body = Buffer.concat(pieces)
    const { authorization = '', 'idempotency-key': idempotency } = request.headers
    const answer = await fetch(`${this.#real}${request.url}`, {
      method: request.method ?? 'GET',
      headers: {
        authorization,
        'content-type': request.headers['content-type'] ?? 'application/json',
        ...(typeof idempotency === 'string' ? { 'idempotency-key': idempotency } : {}),
      },
      ...(body.length === 0 ? {} : { body }),
    })
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
  }

  close(): void {
    this.#server?.closeAllConnections()
    this.#server?.close()
  }
}
