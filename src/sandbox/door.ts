/** The network side: accepts connections, spoils some of them, and hands the rest to node:http or node:https. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer, type Socket } from 'node:net'
import type { ConnectionFault } from './fault.ts'

export interface DoorOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  readonly onConnection: () => ConnectionFault | undefined
  /** `reset` cuts the connection of this request with RST. */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse, reset: () => void) => void
}

export interface Door {
  readonly port: number
  /** Stops listening and cuts every connection. */
  close(): Promise<void>
}

/** Rejects where the address cannot be listened on. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const sockets = new Map<string, Socket>()
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    // Under TLS only the TCP socket below can be reset.
    const socket = sockets.get(peer(request.socket))
    options.onRequest(request, response, () => socket?.resetAndDestroy())
  }
  const inner = options.tls ? createHttps(options.tls, onRequest) : createHttp(onRequest)
  const gate = createServer({ noDelay: true }, socket => {
    const name = peer(socket)
    sockets.set(name, socket)
    socket.once('close', () => sockets.delete(name))
    // A connection that breaks is what this server is for.
    socket.on('error', () => undefined)
    const fault = options.onConnection()
    if (fault?.name === 'reset-accept') socket.resetAndDestroy()
    else if (fault?.name === 'reset-first-byte') socket.once('data', () => socket.resetAndDestroy())
    else inner.emit('connection', socket)
  })
  await new Promise<void>((resolve, reject) => {
    gate.once('error', reject).listen(options.port, options.host, resolve)
  })
  const address = gate.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise<void>(resolve => {
        gate.close(() => resolve())
        inner.close()
        for (const socket of sockets.values()) socket.destroy()
      }),
  }
}

function peer(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}
