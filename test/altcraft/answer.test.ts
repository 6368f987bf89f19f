import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../../src/altcraft/answer.ts'

const good = [
  '{"data": null, "error": 0, "error_text": "Successful operation"}',
  '{"error":0,"error_text":""}',
  '{"data":{"error":403,"list":[{"error":1},"\\"error\\":5"]},"error_text":"\\u041e\\u041a \\"0\\"","error":0}',
  '<xml><data/><error>0</error><error_text>"Successful operation"</error_text></xml>',
  '<?xml version="1.0" encoding="UTF-8"?>\n<xml>\n  <error>0</error>\n  <error_text>a &amp; b</error_text>\n</xml>',
]
const refusals = [
  '{"data": null, "error": 403, "error_text": "No rights"}',
  '<xml><error>403</error><error_text>"No rights"</error_text></xml>',
]
const read = (text: string | Buffer, type?: string, encoding?: string) =>
  readEnvelope(Buffer.from(text), type, encoding)

describe('a valid envelope', () => {
  it.each([
    [good[0], 0, 'Successful operation'],
    [good[1], 0, ''],
    [good[2], 0, 'ОК "0"'],
    [good[3], 0, 'Successful operation'],
    [good[4], 0, 'a & b'],
    [refusals[0], 403, 'No rights'],
    [refusals[1], 403, 'No rights'],
    ['{"error":440}', 440, ''],
    ['{"error":999999999,"error_text":null}', 999999999, ''],
    [' \n{"error":0}\n ', 0, ''],
    ['\ufeff{"error":0}', 0, ''],
    ['{"err\\u006fr":5,"error_text":"x"}', 5, 'x'],
    ['<xml><error>5</error></xml>', 5, ''],
    ['<xml><error>5</error><error_text/></xml>', 5, ''],
    ['<xml><error>5</error><error_text><![CDATA[a &amp; <b>]]></error_text></xml>', 5, 'a &amp; <b>'],
    ['<xml><error>5</error><error_text>&#34;&#x41f;&quot; &nope; &#0;</error_text></xml>', 5, '"П" &nope; &#0;'],
    ['<xml><error>5</error><error_text>"</error_text></xml>', 5, '"'],
    ["<xml array='true'><error>5</error></xml><!-- end -->", 5, ''],
  ])('is read from %j', (text, error, errorText) => {
    expect(read(text ?? '')).toEqual({ kind: 'valid', error, errorText })
  })

  it('is read by what it is, not by what it is called', () => {
    expect(read('{"error":0}', 'application/xml')).toMatchObject({ kind: 'valid' })
    expect(read('<xml><error>0</error></xml>', 'text/html; charset=utf-8')).toMatchObject({ kind: 'valid' })
  })

  it('keeps at most 4096 bytes of error_text, in whole characters', () => {
    const envelope = read(JSON.stringify({ error: 1, error_text: `a${'ю'.repeat(4000)}` }))
    expect(envelope).toEqual({ kind: 'valid', error: 1, errorText: `a${'ю'.repeat(2047)}` })
  })
})

describe('an answer that only looks like success', () => {
  it.each([
    ['twice error', '{"error":403,"error":0}', /more than one error/],
    ['twice error, once escaped', '{"\\u0065rror":403,"error":0}', /more than one error/],
    ['error as text', '{"error":"0"}', /not a whole number in digits/],
    ['error null', '{"error":null}', /not a whole number in digits/],
    ['error false', '{"error":false}', /not a whole number in digits/],
    ['error with a point', '{"error":0.0}', /not a whole number in digits/],
    ['error minus 0', '{"error":-0}', /not a whole number in digits/],
    ['error with an exponent', '{"error":0e5}', /not a whole number in digits/],
    ['error of ten digits', '{"error":1000000000}', /not a whole number in digits/],
    ['error as a list', '{"error":[0]}', /not a whole number in digits/],
    ['error one level down', '{"data":{"error":0}}', /no error field/],
    ['error in other letters', '{"Error":0}', /no error field/],
    ['error_text that is no text', '{"error":0,"error_text":{}}', /error_text/],
    ['a list', '[{"error":0}]', /neither JSON nor XML/],
    ['half a document', '{"error":0', /not whole/],
    ['two documents', '{"error":0}{"error":0}', /not whole/],
    ['a bare number', '0', /neither JSON nor XML/],
    ['nothing', '', /empty/],
    ['white space', ' \r\n', /empty/],
    ['a log-in page', '<!DOCTYPE html><html><body>Log in</body></html>', /document type/],
    ['a page that is well-formed', '<html><error>0</error></html>', /exactly one <error>/],
    ['XML cut inside error', '<xml><error>0', /not well-formed/],
    ['XML with two errors', '<xml><error>0</error><error>403</error></xml>', /exactly one <error>/],
    ['XML with hex', '<xml><error>0x0</error></xml>', /exactly one <error>/],
    ['XML with an empty error', '<xml><error/></xml>', /exactly one <error>/],
    ['XML with blanks', '<xml><error> 0 </error></xml>', /exactly one <error>/],
    ['XML with leading zeros', '<xml><error>00</error></xml>', /exactly one <error>/],
    ['XML with a reference', '<xml><error>&#48;</error></xml>', /exactly one <error>/],
    ['XML with two roots', '<xml><error>0</error></xml><xml><error>0</error></xml>', /not well-formed/],
    ['XML after an empty root', '<a/><xml><error>0</error></xml>', /exactly one <error>/],
    ['XML with a name in capitals', '<XML><error>0</error></XML>', /exactly one <error>/],
    ['XML with error one level down', '<xml><data><error>0</error></data></xml>', /exactly one <error>/],
    ['XML with a child of the prototype', '<xml><__proto__/><error>0</error></xml>', /not readable/],
    ['an entity', '<!DOCTYPE x [<!ENTITY e "0">]><xml><error>&e;</error></xml>', /document type/],
    ['an external entity', '<!DOCTYPE x SYSTEM "file:///etc/hosts"><xml><error>0</error></xml>', /document type/],
    ['deep nesting', `<xml><error>0</error>${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}</xml>`, /not readable/],
  ])('is not valid: %s', (_what, text, why) => {
    expect(read(text)).toEqual({ kind: 'invalid', why: expect.stringMatching(why), excerpt: expect.any(String) })
  })

  it('is not valid when it is not UTF-8, or came compressed', () => {
    expect(read(Buffer.from([...Buffer.from('{"error":0,"error_text":"'), 0xff, ...Buffer.from('"}')]))).toMatchObject({
      kind: 'invalid',
      why: 'the answer is not UTF-8 text',
    })
    expect(read('{"error":0}', 'application/json', 'gzip')).toMatchObject({ kind: 'invalid', why: /gzip/ })
    expect(read('{"error":0}', 'application/json', 'identity')).toMatchObject({ kind: 'valid' })
  })

  it('stays quick and harmless with entities that multiply', () => {
    const laughs = `<!DOCTYPE x [<!ENTITY a "ha">${'<!ENTITY b "&a;&a;">'.repeat(100)}]><xml><error>0</error></xml>`
    expect(read(laughs)).toMatchObject({ kind: 'invalid' })
  })
})

describe('the excerpt of an invalid answer', () => {
  it('is short and holds no control characters', () => {
    const envelope = read(`oops\u001b[31m\u202e\n${'x'.repeat(500)}`)
    expect(envelope).toMatchObject({ kind: 'invalid', excerpt: expect.stringMatching(/^oops \[31m {2}x{100,}$/) })
    expect(envelope.kind === 'invalid' && envelope.excerpt.length).toBeLessThanOrEqual(200)
  })

  it('is masked before it is cut', () => {
    const text = `${'x'.repeat(190)}SECRETSECRET`
    const envelope = readEnvelope(Buffer.from(text), undefined, undefined, it => it.replaceAll('SECRETSECRET', '•••'))
    expect(envelope).toMatchObject({ excerpt: `${'x'.repeat(190)}•••` })
  })
})

describe('damage on the way', () => {
  it.each(good)('never makes the beginning of %j an answer', text => {
    const bytes = Buffer.from(text)
    for (let length = 0; length < bytes.length; length += 1) {
      expect(read(bytes.subarray(0, length)).kind).toBe('invalid')
    }
  })

  it('never makes a success of a body whose error is not there whole', () => {
    const spot = fc.double({ min: 0, max: 1, noNaN: true })
    const damage = fc.tuple(
      fc.constantFrom('cut', 'repeat', 'insert', 'replace'),
      spot,
      fc.nat(12),
      fc.string({ maxLength: 3 }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...good, ...refusals),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        (text, damages) => {
          const damaged = damages.reduce(apply, text)
          const envelope = read(damaged)
          if (envelope.kind === 'valid' && envelope.error === 0) expect(saysZeroOnce(damaged)).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

function apply(text: string, [kind, where, length, other]: [string, number, number, string]): string {
  const from = Math.floor(where * text.length)
  const [before, middle, after] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)]
  switch (kind) {
    case 'cut':
      return before + after
    case 'repeat':
      return before + middle + middle + after
    case 'insert':
      return before + other + middle + after
    default:
      return before + other + after
  }
}

/** Judged without the program: JSON by a reviver that sees each top-level 0, XML by its plain text. */
function saysZeroOnce(text: string): boolean {
  if (text.trimStart().startsWith('<'))
    return /<xml[\s>]/.test(text) && text.match(/<error[\s>]/g)?.length === 1 && /<error[^>]*>0<\/error\s*>/.test(text)
  return JSON.parse(text).error === 0 && /"error"\s*:\s*0\s*[,}]/.test(text)
}
