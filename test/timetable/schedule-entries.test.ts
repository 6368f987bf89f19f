/** Several entries under `when:`, and what stands beside them. */
import { describe, expect, it } from 'vitest'
import { at, file, problemsOf, read } from './schedule-text.ts'

describe('a list of entries', () => {
  it('is united, each with keys of its own, and shown in the zone of its local times', () => {
    const when = `
      - { every: 2h, x-why: because }
      - { cron: "0 9 * * 1", until: 2027-01-01 }
      - { rrule: "freq=weekly", start: 2026-12-01T10:00, timezone: Europe/Riga }`
    const found = read(file({ head: 'defaults: { timezone: Europe/Berlin }\n', when }))
    expect(found.problems).toEqual([])
    expect(found.schedules[0]?.when).toEqual({
      timezone: 'Europe/Berlin',
      entries: [
        { kind: 'every', every: 7_200_000, anchor: 0, timezone: 'Europe/Berlin' },
        { kind: 'cron', pattern: '0 9 * * 1', timezone: 'Europe/Berlin', until: Date.parse('2026-12-31T23:00Z') },
        { kind: 'rrule', rule: 'FREQ=WEEKLY', start: '2026-12-01T10:00', timezone: 'Europe/Riga' },
      ],
    })
    const [every, nine] = ['{ every: 2h }', '{ cron: "0 9 * * 1", timezone: Europe/Riga }']
    expect(read(file({ when: `[${every}, ${nine}]` })).schedules[0]?.when.timezone).toBe('Europe/Riga')
  })

  it('tells everything that is wrong in each of them, where it stands', () => {
    const when = `
      - { cron: "0 9 * *", timezone: UTC }
      - { corn: "0 9 * * *" }
      - daily
      - { at: [2027-01-01T09:00, 2027-13-01T09:00], dst: { gap: forward } }`
    expect(problemsOf(file({ when }))).toEqual([
      'jobs/f.yaml:6:17: digest.when[0].cron: "0 9 * *" has 4 fields, 5 needed (minute hour day-of-month month weekday)',
      'jobs/f.yaml:7:11: digest.when[1]: unknown key "corn"; did you mean "cron"?',
      expect.stringMatching(/^jobs\/f.yaml:8:9: digest.when\[2\]: must be a map \(cron, .*\), got "daily"$/),
      'jobs/f.yaml:9:9: digest.when[3]: timezone is missing, here or in defaults (an IANA time zone such as Europe/Berlin)',
      'jobs/f.yaml:9:65: digest.when[3].dst.gap: must be one of shift, skip, got "forward"',
    ])
  })

  it('that is empty is told', () => {
    expect(problemsOf(file({ when: '[]' })).join()).toContain('digest.when: must be a map')
  })
})

describe('beside when', () => {
  const shiftOf = (name: string, rest: string, head = '') =>
    read(file({ name, head, when: '{ every: 1h }', rest })).schedules[0]?.when.jitter

  it('jitter moves a schedule by a part of it that its name alone decides', () => {
    expect(shiftOf('digest', 'jitter: 10m')).toEqual({ upTo: 600_000, shift: 91_000 })
    expect(shiftOf('digest', '', 'defaults: { jitter: 10m }\n')).toEqual({ upTo: 600_000, shift: 91_000 })
    expect(shiftOf('digest', 'jitter: 0s', 'defaults: { jitter: 10m }\n')).toBeUndefined()
    const shifts = Array.from({ length: 200 }, (_, index) => shiftOf(`s-${index}`, 'jitter: 10m')?.shift ?? -1)
    expect(shifts.every(shift => shift >= 0 && shift < 600_000 && shift % 1_000 === 0)).toBe(true)
    expect(new Set(shifts).size).toBeGreaterThan(140)
  })

  it('maxRuns is kept, where every entry has a beginning', () => {
    const when = '[{ every: 1h, from: 2026-12-01 }, { at: 2026-12-02T09:00Z, timezone: UTC }]'
    expect(read(file({ when, rest: 'maxRuns: 3' })).schedules[0]?.when.maxRuns).toBe(3)
  })

  it('maxRuns that cannot be counted is a mistake, said at its line', () => {
    const when = '{ every: 1m, from: 2026-01-01 }'
    const allowed = 'allowed: { hours: [{ days: [mon], from: "09:00", to: "09:01" }], otherwise: skip }'
    const sound = file({ when, rest: `maxRuns: 100\n    ${allowed}` })
    expect(problemsOf(sound)).toEqual([])
    const [problem] = problemsOf(file({ when, rest: `maxRuns: 10000\n    ${allowed}` }))
    expect(String(JSON.stringify(problem))).toContain('digest: maxRuns cannot be counted: except, quietHours and')
  })

  it.each([
    [
      '{ every: 1h }',
      'maxRuns: 3',
      '5:5',
      'digest.when: from is missing: maxRuns counts from there, whatever became of each run',
    ],
    ['{ every: 1h }', 'maxRuns: 0', '7:14', 'digest.maxRuns: must be a whole number from 1 to 10000, got 0'],
    ['{ every: 1h }', 'jitter: 2d', '7:13', 'digest.jitter: must be at most 1d'],
    ['{ every: 1h }', 'jitter: 10', '7:13', 'digest.jitter: must be a duration such as 2s, 15m or 30d, got 10'],
  ])('%s with %s is a mistake', (when, rest, place, sentence) => {
    expect(problemsOf(file({ when, rest }))).toEqual(at(place, sentence))
  })
})
