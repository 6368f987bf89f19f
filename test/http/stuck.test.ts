/** A reader that stops reading, over a connection. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listen } from '../../src/http/server.ts'
import { HttpStage } from './stage.ts'

let stage: HttpStage

beforeAll(async () => {
  stage = await HttpStage.open()
})
afterAll(() => stage.close())

it('a reader that has stopped reading loses its connection', async () => {
  const server = await listen(stage.parts(), { host: '127.0.0.1', port: 0 }, 'off')
  const key = await stage.key('viewer')
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  await expect.poll(() => stage.hub.watchers).toBe(1)
  socket.pause()
  const words = 'x'.repeat(1_000_000)
  for (let count = 0; count < 40 && stage.hub.watchers > 0; count++) {
    stage.stream.tell({ level: 'info', words, fields: { event: 'big' } })
    await stage.stream.stop()
  }
  await expect.poll(() => stage.hub.watchers).toBe(0)
  let tail = ''
  socket.on('data', data => {
    tail = data.toString().slice(-5)
  })
  const closed = once(socket, 'close')
  socket.resume()
  await closed
  // Cut, and not ended: an answer that ends leaves the connection open for the next one.
  expect(tail).not.toBe('0\r\n\r\n')
  await server.close(100)
})
