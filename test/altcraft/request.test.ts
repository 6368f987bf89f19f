import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { encodeStart } from '../../src/altcraft/request.ts'
import { Secret } from '../../src/config/secret.ts'
import type { LaunchRequest } from '../../src/launches/launch.ts'

const token = new Secret('0123456789abcdef0123456789abcdef')

function encode(request: LaunchRequest, format: 'json' | 'xml', auth: 'body' | 'bearer' = 'body', secret = token) {
  return encodeStart({ baseUrl: 'https://altcraft.example.com', format, auth }, secret, {
    requestId: 'weekly-digest@20261123T0900',
    request,
  })
}

function bodyOf(request: LaunchRequest, format: 'json' | 'xml', auth: 'body' | 'bearer' = 'body', secret = token) {
  const result = encode(request, format, auth, secret)
  if (!result.ok) throw new Error(result.sentence)
  return result.start.body.toString('utf8')
}

function sentenceOf(request: LaunchRequest, format: 'json' | 'xml') {
  const result = encode(request, format)
  return result.ok ? undefined : result.sentence
}

/** Another reading of our XML than the program's own: the library's entities instead of ours. */
const reader = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true, processEntities: true })

describe('a start as JSON', () => {
  it('has the token first and the documented fields in a fixed order', () => {
    const request = {
      attach: [{ header: 'a.pdf' }],
      content: { city: 'Tver' },
      override_limit: 5,
      override_source_id: 7,
      override_source_type: 'segment' as const,
      id: 42,
    }
    expect(bodyOf(request, 'json')).toBe(
      `{"token":"${token.reveal()}","id":42,"override_source_type":"segment","override_source_id":7,"override_limit":5,"content":{"city":"Tver"},"attach":[{"header":"a.pdf"}]}`,
    )
  })

  it('leaves the token out of the body where it travels as a header', () => {
    expect(bodyOf({ id: 42 }, 'json', 'bearer')).toBe('{"id":42}')
  })

  it('carries any content and any token back to the same values', () => {
    const content = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }))
    const attach = fc.array(fc.jsonValue({ stringUnit: 'binary' }))
    fc.assert(
      fc.property(fc.nat(), content, attach, fc.string({ unit: 'binary' }), (number, content, attach, text) => {
        const request: LaunchRequest = JSON.parse(JSON.stringify({ id: number + 1, content, attach }))
        expect(JSON.parse(bodyOf(request, 'json', 'body', new Secret(text)))).toStrictEqual({ token: text, ...request })
      }),
    )
  })

  it('keeps a content value that looks like fields inside its string', () => {
    const value = '"},"id":1,"x":{"y":"'
    expect(JSON.parse(bodyOf({ id: 42, content: { value } }, 'json'))).toMatchObject({ id: 42, content: { value } })
  })
})

describe('a start as XML', () => {
  it.each<[string, LaunchRequest, string]>([
    ['numbers and the root', { id: 42, override_limit: 5 }, '<id>42</id><override_limit>5</override_limit>'],
    ['nested objects', { id: 1, content: { a: { b: true } } }, '<id>1</id><content><a><b>true</b></a></content>'],
    ['several items', { id: 1, attach: ['x', 'y'] }, '<id>1</id><attach>x</attach><attach>y</attach>'],
    ['a single item', { id: 1, attach: ['x'] }, '<id>1</id><attach array="true">x</attach>'],
    [
      'a single object',
      { id: 1, attach: [{ header: 'a.pdf' }] },
      '<id>1</id><attach array="true"><header>a.pdf</header></attach>',
    ],
    ['null', { id: 1, content: { a: null } }, '<id>1</id><content><a></a></content>'],
    [
      'null among items',
      { id: 1, attach: ['x', null, 'y'] },
      '<id>1</id><attach>x</attach><attach></attach><attach>y</attach>',
    ],
    ['no items', { id: 1, attach: [] }, '<id>1</id>'],
    ['markup', { id: 1, content: { a: '<&>"\'' } }, '<id>1</id><content><a>&lt;&amp;&gt;&quot;&apos;</a></content>'],
    ['line ends', { id: 1, content: { a: '1\r\n2' } }, '<id>1</id><content><a>1&#13;\n2</a></content>'],
    ['names of other alphabets', { id: 1, content: { имя: 'Ия' } }, '<id>1</id><content><имя>Ия</имя></content>'],
  ])('writes %s', (_what, request, inner) => {
    expect(bodyOf(request, 'xml', 'bearer')).toBe(`<xml>${inner}</xml>`)
  })

  it('has the token first', () => {
    expect(bodyOf({ id: 42 }, 'xml')).toBe(`<xml><token>${token.reveal()}</token><id>42</id></xml>`)
  })

  it.each([
    '</token><id>1</id>',
    ']]></a><id>1</id>',
    '<![CDATA[x]]>',
    '<!-- x -->',
    '&amp;&#13;&lt;',
    '<?xml version="1.0"?>',
    ' \r\n\t ',
    '<!DOCTYPE xml [<!ENTITY e "x">]>&e;',
  ])('carries the value %j without letting it out of its element', value => {
    const text = bodyOf({ id: 42, content: { a: value } }, 'xml', 'body', new Secret(value))
    expect(text.match(/<id>/g)).toHaveLength(1)
    expect(reader.parse(text)).toEqual({ xml: { token: value, id: '42', content: { a: value } } })
  })

  it('carries every string that XML can carry back unchanged, beside exactly one id, and refuses the others', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'<>&;\'"]/!-#x0 \r\n\tid') }),
    )
    fc.assert(
      fc.property(text, text, (value, item) => {
        const result = encode({ id: 42, content: { a: value }, attach: [item, { b: value }] }, 'xml')
        const foreign = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u
        expect(result.ok).toBe(!foreign.test(value) && !foreign.test(item))
        if (!result.ok) return
        const body = result.start.body.toString('utf8')
        expect(XMLValidator.validate(body)).toBe(true)
        expect(reader.parse(body)).toEqual({
          xml: { token: token.reveal(), id: '42', content: { a: value }, attach: [item, { b: value }] },
        })
      }),
      { numRuns: 300 },
    )
  })

  it.each<[string, LaunchRequest, RegExp]>([
    ['a key with a space', { id: 1, content: { 'first name': 'x' } }, /"content.first name" is not a legal XML name/],
    ['a key that opens an element', { id: 1, content: { 'a><id>1</id><b': 'x' } }, /not a legal XML name/],
    ['a key with a prefix', { id: 1, content: { 'a:b': 'x' } }, /not a legal XML name/],
    ['a reserved key', { id: 1, content: { xmlData: 'x' } }, /not a legal XML name/],
    ['an attribute of the library', { id: 1, content: { '@_a': 'x' } }, /not a legal XML name/],
    ['a text node of the library', { id: 1, content: { '#text': 'x' } }, /not a legal XML name/],
    ['an empty key', { id: 1, content: { '': 'x' } }, /not a legal XML name/],
    ['a key of the prototype', { id: 1, content: JSON.parse('{"__proto__":"x"}') }, /does not read back/],
    ['NUL', { id: 1, content: { a: 'x\0' } }, /content.a holds a character/],
    ['half a surrogate pair', { id: 1, attach: [{ b: '\ud800' }] }, /attach\[0\].b holds a character/],
    ['an array in an array', { id: 1, content: { a: [['x']] } }, /content.a\[0\] is an array inside an array/],
    ['endless nesting', { id: 1, content: JSON.parse(`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`) }, /levels deep/],
  ])('refuses %s and says where', (_what, request, sentence) => {
    expect(sentenceOf(request, 'xml')).toMatch(sentence)
  })

  it('does not put the token into a refusal', () => {
    const secret = new Secret('not\u0001writable')
    const result = encode({ id: 1 }, 'xml', 'body', secret)
    expect(result).toEqual({ ok: false, sentence: expect.stringMatching(/^token holds a character/) })
    expect(JSON.stringify(result)).not.toContain('writable')
  })
})

describe('the headers of a start', () => {
  it('are the same for every attempt and name the request twice', () => {
    const first = encode({ id: 42 }, 'json')
    expect(encode({ id: 42 }, 'json')).toEqual(first)
    expect(first).toMatchObject({
      start: {
        path: '/api/v1.1/campaigns/broadcasts/start',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'accept-encoding': 'identity',
          'Request-ID': 'weekly-digest@20261123T0900',
          'X-Request-ID': 'weekly-digest@20261123T0900',
          'user-agent': 'sendoff',
        },
      },
    })
    expect(JSON.stringify(first.ok && first.start.headers)).not.toContain(token.reveal())
  })

  it('ask for XML where XML is sent, and carry the token where the account says bearer', () => {
    expect(encode({ id: 42 }, 'xml', 'bearer')).toMatchObject({
      start: {
        headers: {
          'content-type': 'application/xml',
          accept: 'application/xml',
          authorization: `Bearer ${token.reveal()}`,
        },
      },
    })
  })

  it.each(['', 'a b', 'a\r\nX: y', 'ключ'])('refuse the Request-ID %j', requestId => {
    expect(
      encodeStart({ baseUrl: 'https://altcraft.example.com', format: 'json', auth: 'body' }, token, {
        requestId,
        request: { id: 1 },
      }).ok,
    ).toBe(false)
  })

  it('refuse a token that would break out of its header', () => {
    const result = encode({ id: 1 }, 'json', 'bearer', new Secret('a\r\nX: y'))
    expect(result).toEqual({ ok: false, sentence: expect.stringContaining('Authorization') })
  })
})

describe('the path of a start', () => {
  it.each([
    ['https://altcraft.example.com', '/api/v1.1/campaigns/broadcasts/start'],
    ['https://altcraft.example.com/', '/api/v1.1/campaigns/broadcasts/start'],
    ['https://example.com/altcraft', '/altcraft/api/v1.1/campaigns/broadcasts/start'],
  ])('under %s is %s', (baseUrl, path) => {
    const encoded = encodeStart({ baseUrl, format: 'json', auth: 'body' }, new Secret('t'), {
      requestId: 'r',
      request: { id: 1 },
    })
    expect(encoded.ok && encoded.start.path).toBe(path)
  })
})
