/** Quiet and allowed hours, around the present minute, in the built command line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { canary, configFor, Project, type Row, until } from './project.ts'

let altcraft: Altcraft
let project: Project
beforeEach(async () => {
  altcraft = await startAltcraft({ token: canary })
})
afterEach(async () => {
  await project.remove()
  await altcraft.close()
})

const minute = 60_000
/** Time enough to start, and for some due times before it. */
const ahead = 12_000

const clock = (instant: number) => new Date(instant).toISOString().slice(11, 16)
const iso = (instant: number) => new Date(instant).toISOString()

describe('hours', () => {
  it('leave out, move and end what is due, in the records, in the preview and at the platform', async () => {
    // Hours begin and end with a minute.
    const turn = Math.ceil((Date.now() + ahead) / minute) * minute
    const before = clock(turn - 5 * minute)
    const quiet = (then: string) => `quietHours: { from: "${before}", to: "${clock(turn)}", then: ${then} }`
    altcraft.setFaults([parseFault('status=429:retry-after=8:id=93')])
    project = await Project.create({
      'config/sendoff.yaml': `${configFor(altcraft.url)}calendars:\n  works: { ics: works.ics }\n`,
      'works.ics': `BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
DTSTART:${iso(turn - 5 * minute).replace(/[-:]|\.000/g, '')}
DTEND:${iso(turn).replace(/[-:]|\.000/g, '')}
END:VEVENT
END:VCALENDAR
`,
      'jobs/all.yaml': `version: 1
defaults: { account: main, timezone: UTC }
schedules:
  skips:
    when: { every: 3s, anchor: ${iso(turn)} }
    ${quiet('skip')}
    launch: { id: 90 }
  moves:
    when: { every: 4s, anchor: ${iso(turn + 2_000)} }
    ${quiet('move')}
    launch: { id: 91 }
  excepted:
    when: { every: 3s, anchor: ${iso(turn)} }
    except: [works]
    launch: { id: 92 }
  ends:
    when: { at: ${iso(turn - 3_000).replace('.000', '')} }
    allowed: { hours: [{ from: "${before}", to: "${clock(turn)}" }], otherwise: skip }
    launch: { id: 93 }
`,
    })
    const preview = await project.run(
      'preview',
      'moves',
      '--from',
      iso(turn - 4_000).replace('.000', ''),
      '--next',
      '2',
    )
    expect(preview.stderr).toBe('')
    expect(preview.stdout).toContain(`${iso(turn)}  moved out of quiet hours: due `)
    const service = await project.serve()
    await until(() => [90, 91, 92].every(mailing => altcraft.launches().some(start => start.mailing === mailing)))
    // A second attempt would come now, if the hours of its schedule allowed one.
    await until(() => Date.now() > turn + 8_000)
    expect((await service.stop()).code).toBe(0)

    const rows = await project.launches()
    const of = (schedule: string) => rows.filter(row => row.schedule === schedule).reverse()
    const isBefore = (row: Row) => Date.parse(row.due) < turn
    for (const [schedule, reason] of [
      ['skips', 'hours: it was due in quiet hours, and its schedule skips what is'],
      ['excepted', 'calendar: it would have gone out in works'],
    ] as const) {
      const early = of(schedule).filter(isBefore)
      expect(early.length).toBeGreaterThan(0)
      expect(early.map(row => [row.state, row.reason])).toEqual(early.map(() => ['skipped', reason]))
      expect(of(schedule).find(row => row.due === iso(turn))).toMatchObject({ state: 'launched' })
    }
    const [moved, ...others] = of('moves').filter(row => row.due === iso(turn))
    expect(others).toEqual([])
    expect(moved).toMatchObject({ state: 'launched' })
    const shown = JSON.parse((await project.run('launches', 'show', moved?.key ?? '', '--json')).stdout)
    expect(shown).toMatchObject({ nominal: iso(turn - 2_000), due: iso(turn) })
    const early = of('moves').filter(isBefore)
    expect(early.map(row => row.reason?.split(',')[0])).toEqual(
      early.map(() => 'hours: it was moved to a moment at which a newer due time of its schedule goes'),
    )
    expect(of('ends')).toMatchObject([{ state: 'failed', attempts: 1 }])
    // Nothing reached the platform before the hours were open, nor after they had ended.
    const starts = altcraft.launches().filter(({ mailing }) => mailing !== 93)
    expect(starts.every(({ at }) => Date.parse(at) >= turn)).toBe(true)
    expect(altcraft.launches().filter(({ mailing }) => mailing === 93)).toEqual([])
  })
})
