import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseCron } from '../../src/timetable/cron.ts'
import { occurrences, occurrencesBetween } from '../../src/timetable/due-times.ts'
import type { Timetable, When } from '../../src/timetable/schedule.ts'

const vectorSchema = z.object({
  vectors: z.array(
    z.object({
      id: z.string(),
      pattern: z.string(),
      zone: z.string(),
      from: z.string(),
      expected: z.union([z.literal('REJECT'), z.array(z.string())]),
    }),
  ),
})
const file = new URL('./cron-vectors.json', import.meta.url)
const { vectors } = vectorSchema.parse(JSON.parse(readFileSync(file, 'utf8')))

const hasSeconds = (pattern: string) => pattern.trim().split(/\s+/).length === 6
const alone = (entry: When): Timetable => ({ timezone: entry.timezone, entries: [entry] })
const cron = (pattern: string, timezone: string) =>
  alone({ kind: 'cron', pattern, timezone, seconds: hasSeconds(pattern) })

describe('the reference vectors', () => {
  it.each(vectors)('$id "$pattern" in $zone', ({ pattern, zone, from, expected }) => {
    if (expected === 'REJECT') {
      expect(parseCron(pattern).ok).toBe(false)
      return
    }
    const found: string[] = []
    for (const { due } of occurrences(cron(pattern, zone), Date.parse(from))) {
      found.push(new Date(due).toISOString().replace('.000', ''))
      if (found.length === expected.length) break
    }
    expect(found).toEqual(expected)
  })
})

describe('due times', () => {
  it('keep to from (included) and until (not included)', () => {
    const when = alone({ kind: 'every', every: 1_000, anchor: 0, timezone: 'UTC', from: 5_000, until: 8_000 })
    expect(occurrencesBetween(when, 0, 60_000).map(({ due }) => due)).toEqual([5_000, 6_000, 7_000])
  })

  it('of `every` are counted from the anchor', () => {
    const when = alone({ kind: 'every', every: 7_000, anchor: 3_000, timezone: 'UTC' })
    expect(occurrencesBetween(when, -5_000, 20_000).map(({ due }) => due)).toEqual([-4_000, 3_000, 10_000, 17_000])
  })

  it('of `at` are its local times', () => {
    const when = alone({ kind: 'at', times: ['2026-12-25T09:00', '2026-12-24T09:00'], timezone: 'Europe/Berlin' })
    expect(occurrencesBetween(when, 0, Date.UTC(2030, 0))).toEqual([
      { label: '20261224T0900', nominal: Date.parse('2026-12-24T08:00Z'), due: Date.parse('2026-12-24T08:00Z') },
      { label: '20261225T0900', nominal: Date.parse('2026-12-25T08:00Z'), due: Date.parse('2026-12-25T08:00Z') },
    ])
  })

  it('carry the local label, ~2 for the second pass of a fold, and a UTC instant for `every`', () => {
    const fold = occurrencesBetween(
      cron('0 * * * *', 'Europe/Berlin'),
      Date.parse('2026-10-24T23:30Z'),
      Date.parse('2026-10-25T01:30Z'),
    )
    expect(fold.map(({ label }) => label)).toEqual(['20261025T0200', '20261025T0200~2'])
    const every = alone({ kind: 'every', every: 90_000, anchor: 0, timezone: 'Europe/Berlin' })
    expect(occurrencesBetween(every, 0, 180_000).map(({ label }) => label)).toEqual([
      '19700101T000130Z',
      '19700101T0003Z',
    ])
  })

  it('end for a pattern whose only date has passed its until', () => {
    const over = alone({ kind: 'cron', pattern: '0 0 29 2 *', timezone: 'UTC', until: Date.UTC(2027, 0) })
    expect([...occurrences(over, Date.UTC(2025, 0))]).toEqual([])
  })
})
