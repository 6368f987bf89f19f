import { afterEach, describe, expect, it } from 'vitest'
import { startAltcraft } from '../../src/sandbox/altcraft.ts'
import { canary, configFor, type Declared, Project, schedules } from './project.ts'

let project: Project
afterEach(() => project.remove())

const weekly = {
  name: 'weekly',
  when: '{ cron: "0 9 * * 1" }',
  launch: `{ id: 90, content: { week: "{{ due | isoWeek }}", until: "{{ due | plus:'6d' | locale:'ru' | date:'d MMMM' }}" } }`,
}
const from = ['--from', '2026-11-02T00:00:00Z', '--next', '2']
const make = (...declared: readonly Declared[]) =>
  Project.create({ 'config/sendoff.yaml': configFor('http://127.0.0.1:9'), 'jobs/all.yaml': schedules(...declared) })

describe('a preview', () => {
  it('says in words when, and shows the content of each due time as it will be sent', async () => {
    project = await make(weekly)
    const { stdout, code } = await project.run('preview', ...from)
    expect(code).toBe(0)
    expect(stdout).toBe(`weekly  (UTC)
  At 09:00, on Monday
  Mon 2026-11-02T09:00:00+00:00  2026-11-02T09:00:00.000Z
    content {"week":"45","until":"8 ноября"}
  Mon 2026-11-09T09:00:00+00:00  2026-11-09T09:00:00.000Z
    content {"week":"46","until":"15 ноября"}
`)
  })

  it('speaks Russian where it is asked to, and JSON', async () => {
    project = await make(weekly, { name: 'plain', when: '{ every: 2h }', launch: '{ id: 1, content: { a: "{b}" } }' })
    expect((await project.run('preview', '--lang', 'ru', ...from)).stdout).toContain('\n  В 09:00, в понедельник\n')
    const rows = JSON.parse((await project.run('preview', '--json', ...from)).stdout)
    expect(rows[0]).toMatchObject({ words: 'At 09:00, on Monday', content: { week: '45', until: '8 ноября' } })
    expect(rows[2]).toMatchObject({ words: 'Every 2 hours, counted from midnight UTC', content: { a: '{b}' } })
    expect((await project.run('preview', '--lang', 'de')).code).toBe(2)
  })

  it('is refused, with the place inside the text, where a date is misspelt', async () => {
    project = await make({ ...weekly, launch: `{ id: 90, content: { week: "Week {{ due | isoweek }}" } }` })
    const { code, stdout } = await project.run('validate')
    expect(code).toBe(2)
    expect(stdout).toContain(
      'jobs/all.yaml:6:55: weekly.launch.content.week: "isoweek" is not a filter; did you mean "isoWeek"?',
    )
  })
})

describe('a launch by hand', () => {
  it('writes the dates of its content out in the zone that was given', async () => {
    const altcraft = await startAltcraft({ token: canary })
    project = await Project.create({ 'config/sendoff.yaml': configFor(altcraft.url), 'jobs/all.yaml': schedules() })
    const content = JSON.stringify({ day: "{{ due | date:'yyyy-MM-dd HH' }}" })
    const bare = await project.run('launch', '90', '--yes', '--content', content)
    expect(bare).toMatchObject({ code: 2, stderr: '--content holds dates: say in which zone with --timezone\n' })
    const wrong = await project.run('launch', '90', '--yes', '--timezone', 'UTC', '--content', '{"a":["x {{ name }}"]}')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('--content: a[0], character 6: "name" is not a date expression')
    const at = ['--at', '2099-12-31T23:30:00Z', '--timezone', 'Asia/Tokyo']
    const asked = await project.run('launch', '90', '--content', content, ...at)
    expect(asked.stderr).toContain('content {"day":"2100-01-01 08"}')
    const made = await project.run('launch', '90', '--yes', '--content', content, ...at)
    expect(made.code).toBe(0)
    const shown = JSON.parse((await project.run('launches', 'show', made.stdout.trim(), '--json')).stdout)
    expect(shown.request.content).toEqual({ day: '2100-01-01 08' })
    await altcraft.close()
  })
})
