import { describe, expect, it } from 'vitest'
import { apiForEachTest, jsonType, success, xmlType } from './api.ts'
import { send, startPath } from './raw-client.ts'

const successXml = '<xml><data/><error>0</error><error_text>Successful operation</error_text></xml>'

const { altcraft, events, restart, post, json, control } = apiForEachTest()

describe('broadcasts/start', () => {
  const whole = {
    token: 'a-token',
    id: 12,
    override_source_type: 'list',
    override_source_id: 3,
    override_limit: 1000,
    content: { city: 'Riga', tags: ['a'] },
    attach: [{ header: 'a.pdf', data: 'data:application/pdf;base64,AAAA' }],
  }

  it('starts a mailing and answers as Altcraft does', async () => {
    const answer = await post(startPath, whole)
    expect(answer).toMatchObject({ status: 200, text: JSON.stringify(success) })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(0)
    expect(altcraft().launches()).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
        mailing: 12,
        request_id: null,
        override_source_type: 'list',
        override_source_id: 3,
        override_limit: 1000,
        content: { city: 'Riga', tags: ['a'] },
        attach: [{ name: 'a.pdf', bytes: JSON.stringify(whole.attach[0]).length }],
        body_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        format: 'json',
      },
    ])
  })

  it('reads XML and answers in XML', async () => {
    const body = `<?xml version="1.0" encoding="UTF-8"?>
      <xml>
        <token>a-token</token><id>12</id><override_limit/>
        <content><city> Riga &amp; &#1071; </city><tags array='true'>a</tags><deep><n>1</n></deep></content>
        <attach array='true'><header>a.pdf</header><data>x</data></attach>
      </xml>`
    const answer = await post(startPath, body, { ...xmlType, 'Request-ID': 'r-1' })
    expect(answer.text).toBe(successXml)
    expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8')
    expect(altcraft().launches()).toMatchObject([
      {
        mailing: 12,
        request_id: 'r-1',
        override_limit: null,
        content: { city: ' Riga & Я ', tags: ['a'], deep: { n: '1' } },
        attach: [{ name: 'a.pdf' }],
        format: 'xml',
      },
    ])
  })

  it.each([
    ['format=xml in the address', `${startPath}?format=xml`, {}, {}],
    ['format in the body', startPath, { format: 'xml' }, {}],
    ['the Accept header', startPath, {}, { Accept: 'application/xml' }],
  ])('answers in XML for %s', async (_what, path, fields, headers) => {
    const answer = await post(path, { token: 'a-token', id: 1, ...fields }, { ...jsonType, ...headers })
    expect(answer.text).toBe(successXml)
  })

  it('accepts a slash at the end and the token in the Authorization header', async () => {
    expect(await json(`${startPath}/`, { id: 1 }, { ...jsonType, Authorization: 'Bearer a-token' })).toEqual(success)
    expect(altcraft().launches()).toHaveLength(1)
  })

  it.each<[string, object | string, Record<string, string>, number]>([
    ['no token', { id: 1 }, {}, 401],
    ['an empty token', { token: '', id: 1 }, {}, 401],
    ['no id', { token: 't' }, {}, 400],
    ['an id that is text', { token: 't', id: '1' }, {}, 400],
    ['an id of 0', { token: 't', id: 0 }, {}, 400],
    ['an unknown source', { token: 't', id: 1, override_source_type: 'all', override_source_id: 1 }, {}, 400],
    ['half a source', { token: 't', id: 1, override_source_id: 1 }, {}, 400],
    ['content that is a list', { token: 't', id: 1, content: [] }, {}, 400],
    ['attachments that are no list', { token: 't', id: 1, attach: {} }, {}, 400],
    ['a field that Altcraft does not know', { token: 't', id: 1, limit: 5 }, {}, 400],
    ['a format that is none', { token: 't', id: 1, format: 'csv' }, {}, 400],
    ['half a body', '{"token":"t","id":1', {}, 400],
    ['a list', '[]', {}, 400],
    ['two ids in XML', '<xml><token>t</token><id>1</id><id>2</id></xml>', xmlType, 400],
    [
      'attachments not marked as an array in XML',
      '<xml><token>t</token><id>1</id><attach><a>1</a></attach></xml>',
      xmlType,
      400,
    ],
    ['broken XML', '<xml><token>t</token><id>1</xml>', xmlType, 400],
    ['another root', '<json><token>t</token><id>1</id></json>', xmlType, 400],
  ])('refuses %s inside HTTP 200 and starts nothing', async (_what, body, headers, error) => {
    const answer = await post(`${startPath}`, body, { ...jsonType, Accept: 'application/json', ...headers })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toMatchObject({ data: null, error, error_text: expect.any(String) })
    expect(altcraft().launches()).toEqual([])
  })

  it('accepts only its own token where it has one, and never repeats a token', async () => {
    await restart({ token: 'the-right-one' })
    const refused = await post(startPath, { token: 'secret-guess', id: 1 })
    expect(JSON.parse(refused.text)).toMatchObject({ error: 401 })
    expect(await json(startPath, { token: 'the-right-one', id: 1 })).toEqual(success)
    const shown = JSON.stringify([refused, events(), altcraft().launches(), await control('GET', 'launches')])
    expect(shown).not.toMatch(/secret-guess|the-right-one/)
  })

  it.each([
    ['an unknown method', 'POST', '/api/v1.1/campaigns/regulars/start', 404],
    ['another verb', 'PUT', startPath, 405],
    ['no path at all', 'POST', '//', 404],
  ])('answers %s with an HTTP error', async (_what, method, path, status) => {
    const answer = await fetch(altcraft().url + path, { method, body: '{"token":"t","id":1}' })
    expect(answer.status).toBe(status)
    expect(JSON.parse(await answer.text())).toMatchObject({ error: status })
  })

  it('answers HTTP 413 to a body beyond 10 MB', async () => {
    const answer = await post(startPath, { token: 't', id: 1, content: { a: 'x'.repeat(11_000_000) } })
    expect(answer.status).toBe(413)
    expect(altcraft().launches()).toEqual([])
  })

  it('serves pipelined starts on one connection', async () => {
    const body = JSON.stringify({ token: 't', id: 1 })
    const second = `POST ${startPath} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
    const headers = { Connection: 'keep-alive', 'Content-Length': `${body.length}` }
    const { text } = await send(altcraft().port, { headers, body: `${body}${second}${body}` }).ending
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(altcraft().launches()).toHaveLength(2)
  })
})
