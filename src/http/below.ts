/** What is refused before it is a request of HTTP that the app could answer: with a problem all the same, and the connection closed. */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem } from './problem.ts'

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Has the server answer as the app would. */
export function answerBelow(server: Server): void {
  const latest = new WeakMap<Duplex, Exchange>()
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    latest.set(request.socket, { request, response })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy()
    const problem = troubleOf(error.code)
    const { request, response } = latest.get(socket) ?? {}
    if (!request || !response || response.writableFinished) return endWith(socket, problem)
    // What cannot be read follows a whole request: that one is answered first.
    if (request.complete) return response.once('finish', () => endWith(socket, problem))
    // It is the body of one. In the middle of an answer it would be read as part of that.
    return response.headersSent ? socket.destroy() : endWith(socket, problem)
  })
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem('expectationFailed', 'Of what a request may expect only 100-continue is known')
    response.writeHead(problem.body.status, closing(problem)).end(JSON.stringify(problem.body))
  })
  server.on('connect', (_: IncomingMessage, socket: Duplex) => {
    endWith(socket, new Problem('methodNotAllowed', 'CONNECT is for proxies', {}, { allow: 'GET, HEAD, POST, DELETE' }))
  })
}

function troubleOf(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headersTooLarge', 'The head of a request may have 64 KiB')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('tooSlow', 'The request did not come to its end in time')
    case 'HPE_INVALID_METHOD':
      return new Problem('malformedRequest', 'It does not begin with a method of HTTP')
    default:
      return new Problem('malformedRequest', 'It cannot be read as HTTP/1.1')
  }
}

function endWith(socket: Duplex, problem: Problem): void {
  const { status } = problem.body
  const head = Object.entries(closing(problem)).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${JSON.stringify(problem.body)}`)
}

function closing(problem: Problem) {
  const length = Buffer.byteLength(JSON.stringify(problem.body))
  return { ...problem.allHeaders, 'content-length': String(length), connection: 'close' }
}
