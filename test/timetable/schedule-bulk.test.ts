/** `bulk:` of a schedule file, and what its due times submit. */
import { describe, expect, it } from 'vitest'
import { mintingOf } from '../../src/timetable/minting.ts'
import { storedSchedule, storedText } from '../../src/timetable/store.ts'
import { at, file, problemsOf, read } from './schedule-text.ts'

const bulk = (keys: string) => file({ rest: `bulk: { ${keys} }` })

describe('a file of rows in a schedule', () => {
  it('is stored as it is written, and submitted with the hours and the lateness of its schedule', () => {
    const rest = `bulk: { source: ../data/a.csv, key: k, pace: { perMinute: 30 } }
    quietHours: { from: "22:00", to: "08:00", then: move }
    policy: { maxLateness: 1h }`
    const [schedule] = read(file({ rest })).schedules
    if (!schedule) throw new Error('no schedule')
    const written = { source: '../data/a.csv', key: 'k', pace: { perMinute: 30 } }
    expect(schedule.bulk).toEqual(written)
    const stored = storedSchedule(storedText(schedule))
    const monday = Date.parse('2026-11-23T08:00:00Z')
    const [launch] = mintingOf(stored, monday - 1_000, monday - 500, 10).launches
    expect(launch?.submission).toEqual({
      ...written,
      lateness: 3_600_000,
      hours: { timezone: 'Europe/Berlin', quietHours: { from: '22:00', to: '08:00', does: 'move' } },
    })
  })

  it.each([
    ['key: k', '7:5', 'digest.bulk: source is missing (text that is not empty)'],
    ['source: "-"', '7:21', 'digest.bulk.source: must be a file: nobody pipes one into a schedule'],
    [
      'source: a.csv, columns: { override_limits: n }',
      '7:56',
      'digest.bulk.columns.override_limits: "override_limits" is no field of a launch: use id, override_source_type, override_source_id, override_limit, attach or content.NAME; did you mean "override_limit"?',
    ],
    [
      'source: a.csv, pace: { perHour: 3 }',
      '7:36',
      'digest.bulk.pace: unknown key "perHour"; did you mean "perMinute"?',
    ],
    [
      'source: a.csv, stopAfter: { percent: 0 }',
      '7:50',
      'digest.bulk.stopAfter.percent: must be a number above 0, at most 100, got 0',
    ],
  ])('is refused with { %s }', (keys, place, sentence) => {
    expect(problemsOf(bulk(keys))).toEqual(at(place, sentence))
  })
})
