import { describe, expect } from 'vitest'
import { readPauses } from '../../src/launches/pause.ts'
import type { Altcraft } from '../../src/sandbox/altcraft.ts'
import { configFor, type Declared, schedules, until } from './project.ts'
import { story } from './story.ts'

const jobs = (altcraft: Altcraft, ...declared: Declared[]) => ({
  'config/sendoff.yaml': configFor(altcraft.url),
  'jobs/all.yaml': schedules(...declared),
})

describe('a schedule that is paused and resumed', () => {
  story(
    'launches nothing that is due meanwhile, over a kill and a restart, and each has its record',
    async ({ altcraft, create }) => {
      const project = await create(
        jobs(altcraft, {
          name: 'offers',
          when: '{ every: 1s }',
          launch: '{ id: 90 }',
          policy: '{ misfire: all, overlap: allow }',
        }),
      )
      const first = await project.serve()
      await until(() => altcraft.launches().length >= 2)
      expect(await project.run('schedules', 'pause', 'offers', '--reason', 'new template')).toMatchObject({ code: 0 })
      const left = async () => (await project.records({ state: 'skipped' })).length
      await until(async () => (await left()) >= 2)
      await first.stop('SIGKILL')
      const before = altcraft.launches().length
      const second = await project.serve()
      const afterKill = await left()
      await until(async () => (await left()) > afterKill)
      expect(altcraft.launches()).toHaveLength(before)
      expect(await project.run('schedules', 'resume', 'offers', '--reason', 'it is done')).toMatchObject({ code: 0 })
      await until(() => altcraft.launches().length >= before + 2)
      await second.stop()

      const shown = await project.run('audit', '--subject', 'schedule:offers', '--json')
      const [resumed, paused] = JSON.parse(shown.stdout)
      const [pause] = readPauses(`[${paused.after}]`)
      const rows = (await project.launches()).reverse()
      const dues = rows.map(row => Date.parse(row.due))
      expect(dues.slice(1).map((due, index) => due - (dues[index] ?? 0))).toEqual(dues.slice(1).map(() => 1_000))
      const within = rows.filter(
        ({ due }) => Date.parse(due) >= (pause?.from ?? 0) && Date.parse(due) < Date.parse(resumed.at),
      )
      expect(within.length).toBeGreaterThanOrEqual(3)
      expect(new Set(within.map(({ state, reason }) => `${state} ${reason}`))).toEqual(
        new Set(['skipped paused: new template']),
      )
      expect(rows.filter(({ state }) => state === 'launched')).toHaveLength(altcraft.launches().length)
      const explained = await project.run('explain', within[0]?.key ?? '')
      expect(explained.stdout).toMatch(/: pause - new template$/m)
    },
  )
})

describe('running a schedule now', () => {
  story(
    'launches it under a key of its own, and once more only for somebody who says what that repeats',
    async ({ altcraft, create }) => {
      const project = await create(
        jobs(altcraft, { name: 'daily', when: '{ cron: "0 9 1 1 *" }', launch: '{ id: 90, override_limit: 300 }' }),
      )
      await project.serve()
      expect((await project.run('schedules', 'run', 'daily', '--reason', 'tariff is raised')).code).toBe(2)
      const { code, stdout } = await project.run(
        'schedules',
        'run',
        'daily',
        '--reason',
        'tariff',
        '--yes',
        '--wait',
        '--json',
      )
      expect(code).toBe(0)
      const launch = JSON.parse(stdout)
      expect(launch).toMatchObject({
        state: 'launched',
        origin: 'manual',
        schedule: 'daily',
        request: { id: 90, override_limit: 300 },
      })
      expect(launch.key).toMatch(/^daily-run-\d{8}T\d{6}-[0-9a-f]{8}$/)

      const again = await project.run('schedules', 'run', 'daily', '--reason', 'again', '--yes')
      expect(again.code).toBe(2)
      const time = /--confirm-duplicate (\d\d:\d\d)/.exec(again.stderr)?.[1] ?? ''
      const meant = await project.run(
        'schedules',
        'run',
        'daily',
        '--reason',
        'again',
        '--yes',
        '--wait',
        '--confirm-duplicate',
        time,
      )
      expect(meant.code).toBe(0)
      await project.run('schedules', 'pause', 'daily', '--reason', 'new template')
      const paused = await project.run(
        'schedules',
        'run',
        'daily',
        '--reason',
        'again',
        '--yes',
        '--confirm-duplicate',
        time,
      )
      expect(paused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^daily is paused by .*: new template\. /),
      })
      expect(altcraft.launches().map(({ mailing }) => mailing)).toEqual([90, 90])
      const [row] = JSON.parse((await project.run('schedules', 'list', '--json')).stdout)
      expect(row).toMatchObject({ name: 'daily', next: null, completed: false, paused: { reason: 'new template' } })
      expect(row.last).toMatchObject({ state: 'launched', error: 0 })
    },
  )
})

describe('the calendar of the files', () => {
  story('needs no Redis, and says what is wrong with them', async ({ altcraft, create }) => {
    const project = await create(jobs(altcraft, { name: 'daily', when: '{ cron: "0 9 * * *" }', launch: '{ id: 90 }' }))
    const env = { REDIS_URL: 'redis://127.0.0.1:1' }
    const files = await project.start(['calendar', '--files', '--days', '2', '--json'], env).ended
    expect(files.code).toBe(0)
    expect(JSON.parse(files.stdout)).toHaveLength(2)
    expect((await project.start(['calendar'], env).ended).code).toBe(5)
    await project.write(
      'jobs/all.yaml',
      schedules({ name: 'daily', when: '{ cron: "0 9 * *" }', launch: '{ id: 90 }' }),
    )
    const wrong = await project.start(['calendar', '--files'], env).ended
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('has 4 fields') })
  })
})
