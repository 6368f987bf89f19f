import { describe, expect, it } from 'vitest'
import { rivalsOf } from '../../src/launches/doubtful-attempts.ts'
import type { LogEntry } from '../../src/launches/evidence.ts'
import { judgeLog } from '../../src/launches/log-evidence.ts'
import { readRecord } from '../../src/launches/record.ts'

const minute = 60_000
const sent = 1_000 * minute
const start = (at: number): LogEntry => ({ at, state: 'start', message: '' })
const facts = { sent, others: [], skew: 0, startedElsewhere: false }
const answered = (at: number) => ({ sent: at, until: at + 2 * minute })
const doubtful = (at: number) => ({ sent: at, until: at + 15 * minute })

describe("the platform's log", () => {
  it.each([
    ['nothing', [], facts, 'none'],
    ['the start of the attempt', [start(sent + 500)], facts, 'started'],
    ['the end of a run alone', [{ ...start(sent), state: 'end' as const }], facts, 'none'],
    ['a start before the attempt', [start(sent - minute)], facts, 'none'],
    ['a start by a clock that is behind', [start(sent - minute)], { ...facts, skew: -minute }, 'started'],
    ['a start where people start mailings too', [start(sent)], { ...facts, startedElsewhere: true }, 'explained'],
    [
      'a start that another launch explains',
      [start(sent)],
      { ...facts, others: [answered(sent - minute)] },
      'explained',
    ],
    [
      'a start and one that another explains',
      [start(sent), start(sent + 1)],
      { ...facts, others: [answered(sent)] },
      'started',
    ],
    [
      'a start too late for another that was answered',
      [start(sent)],
      { ...facts, others: [answered(sent - 3 * minute)] },
      'started',
    ],
    [
      'a start that an earlier doubtful one may have made',
      [start(sent)],
      { ...facts, others: [doubtful(sent - 14 * minute)] },
      'explained',
    ],
  ])('showing %s', (_, entries, of, evidence) => {
    expect(judgeLog(entries, of).evidence).toBe(evidence)
  })

  it('may be written to longer by attempts in doubt, and not by what never left', () => {
    const attempt = (start: number, more: object) => JSON.stringify({ number: 1, start, ...more })
    const record = readRecord({
      ...{ key: 'b', account: 'main', mailing: '90', origin: 'manual', state: 'unknown', requestId: 'r', token: '1' },
      ...{ created: '0', due: '0', notBefore: '0', sendUntil: '0', attempts: '4', request: '{"id":90}', policy: '{}' },
      'attempt:1': attempt(sent - 5 * minute, { end: sent - minute, outcome: 'launched', handed: true }),
      'attempt:2': attempt(sent - 10 * minute, { outcome: 'ambiguous', handed: true }),
      'attempt:3': attempt(sent - 10 * minute, { outcome: 'launched', handed: true }),
      'attempt:4': attempt(sent, { outcome: 'notLaunched', handed: false }),
    })
    if (!record) throw new Error('there is a record')
    expect(rivalsOf([record], sent)).toEqual([
      { sent: sent - 5 * minute, until: sent + minute },
      { sent: sent - 10 * minute, until: sent + 5 * minute },
    ])
  })
})
