import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify, type OutcomeRules } from '../../src/launches/classify.ts'
import type { Envelope, Observation } from '../../src/launches/outcome.ts'
import { outcomeTable } from '../../src/launches/outcome-table.ts'

const noRules: OutcomeRules = { retry: [], permanent: [], trust503: false }
const page: Envelope = { kind: 'invalid', why: 'the answer is empty', excerpt: '' }
const valid = (error: number): Envelope => ({ kind: 'valid', error, errorText: 'words' })

type Answer = Partial<Omit<Extract<Observation, { kind: 'answered' }>, 'kind' | 'status' | 'envelope'>>
function answer(status: number, envelope: Envelope, more: Answer = {}): Observation {
  return { kind: 'answered', status, envelope, duplicate: false, retryAfter: undefined, serverDate: undefined, ...more }
}
function broken(handed: boolean, code: string, status?: number): Observation {
  return { kind: 'broken', handed, code, syscall: undefined, detail: 'what broke', status }
}
/** The kind of the outcome, and what a refusal stops. */
function verdict(observation: Observation, rules: OutcomeRules = noRules, earlierHanded = false): string {
  const outcome = classify(observation, rules, earlierHanded)
  return outcome.kind === 'refused' ? `refused ${outcome.stops}` : outcome.kind
}

describe('each failure and answer has one meaning', () => {
  it.each<[string, string, readonly Observation[]]>([
    ['a name that cannot be looked up', 'notLaunched', [broken(false, 'ENOTFOUND'), broken(false, 'EAI_AGAIN')]],
    [
      'a connection that was never made',
      'notLaunched',
      ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT', 'ECONNRESET'].map(c =>
        broken(false, c),
      ),
    ],
    [
      'no connection in time',
      'notLaunched',
      [broken(false, 'SENDOFF_CONNECT_TIMEOUT'), broken(false, 'UND_ERR_CONNECT_TIMEOUT')],
    ],
    [
      'a TLS handshake that fails',
      'notLaunched',
      ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'EPROTO'].map(code =>
        broken(false, code),
      ),
    ],
    [
      'a certificate that is not trusted',
      'refused account',
      [
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'SELF_SIGNED_CERT_IN_CHAIN',
        'ERR_TLS_CERT_ALTNAME_INVALID',
        'CERT_HAS_EXPIRED',
        'CERT_NOT_YET_VALID',
        'CERT_REVOKED',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        'INVALID_PURPOSE',
      ].map(code => broken(false, code)),
    ],
    [
      'a request that cannot be written',
      'refused launch',
      [
        'SENDOFF_REQUEST_NOT_WRITABLE',
        'SENDOFF_UNKNOWN_ACCOUNT',
        'UND_ERR_INVALID_ARG',
        'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
        'UND_ERR_NOT_SUPPORTED',
      ].map(code => broken(false, code)),
    ],
    [
      'a proxy that does not let through',
      'notLaunched',
      ['UND_ERR_PRX_CONN', 'UND_ERR_PRX_TLS', 'UND_ERR_SOCKS5'].map(code => broken(false, code)),
    ],
    [
      'an abort before the write',
      'notLaunched',
      ['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_ABORTED', 'AbortError', 'TimeoutError'].map(c =>
        broken(false, c),
      ),
    ],
    [
      'an abort after the write',
      'ambiguous',
      ['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_ABORTED', 'AbortError', 'SENDOFF_STOPPED'].map(c =>
        broken(true, c),
      ),
    ],
    [
      'no answer in time',
      'ambiguous',
      [
        broken(true, 'SENDOFF_HEADERS_TIMEOUT'),
        broken(true, 'SENDOFF_TOTAL_TIMEOUT'),
        broken(true, 'UND_ERR_HEADERS_TIMEOUT'),
      ],
    ],
    [
      'an answer that breaks off',
      'ambiguous',
      [
        'UND_ERR_BODY_TIMEOUT',
        'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
        'UND_ERR_SOCKET',
        'UND_ERR_RES_EXCEEDED_MAX_SIZE',
        'SENDOFF_TOTAL_TIMEOUT',
      ].map(code => broken(true, code, 200)),
    ],
    [
      'a connection that breaks',
      'ambiguous',
      ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].map(c => broken(true, c)),
    ],
    [
      'bytes that are no HTTP',
      'ambiguous',
      [broken(true, 'HTTPParserError'), broken(true, 'UND_ERR_HEADERS_OVERFLOW')],
    ],
    ['a reset on a reused connection', 'ambiguous', [broken(true, 'ECONNRESET')]],
    ['a lost connection before the write', 'notLaunched', [broken(false, 'SENDOFF_CONNECTION_LOST')]],
    ['HTTP/2, which is off: no refused stream is believed', 'ambiguous', [broken(true, 'ERR_HTTP2_STREAM_ERROR')]],
    ['2xx and error 0', 'launched', [200, 201, 202, 299].map(status => answer(status, valid(0)))],
    ['2xx and error 400 to 499', 'refused launch', [400, 402, 404, 409, 429, 440, 499].map(e => answer(200, valid(e)))],
    ['2xx and error 401', 'refused account', [answer(200, valid(401))]],
    ['2xx and error 403', 'refused mailing', [answer(200, valid(403))]],
    ['2xx and an unknown error', 'ambiguous', [1, 17, 399, 500, 503, 1001].map(error => answer(200, valid(error)))],
    ['2xx without an envelope', 'ambiguous', [answer(200, page), answer(204, page)]],
    ['a redirect', 'ambiguous', [301, 302, 303, 304, 307, 308].flatMap(s => [answer(s, page), answer(s, valid(0))])],
    [
      'a client error',
      'refused launch',
      [400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 426, 431, 451].flatMap(status => [
        answer(status, page),
        answer(status, valid(400)),
        answer(status, valid(17)),
      ]),
    ],
    ['HTTP 401', 'refused account', [answer(401, page), answer(401, valid(401)), answer(401, valid(400))]],
    ['HTTP 403', 'refused mailing', [answer(403, page), answer(403, valid(403))]],
    ['a client error in the envelope only', 'refused account', [answer(400, valid(401)), answer(429, valid(401))]],
    ['408', 'notLaunched', [answer(408, page)]],
    ['421 and 425', 'notLaunched', [answer(421, page), answer(425, page)]],
    ['429', 'notLaunched', [answer(429, page), answer(429, valid(429)), answer(429, valid(400))]],
    [
      'a conflict',
      'ambiguous',
      [409, 423, 424].flatMap(status => [answer(status, page), answer(status, valid(status))]),
    ],
    [
      'a client error above a body that says 0',
      'ambiguous',
      [400, 401, 403, 404, 408, 429].map(s => answer(s, valid(0))),
    ],
    ['a client error above an internal error', 'ambiguous', [400, 401, 403, 429].map(s => answer(s, valid(500)))],
    ['a client error without a rule', 'ambiguous', [402, 407, 412, 418, 428, 499].map(status => answer(status, page))],
    [
      'a server error',
      'ambiguous',
      [500, 506, 507, 508, 510, 511, 599].flatMap(s => [answer(s, page), answer(s, valid(500))]),
    ],
    [
      'a server error above a refusal',
      'ambiguous',
      [answer(500, valid(400)), answer(502, valid(401)), answer(503, valid(403))],
    ],
    [
      'a server error above error 0',
      'ambiguous',
      [500, 501, 502, 503, 504, 505].map(status => answer(status, valid(0))),
    ],
    ['501 and 505', 'refused launch', [answer(501, page), answer(505, page), answer(501, valid(501))]],
    ['a gateway error', 'ambiguous', [answer(502, page), answer(504, page)]],
    ['503', 'ambiguous', [answer(503, page), answer(503, valid(503))]],
    ['100 and 101', 'ambiguous', [broken(true, 'UND_ERR_SOCKET')]],
    ['our own deadline or stop before the write', 'notLaunched', [{ kind: 'withheld', why: 'too late' }]],
    ['an unheard-of code before the write', 'notLaunched', [broken(false, 'ESOMETHING')]],
    [
      'an unheard-of code after the write',
      'ambiguous',
      [broken(true, 'ESOMETHING'), answer(777, valid(400)), answer(777, valid(0))],
    ],
  ])('%s: %s', (_what, expected, observations) => {
    for (const observation of observations) expect([observation, verdict(observation)]).toEqual([observation, expected])
  })
})

describe('the mark of a replayed answer', () => {
  const marked = { duplicate: true }

  it('over a success means swallowed where nothing was sent before, under any status', () => {
    for (const status of [200, 302, 400, 500, 503]) {
      expect(verdict(answer(status, valid(0), marked))).toBe('swallowed')
    }
  })

  it('over a success proves an earlier attempt that was sent, under 2xx only', () => {
    expect(verdict(answer(200, valid(0), marked), noRules, true)).toBe('launched')
    expect(verdict(answer(500, valid(0), marked), noRules, true)).toBe('ambiguous')
    expect(verdict(answer(200, valid(0)), noRules, true)).toBe('launched')
  })

  it('over a refusal leaves it a refusal and says so', () => {
    expect(classify(answer(200, valid(400), marked), noRules, true)).toEqual({
      transport: 'works',
      kind: 'refused',
      stops: 'launch',
      reason: expect.stringContaining('replay of an earlier answer'),
    })
  })

  it('does not make an unclear answer any clearer', () => {
    expect(verdict(answer(200, page, marked), noRules, true)).toBe('ambiguous')
    expect(verdict(answer(200, valid(500), marked), noRules, true)).toBe('ambiguous')
  })
})

describe('what the account knows', () => {
  const rules: OutcomeRules = { retry: [429, 503, 17], permanent: [1001, 409, 401, 17], trust503: false }

  it.each([
    [answer(200, valid(17)), 'notLaunched'],
    [answer(200, valid(429)), 'notLaunched'],
    [answer(500, valid(503)), 'notLaunched'],
    [answer(200, valid(1001)), 'refused launch'],
    [answer(500, valid(1001)), 'refused launch'],
    [answer(409, valid(409)), 'refused launch'],
    [answer(200, valid(401)), 'refused account'],
    [answer(200, valid(0)), 'launched'],
    [answer(503, page), 'ambiguous'],
  ])('goes before the general rules: %j is %s', (observation, expected) => {
    expect(verdict(observation, rules)).toBe(expected)
  })

  it('makes 503 a proof where the account trusts it, unless the body says success', () => {
    const trusting = { ...noRules, trust503: true }
    expect(verdict(answer(503, page), trusting)).toBe('notLaunched')
    expect(verdict(answer(503, valid(503)), trusting)).toBe('notLaunched')
    expect(verdict(answer(503, valid(0)), trusting)).toBe('ambiguous')
    expect(verdict(answer(502, page), trusting)).toBe('ambiguous')
  })
})

describe('an outcome', () => {
  it('passes on how long the server asks to wait', () => {
    expect(classify(answer(429, page, { retryAfter: 7000 }), noRules, false)).toMatchObject({ retryAfter: 7000 })
    expect(classify(broken(false, 'ECONNREFUSED'), noRules, false)).toMatchObject({ retryAfter: undefined })
  })

  it('warns in every ambiguous reason that the mailing may have started', () => {
    expect(classify(answer(502, page), noRules, false).reason).toMatch(
      /^The server or .*The mailing may have started\.$/,
    )
  })

  const codes = [
    'ECONNRESET',
    'ENOTFOUND',
    'SENDOFF_TOTAL_TIMEOUT',
    'UND_ERR_SOCKET',
    'CERT_HAS_EXPIRED',
    'SENDOFF_STOPPED',
  ]
  const envelope: fc.Arbitrary<Envelope> = fc.oneof(
    fc.oneof(fc.constantFrom(0, 401, 403, 500), fc.nat(1200)).map(valid),
    fc.constant(page),
  )
  const observation: fc.Arbitrary<Observation> = fc.oneof(
    fc.record({
      kind: fc.constant('answered' as const),
      status: fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 999 })),
      envelope,
      duplicate: fc.boolean(),
      retryAfter: fc.option(fc.nat(), { nil: undefined }),
      serverDate: fc.constant(undefined),
    }),
    fc.record({
      kind: fc.constant('broken' as const),
      handed: fc.boolean(),
      code: fc.oneof(fc.constantFrom(...codes), fc.string()),
      syscall: fc.constant(undefined),
      detail: fc.string(),
      status: fc.option(fc.integer({ min: 200, max: 599 }), { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('withheld' as const), why: fc.string() }),
  )
  const list = fc.array(fc.integer({ min: 1, max: 1200 }), { maxLength: 5 })
  const rules = fc.record({ retry: list, permanent: list, trust503: fc.boolean() })

  it('is launched for 2xx with error 0 and no unexplained mark, and for nothing else', () => {
    fc.assert(
      fc.property(observation, rules, fc.boolean(), (seen, rules, earlierHanded) => {
        const proven =
          seen.kind === 'answered' &&
          seen.status >= 200 &&
          seen.status <= 299 &&
          seen.envelope.kind === 'valid' &&
          seen.envelope.error === 0 &&
          (!seen.duplicate || earlierHanded)
        expect(classify(seen, rules, earlierHanded).kind === 'launched').toBe(proven)
      }),
      { numRuns: 2000 },
    )
  })

  it('allows another attempt only after something that proves that nothing was started', () => {
    fc.assert(
      fc.property(observation, fc.boolean(), (seen, earlierHanded) => {
        if (classify(seen, noRules, earlierHanded).kind !== 'notLaunched') return
        const unsent = seen.kind === 'withheld' || (seen.kind === 'broken' && !seen.handed)
        expect(unsent || (seen.kind === 'answered' && [408, 421, 425, 429].includes(seen.status))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the way to the platform', () => {
  const of = (seen: Observation, rules = noRules) => classify(seen, rules, false).transport

  it.each<[string, ReturnType<typeof of>, readonly Observation[]]>([
    [
      'failed',
      'failed',
      [
        ...['ENOTFOUND', 'ECONNREFUSED', 'SENDOFF_CONNECT_TIMEOUT', 'ERR_SSL_WRONG_VERSION_NUMBER'].map(code =>
          broken(false, code),
        ),
        ...['SENDOFF_HEADERS_TIMEOUT', 'SENDOFF_TOTAL_TIMEOUT', 'ECONNRESET'].map(code => broken(true, code)),
        broken(true, 'ECONNRESET', 200),
        ...[502, 503, 504].flatMap(status => [answer(status, page), answer(status, valid(500))]),
        ...[500, 302, 200].map(status => answer(status, page)),
      ],
    ],
    [
      'works, whatever became of the launch',
      'works',
      [
        ...[0, 400, 401, 402, 403, 500, 777].map(error => answer(200, valid(error))),
        ...[400, 401, 404, 409, 429].map(status => answer(status, page)),
        answer(500, valid(500)),
      ],
    ],
    [
      'was not tried to its end, or is stopped by a rule of its own',
      'untried',
      [
        { kind: 'withheld', why: 'no permit' },
        broken(true, 'SENDOFF_STOPPED'),
        broken(false, 'SENDOFF_REQUEST_NOT_WRITABLE'),
        broken(false, 'CERT_HAS_EXPIRED'),
      ],
    ],
  ])('%s', (_, transport, seen) => {
    expect(seen.map(each => of(each))).toEqual(seen.map(() => transport))
  })
})

describe('the table', () => {
  it('names its rows differently', () => {
    expect(new Set(outcomeTable.map(row => row.name)).size).toBe(outcomeTable.length)
  })
})
