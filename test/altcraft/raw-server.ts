/** A server that speaks bytes: it records what arrives on each connection and answers with whatever a test tells it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

export interface Visit {
  readonly socket: Socket
  /** Everything that arrived as application data. */
  received: string
  /** Whole requests counted by their Content-Length. */
  requests: number
  closedBy: 'end' | 'reset' | 'open'
}

export interface RawServer {
  readonly port: number
  readonly visits: Visit[]
  close(): Promise<void>
}

/** `onConnect` runs for each connection, `onRequest` each time a whole request has been read. */
export interface Manners {
  readonly tls?: TlsOptions
  readonly onConnect?: (visit: Visit) => void
  readonly onRequest?: (visit: Visit, number: number) => void
}

export async function openRawServer({ tls, onConnect, onRequest }: Manners): Promise<RawServer> {
  const visits: Visit[] = []
  const raws = new Set<Socket>()
  let requests = 0
  const welcome = (socket: Socket) => {
    const visit: Visit = { socket, received: '', requests: 0, closedBy: 'open' }
    visits.push(visit)
    socket.on('error', () => {
      visit.closedBy = 'reset'
    })
    socket.on('end', () => {
      visit.closedBy = 'end'
    })
    socket.on('data', chunk => {
      visit.received += chunk.toString('latin1')
      if (countRequests(visit.received) <= visit.requests) return
      visit.requests += 1
      requests += 1
      onRequest?.(visit, requests)
    })
    onConnect?.(visit)
  }
  const server: Server = tls ? createTlsServer(tls, welcome) : createServer({ allowHalfOpen: true }, welcome)
  server.on('connection', socket => raws.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    visits,
    close: () =>
      new Promise(resolve => {
        for (const raw of raws) raw.destroy()
        server.close(() => resolve())
      }),
  }
}

function countRequests(received: string): number {
  let [rest, count] = [received, 0]
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n')
    const length = /content-length: (\d+)/i.exec(rest)?.[1]
    if (headEnd < 0 || length === undefined || rest.length < headEnd + 4 + Number(length)) return count
    rest = rest.slice(headEnd + 4 + Number(length))
    count += 1
  }
}

export function httpAnswer(status: string, body: string, headers: readonly string[] = []): string {
  return [`HTTP/1.1 ${status}`, `content-length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n')
}

/** A key and a self-signed certificate for the given names, both PEM. */
export function makeCertificate(alternativeNames: string): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', '/CN=raw-server', '-addext', `subjectAltName=${alternativeNames}`]
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, ...names, '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
