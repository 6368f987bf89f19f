import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executes, type Fault } from '../../src/sandbox/fault.ts'
import { FaultTextError, formatFault, parseFault } from '../../src/sandbox/fault-text.ts'
import { reservedMailings } from '../../src/sandbox/reserved-mailings.ts'

describe('the text form of a fault', () => {
  it.each<[string, Fault]>([
    ['drop', { name: 'drop' }],
    ['drop-after:id=90:p=0.05', { name: 'drop-after', id: 90, p: 0.05 }],
    [
      'status=429:retry-after=2:x1:id=12',
      { name: 'status', value: 429, 'retry-after': '2', x: { count: 1, per: 'all' }, id: 12 },
    ],
    ['reset-after:x2/launch', { name: 'reset-after', x: { count: 2, per: 'launch' } }],
    ['silent:x3/mailing:on=any', { name: 'silent', x: { count: 3, per: 'mailing' }, on: 'any' }],
    ['refuse=402:text=No money%3A pay', { name: 'refuse', value: 402, text: 'No money: pay' }],
    ['refuse=503:http=503:on=log', { name: 'refuse', value: 503, http: 503, on: 'log' }],
    ['delay=2s', { name: 'delay', value: 2000 }],
    ['truncate=chunked', { name: 'truncate', value: 'chunked' }],
    ['reset-accept:x1:p=.5', { name: 'reset-accept', x: { count: 1, per: 'all' }, p: 0.5 }],
    [
      'status=503:retry-after=Wed, 21 Oct 2026 07%3A28%3A00 GMT',
      { name: 'status', value: 503, 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
    ],
  ])('%s is read', (text, fault) => {
    expect(parseFault(text)).toEqual(fault)
  })

  it.each([
    ['', 'there is no fault ""'],
    ['dorp', 'there is no fault "dorp"; there are refuse, status'],
    ['toString', 'there is no fault "toString"'],
    ['refuse', 'refuse must be a whole number from 1 to 2147483647'],
    ['refuse=0', 'refuse must be a whole number from 1'],
    ['refuse=-1', 'refuse must be a whole number from 1'],
    ['refuse=402x', 'refuse must be a whole number from 1'],
    ['status=200', 'status must be a whole number from 300 to 599'],
    ['delay=2', 'delay must be a duration of at most a day'],
    ['delay=2d', 'delay must be a duration of at most a day'],
    ['truncate', 'truncate must be one of length, chunked, close, stall'],
    ['drop=1', 'drop takes no value'],
    ['drop:text=no', 'drop takes no text'],
    ['drop:id=1:id=2', 'id is given twice'],
    ['drop:x1:x2', 'x is given twice'],
    ['drop:x=1', '"x=1" is neither key=value nor a count like x1'],
    ['drop:x0', 'x must be a count with an optional scope'],
    ['drop:x1/day', 'x must be a count with an optional scope'],
    ['drop:', '"" is neither key=value nor a count like x1'],
    ['drop:name=reset', '"name=reset" is neither key=value'],
    ['drop:p=0', 'p must be a probability above 0 and up to 1'],
    ['drop:p=1.5', 'p must be a probability above 0 and up to 1'],
    ['drop:p=5%', '"5%" has a per cent sign that begins no code; write it %25'],
    ['drop:on=read', 'on must be one of start, log, status, any'],
    ['reset-accept:id=1', 'reset-accept takes no id'],
    ['reset-accept:x1/launch', 'x counts connections here'],
    ['refuse=402:text=', 'text must be text without control characters'],
    ['status=429:retry-after=%0D%0AX%3A1', 'retry-after must be printable ASCII text'],
  ])('%s is refused with a sentence', (text, sentence) => {
    expect(() => parseFault(text)).toThrow(FaultTextError)
    expect(() => parseFault(text)).toThrow(`In the fault "${text}": `)
    expect(() => parseFault(text)).toThrow(sentence)
  })

  const scope = {
    id: fc.integer({ min: 1, max: 2_147_483_647 }),
    x: fc.record({ count: fc.integer({ min: 1, max: 999_999_999 }), per: fc.constantFrom('all', 'mailing', 'launch') }),
    p: fc.double({ min: Number.MIN_VALUE, max: 1, noNaN: true }),
    on: fc.constantFrom('start', 'log', 'status', 'any'),
  } as const
  const options: { requiredKeys: ('name' | 'value')[] } = { requiredKeys: ['name', 'value'] }
  const bare = ['drop', 'drop-after', 'reset', 'silent-after', 'html', 'garbage-after', 'mislabel', 'swallow'] as const
  const words = fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => !/[\p{Cc}\p{Cs}]/u.test(text))
  const faults: fc.Arbitrary<Fault> = fc.oneof(
    fc.record({ name: fc.constantFrom(...bare), ...scope }, { requiredKeys: ['name'] }),
    fc.record({ name: fc.constant('truncate' as const), value: fc.constantFrom('length', 'stall'), ...scope }, options),
    fc.record(
      {
        name: fc.constantFrom('delay', 'delay-after', 'drip'),
        value: fc.integer({ min: 0, max: 86_400_000 }),
        ...scope,
      },
      options,
    ),
    fc.record(
      {
        name: fc.constant('refuse' as const),
        value: fc.integer({ min: 1, max: 2_147_483_647 }),
        text: words,
        http: fc.integer({ min: 200, max: 599 }),
        ...scope,
      },
      options,
    ),
    fc.record(
      {
        name: fc.constantFrom('status', 'status-after'),
        value: fc.integer({ min: 300, max: 599 }),
        'retry-after': fc.stringMatching(/^[!-~]([ -~]{0,9}[!-~])?$/),
        ...scope,
      },
      options,
    ),
  )

  it('is read back as the fault that was written', () => {
    fc.assert(
      fc.property(faults, fault => {
        expect(parseFault(formatFault(fault))).toEqual(fault)
      }),
      { numRuns: 1000 },
    )
  })

  it('never ends in anything but a fault or a sentence', () => {
    const parts = fc.constantFrom(
      'refuse',
      'status',
      'drip',
      '=',
      ':',
      'x1',
      '/launch',
      'id',
      'p',
      '402',
      '1s',
      '%',
      '%41',
      ' ',
    )
    fc.assert(
      fc.property(
        fc.array(parts).map(all => all.join('')),
        text => {
          try {
            expect(Object.keys(executes)).toContain(parseFault(text).name)
          } catch (error) {
            expect(error).toBeInstanceOf(FaultTextError)
          }
        },
      ),
    )
  })
})

describe('the reserved mailings', () => {
  it('are written in the text form', () => {
    expect(reservedMailings.size).toBeGreaterThan(60)
    expect(reservedMailings.get(900_402)).toEqual({ name: 'refuse', value: 402 })
    expect(reservedMailings.get(900_429)).toEqual(parseFault('status=429:retry-after=1:x1/launch'))
    expect(reservedMailings.get(990_429)).toEqual(parseFault('status=429:retry-after=1'))
  })
})
