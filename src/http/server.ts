/** The HTTP server: listening, and stopping without cutting anybody off who can be answered. */
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { ListenAddress } from '../config/listen.ts'
import { createApi } from './app.ts'
import { answerBelow } from './below.ts'
import { doorFor, type Role } from './doors.ts'
import type { HttpParts, MakePages } from './parts.ts'
import { Problem } from './problem.ts'

/** The address cannot be listened on. */
class CannotListen extends Error {
  override readonly name = 'CannotListen'
}

export interface HttpServer {
  /** `http://127.0.0.1:8377`. */
  readonly address: string
  /** Ends: watchers are sent away, requests under way have `grace` milliseconds. */
  close(grace: number): Promise<void>
}

/** A body may take so long to come; what else a request may take is up to the app. Milliseconds. */
const longestUpload = 3_600_000

/** Listens; a port of 0 is one that is free. What is not for the API is for the pages. Throws CannotListen. */
export async function listen(
  parts: HttpParts,
  { host, port: asked }: ListenAddress,
  withoutKey: Role | 'off',
  makePages?: MakePages,
): Promise<HttpServer> {
  let port = asked
  const rules = () => ({ withoutKey, port })
  const api = createApi(parts, rules)
  const pages = makePages?.(parts, rules)
  const answer = (request: Request, env: object) =>
    (pages === undefined || isForApi(request) ? api : pages).fetch(request, env)
  const server = createServer(
    {
      requestTimeout: longestUpload,
      headersTimeout: Math.min(parts.settings.timeout, 10_000),
      maxHeaderSize: 65_536,
      // A request without one is refused like any other that is no request.
      requireHostHeader: false,
    },
    getRequestListener(answer, { errorHandler: error => unreadable(error, parts) }),
  )
  answerBelow(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(
        new CannotListen(`http.listen: ${host}:${port} cannot be listened on: ${error.message}`, { cause: error }),
      ),
    )
    server.listen(asked, host, resolve)
  })
  const bound = server.address()
  if (typeof bound === 'object' && bound !== null) port = bound.port
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: grace => close(server, parts, grace),
  }
}

/** An address or a host that makes no URL; whatever else comes here the app would have answered. */
function unreadable(error: unknown, { heard }: HttpParts): Response {
  if (error instanceof Error && error.name === 'RequestError')
    return new Problem(
      'malformedRequest',
      'Its address and its Host make no URL',
      {},
      { connection: 'close' },
    ).response()
  heard.requestFailed(error)
  return new Problem('internal', 'The log of the service says what').response()
}

/** Whatever is under /api is answered as programs expect it, also where there is nothing. */
function isForApi({ method, url }: Request): boolean {
  const { pathname } = new URL(url)
  return pathname.startsWith('/api/') || doorFor(method, pathname).kind !== 'nothing'
}

async function close(server: Server, { events }: HttpParts, grace: number): Promise<void> {
  const closed = new Promise<void>(resolve => {
    server.close(() => resolve())
  })
  events.close()
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), grace)
  await closed
  clearTimeout(cut)
}
