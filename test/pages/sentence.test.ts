import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { classify } from '../../src/launches/classify.ts'
import { reasons, states } from '../../src/launches/launch.ts'
import { checkMailing, remedyFor, verdicts } from '../../src/launches/mailing-check.ts'
import { outcomeTable } from '../../src/launches/outcome-table.ts'
import { type DoubtFacts, recoveryStep } from '../../src/launches/recovery-step.ts'
import type { Seen } from '../../src/launches/seen.ts'
import { actionText, foreignLanguage, inRussian } from '../../src/pages/sentence.ts'
import { en } from '../../src/pages/texts/en.ts'
import { ru } from '../../src/pages/texts/ru.ts'
import { judgeServer } from '../../src/redis/server.ts'

/** What is not said in Russian, of these sentences. */
function untranslated(sentences: readonly string[]): string[] {
  expect(sentences.length).toBeGreaterThan(0)
  return sentences.filter(sentence => !/\p{Script=Cyrillic}/u.test(inRussian(sentence) ?? ''))
}

function sourcesIn(folder: string): string {
  const names = readdirSync(new URL(`../../src/${folder}`, import.meta.url)).filter(name => name.endsWith('.ts'))
  return names.map(name => readFileSync(new URL(`../../src/${folder}/${name}`, import.meta.url), 'utf8')).join('\n')
}

const seen: Seen = {
  kind: 'answered',
  handed: true,
  code: 'ECONNREFUSED',
  why: 'the envelope is not valid',
  status: 429,
  error: 402,
  duplicate: false,
  earlierHanded: false,
  retryAfter: undefined,
}

describe('in Russian there is a sentence for', () => {
  it('every reason without an attempt, with what a person said left as it is', () => {
    expect(untranslated(Object.values(reasons).map(reason => `${reason}${reason.endsWith(' ') ? 'x' : ''}`))).toEqual(
      [],
    )
    expect(inRussian(`${reasons.paused}given up`)).toBe('пауза: given up')
    expect(inRussian(`${reasons.calendar}holidays`)).toBe('календарь: срок выпал на holidays')
  })

  it('every outcome of an attempt, whatever was answered', () => {
    const said = outcomeTable.flatMap(({ reason }) => [
      reason(seen),
      reason({ ...seen, error: undefined }),
      reason({ ...seen, duplicate: true }),
    ])
    const rules = { retry: [], permanent: [], trust503: false }
    const answers = [100, 200, 299, 302, 409, 500].flatMap(status =>
      [false, true].map(duplicate => {
        const envelope = { kind: 'valid', error: status === 200 ? 999 : 500, errorText: '' } as const
        const seen = {
          kind: 'answered',
          status,
          envelope,
          duplicate,
          retryAfter: undefined,
          serverDate: undefined,
        } as const
        return classify(seen, rules, false).reason
      }),
    )
    const all = [...said, ...answers]
    expect(untranslated(all)).toEqual([])
    expect(untranslated(all.map(each => `${each} That was attempt 3 of 3.`))).toEqual([])
    expect(untranslated(all.map(each => `still unknown; an identical repeat decided nothing: ${each}`))).toEqual([])
    expect(untranslated(all.map(each => `${reasons.hold}${each}`))).toEqual([])
    expect(inRussian('Altcraft refused the request (HTTP 200, error 402).')).toBe(
      'Altcraft отклонил запрос (HTTP 200, error 402).',
    )
  })

  it('a breaker that is open, and a batch that its rule has paused', () => {
    const [first] = outcomeTable.map(({ reason }) => reason(seen))
    const stop = `5 failures in a row, the last: ${first} It tries again at 2026-11-23T10:00:00Z`
    expect(untranslated([stop, '3 rows in a row failed', '7 rows failed', '5 of 100 rows failed'])).toEqual([])
    expect(inRussian(stop)).not.toContain('Nothing')
  })

  it('every step of recovery that asks a person', () => {
    const facts: DoubtFacts = {
      begun: 0,
      ended: 0,
      sendUntil: 1,
      deduplication: 'off',
      window: 0,
      repeats: 9,
      polls: 9,
      evidence: 'none',
      onSilentLog: 'hold',
      reset: true,
      quarantineUntil: 0,
      readAt: 0,
    }
    const asked = (['none', 'explained', 'unreadable'] as const).flatMap(evidence =>
      (['off', 'declared', 'proven', 'unproven'] as const).map(deduplication =>
        recoveryStep({ ...facts, evidence, deduplication }, 2),
      ),
    )
    expect(untranslated(asked.flatMap(step => (step.kind === 'ask' ? [step.why] : [step.kind])))).toEqual([])
  })

  it('everything that preflight finds, and what to do about it', () => {
    const found = [
      checkMailing(12, { kind: 'read', active: false, completed: true, status: 'done' }),
      checkMailing(12, { kind: 'read', active: false, completed: false, status: 'draft' }),
      ...[401, 403, 404, undefined].map(error => checkMailing(12, { kind: 'unread', error, why: 'an answer' })),
    ]
    expect(untranslated(found.map(({ why }) => why))).toEqual([])
    expect(untranslated(found.map(({ why }) => `${reasons.preflight}${why}`))).toEqual([])
    expect(untranslated(verdicts.flatMap(verdict => (verdict === 'fine' ? [] : [remedyFor(verdict)])))).toEqual([])
  })

  it('every refusal of a server that launches cannot be entrusted to', () => {
    const good = {
      version: '7.4.0',
      appendonly: true,
      appendfsync: 'always',
      policy: 'noeviction',
      hz: 100,
      listpackValue: 4_096,
    }
    const facts = [
      { ...good, version: '6.2.0' },
      { ...good, appendonly: undefined, policy: undefined },
      { ...good, appendonly: false, policy: 'allkeys-lru' },
    ]
    expect(untranslated(facts.flatMap(each => judgeServer(each, true).refusals))).toEqual([])
  })

  it('every refusal that a script of the ledger writes', () => {
    const written = [...sourcesIn('launches').matchAll(/return \{ 'refused', (?<words>'[^}]*) \}/g)]
      .map(({ groups }) =>
        (groups?.words ?? '')
          .replace(/' \.\. [^']+ \.\. '/g, 'x')
          .replace(/' \.\. [^']+$/, 'x')
          .replaceAll("'", ''),
      )
      .filter(words => words !== '')
    expect(written.length).toBeGreaterThan(20)
    expect(untranslated(written)).toEqual([])
  })

  it('every action of the audit and every note of a story', () => {
    const all = [sourcesIn('launches'), sourcesIn('bulk'), sourcesIn('timetable'), sourcesIn('http')].join('\n')
    const audited = [...all.matchAll(/\baudit\([^,]+, '([^']+)'/g), ...all.matchAll(/'what', '([^']+)'/g)]
    const noted = all.matchAll(/\bnote\([^,]+(?:\[\d\])?, [^,]+, '([^']+)'(?! \.\.)/g)
    const named = all.matchAll(/what = .*?'((?:schedule|proof) \w+)'(?:.*?'(schedule \w+)')?(?:.*?'(schedule \w+)')?/g)
    const found = [...audited, ...noted, ...named].flatMap(([, ...words]) => words).filter(word => word !== undefined)
    const what = new Set(found)
    expect(what.size).toBeGreaterThan(30)
    expect([...what, 'unknown -> launched'].filter(each => actionText({ language: 'ru' }, each) === each)).toEqual([])
    expect(actionText({ language: 'ru' }, 'unknown -> failed')).toBe('неизвестно → не удался')
  })

  it('every state and every kind of outcome', () => {
    for (const state of states) expect(ru.states[state]).toMatch(/\p{Script=Cyrillic}/u)
    for (const { outcome } of outcomeTable)
      expect([en.outcomes[outcome], ru.outcomes[outcome]]).not.toContain(undefined)
  })
})

it('words of Altcraft and of people stay as they are, and are marked with their language', () => {
  expect(inRussian('Tariff limit reached: 300 of 300 messages')).toBeUndefined()
  expect(foreignLanguage({ language: 'ru' }, 'Tariff limit reached')).toBe('en')
  expect(foreignLanguage({ language: 'en' }, 'Рассылка не активна (402)')).toBe('ru')
  expect(foreignLanguage({ language: 'ru' }, 'Рассылка promo не активна')).toBeUndefined()
  expect(foreignLanguage({ language: 'ru' }, '402')).toBeUndefined()
})
