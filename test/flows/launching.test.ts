import { describe, expect } from 'vitest'
import type { Altcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { configFor, type Declared, type Row, schedules, until } from './project.ts'
import { story } from './story.ts'

const jobs = (altcraft: Altcraft, ...declared: Declared[]) => ({
  'config/sendoff.yaml': configFor(altcraft.url),
  'jobs/all.yaml': schedules(...declared),
})
const ended = (rows: readonly Row[]) => rows.filter(row => row.state !== 'planned')

describe.concurrent('a schedule', () => {
  story(
    'launches its mailing at each due time, as JSON or as XML, with its parameters, and says what came of it',
    async ({ altcraft, create }) => {
      const launch =
        '{ id: 90, override_source_type: segment, override_source_id: 7, override_limit: 300, content: { city: "Rīga <&>" }, attach: [{ file: a.csv }] }'
      const other = `  other: { baseUrl: "${altcraft.url}", token: { env: ALTCRAFT_TOKEN }, format: xml }\n`
      const project = await create({
        'config/sendoff.yaml': configFor(altcraft.url, other),
        'jobs/json.yaml': schedules({ name: 'in-json', when: '{ every: 2s }', launch }),
        'jobs/xml.yaml': schedules({
          name: 'in-xml',
          when: '{ every: 2s }',
          launch: launch.replace('90', '91'),
        }).replace('account: main', 'account: other'),
        'jobs/a.csv': 'a,b\n',
      })
      const service = await project.serve()
      const started = (mailing: number) => altcraft.launches().filter(each => each.mailing === mailing)
      await until(() => started(90).length >= 3 && started(91).length >= 3)
      expect((await service.stop()).code).toBe(0)
      const all = (await project.launches('--state', 'launched')).reverse()
      for (const [schedule, account, mailing, format] of [
        ['in-json', 'main', 90, 'json'],
        ['in-xml', 'other', 91, 'xml'],
      ] as const) {
        const rows = all.filter(row => row.schedule === schedule)
        expect(rows).toHaveLength(started(mailing).length)
        const fine = { error: 0, error_text: 'Successful operation', attempts: 1 }
        expect(rows[0]).toMatchObject({ account, mailing, origin: 'schedule', ...fine })
        const dues = rows.map(row => Date.parse(row.due))
        expect(dues.slice(1).map((due, index) => due - (dues[index] ?? 0))).toEqual(dues.slice(1).map(() => 2_000))
        const shown = JSON.parse((await project.run('launches', 'show', rows[0]?.key ?? '', '--json')).stdout)
        expect(shown.request).toMatchObject({
          id: mailing,
          override_source_type: 'segment',
          override_limit: 300,
          content: { city: 'Rīga <&>' },
        })
        expect(started(mailing)[0]).toMatchObject({ request_id: shown.requestId, format })
      }
    },
  )

  story(
    'whose first attempt meets a transient failure is tried again with the same Request-ID, and launched',
    async ({ altcraft, create }) => {
      altcraft.setFaults([parseFault('status=429:retry-after=1:x1')])
      const project = await create(
        jobs(altcraft, {
          name: 'offers',
          when: '{ every: 30m, anchor: "2026-01-01T00:00:00Z" }',
          launch: '{ id: 90 }',
        }),
      )
      await project.serve()
      const { code, stdout } = await project.run('launch', '90', '--account', 'main', '--yes', '--wait', '--json')
      expect(code).toBe(0)
      const launch = JSON.parse(stdout)
      expect(launch.attempts.map((attempt: { outcome: string }) => attempt.outcome)).toEqual([
        'notLaunched',
        'launched',
      ])
      expect(Date.parse(launch.attempts[1].start) - Date.parse(launch.attempts[0].end)).toBeGreaterThanOrEqual(1_000)
      expect(altcraft.launches().map(started => started.request_id)).toEqual([launch.requestId])
    },
  )

  story('that the platform refuses is rejected with its word, and not tried again', async ({ altcraft, create }) => {
    const project = await create(
      jobs(altcraft, {
        name: 'refused',
        when: '{ every: 1h }',
        launch: '{ id: 900402 }',
        policy: '{ preflight: off }',
      }),
    )
    await project.serve()
    const { code, stdout } = await project.run('launch', '900402', '--yes', '--wait', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ state: 'rejected', error: 402, attempts: [{ outcome: 'refused' }] })
    expect(altcraft.requests()).toBe(1)
  })
})

describe.concurrent('attempts whose end nobody knows', () => {
  story(
    'are not sent again, whatever is restarted: what was started is seen in the log, the rest stays unknown',
    async ({ altcraft, create }) => {
      const executed = ['drop-after', 'reset-after', 'silent-after', 'status-after=502', 'html-after']
      const lost = ['drop', 'status=500']
      // Each fault strikes once: a second request for the mailing would be executed, and seen.
      const faults = [...executed, ...lost].map((fault, index) => parseFault(`${fault}:id=${index + 1}:on=start:x1`))
      altcraft.setFaults(faults)
      // So many in a row would open the breaker, and what is sent after them would wait for it.
      const brakes = '    breaker: { failures: off }\n'
      const project = await create({ ...jobs(altcraft), 'config/sendoff.yaml': configFor(altcraft.url, brakes) })
      const service = await project.serve()
      const ids = faults.map((_, index) => String(index + 1))
      const ended = await Promise.all(ids.map(id => project.run('launch', id, '--yes', '--wait', '--json')))
      expect(ended.map(({ code }) => code)).toEqual(ids.map(() => 7))
      await service.stop('SIGKILL')
      const again = await project.serve()
      expect((await project.run('launch', '91', '--yes', '--wait')).code).toBe(0)
      await until(async () => (await project.records({ state: 'launched' })).length === executed.length + 1)
      await again.stop()
      const starts = altcraft.launches().map(({ mailing }) => mailing)
      expect(starts.sort((a, b) => a - b)).toEqual([...executed.keys()].map(index => index + 1).concat(91))
      expect(await project.launches('--state', 'unknown')).toHaveLength(lost.length)
    },
  )
})

describe.concurrent('two processes', () => {
  story('make one launch of each due time', async ({ altcraft, create }) => {
    const project = await create(
      jobs(altcraft, { name: 'offers', when: '{ every: 1s }', launch: '{ id: 90 }', policy: '{ overlap: allow }' }),
    )
    const services = await Promise.all([project.serve(), project.serve()])
    await until(() => altcraft.launches().length >= 6)
    await Promise.all(services.map(service => service.stop()))
    const rows = ended(await project.launches())
    expect(rows.filter(row => row.state === 'launched')).toHaveLength(altcraft.launches().length)
    expect(new Set(altcraft.launches().map(started => started.request_id)).size).toBe(altcraft.launches().length)
    expect(new Set(rows.map(row => row.due)).size).toBe(rows.length)
  })
})

describe.concurrent('a restart', () => {
  story(
    'keeps what was due: a killed service comes back, its Redis with its data, and no due time is without a record',
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
      await first.stop('SIGKILL')
      const before = altcraft.launches().length
      const second = await project.serve()
      await until(() => altcraft.launches().length >= before + 5)
      await second.stop()
      const rows = (await project.launches()).reverse()
      const dues = rows.map(row => Date.parse(row.due))
      expect(dues.slice(1).map((due, index) => due - (dues[index] ?? 0))).toEqual(dues.slice(1).map(() => 1_000))
      const launched = rows.filter(row => row.state === 'launched').length
      const unknown = rows.filter(row => row.state === 'unknown' || row.state === 'sending').length
      expect(altcraft.launches().length - launched).toBeLessThanOrEqual(unknown)
      expect(new Set(altcraft.launches().map(started => started.request_id)).size).toBe(altcraft.launches().length)
    },
  )

  story(
    'of a schedule that was changed in its file applies the change and drops nothing',
    async ({ altcraft, create }) => {
      const project = await create(jobs(altcraft, { name: 'offers', when: '{ every: 1s }', launch: '{ id: 90 }' }))
      const first = await project.serve()
      await until(() => altcraft.launches().length >= 2)
      await first.stop()
      await project.write('jobs/all.yaml', schedules({ name: 'offers', when: '{ every: 1s }', launch: '{ id: 91 }' }))
      const loud = await project.serve([])
      expect(loud.stdout).toContain('THE FILES AND THE STORED SCHEDULES DIFFER')
      await loud.stop()
      const second = await project.serve(['--apply'])
      await until(() => altcraft.launches().some(started => started.mailing === 91))
      await second.stop()
      const rows = await project.launches()
      const dues = rows.map(row => Date.parse(row.due)).reverse()
      expect(dues.slice(1).map((due, index) => due - (dues[index] ?? 0))).toEqual(dues.slice(1).map(() => 1_000))
      expect(new Set(rows.map(row => row.key)).size).toBe(rows.length)
    },
  )
})

describe.concurrent('stopping', () => {
  story('waits for the request in flight', async ({ altcraft, create }) => {
    altcraft.setFaults([parseFault('delay=1s')])
    const project = await create(jobs(altcraft))
    const service = await project.serve()
    await project.run('launch', '90', '--yes')
    await until(() => altcraft.requests() === 1)
    const { code } = await service.stop()
    expect(code).toBe(0)
    expect(await project.launches()).toMatchObject([{ state: 'launched' }])
  })

  story('with a deadline that is too short leaves what is in flight as unknown', async ({ altcraft, create }) => {
    altcraft.setFaults([parseFault('silent-after')])
    const project = await create(jobs(altcraft))
    const service = await project.serve([], { SENDOFF_WORKER__DRAIN_TIMEOUT: '200ms' })
    await project.run('launch', '90', '--yes')
    await until(() => altcraft.requests() === 1)
    await service.stop()
    expect(await project.launches()).toMatchObject([{ state: 'unknown', attempts: 1 }])
  })

  story('twice ends at once', async ({ altcraft, create }) => {
    altcraft.setFaults([parseFault('silent-after')])
    const project = await create(jobs(altcraft))
    const service = await project.serve()
    await project.run('launch', '90', '--yes')
    await until(() => altcraft.requests() === 1)
    service.process.kill('SIGTERM')
    await until(() => service.stdout.includes('"serviceStopping"'))
    expect((await service.stop('SIGTERM')).code).toBe(130)
  })
})
