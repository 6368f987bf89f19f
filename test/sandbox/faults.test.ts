import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { executes, type FaultName } from '../../src/sandbox/fault.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { answerOf, type Ending, send, start, startPath, until } from './raw-client.ts'

const success = '{"data":null,"error":0,"error_text":"Successful operation"}'
const half = success.slice(0, success.length >> 1)

let altcraft: Altcraft
beforeEach(async () => {
  altcraft = await startAltcraft()
})
afterEach(() => altcraft.close())

/** What a client must see of each fault. `open`: nothing ends until the client gives up. */
type Seen = { readonly open: string | RegExp } | ((ending: Ending) => void)

function whole(status: number, body: string | RegExp, headers: Readonly<Record<string, string>> = {}): Seen {
  return ending => {
    const answer = answerOf(ending)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatch(body)
    expect(Object.fromEntries(answer.headers)).toMatchObject(headers)
    expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(0)
    expect(ending.end).toBe('fin')
  }
}

function nothing(end: 'fin' | 'reset'): Seen {
  return ending => expect(ending).toEqual({ text: '', end })
}

function cut(framing: Readonly<Record<string, string>>, body: string): Seen {
  return ending => {
    expect(ending.end).toBe('fin')
    const answer = answerOf(ending)
    expect(answer).toMatchObject({ status: 200, body })
    expect(Object.fromEntries(answer.headers)).toMatchObject(framing)
    const known = ['content-type', 'date', 'connection', ...Object.keys(framing)].sort()
    expect([...answer.headers.keys()].sort()).toEqual(known)
  }
}

const html = { 'content-type': 'text/html; charset=utf-8' }
const length = { 'content-length': `${success.length}` }
const chunk = `${half.length.toString(16)}\r\n${half}\r\n`
const garbage: Seen = ({ text }) => expect(text).toMatch(/^(?!HTTP).*NOT HTTP/s)

const table: readonly (readonly [fault: string, seen: Seen])[] = [
  ['refuse=402', whole(200, /^{"data":null,"error":402,"error_text":"The limit of the tariff is reached"}$/)],
  ['refuse=440:text=Try later:http=400', whole(400, /^{"data":null,"error":440,"error_text":"Try later"}$/)],
  ['status=429:retry-after=2', whole(429, /^<!DOCTYPE html>/, { ...html, 'retry-after': '2' })],
  ['status=307', whole(307, /^<!DOCTYPE html>/, { location: startPath })],
  ['status-after=502', whole(502, /<h1>502<\/h1>/, html)],
  ['delay=5ms', whole(200, success, { 'content-type': 'application/json; charset=utf-8' })],
  ['delay-after=5ms', whole(200, success)],
  ['drop', nothing('fin')],
  ['drop-after', nothing('fin')],
  ['reset', nothing('reset')],
  ['reset-after', nothing('reset')],
  ['reset-accept', nothing('reset')],
  ['reset-first-byte', nothing('reset')],
  ['silent', { open: '' }],
  ['silent-after', { open: '' }],
  ['truncate=length', cut(length, half)],
  ['truncate=chunked', cut({ 'transfer-encoding': 'chunked' }, chunk)],
  ['truncate=close', cut({}, half)],
  ['truncate=stall', { open: /^HTTP\/1\.1 200 OK.*content-length: 59\r\n.*"error$/is }],
  ['drip=1ms', whole(200, success, length)],
  ['html', whole(200, /<form method="post" action="\/login">/, html)],
  ['html-after', whole(200, /<form/, html)],
  ['garbage', garbage],
  ['garbage-after', garbage],
  ['mislabel', whole(200, success, html)],
  ['double-error', whole(200, /^{"data":null,"error":500,"error":0,"error_text":"Successful operation"}$/)],
  ['string-error', whole(200, /^{"data":null,"error":"0","error_text":"Successful operation"}$/)],
  ['swallow', whole(200, success, { 'duplicate-request': 'true' })],
  ['swallow-unmarked', whole(200, success)],
]

describe('a start under a fault', () => {
  it.each(table)('%s is spoiled as promised, and executed as promised', async (text, seen) => {
    const fault = parseFault(text)
    altcraft.setFaults([fault])
    const { socket, ending, text: arrived } = send(altcraft.port, start(1))
    if (typeof seen === 'function') seen(await ending)
    else {
      await until(() => altcraft.requests() === 1 && (seen.open === '' || arrived() !== ''))
      await until(() => altcraft.launches().length === (executes[fault.name] ? 1 : 0))
      expect(arrived()).toMatch(seen.open)
      socket.destroy()
    }
    expect(altcraft.launches()).toHaveLength(executes[fault.name] ? 1 : 0)
  })

  it('has a row above for every fault there is', () => {
    const covered = new Set<FaultName>(table.map(([text]) => parseFault(text).name))
    expect([...covered].sort()).toEqual(Object.keys(executes).sort())
  })

  it('is executed even when the client gives up during the delay', async () => {
    altcraft.setFaults([parseFault('delay=20ms')])
    const { socket } = send(altcraft.port, start(1))
    await until(() => altcraft.requests() === 1)
    socket.destroy()
    await until(() => altcraft.launches().length === 1)
  })

  it.each([
    ['double-error', '<xml><data/><error>500</error><error>0</error>'],
    ['string-error', '<xml><data/><error>"0"</error>'],
    ['refuse=402', '<xml><data/><error>402</error>'],
  ])('%s is spoiled in XML too', async (text, body) => {
    altcraft.setFaults([parseFault(text)])
    const sent = { headers: { 'Content-Type': 'text/xml' }, body: '<xml><token>t</token><id>1</id></xml>' }
    expect(answerOf(await send(altcraft.port, sent).ending).body).toContain(body)
  })

  it('may hit a read instead', async () => {
    altcraft.setFaults([parseFault('status=500:on=log')])
    const log = { ...start(1), path: '/api/v1.1/campaigns/log_v2' }
    expect(answerOf(await send(altcraft.port, log).ending).status).toBe(500)
    expect(answerOf(await send(altcraft.port, start(1)).ending).status).toBe(200)
  })

  it('recovers where the fault passes', async () => {
    const statuses: number[] = []
    for (const id of ['a', 'a', 'b', 'b']) {
      statuses.push(answerOf(await send(altcraft.port, start(900_429, { 'Request-ID': id })).ending).status)
    }
    expect(statuses).toEqual([429, 200, 429, 200])
  })
})
