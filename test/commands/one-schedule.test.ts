/** What people ask of one schedule, and decide about one of its due times. */
import ICAL from 'ical.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProjectHere } from './project-here.ts'

let project: ProjectHere
beforeAll(async () => {
  project = await ProjectHere.open()
})
afterAll(() => project.close())

describe('schedules show', () => {
  it('says the timetable and the hours in force in words, and has both as data', async () => {
    await project.begin({ name: 'daily', when: '{ cron: "0 9 * * *" }', launch: '{ id: 90 }' })
    const text = `version: 1
schedules:
  daily:
    account: main
    when: { cron: "0 9 * * 1", timezone: Europe/Berlin }
    quietHours: { from: "22:00", to: "08:00", then: move }
    launch: { id: 90 }
`
    project.write('jobs/all.yaml', text)
    expect(await project.run('apply', '--yes')).toMatchObject({ code: 0 })
    const shown = (await project.run('schedules', 'show', 'daily')).stdout
    expect(shown).toContain('  when     At 09:00, on Monday\n           Quiet hours 22:00-08:00: ')
    expect(shown).toContain('  zone     Europe/Berlin\n')
    expect(shown).not.toContain('"kind"')
    expect(JSON.parse((await project.run('schedules', 'show', 'daily', '--json')).stdout)).toMatchObject({
      quietHours: { from: '22:00', to: '08:00' },
      allowed: null,
      except: null,
    })
  })
})

describe('one due time of a schedule', () => {
  const year = new Date().getUTCFullYear() + 1
  const christmas = `${year}-12-24T09:00`
  const key = `daily@${year}1224T0900`

  it('is left out, shown as such, and taken back', async () => {
    await project.begin({ name: 'daily', when: '{ cron: "0 9 * * *" }', launch: '{ id: 90 }' })
    expect((await project.run('apply', '--yes')).code).toBe(0)
    const wrong = await project.run('schedules', 'skip', 'daily', '--at', `${year}-12-24T10:00`, '--reason', 'holiday')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(
      /is no coming due time of daily; its next due times are\n( {2}\w{3} .* 09:00 \+00:00 UTC\n){5}$/,
    )
    expect((await project.run('schedules', 'skip', 'dayly', '--at', christmas, '--reason', 'holiday')).stderr).toBe(
      'there is no schedule dayly; did you mean daily?\n',
    )
    expect(await project.run('schedules', 'skip', 'daily', '--at', christmas, '--reason', 'holiday')).toMatchObject({
      code: 0,
      stderr: `${key}, ${weekday(christmas)} ${year}-12-24 09:00 +00:00 UTC, is left out.\n`,
    })
    const around = ['--from', `${year}-12-23`, '--days', '3']
    const table = (await project.run('calendar', ...around)).stdout
    expect(table.split('\n').filter(line => line.includes('left out, person: holiday'))).toHaveLength(1)
    const { stdout } = await project.run('calendar', ...around, '--ics')
    const events = new ICAL.Component(ICAL.parse(stdout)).getAllSubcomponents('vevent')
    expect(events.map(event => event.getFirstPropertyValue('status'))).toEqual(['CONFIRMED', 'CANCELLED', 'CONFIRMED'])
    expect((await project.run('explain', key)).stdout).toContain(`is skipped: person: holiday`)
    expect(JSON.parse((await project.run('schedules', 'show', 'daily', '--json')).stdout).skips).toMatchObject([
      { key },
    ])

    expect((await project.run('schedules', 'unskip', 'daily', '--at', christmas)).code).toBe(0)
    expect((await project.run('schedules', 'unskip', 'daily', '--at', christmas)).code).toBe(2)
    expect((await project.run('explain', key)).stderr).toMatch(
      /yet; its due time was decided about\n.*skip - holiday\n.*unskip - /,
    )
  })
})

function weekday(date: string): string {
  return new Date(`${date}Z`).toUTCString().slice(0, 3)
}
