import { describe, expect, it } from 'vitest'
import { defaultPolicy, type Policy } from '../../src/launches/policy.ts'
import { horizon, mintingOf } from '../../src/timetable/minting.ts'
import type { Schedule } from '../../src/timetable/schedule.ts'

const minute = 60_000
const now = Date.UTC(2026, 10, 23, 9, 0, 30)
const nine = Date.UTC(2026, 10, 23, 9)

function schedule(policy: Partial<Policy> = {}): Schedule {
  return {
    name: 's',
    account: 'main',
    when: { timezone: 'UTC', entries: [{ kind: 'every', every: minute, anchor: 0, timezone: 'UTC' }] },
    launch: { id: 90 },
    policy: { ...defaultPolicy, ...policy },
    source: { file: 'jobs/s.yaml', line: 4 },
  }
}
const cron = (pattern: string, policy: Partial<Policy> = {}): Schedule => ({
  ...schedule(policy),
  when: { timezone: 'UTC', entries: [{ kind: 'cron', pattern, timezone: 'UTC' }] },
})
const mint = (policy: Partial<Policy>, watermark: number) =>
  mintingOf(schedule(policy), watermark, now, 500).launches.map(({ due, missed }) => [
    (due - nine) / minute,
    missed?.state ?? 'planned',
  ])

describe('minting', () => {
  it('says of what was due before the store forgot that nobody knows, however late it is and whatever the rule', () => {
    for (const misfire of ['once', 'skip', 'all'] as const) {
      const { launches } = mintingOf(
        schedule({ misfire, maxLateness: minute }),
        nine - 5 * minute,
        now,
        500,
        nine - minute,
      )
      expect(launches.map(({ missed }) => missed?.state).slice(0, 4)).toEqual(Array(4).fill('unknown'))
    }
  })

  it('plans what is due within the horizon, and says from where to go on', () => {
    const minting = mintingOf(schedule(), now, now, 500)
    expect(minting.launches.map(launch => launch.key)).toEqual(['s@20261123T0901Z'])
    expect(minting).toMatchObject({ watermark: now + horizon, next: nine + 2 * minute })
  })

  it.each([
    [
      'once',
      [
        [-2, 'skipped'],
        [-1, 'skipped'],
        [0, 'planned'],
        [1, 'planned'],
      ],
    ],
    [
      'skip',
      [
        [-2, 'skipped'],
        [-1, 'skipped'],
        [0, 'skipped'],
        [1, 'planned'],
      ],
    ],
    [
      'all',
      [
        [-2, 'planned'],
        [-1, 'planned'],
        [0, 'planned'],
        [1, 'planned'],
      ],
    ],
  ] as const)('of missed due times follows misfire: %s', (misfire, expected) => {
    expect(mint({ misfire }, nine - 3 * minute + 1)).toEqual(expected)
  })

  it('records as expired what is older than the lateness its owner allows', () => {
    expect(mint({ misfire: 'all', maxLateness: 2 * minute }, nine - 4 * minute + 1)).toEqual([
      [-3, 'expired'],
      [-2, 'expired'],
      [-1, 'planned'],
      [0, 'planned'],
      [1, 'planned'],
    ])
  })

  it('of a long outage comes in pieces without loss or doubles', () => {
    let watermark = nine - 1_000 * minute
    const keys: string[] = []
    while (watermark < now + horizon) {
      const minting = mintingOf(schedule(), watermark, now, 300)
      keys.push(...minting.launches.map(launch => launch.key))
      watermark = minting.watermark
    }
    expect(keys).toHaveLength(1_001)
    expect(new Set(keys).size).toBe(1_001)
  })

  it('leaves out what came in a pause, also what would be too late by now; what is still to come is decided when it comes', () => {
    const pauses = [
      { from: nine - 20 * minute, to: nine - 18 * minute, reason: 'a new template', by: 'somebody' },
      { from: nine - minute, reason: 'again', by: 'somebody' },
    ]
    const { launches } = mintingOf(schedule({ misfire: 'all' }), nine - 21 * minute, now, 500, 0, pauses)
    const ends = launches.map(({ due, missed }) => [(due - nine) / minute, missed?.state, missed?.reason])
    expect(ends.slice(0, 3)).toEqual([
      [-20, 'skipped', 'paused: a new template'],
      [-19, 'skipped', 'paused: a new template'],
      [-18, 'expired', expect.stringMatching(/^late: /)],
    ])
    expect(ends.slice(-4)).toEqual([
      [-2, undefined, undefined],
      [-1, 'skipped', 'paused: again'],
      [0, 'skipped', 'paused: again'],
      [1, undefined, undefined],
    ])
  })

  it('lets no retry reach into the next due time, nor beyond the deadline for retries', () => {
    const [launch] = mintingOf(schedule(), now, now, 500).launches
    expect(launch).toMatchObject({ sendUntil: nine + 16 * minute, retryUntil: nine + 2 * minute })
    const strict = schedule({ retry: { ...defaultPolicy.retry, deadline: 5_000 } })
    expect(mintingOf(strict, now, now, 500).launches[0]).toMatchObject({ retryUntil: nine + minute + 5_000 })
  })

  it('writes the dates of the content out, by the nominal time and in the zone of the schedule', () => {
    const shift = 5 * minute
    const when = { ...schedule().when, timezone: 'Asia/Tokyo', jitter: { upTo: 2 * shift, shift } }
    const content = {
      at: "{{ due | date:'dd HH:mm' }}",
      list: [{ week: '{{ due | isoWeek }}' }, 5, null],
      plain: '{x}',
    }
    const dated: Schedule = { ...schedule(), when, launch: { id: 90, content } }
    expect(mintingOf(dated, now, now, 500).launches.map(({ request }) => request)).toEqual([
      { id: 90, content: { at: '23 18:01', list: [{ week: '48' }, 5, null], plain: '{x}' } },
    ])
    // However late it is minted, the due time decides.
    const late = mintingOf(dated, nine - minute, now, 500).launches[0]
    expect(late?.request.content?.at).toBe('23 18:00')
  })

  it('passes on what no border has read', () => {
    const old: Schedule = { ...schedule(), launch: { id: 90, content: { a: '{{ name }}' } } }
    expect(mintingOf(old, now, now, 500).launches[0]?.request.content).toEqual({ a: '{{ name }}' })
  })

  describe('of a schedule with quiet hours', () => {
    const quiet = (does: 'skip' | 'move') => ({ quietHours: { from: '08:00', to: '09:00', does } }) as const
    const told = (each: Schedule, watermark: number, at: number, lostBefore = 0) =>
      mintingOf(each, watermark, at, 500, lostBefore).launches.map(({ key, nominal, due, missed }) => [
        key.slice(-5, -1),
        ((nominal ?? due) - nine) / minute,
        (due - nine) / minute,
        missed?.state ?? 'planned',
        missed?.reason.split(':')[0],
      ])

    it('records at once what is left out, and why', () => {
      expect(told({ ...schedule(), ...quiet('skip') }, nine - 90_000, nine - minute)).toEqual([
        ['0859', -1, -1, 'skipped', 'hours'],
        ['0900', 0, 0, 'planned', undefined],
      ])
    })

    it('moves the newest, and records the others', () => {
      const every30 = cron('*/30 * * * *')
      expect(told({ ...every30, ...quiet('move') }, nine - 61 * minute, nine - 30 * minute)).toEqual([
        ['T080', -60, -60, 'skipped', 'hours'],
        ['T083', -30, -30, 'skipped', 'hours'],
      ])
      const at20 = cron('20,50 * * * *')
      expect(told({ ...at20, ...quiet('move') }, nine - 11 * minute, nine - 11 * minute)).toEqual([
        ['T085', -10, 0, 'planned', undefined],
      ])
    })

    it('counts lateness from the moved time, and misfires in the order of those that go', () => {
      const at20 = { ...cron('20,50 * * * *'), ...quiet('move') }
      const late = (minutes: number) => told(at20, nine - 61 * minute, nine + minutes * minute)
      expect(late(15)).toEqual([
        ['T082', -40, -40, 'skipped', 'hours'],
        ['T085', -10, 0, 'planned', undefined],
      ])
      expect(late(16).at(-1)).toEqual(['T085', -10, 0, 'expired', 'late'])
      expect(late(20)).toEqual([
        ['T082', -40, -40, 'skipped', 'hours'],
        ['T085', -10, 0, 'expired', 'late'],
        ['T092', 20, 20, 'planned', undefined],
      ])
    })

    it('says when it may leave, and lets no retry reach beyond', () => {
      const [launch] = mintingOf(
        { ...cron('55 7 * * *'), ...quiet('skip') },
        nine - 66 * minute,
        nine - 65 * minute,
        9,
      ).launches
      const due = nine - 65 * minute
      expect(launch).toMatchObject({
        open: [[due, due + 5 * minute]],
        sendUntil: due + 15 * minute,
        retryUntil: due + 5 * minute - 1,
      })
      const [free] = mintingOf({ ...cron('5 9 * * *'), ...quiet('skip') }, nine, nine + 4 * minute, 9).launches
      expect(free).not.toHaveProperty('open')
    })

    it('opens a launch again where its lateness reaches beyond the hours', () => {
      const patient = { ...cron('55 7 * * *', { maxLateness: 120 * minute }), ...quiet('skip') }
      const due = nine - 65 * minute
      expect(mintingOf(patient, due - 1, due, 9).launches[0]?.open).toEqual([
        [due, due + 5 * minute],
        [nine, due + 120 * minute + 1],
      ])
    })

    it('plans the retries of one up to the next that goes', () => {
      const minutely = { ...schedule({ maxLateness: 180 * minute }), ...quiet('skip') }
      expect(mintingOf(minutely, nine - 62 * minute, nine - 61 * minute - 30_000, 9).launches[0]).toMatchObject({
        due: nine - 61 * minute,
        retryUntil: nine,
      })
    })

    it('plans the retries of one past what is left out', () => {
      const event = { start: '2026-11-23T09:00:10', end: '2026-11-23T09:00:30', zone: 'UTC' }
      const when: Schedule['when'] = {
        timezone: 'UTC',
        entries: [{ kind: 'every', every: 20_000, anchor: 0, timezone: 'UTC' }],
      }
      const each = { ...schedule(), when, except: [{ name: 'works', events: [event] }] }
      const retries = mintingOf(each, nine - 1, nine, 9).launches.map(({ retryUntil }) => (retryUntil - nine) / 1_000)
      expect(retries.slice(0, 1)).toEqual([40])
    })

    it('guards a day by what goes on it, moves counted in', () => {
      // Due on Monday night alone, and mailed on Tuesday.
      const night = { quietHours: { from: '22:00', to: '08:00', does: 'move' } } as const
      const monday = { ...cron('0 23 * * 1'), ...night }
      const eleven = Date.UTC(2026, 10, 23, 23)
      expect(mintingOf(monday, eleven - 1, eleven, 9).launches[0]).toMatchObject({
        due: eleven + 540 * minute,
        guard: { maxPerDay: 1, since: Date.UTC(2026, 10, 24) },
      })
      const both = { ...cron('0 12,23 * * *'), ...night }
      expect(mintingOf(both, eleven - 1, eleven, 9).launches[0]?.guard?.maxPerDay).toBe(2)
    })

    it('does not doubt what was left out before the store forgot', () => {
      const each = { ...schedule(), ...quiet('skip') }
      expect(told(each, nine - 2 * minute, nine, nine).map(row => row[3])).toEqual(['skipped', 'unknown', 'planned'])
    })

    it('counts runs by what goes', () => {
      const when: Schedule['when'] = {
        timezone: 'UTC',
        entries: [{ kind: 'cron', pattern: '*/20 * * * *', timezone: 'UTC', from: nine - 60 * minute }],
        maxRuns: 2,
      }
      // 08:00, 08:20 and 08:40 are left out; 09:00 and 09:20 are the two runs.
      const each = { ...schedule(), when, ...quiet('skip') }
      const states = told(each, nine - 61 * minute, nine + 60 * minute).map(([, nominal, , state]) => [nominal, state])
      expect(states).toEqual([
        [-60, 'skipped'],
        [-40, 'skipped'],
        [-20, 'skipped'],
        [0, 'expired'],
        [20, 'expired'],
      ])
      expect(mintingOf(each, nine + 60 * minute, nine + 60 * minute, 9).next).toBeUndefined()
    })
  })

  it('of a schedule whose last due time has passed asks for no further look', () => {
    const once = { kind: 'at', times: ['2026-11-23T09:01'], timezone: 'UTC' } as const
    const over: Schedule = { ...schedule(), when: { timezone: 'UTC', entries: [once] } }
    expect(mintingOf(over, now, now, 500)).toMatchObject({ launches: [{ key: 's@20261123T0901' }], next: undefined })
  })

  it('with jitter goes by nominal times, and judges lateness by when a launch really goes', () => {
    const shifted: Schedule = { ...schedule(), when: { ...schedule().when, jitter: { upTo: minute, shift: 40_000 } } }
    const { launches, watermark, next } = mintingOf(shifted, nine - 2 * minute, now, 500)
    expect(launches.map(({ key, nominal, due, missed }) => [key, nominal, due, missed?.state])).toEqual([
      ['s@20261123T0859Z', nine - minute, nine - 20_000, undefined],
      ['s@20261123T0900Z', nine, nine + 40_000, undefined],
      ['s@20261123T0901Z', nine + minute, nine + minute + 40_000, undefined],
    ])
    expect({ watermark, next }).toEqual({ watermark: now + horizon, next: nine + 2 * minute })
  })

  it('counts the launches of a day by when they really go', () => {
    const daily = { kind: 'cron', pattern: '50 23 * * *', timezone: 'UTC' } as const
    const when = { timezone: 'UTC', entries: [daily], jitter: { upTo: 20 * minute, shift: 15 * minute } }
    const midnight = Date.UTC(2026, 10, 24)
    const [launch] = mintingOf({ ...schedule(), when }, midnight - 11 * minute, midnight - 11 * minute, 1).launches
    expect(launch).toMatchObject({ due: midnight + 5 * minute, guard: { maxPerDay: 1, since: midnight } })
  })
})
