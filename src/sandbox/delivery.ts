/** How an answer leaves, or does not: the troubles of the connection and of the bytes. Nothing here starts a mailing. */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestFault } from './fault.ts'
import { gatewayPage, loginPage, type Reply, withDoubleError, withStringError } from './reply.ts'

/** One request's way back to the client. */
export interface Line {
  readonly response: ServerResponse
  /** Path and query of the request. */
  readonly url: string
  /** Cuts the connection with RST. */
  readonly reset: () => void
  /** Aborted when the stand-in closes. */
  readonly closing: AbortSignal
}

/** Faults under which nothing of Altcraft's own answer reaches the client. */
export type Veil = Extract<
  RequestFault,
  {
    name:
      | ('status' | 'drop' | 'reset' | 'silent' | 'html' | 'garbage')
      | ('status-after' | 'drop-after' | 'reset-after' | 'silent-after' | 'html-after' | 'garbage-after')
  }
>

const veils: ReadonlySet<string> = new Set(
  ['status', 'drop', 'reset', 'silent', 'html', 'garbage'].flatMap(name => [name, `${name}-after`]),
)

export function isVeil(fault: RequestFault): fault is Veil {
  return veils.has(fault.name)
}

/** What the client gets instead of the answer. */
export function veil({ response, url, reset }: Line, fault: Veil): void {
  switch (fault.name) {
    case 'status':
    case 'status-after':
      send(response, gatewayPage(fault.value, url, fault['retry-after']))
      return
    case 'html':
    case 'html-after':
      send(response, loginPage())
      return
    case 'drop':
    case 'drop-after':
      response.socket?.destroy()
      return
    case 'reset':
    case 'reset-after':
      reset()
      return
    case 'silent':
    case 'silent-after':
      return
    case 'garbage':
    case 'garbage-after':
      response.socket?.end(Buffer.from('1600ff002a2a2a204e4f542048545450202a2a2a0d0a0d0a80fe', 'hex'))
      return
    default:
      fault satisfies never
  }
}

/** Sends `reply` as `fault` wants it. Rejects with an AbortError where the stand-in closes during a wait. */
export async function deliver(line: Line, reply: Reply, fault: Exclude<RequestFault, Veil> | undefined): Promise<void> {
  const { response, closing } = line
  switch (fault?.name) {
    case undefined:
    case 'refuse':
    case 'delay':
    case 'swallow':
    case 'swallow-unmarked':
      return send(response, reply)
    case 'delay-after':
      await sleep(fault.value, undefined, { signal: closing })
      return send(response, reply)
    case 'mislabel':
      return send(response, { ...reply, headers: { ...reply.headers, 'Content-Type': 'text/html; charset=utf-8' } })
    case 'double-error':
      return send(response, withDoubleError(reply))
    case 'string-error':
      return send(response, withStringError(reply))
    case 'truncate':
      return truncate(response, reply, fault.value)
    case 'drip':
      return drip(line, reply, fault.value)
    default:
      fault satisfies never
  }
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

/** Sends the head and half of the body, straight to the socket: node:http would notice that something is missing. */
function truncate({ socket }: ServerResponse, reply: Reply, how: 'length' | 'chunked' | 'close' | 'stall'): void {
  const body = Buffer.from(reply.body)
  const half = body.subarray(0, body.length >> 1)
  const whole = { 'Content-Length': `${body.length}` }
  switch (how) {
    case 'length':
      socket?.end(Buffer.concat([head(reply, whole), half]))
      return
    case 'chunked': {
      const size = Buffer.from(`${half.length.toString(16)}\r\n`)
      socket?.end(Buffer.concat([head(reply, { 'Transfer-Encoding': 'chunked' }), size, half, Buffer.from('\r\n')]))
      return
    }
    case 'close':
      socket?.end(Buffer.concat([head(reply, {}), half]))
      return
    case 'stall':
      socket?.write(Buffer.concat([head(reply, whole), half]))
      return
    default:
      how satisfies never
  }
}

async function drip({ response, closing }: Line, reply: Reply, ms: number): Promise<void> {
  const { socket } = response
  const body = Buffer.from(reply.body)
  socket?.write(head(reply, { 'Content-Length': `${body.length}` }))
  for (let i = 0; i < body.length && socket?.writable; i++) {
    await sleep(ms, undefined, { signal: closing })
    socket.write(body.subarray(i, i + 1))
  }
  socket?.end()
}

function head(reply: Reply, framing: Readonly<Record<string, string>>): Buffer {
  const headers = { ...reply.headers, ...framing, Date: new Date().toUTCString(), Connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`HTTP/1.1 ${reply.status} OK\r\n${lines.join('')}\r\n`)
}
