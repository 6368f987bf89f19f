import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { answerOf, send, start, startPath, until } from './raw-client.ts'

describe('the record', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stand-in-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('holds every start when its answer arrives, and only real starts', async () => {
    const record = join(folder, 'starts.ndjson')
    const recording = await startAltcraft({ record })
    const lines = () =>
      readFileSync(record, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line))
    for (const id of [7, 900_402, 8]) {
      const { ending, text } = send(recording.port, start(id))
      await until(() => text() !== '')
      expect(lines()).toEqual(recording.launches())
      await ending
    }
    await Promise.all(Array.from({ length: 50 }, (_, i) => send(recording.port, start(100 + i)).ending))
    await recording.close()
    expect(lines()).toHaveLength(52)
    expect(new Set(lines().map(({ mailing }) => mailing)).size).toBe(52)
  })

  it.skipIf(!existsSync('/dev/full'))('is what a start needs: without it nothing is answered as launched', async () => {
    const recording = await startAltcraft({ record: '/dev/full' })
    const answer = answerOf(await send(recording.port, start(7)).ending)
    expect(answer.status).toBe(500)
    expect(recording.launches()).toEqual([])
    await recording.close()
  })

  it('must be writable from the start', async () => {
    await expect(startAltcraft({ record: join(folder, 'no/such/folder') })).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('leaves HTTPS as it is: answers, and cuts with RST', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const name = [
      '-subj',
      '/CN=localhost',
      '-days',
      '1',
      '-nodes',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
    ]
    execFileSync('openssl', ['req', '-x509', '-keyout', key, '-out', cert, ...name], { stdio: 'ignore' })
    const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
    const secure = await startAltcraft({ tls, faults: [parseFault('reset-after:id=2'), parseFault('reset-accept:x1')] })
    expect(secure.url).toBe(`https://127.0.0.1:${secure.port}`)
    const ask = (id: number) =>
      new Promise<string>(resolve => {
        const socket = connectTls({ port: secure.port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' })
        let text = ''
        socket.on('data', data => {
          text += data
        })
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        socket.once('end', () => resolve(text))
        const { body } = start(id)
        socket.write(
          `POST ${startPath} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        )
      })
    expect(await ask(1)).toBe('ECONNRESET')
    expect(await ask(1)).toContain('"error":0')
    expect(await ask(2)).toBe('ECONNRESET')
    expect(secure.launches().map(({ mailing }) => mailing)).toEqual([1, 2])
    await secure.close()
  })
})
