import { connect, type Socket } from 'node:net'

/** How a connection ended, as a client sees it who knows nothing but TCP. */
export interface Ending {
  readonly text: string
  readonly end: 'fin' | 'reset'
}

export interface Exchange {
  readonly socket: Socket
  /** What has arrived so far. */
  readonly text: () => string
  readonly ending: Promise<Ending>
}

export interface Sent {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export const startPath = '/api/v1.1/campaigns/broadcasts/start'

/** Writes one POST on a new connection and listens. */
export function send(port: number, { path = startPath, headers = {}, body }: Sent): Exchange {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  const ending = new Promise<Ending>((resolve, reject) => {
    socket.setEncoding('latin1')
    socket.on('data', chunk => {
      text += chunk
    })
    socket.once('end', () => resolve({ text, end: 'fin' }))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve({ text, end: 'reset' })
      else reject(error)
    })
  })
  const all = { Host: 'stand-in', 'Content-Type': 'application/json', 'Content-Length': `${Buffer.byteLength(body)}` }
  const lines = Object.entries({ ...all, Connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  return { socket, text: () => text, ending }
}

/** A JSON start of a mailing with a token in the body. */
export function start(id: number, headers: Readonly<Record<string, string>> = {}): Sent {
  return { headers, body: JSON.stringify({ token: 'a-token', id }) }
}

/** Resolves when the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}

/** Status, headers in lower case, and body of a whole answer. */
export function answerOf({ text }: Ending): { status: number; headers: Map<string, string>; body: string } {
  const [head = '', ...body] = text.split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const headers = lines
    .map(header => header.split(/: (.*)/s))
    .map(([name = '', value = '']) => [name.toLowerCase(), value] as const)
  return { status: Number(line.split(' ')[1]), headers: new Map(headers), body: body.join('\r\n\r\n') }
}
