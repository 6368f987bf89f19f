/** What of an error reaches the log. */
import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createLogger } from '../src/log.ts'

it('of an error the log has what it is, and not what a library hung on it', () => {
  let text = ''
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += String(chunk)
      done()
    },
  })
  const ofRedis = Object.assign(new Error('it is lost'), {
    code: 'ECONNRESET',
    command: { name: 'hset', args: ['luggage'] },
  })
  const log = createLogger({ level: 'info', format: 'json' }, sink)
  log.error({ err: new TypeError('no luck', { cause: ofRedis }), other: ofRedis }, 'words')
  log.error(ofRedis)
  const [first, second] = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const shown = {
    type: 'Error',
    message: 'it is lost',
    code: 'ECONNRESET',
    stack: expect.stringContaining('log.test.ts'),
  }
  expect(first).toMatchObject({ err: { type: 'TypeError', message: 'no luck', cause: shown }, other: shown })
  expect(second.err).toEqual(shown)
  expect(text).not.toContain('luggage')
})
