/**
 * Opening a connection: name lookup, TCP and TLS. All of it is slow and fallible, and none of it sends a byte of HTTP.
 */
import { connect, type Socket } from 'node:net'
import { createSecureContext, rootCertificates } from 'node:tls'
import { buildConnector } from 'undici'
import type { ArmedAccount } from '../config/account.ts'
import { type Fault, failure, faultOf } from './fault.ts'

export interface Destination {
  readonly origin: string
  readonly host: string
  readonly port: number
  /** Puts TLS over a TCP socket; undefined for plain `http:`. */
  readonly secure: ((raw: Socket, done: buildConnector.Callback) => void) | undefined
}

export type Opened =
  /** `socket` carries HTTP; `raw` is the TCP socket under it, the only one that can be reset. */
  | { readonly kind: 'open'; readonly raw: Socket; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'stopped' }

/**
 * Takes an account whose base URL was validated at the border; returns where and how to connect. Credentials and a path
 * in the URL are not looked at. Throws where the URL or the account's PEM text is not one.
 */
export function destinationOf(account: Pick<ArmedAccount, 'baseUrl' | 'ca'>): Destination {
  const { protocol, hostname, host, port, origin } = new URL(account.baseUrl)
  const name = hostname.replace(/^\[|\]$/g, '')
  if (protocol !== 'https:') return { origin, host: name, port: Number(port || 80), secure: undefined }
  const connector = buildConnector({
    // Built once: parsing all root certificates for every launch would cost more than the launch.
    secureContext: createSecureContext({
      minVersion: 'TLSv1.2',
      ...(account.ca === undefined ? {} : { ca: [...rootCertificates, account.ca] }),
    }),
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot unsay it.
    rejectUnauthorized: true,
    allowH2: false,
    timeout: 0,
  })
  const options = { hostname: name, host, protocol, port: port || '443' }
  return {
    origin,
    host: name,
    port: Number(port || 443),
    secure: (raw, done) => connector({ ...options, httpSocket: raw }, done),
  }
}

/**
 * Takes the destination, how long lookup, TCP and TLS may take together (milliseconds), and a signal to give up.
 * Never rejects; whatever did not become an open connection is closed.
 */
export function openConnection(destination: Destination, timeout: number, signal: AbortSignal): Promise<Opened> {
  return new Promise(resolve => {
    const raw = connect({ host: destination.host, port: destination.port, noDelay: true })
    const finish = (opened: Opened) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      if (opened.kind !== 'open') raw.destroy()
      resolve(opened)
    }
    const fail = (error: unknown) => finish({ kind: 'failed', fault: faultOf(error) })
    const stop = () => finish({ kind: 'stopped' })
    const timer = setTimeout(() => {
      fail(failure('SENDOFF_CONNECT_TIMEOUT', `no connection to ${destination.origin} within ${timeout} ms`))
    }, timeout)
    signal.addEventListener('abort', stop, { once: true })
    // Stays for the life of the socket: an error nobody listens to would end the process.
    raw.on('error', fail)
    raw.once('connect', () => {
      if (!destination.secure) return finish({ kind: 'open', raw, socket: raw })
      destination.secure(raw, (error, socket) => {
        if (error) fail(error)
        else if (socket) finish({ kind: 'open', raw, socket })
      })
    })
  })
}
