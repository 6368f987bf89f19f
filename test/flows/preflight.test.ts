import { describe, expect } from 'vitest'
import { configFor, schedules, until } from './project.ts'
import { story } from './story.ts'

const told = (text: string, event: string) => text.split('\n').filter(line => line.includes(`"${event}"`))
const digest = (policy: string) => schedules({ name: 'digest', when: '{ every: 30s }', launch: '{ id: 90 }', policy })

describe.concurrent('a mailing that somebody switched off', () => {
  story(
    'is told before the hour, once for each due time by two processes, in doctor and explain, and told again when it is active',
    async ({ altcraft, create }) => {
      altcraft.setMailing(90, 'inactive')
      const project = await create({
        'config/sendoff.yaml': configFor(altcraft.url),
        'jobs/all.yaml': digest('{ preflight: 25s }'),
      })
      const [first, second] = [await project.serve(), await project.serve([])]
      const lines = (event: string) => told(first.stdout + second.stdout, event)
      await until(() => lines('preflightProblem').length > 0)
      expect(JSON.parse(lines('preflightProblem')[0] ?? '')).toMatchObject({
        level: expect.anything(),
        launch: expect.stringMatching(/^digest@/),
        mailing: 90,
        problem: 'inactive',
        reason: 'mailing 90 is not active in Altcraft (status Inactive)',
        do: 'Activate it in Altcraft: only active mailings can be started',
      })
      const doctor = await project.run('doctor', '--json')
      expect(JSON.parse(doctor.stdout)).toContainEqual({
        name: 'preflight',
        state: 'warn',
        says: expect.stringContaining('mailing 90 is not active'),
        do: 'Activate it in Altcraft: only active mailings can be started',
      })
      await until(async () => (await project.records({ state: 'planned' })).length > 0)
      const [planned] = await project.launches('--state', 'planned')
      expect((await project.run('explain', planned?.key ?? '')).stdout).toContain(
        'mailing 90 is not active in Altcraft',
      )
      altcraft.setMailing(90, 'active')
      await until(() => lines('preflightFine').length > 0)
      const launches = lines('preflightProblem').map(line => JSON.parse(line).launch)
      expect(new Set(launches).size).toBe(launches.length)
      expect(lines('preflightFine')).toHaveLength(1)
    },
    120_000,
  )

  story(
    'holds a launch whose owner said so, and lets it go when it is active',
    async ({ altcraft, create }) => {
      altcraft.setMailing(90, 'inactive')
      const project = await create({
        'config/sendoff.yaml': configFor(altcraft.url),
        'jobs/all.yaml': digest('{ preflight: 25s, onPreflightProblem: hold }'),
      })
      const service = await project.serve()
      await until(async () => (await project.records({ state: 'held' })).length > 0)
      const [held] = await project.launches('--state', 'held')
      expect(held?.reason).toBe('preflight: mailing 90 is not active in Altcraft (status Inactive)')
      expect((await project.run('explain', held?.key ?? '')).stdout).toContain('sendoff launches release')
      expect(altcraft.launches()).toHaveLength(0)
      altcraft.setMailing(90, 'active')
      await until(() => altcraft.launches().length > 0)
      await until(async () => (await project.records({ state: 'launched' })).length > 0)
      await service.stop()
    },
    120_000,
  )

  story(
    'goes at once when a person lets it go',
    async ({ altcraft, create }) => {
      altcraft.setMailing(90, 'inactive')
      const project = await create({
        'config/sendoff.yaml': configFor(altcraft.url),
        'jobs/all.yaml': digest('{ preflight: 25s, onPreflightProblem: hold }'),
      })
      await project.serve()
      await until(async () => (await project.records({ state: 'held' })).length > 0)
      const [held] = await project.launches('--state', 'held')
      const released = await project.run('launches', 'release', held?.key ?? '', '--reason', 'it is active by now')
      expect(released).toMatchObject({ code: 0 })
      // Altcraft has its own word: the mailing is not active.
      await until(async () => (await project.records({ state: 'rejected' })).length > 0)
    },
    120_000,
  )
})
