import { describe, expect } from 'vitest'
import { z } from 'zod'
import type { Altcraft } from '../../src/sandbox/altcraft.ts'
import { configFor, type Declared, type Project, schedules, until } from './project.ts'
import { story } from './story.ts'

const jobs = (altcraft: Altcraft, ...declared: Declared[]) => ({
  'config/sendoff.yaml': configFor(altcraft.url),
  'jobs/all.yaml': schedules(...declared),
})
const declare = (project: Project, ...declared: Declared[]) => project.write('jobs/all.yaml', schedules(...declared))
const daily = (name: string, pattern = '0 9 * * *', launch = '{ id: 90 }'): Declared => ({
  name,
  when: `{ cron: "${pattern}" }`,
  launch,
})
const stepSchema = z.object({ schedule: z.string(), dueTimes: z.object({ move: z.object({ count: z.number() }) }) })
const planSchema = z.object({
  plan: z.string(),
  added: z.array(stepSchema),
  changed: z.array(stepSchema),
  removed: z.array(stepSchema),
})
const plan = async (project: Project) => planSchema.parse(JSON.parse((await project.run('plan', '--json')).stdout))
const audit = async (project: Project) => (await project.run('audit', '--json')).stdout

describe.concurrent('plan and apply', () => {
  story('carry a former name: the history goes along, and plan says so', async ({ altcraft, create }) => {
    const project = await create(jobs(altcraft, { name: 'old', when: '{ every: 1s }', launch: '{ id: 90 }' }))
    const service = await project.serve()
    await until(() => altcraft.launches().length >= 2)
    await project.write(
      'jobs/all.yaml',
      'version: 1\ndefaults: { account: main }\nschedules:\n  new: { formerly: old, when: { every: 1s }, launch: { id: 91 } }\n',
    )
    expect((await project.run('plan')).stdout).toContain('> new  formerly old')
    expect((await project.run('apply', '--yes')).code).toBe(0)
    await until(() => altcraft.launches().some(({ mailing }) => mailing === 91))
    await service.stop()
    expect(await project.launches('--schedule', 'old')).toEqual([])
    const rows = (await project.launches('--schedule', 'new')).reverse()
    const dues = rows.map(({ due }) => Date.parse(due))
    expect(dues.slice(1).map((due, index) => due - (dues[index] ?? 0))).toEqual(dues.slice(1).map(() => 1_000))
    expect(new Set(rows.map(({ key }) => key.split('@')[0]))).toEqual(new Set(['old', 'new']))
  })
})

describe.concurrent('an apply that is killed', () => {
  story(
    'at any of its points drops nothing and repeats nothing; the next one finishes it',
    async ({ altcraft, create }) => {
      const every = (id: number): Declared => ({
        name: 'offers',
        when: '{ every: 1s }',
        launch: `{ id: ${id} }`,
        policy: '{ misfire: all, overlap: allow }',
      })
      const project = await create(jobs(altcraft, every(90)))
      const service = await project.serve()
      const launchedOf = (id: number) => altcraft.launches().filter(({ mailing }) => mailing === id)
      await until(() => launchedOf(90).length >= 2)
      const more: Declared[] = []
      for (const [index, point] of ['caughtUp', 'changed', 'listed', 'minted'].entries()) {
        const id = 91 + index
        more.push(daily(`more-${index}`))
        await declare(project, every(id), ...more)
        const killed = project.start(['apply', '--yes'], { TEST_SIGNAL_AT: `${point}=SIGKILL` })
        await killed.ended
        expect([point, killed.process.signalCode]).toEqual([point, 'SIGKILL'])
        expect((await project.run('apply', '--yes')).code).toBe(0)
        expect(await plan(project)).toMatchObject({ added: [], changed: [], removed: [] })
        await until(() => launchedOf(id).length >= 2)
      }
      await service.stop()
      const rows = (await project.launches('--schedule', 'offers')).reverse()
      const dues = rows.map(({ due }) => Date.parse(due))
      expect(dues.slice(1).map((due, index) => due - (dues[index] ?? 0))).toEqual(dues.slice(1).map(() => 1_000))
      const launched = rows.filter(({ state }) => state === 'launched')
      expect(altcraft.launches()).toHaveLength(launched.length)
      expect(new Set(altcraft.launches().map(started => started.request_id)).size).toBe(launched.length)
    },
  )
})

describe.concurrent('a start', () => {
  story(
    'launches what is stored where the files are broken or cannot be applied, loudly, and nothing where none is',
    async ({ altcraft, create }) => {
      const ticking: Declared = { name: 'offers', when: '{ every: 1s }', launch: '{ id: 90 }' }
      const past: Declared = { name: 'past', when: '{ at: "2026-01-01T10:00" }', launch: '{ id: 91 }' }
      const project = await create(jobs(altcraft, ticking, past))
      expect((await project.start(['start', '--apply']).ended).code).toBe(2)
      await declare(project, ticking)
      await (await project.serve()).stop()
      await declare(project, ticking, past)
      const service = await project.serve()
      expect(service.stdout).toContain('"reloadRefused"')
      expect(service.stdout).toContain('ifPast')
      expect(service.stdout).toContain('NOT TAKEN OVER; the 1 stored schedules stay in force')
      const before = altcraft.launches().length
      await until(() => altcraft.launches().length > before)
      await service.stop()
      await project.write('jobs/broken.yaml', 'version: 1\nschedules:\n  a: { when: { cron: "x" } }\n')
      const again = await project.serve()
      expect(again.stdout).toContain('jobs/broken.yaml:3')
      expect((await again.stop()).code).toBe(0)
      await project.write('config/sendoff.yaml', 'version: 1\naccounts: 3\n')
      expect((await project.start(['start', '--apply']).ended).code).toBe(2)
      await project.write('config/sendoff.yaml', configFor(altcraft.url))
    },
  )
})

describe.concurrent('a stored schedule that cannot be planned', () => {
  story(
    'is named with its reason by whatever lists it, can be paused, and is gone once it is removed',
    async ({ altcraft, create }) => {
      const project = await create(jobs(altcraft, daily('broken'), daily('digest')))
      const service = await project.serve()
      await project.redis.hset('{sendoff}:schedules', 'broken', '{"name":"broken"')
      const reason = 'broken cannot be planned here: what is stored cannot be read: SyntaxError'
      const [listed, shown, paused, calendar] = await Promise.all([
        project.run('schedules', 'list'),
        project.run('schedules', 'show', 'broken'),
        project.run('schedules', 'pause', 'broken', '--reason', 'what is this'),
        project.run('calendar', '--days', '2'),
      ])
      expect([listed.code, shown.code, paused.code, calendar.code]).toEqual([0, 0, 0, 0])
      expect(listed.stdout).toMatch(/^broken .* NOT PLANNED /m)
      expect(listed.stdout).toMatch(/^digest .* 09:00 /m)
      for (const text of [listed.stderr, shown.stdout, calendar.stderr]) expect(text).toContain(reason)
      expect(calendar.stdout).toContain('digest')
      await declare(project, daily('digest', '30 9 * * *'))
      expect((await project.run('plan')).stdout).toContain(
        '- broken\n    due times until now: not known, what is stored',
      )
      const applied = await project.run('apply', '--yes', '--confirm-remove', 'broken')
      expect(applied).toMatchObject({ code: 0, stderr: expect.stringContaining('WARNING: broken: what was due') })
      expect(JSON.parse(await audit(project)).map(({ what }: { what: string }) => what)).toContain(
        'due times not minted',
      )
      expect(await plan(project)).toMatchObject({ changed: [], removed: [] })
      await service.stop()
    },
  )
})

describe.concurrent('SIGHUP', () => {
  const ticking = (id: number): Declared => ({ name: 'offers', when: '{ every: 1s }', launch: `{ id: ${id} }` })

  story(
    'reads the files again: a broken one changes nothing and is told whole, a right one is applied',
    async ({ altcraft, create }) => {
      const project = await create(jobs(altcraft, ticking(90)))
      const service = await project.serve()
      await until(() => altcraft.launches().length >= 1)
      await project.write('jobs/broken.yaml', 'version: 1\nschedules:\n  a: { when: { cron: "x" } }\n')
      await declare(project, ticking(91))
      service.process.kill('SIGHUP')
      await until(() => service.stdout.includes('NOT RELOADED'))
      expect(service.stdout).toContain('jobs/broken.yaml:3')
      expect(service.stdout).toContain('launch')
      const before = altcraft.launches().length
      await until(() => altcraft.launches().length > before)
      expect(altcraft.launches().every(({ mailing }) => mailing === 90)).toBe(true)

      await project.write('jobs/broken.yaml', 'version: 1\nschedules: {}\n')
      service.process.kill('SIGHUP')
      service.process.kill('SIGHUP')
      await until(() => altcraft.launches().some(({ mailing }) => mailing === 91))
      expect(service.stdout).toContain('"schedulesSynced"')
      // A folder that is empty by mistake removes nothing.
      await project.write('jobs/all.yaml', 'version: 1\nschedules: {}\n')
      service.process.kill('SIGHUP')
      await until(() => service.stdout.includes('DECLARES NOTHING'))
      expect((await plan(project)).removed).toMatchObject([{ schedule: 'offers' }])
      expect((await service.stop()).code).toBe(0)
    },
  )

  story('only tells the difference where the service was not started with --apply', async ({ altcraft, create }) => {
    const project = await create(jobs(altcraft, ticking(90)))
    const service = await project.serve([])
    await declare(project, ticking(91))
    service.process.kill('SIGHUP')
    await until(() => service.stdout.includes('THE FILES AND THE STORED SCHEDULES DIFFER'))
    expect((await plan(project)).changed).toHaveLength(1)
    await service.stop()
  })
})
