import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { occurrencesBetween } from '../../src/timetable/due-times.ts'
import { namesOf, type Plan, planBetween, type Step } from '../../src/timetable/plan.ts'
import { dueTimesOf } from '../../src/timetable/plan-due-times.ts'
import { fieldChanges } from '../../src/timetable/plan-fields.ts'
import { warningsOf } from '../../src/timetable/plan-warnings.ts'
import type { Schedule, When } from '../../src/timetable/schedule.ts'
import { type StoredSchedule, storedText } from '../../src/timetable/store.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const day = 86_400_000
const span = { timezone: 'UTC' }
const cron = (pattern: string, timezone = 'UTC'): When => ({ kind: 'cron', pattern, timezone })

function schedule(name: string, when: When = cron('0 9 * * *'), more: Partial<Schedule> = {}): Schedule {
  return {
    name,
    account: 'main',
    when: { timezone: when.timezone, entries: [when] },
    launch: { id: 90 },
    policy: defaultPolicy,
    source: { file: 'jobs/a.yaml', line: 4 },
    ...more,
  }
}
/** As it is read back: its keys in the order of the stored text. */
const stored = (each: Schedule): StoredSchedule => {
  return { schedule: JSON.parse(storedText(each)), watermark: now, digest: 'd' }
}
const storedMap = (...all: Schedule[]) => new Map(all.map(each => [each.name, stored(each)]))
const kinds = (plan: Plan) => plan.steps.map(step => `${step.kind} ${step.name}`)
const changed = (before: Schedule, after: Schedule): Step => ({
  kind: before.name === after.name ? 'changed' : 'renamed',
  name: after.name,
  before: stored(before),
  after,
})
const hours = (instants: readonly number[]) => instants.map(at => new Date(at).toISOString().slice(0, 16))

describe('a plan', () => {
  it('says which schedules are added, changed and removed, and leaves out what stays', () => {
    const before = storedMap(schedule('same'), schedule('edited'), schedule('gone'))
    const declared = [schedule('same'), schedule('edited', cron('0 10 * * *')), schedule('new')]
    const plan = planBetween(before, declared)
    expect(kinds(plan)).toEqual(['changed edited', 'removed gone', 'added new'])
    expect(plan.unchanged).toBe(1)
  })

  it('is empty where only files and lines differ', () => {
    const moved = schedule('s', cron('0 9 * * *'), { source: { file: 'jobs/b.yaml', line: 99 } })
    const plan = planBetween(storedMap(schedule('s')), [moved])
    expect(plan.steps).toEqual([])
    expect(plan.hash).toBe(planBetween(storedMap(schedule('s')), [schedule('s')]).hash)
  })

  it('has another hash as soon as either side differs, or a name is carried over', () => {
    const a = schedule('a')
    const other = schedule('a', cron('1 9 * * *'))
    const hashes = [
      planBetween(storedMap(), [a]),
      planBetween(storedMap(a), [a]),
      planBetween(storedMap(other), [a]),
      planBetween(storedMap(a), [other]),
      planBetween(storedMap(a), []),
      planBetween(storedMap(a), [schedule('b')]),
      planBetween(storedMap(a), [schedule('b', cron('0 9 * * *'), { formerly: ['a'] })]),
    ].map(({ hash }) => hash)
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  it('does not depend on the order of schedules', () => {
    const [a, b] = [schedule('a'), schedule('b')]
    expect(planBetween(storedMap(a, b), [b, a]).hash).toBe(planBetween(storedMap(b, a), [a, b]).hash)
  })

  it.each([
    ['carries a name that is stored and no longer declared', ['old'], ['old'], 'renamed new'],
    ['does nothing about a former name that is not stored', [], ['old'], 'added new'],
    ['takes the first of several former names that is stored', ['older'], ['old', 'older'], 'renamed new'],
    ['leaves a former name alone once the new one is stored', ['new', 'old'], ['old'], 'removed old'],
  ])('%s', (_, names, formerly, step) => {
    const plan = planBetween(storedMap(...names.map(name => schedule(name))), [
      schedule('new', cron('0 9 * * *'), { formerly }),
    ])
    expect(kinds(plan)).toEqual([step])
  })

  it('is not changed by formerly: alone, which may go once the schedule is renamed', () => {
    const named = schedule('new', cron('0 9 * * *'), { formerly: ['old'] })
    expect(planBetween(storedMap(schedule('new')), [named]).steps).toEqual([])
  })

  it('names the steps of a kind', () => {
    const plan = planBetween(storedMap(schedule('b'), schedule('a')), [])
    expect(namesOf(plan, 'removed')).toEqual(['a', 'b'])
  })
})

describe('the due times of a step', () => {
  it('appear with a new schedule and vanish with a removed one', () => {
    const added = dueTimesOf({ kind: 'added', name: 's', after: schedule('s') }, now)
    expect(added).toMatchObject({ appear: { count: 30 }, vanish: { count: 0 }, move: { count: 0 }, kept: 0 })
    expect(hours(added.appear.first).slice(0, 2)).toEqual(['2026-11-25T09:00', '2026-11-26T09:00'])
    const removed = dueTimesOf({ kind: 'removed', name: 's', before: stored(schedule('s')) }, now)
    expect(removed).toMatchObject({ appear: { count: 0 }, vanish: { count: 30 } })
    const passed = schedule('s')
    const jitter = { upTo: 3_600_000, shift: 3_600_000 }
    const late = { ...passed, when: { ...passed.when, jitter } }
    const [first = 0] = removed.vanish.first
    const between = dueTimesOf({ kind: 'removed', name: 's', before: stored(late) }, first + 60_000)
    expect(between.vanish.first[0]).toBe(first + 3_600_000)
  })

  it('move where a day has as many as before, and stay where instants are equal', () => {
    const later = dueTimesOf(changed(schedule('s'), schedule('s', cron('30 9 * * *'))), now)
    expect(later).toMatchObject({ appear: { count: 0 }, vanish: { count: 0 }, move: { count: 30 } })
    expect(later.move.first[0]).toEqual({
      from: Date.parse('2026-11-25T09:00Z'),
      to: Date.parse('2026-11-25T09:30Z'),
    })
    const more = dueTimesOf(changed(schedule('s'), schedule('s', cron('0 9,20 * * *'))), now)
    expect(more).toMatchObject({ appear: { count: 30 }, vanish: { count: 0 }, move: { count: 0 }, kept: 30 })
    const mondays = dueTimesOf(changed(schedule('s'), schedule('s', cron('0 9 * * 1'))), now)
    expect(mondays).toMatchObject({ appear: { count: 0 }, vanish: { count: 26 }, kept: 4 })
  })

  it('move by their labels where the zone changes', () => {
    const step = changed(schedule('s', cron('0 9 * * *', 'UTC')), schedule('s', cron('0 9 * * *', 'Asia/Tokyo')))
    const { move } = dueTimesOf(step, now)
    expect(move.first[0]).toEqual({ from: Date.parse('2026-11-25T09:00Z'), to: Date.parse('2026-11-25T00:00Z') })
  })

  it('do not appear again under a label that has gone by: its key has its launch', () => {
    const before = schedule('s', cron('0 13 * * *', 'Europe/Berlin'))
    const after = schedule('s', cron('0 13 * * *', 'UTC'))
    // 13:00 in Berlin was at 12:00 UTC, which is now; today's label comes again at 13:00 UTC.
    const { appear, move } = dueTimesOf(changed(before, after), now)
    expect([...appear.first, ...move.first.map(({ to }) => to)]).not.toContain(Date.parse('2026-11-24T13:00Z'))
    const renamed = dueTimesOf(changed(before, { ...after, name: 'fresh' }), now)
    expect(hours(renamed.repeated.first)).toEqual(['2026-11-24T13:00'])
  })

  it('of a dense timetable are compared over a shorter span, which is said', () => {
    const every = (ms: number): When => ({ kind: 'every', every: ms, anchor: 0, ...span })
    const { until, kept, vanish } = dueTimesOf(changed(schedule('s', every(1_000)), schedule('s', every(2_000))), now)
    expect(until).toBeLessThan(now + day)
    expect([kept, vanish.count]).toEqual([10_000, 10_000])
  })

  it('add up for any two timetables: what was is kept, moved or gone, what is is kept, moved or come', () => {
    const field = (most: number) => fc.array(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 3 })
    const when = fc.oneof(
      fc
        .tuple(field(59), field(23), fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York', 'Europe/Berlin'))
        .map(([minutes, all, zone]) => cron(`${minutes.join(',')} ${all.join(',')} * * *`, zone)),
      fc.integer({ min: 600, max: 90_000 }).map((s): When => ({ kind: 'every', every: s * 1_000, anchor: 0, ...span })),
    )
    fc.assert(
      fc.property(when, when, fc.integer({ min: 0, max: 400 }), (old, fresh, days) => {
        const at = now + days * day
        const step = changed(schedule('s', old), schedule('r', fresh))
        const { appear, vanish, move, kept } = dueTimesOf(step, at)
        const count = (each: When) =>
          occurrencesBetween({ timezone: each.timezone, entries: [each] }, at, at + 30 * day).length
        expect(kept + move.count + vanish.count).toBe(count(old))
        expect(kept + move.count + appear.count).toBe(count(fresh))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the fields of a change', () => {
  it.each<[string, Partial<Schedule>, string[]]>([
    ['a pattern', { when: schedule('s', cron('30 9 * * *')).when }, ['when.cron: "0 9 * * *" -> "30 9 * * *"']],
    [
      'another kind',
      { when: schedule('s', { kind: 'every', every: 7_200_000, anchor: 0, ...span }).when },
      ['when.cron: "0 9 * * *" -> -', 'when.every: - -> 2h', 'when.anchor: - -> 1970-01-01T00:00:00.000Z'],
    ],
    [
      'one entry that becomes a list',
      { when: { ...span, entries: [cron('0 9 * * *'), { kind: 'every', every: 7_200_000, anchor: 0, ...span }] } },
      [
        'when: {"cron":"0 9 * * *","timezone":"UTC"} -> [{"cron":"0 9 * * *","timezone":"UTC"},{"every":"2h","anchor":"1970-01-01T00:00:00.000Z","timezone":"UTC"}]',
      ],
    ],
    ['a duration', { policy: { ...defaultPolicy, maxLateness: 3_600_000 } }, ['policy.maxLateness: 15m -> 1h']],
    ['the mailing', { launch: { id: 91 } }, ['launch.id: 90 -> 91']],
    ['a new field', { description: 'Weekly' }, ['description: - -> "Weekly"']],
    [
      'a value of a template, whatever it is called',
      { launch: { id: 90, content: { max: 5_000 } } },
      ['launch.content: - -> {"max":5000}'],
    ],
    ['a list as a whole', { launch: { id: 90, content: { list: [1, 2] } } }, ['launch.content: - -> {"list":[1,2]}']],
    ['a place in the files', { source: { file: 'jobs/z.yaml', line: 1 } }, []],
  ])('are told path by path: %s', (_, more, told) => {
    const changes = fieldChanges(schedule('s'), { ...schedule('s'), ...more })
    expect(changes.map(({ field, before, after }) => `${field}: ${before ?? '-'} -> ${after ?? '-'}`)).toEqual(told)
  })

  it('are told entry by entry where both are lists', () => {
    const list = (...entries: When[]) => schedule('s', undefined, { when: { ...span, entries } })
    const before = list(cron('0 9 * * *'), cron('0 12 * * *'))
    expect(fieldChanges(before, list(cron('0 9 * * *'), cron('0 13 * * *'), cron('0 18 * * *')))).toEqual([
      { field: 'when[1].cron', before: '"0 12 * * *"', after: '"0 13 * * *"' },
      { field: 'when[2]', after: '{"cron":"0 18 * * *","timezone":"UTC"}' },
    ])
  })

  it('are cut where they are long', () => {
    const attach = [{ header: 'a.pdf', data: 'x'.repeat(10_000) }]
    const [change] = fieldChanges(schedule('s'), { ...schedule('s'), launch: { id: 90, attach } })
    expect(change?.after?.length).toBeLessThan(120)
  })
})

describe('a warning', () => {
  const warned = (step: Step, paused?: string) => warningsOf(step, dueTimesOf(step, now), now, paused)

  it('is given where a launch of the next hour will not go out, or goes at another time', () => {
    const soon = schedule('s', cron('20 12 * * *'))
    expect(warned({ kind: 'removed', name: 's', before: stored(soon) })).toEqual([
      's: the launch due in 20 minutes (2026-11-24T12:20:00.000Z) will not go out',
    ])
    expect(warned(changed(soon, schedule('s', cron('40 18 * * *'))))).toEqual([
      's: the launch due in 20 minutes (2026-11-24T12:20:00.000Z) goes at 2026-11-24T18:40:00.000Z',
    ])
    expect(warned({ kind: 'removed', name: 's', before: stored(schedule('s')) })).toEqual([])
  })

  it('is given where something new is due within minutes', () => {
    const [warning] = warned({ kind: 'added', name: 's', after: schedule('s', cron('3 12 * * *')) })
    expect(warning).toContain('the first new launch is due in 3 minutes')
  })

  it('is given where what was due before an edit takes the place of what is due after it', () => {
    const before = schedule('s', cron('0 9 * * *'))
    const warning = (after: Schedule) => warned(changed(before, after)).find(sentence => sentence.includes('guard'))
    const later = warning(schedule('s', cron('30 14 * * *')))
    expect(later).toContain('takes 1 of the 1 that its guard lets go today')
    expect(later).toContain('2026-11-24T14:30:00.000Z will not go out')
    expect(later).toContain('policy.maxPerDay: 2')
    const allowed = { policy: { ...defaultPolicy, maxPerDay: 2 } }
    expect(warning(schedule('s', cron('30 14 * * *'), allowed))).toBe(undefined)
    expect(warning(schedule('s', cron('30 14 * * *'), { launch: { id: 91 } }))).toBe(undefined)
    expect(warning(schedule('s', cron('0 9,14 * * *')))).toBe(undefined)
    expect(warning(schedule('s', cron('30 11 * * *')))).toBe(undefined)
  })

  it('reckons as the calendar does: what a cool-down stops takes no place', () => {
    const warning = (coolDown: number) => {
      const after = schedule('s', cron('0 14,16 * * *'), { policy: { ...defaultPolicy, maxPerDay: 2, coolDown } })
      return warned(changed(schedule('s'), after)).find(sentence => sentence.includes('guard'))
    }
    expect(warning(0)).toContain('2026-11-24T16:00:00.000Z will not go out')
    expect(warning(6 * 3_600_000)).toBe(undefined)
  })

  it('is given where a removed schedule is paused', () => {
    const [warning] = warned({ kind: 'removed', name: 's', before: stored(schedule('s')) }, 'wrong price')
    expect(warning).toContain('paused (wrong price)')
  })

  it('is given where a new name and a new zone would launch twice', () => {
    const before = schedule('s', cron('0 13 * * *', 'Europe/Berlin'))
    const after = schedule('fresh', cron('0 13 * * *', 'UTC'))
    expect(warned(changed(before, after)).join()).toContain('come again')
  })
})
