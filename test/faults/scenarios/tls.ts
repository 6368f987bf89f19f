import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { makeCertificate } from '../../altcraft/raw-server.ts'
import { until } from '../processes.ts'
import { Stage } from '../stage.ts'
import type { Scenario, Trial } from '../trial.ts'

interface Trap {
  readonly name: string
  readonly state: string
  readonly server: Server
  /** PEM text that the account trusts. */
  readonly ca?: string
}

/** A server whose application data nobody should ever send. */
function trap(name: string, state: string, tls: TlsOptions, read: string[], ca?: string): Trap {
  const server = createTlsServer(tls, socket => listen(socket, name, read))
  return { name, state, server, ...(ca === undefined ? {} : { ca }) }
}

function listen(socket: Socket, name: string, read: string[]): void {
  socket.on('error', () => {})
  socket.on('data', chunk => read.push(`${name} got ${JSON.stringify(chunk.toString('latin1').slice(0, 60))}`))
}

function traps(read: string[]): Trap[] {
  const here = makeCertificate('IP:127.0.0.1')
  const elsewhere = makeCertificate('DNS:elsewhere.example.com')
  const old: TlsOptions = { ...here, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  // Speaks HTTP where TLS is expected; what arrives there is a ClientHello, and must not be a request.
  const plain = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', chunk => {
      if (chunk.includes('POST') || chunk.includes('token')) read.push('the plain server got a request')
    })
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
  })
  const mute = createServer(socket => listenForRequest(socket, read))
  return [
    trap('self-signed', 'rejected', here, read),
    trap('wrong-host', 'rejected', elsewhere, read, elsewhere.cert),
    trap('old-tls', 'failed', old, read, here.cert),
    { name: 'plain', state: 'failed', server: plain },
    { name: 'mute', state: 'failed', server: mute },
  ]
}

function listenForRequest(socket: Socket, read: string[]): void {
  socket.on('error', () => {})
  socket.on('data', chunk => {
    if (chunk.includes('POST') || chunk.includes('token')) read.push('the mute server got a request')
  })
}

/** Each account leads to a server that must not be trusted: not one byte of a request may leave. */
async function tlsFaults(trial: Trial): Promise<void> {
  const read: string[] = []
  const all = traps(read)
  const sockets = new Set<Socket>()
  const folder = await mkdtemp(join(tmpdir(), 'sendoff-tls-'))
  const accounts: Record<string, Record<string, unknown>> = {}
  for (const { name, server, ca } of all) {
    server.on('connection', socket => sockets.add(socket))
    server.listen(0, '127.0.0.1')
    await until('the server listens', () => server.listening)
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const caFile = join(folder, `${name}.pem`)
    if (ca !== undefined) writeFileSync(caFile, ca)
    accounts[name] = {
      baseUrl: `https://127.0.0.1:${address.port}`,
      ...(ca === undefined ? {} : { caFile }),
    }
  }
  await Stage.with(trial, { accounts }, async stage => {
    const mailings = all.map(({ name }, index) => ({ mailing: 1_001 + index, account: name }))
    const { last } = await stage.declareLaunches([...mailings, { mailing: 1_100 }], { services: 1, spread: 1 })
    await stage.serve()
    await stage.rest(last)
    const audit = await stage.audit(last)
    trial.fault(all.length)
    for (const { account, state, reason, attemptList } of audit.launches) {
      const wanted = all.find(({ name }) => name === account)?.state ?? 'launched'
      trial.check(state === wanted, `${account}: ${state} instead of ${wanted}: ${reason}`)
      const handed = account !== 'main' && attemptList.some(attempt => attempt.handed)
      trial.check(!handed, `${account}: an attempt was handed over`)
    }
    trial.check(read.length === 0, `bytes of a request left: ${read[0]}`)
  })
  for (const socket of sockets) socket.destroy()
  for (const { server } of all) server.close()
  await rm(folder, { recursive: true })
}

export const tlsScenarios: readonly Scenario[] = [
  { name: 'tls', about: 'servers that must not be trusted; not one byte of a request may leave', run: tlsFaults },
]
