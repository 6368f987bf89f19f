/** plan and apply, from edit to edit. What a service does meanwhile is told in test/flows/plan.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { canary, type Declared } from '../flows/project.ts'
import { ProjectHere } from './project-here.ts'

let project: ProjectHere
beforeAll(async () => {
  project = await ProjectHere.open()
})
afterAll(() => project.close())

const daily = (name: string, pattern = '0 9 * * *'): Declared => ({
  name,
  when: `{ cron: "${pattern}" }`,
  launch: '{ id: 90 }',
})
const stepSchema = z.object({ schedule: z.string() })
const planSchema = z.object({
  plan: z.string(),
  added: z.array(stepSchema),
  changed: z.array(stepSchema),
  removed: z.array(stepSchema),
})
const plan = async () => planSchema.parse(JSON.parse((await project.run('plan', '--json')).stdout))
const audit = async () => (await project.run('audit', '--json')).stdout
const planned = async () => JSON.parse((await project.run('launches', 'list', '--state', 'planned', '--json')).stdout)

describe('plan and apply', () => {
  it('show what an edit does to due times, apply it under its hash, and refuse that hash after another edit', async () => {
    await project.begin(daily('digest'))
    const first = await plan()
    expect(first).toMatchObject({ added: [{ schedule: 'digest' }], changed: [], removed: [] })
    expect((await project.run('apply', '--plan', first.plan)).code).toBe(0)
    expect(await project.run('plan', '--exit-code')).toMatchObject({ code: 0 })

    project.declare(daily('digest', '30 9 * * *'))
    const shown = await project.run('plan', '--exit-code')
    expect(shown.code).toBe(3)
    expect(shown.stdout).toContain('~ digest')
    expect(shown.stdout).toContain('when.cron: "0 9 * * *" -> "30 9 * * *"')
    expect(shown.stdout).toMatch(/0 appear, 0 vanish, (29|30) move/)
    const second = await plan()
    project.declare(daily('digest', '45 9 * * *'))
    const refused = await project.run('apply', '--plan', second.plan)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('no longer holds') })
    expect((await plan()).changed).toHaveLength(1)

    const third = await plan()
    expect((await project.run('apply', '--plan', third.plan.slice(0, 8))).code).toBe(0)
    expect((await plan()).changed).toHaveLength(0)
    // The same hash again: it was for what is stored no more.
    expect((await project.run('apply', '--plan', third.plan)).code).toBe(1)
    expect(JSON.parse(await audit())).toMatchObject([
      { what: 'schedule changed', subject: 'schedule:digest', why: `plan ${third.plan}` },
      { what: 'schedule added', subject: 'schedule:digest' },
    ])
  })

  it('remove nothing that is not named, and ask nothing where there is no terminal', async () => {
    await project.begin(daily('stays'), daily('goes'))
    expect((await project.run('apply')).code).toBe(2)
    expect((await project.run('apply', '--yes')).code).toBe(0)
    project.declare(daily('stays'))
    const unnamed = await project.run('apply', '--yes')
    expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('--confirm-remove goes') })
    expect((await project.run('apply', '--yes', '--confirm-remove', 'stays')).code).toBe(2)
    expect((await plan()).removed).toMatchObject([{ schedule: 'goes' }])
    expect((await project.run('apply', '--yes', '--confirm-remove', 'goes')).code).toBe(0)
    expect((await plan()).removed).toEqual([])
  })

  it('leave a launch where a time is moved away and back', async () => {
    const at = new Date(Date.now() + 40_000).toISOString().slice(0, 19)
    const away = new Date(Date.now() + 7_200_000).toISOString().slice(0, 19)
    const premiere = (time: string): Declared => ({
      name: 'premiere',
      when: `{ at: "${time}Z" }`,
      launch: '{ id: 90 }',
    })
    await project.begin(premiere(at))
    await project.run('apply', '--yes')
    const [launch] = await planned()
    project.declare(premiere(away))
    await project.run('apply', '--yes')
    expect(await planned()).toEqual([])
    project.declare(premiere(at))
    await project.run('apply', '--yes')
    expect(await planned()).toEqual([launch])
  })
})

describe('a time in at that has passed', () => {
  it('is refused by plan, which offers nothing then and ends with 2, and by apply before it asks', async () => {
    await project.begin({ name: 'premiere', when: '{ at: 2026-01-01T09:00 }', launch: '{ id: 90 }' })
    const shown = await project.run('plan')
    expect(shown.code).toBe(2)
    expect(shown.stderr).toContain('premiere.when.at: 20260101T0900 has passed')
    expect(shown.stderr).not.toMatch(/To apply it|is in the past/)
    const object = await project.run('plan', '--json')
    expect(object.code).toBe(2)
    expect(JSON.parse(object.stdout)).toMatchObject({
      refused: [
        {
          file: 'jobs/all.yaml',
          sentence: expect.stringContaining('20260101T0900 has passed'),
        },
      ],
    })
    const applied = await project.run('apply')
    expect(applied.code).toBe(2)
    expect(applied.stderr).toContain('has passed')
    expect(applied.stderr).not.toContain('To apply it')
  })

  it('is no word of plan and apply once it is stored, and what validate says generally', async () => {
    const premiere = { name: 'premiere', when: '{ at: 2026-01-01T09:00, ifPast: skip }', launch: '{ id: 90 }' }
    await project.begin(premiere)
    expect((await project.run('apply', '--yes')).code).toBe(0)
    project.declare({ ...premiere, when: '{ at: 2026-01-01T09:00 }' })
    expect((await project.run('validate')).stdout).toContain('is in the past')
    for (const command of [['plan'], ['apply', '--yes'], ['plan']]) {
      const { code, stdout, stderr } = await project.run(...command)
      expect(code).toBe(0)
      expect(stdout + stderr).not.toContain('past')
    }
  })
})

describe('import crontab', () => {
  it('makes a new file that plan understands, never over an old one, and prints no token', async () => {
    await project.begin()
    const url = `http://127.0.0.1:9/api/v1.1/campaigns/broadcasts/start`
    project.write('team.crontab', `0 9 * * 1 curl -d '{"token":"${canary}","id":90}' ${url} >/dev/null\n`)
    const args = ['import', 'crontab', 'FOLDER/team.crontab', '--timezone', 'Europe/Riga']
    const first = await project.run(...args, '--out', 'FOLDER/jobs/from-cron.yaml')
    expect(first).toMatchObject({ code: 0, stdout: '' })
    expect(first.stderr).toContain('equal for the next 400 days')
    expect(first.stderr).toContain('The token of line 1 is left out: accounts.main.token')
    expect(await plan()).toMatchObject({ added: [{ schedule: 'mailing-90' }] })
    expect(await project.run(...args, '--out', 'FOLDER/jobs/from-cron.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not overwritten'),
    })
    const printed = await project.run(...args)
    expect(printed.stdout).toContain('mailing-90:')
    expect(first.stderr + printed.stdout + printed.stderr).not.toContain(canary)
    project.write('empty.crontab', '@daily true\n')
    expect((await project.run('import', 'crontab', 'FOLDER/empty.crontab')).code).toBe(1)
  })
})
