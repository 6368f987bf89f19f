import { describe, expect } from 'vitest'
import type { Altcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { configFor, type Project, schedules, until } from './project.ts'
import { story } from './story.ts'

const withSettings = (altcraft: Altcraft, more: string) => ({ 'config/sendoff.yaml': configFor(altcraft.url, more) })
const launched = async (project: Project, key: string) =>
  (await project.records({ state: 'launched' })).some(record => record.key === key)

async function doubtful(altcraft: Altcraft, project: Project, fault: string): Promise<string> {
  altcraft.setFaults([parseFault(fault)])
  const { code, stdout } = await project.run('launch', '90', '--account', 'main', '--yes', '--wait', '--json')
  expect(code).toBe(7)
  return JSON.parse(stdout).key
}

describe.concurrent('a launch whose end nobody knows', () => {
  story('is ended by an identical repeat where the platform drops repeats', async ({ altcraft, create }) => {
    const project = await create(withSettings(altcraft, '    deduplication: declared\n'))
    await project.serve()
    const faults = ['drop-after', 'drop', 'status=502']
    altcraft.setFaults(faults.map((fault, index) => parseFault(`${fault}:on=start:id=${index + 1}:x1`)))
    const ends = await Promise.all(
      faults.map((_, index) => project.run('launch', `${index + 1}`, '--account', 'main', '--yes', '--wait', '--json')),
    )
    expect(ends.map(({ code }) => code)).toEqual([7, 7, 7])
    const keys = ends.map(({ stdout }): string => JSON.parse(stdout).key)
    await until(async () => (await Promise.all(keys.map(key => launched(project, key)))).every(Boolean))
    expect(
      altcraft
        .launches()
        .map(({ mailing }) => mailing)
        .toSorted(),
    ).toEqual([1, 2, 3])
    for (const { stdout: told } of await Promise.all(keys.map(key => project.run('explain', key)))) {
      expect(told).toContain('identical repeat')
      expect(told).toContain('attempt 2 ended launched')
    }
  })

  story(
    "is ended by the platform's log where repeats may not be sent, and the story says so",
    async ({ altcraft, create }) => {
      const project = await create(withSettings(altcraft, '    deduplication: off\n'))
      await project.serve()
      const key = await doubtful(altcraft, project, 'drop-after:on=start:x1')
      await until(() => launched(project, key))
      expect(altcraft.requests()).toBeGreaterThan(1)
      expect(altcraft.launches()).toHaveLength(1)
      const told = (await project.run('explain', key)).stdout
      expect(told).toMatch(/read the log.*1 starts/)
      expect(told).toContain("evidence: the platform's log shows the start")
      const audit = JSON.parse((await project.run('audit', '--subject', key, '--json')).stdout)
      expect(audit).toMatchObject([{ who: 'service', what: 'resolve', before: 'unknown', after: 'launched' }])
    },
  )

  story(
    'is left to a person where the log is silent: not to be retried, not to be released at once, to be resolved with a reason',
    async ({ altcraft, create }) => {
      const project = await create(withSettings(altcraft, '    deduplication: off\n'))
      await project.serve()
      const key = await doubtful(altcraft, project, 'drop:on=start:x1')
      const retry = await project.run('launches', 'retry', key, '--reason', 'please')
      expect([retry.code, retry.stderr]).toEqual([1, expect.stringContaining('it is unknown')])
      const late = new Date(Date.now() + 3_600_000).toISOString()
      const release = await project.run(
        'launches',
        'resolve',
        key,
        '--not-launched',
        '--relaunch',
        '--send-until',
        late,
        '--reason',
        'x',
      )
      expect([release.code, release.stderr]).toEqual([1, expect.stringContaining('may still be travelling')])
      const denied = await project.run('launches', 'resolve', key, '--not-launched', '--reason', 'the report is empty')
      expect([denied.code, denied.stderr]).toEqual([1, expect.stringContaining('may still be travelling')])
      expect(
        (await project.run('launches', 'resolve', key, '--write-off', '--reason', 'too late to matter')).code,
      ).toBe(0)
      expect(await project.launches()).toMatchObject([{ key, state: 'writtenOff', reason: 'too late to matter' }])
      expect(altcraft.launches()).toEqual([])
      const audit = JSON.parse((await project.run('audit', '--subject', key, '--json')).stdout)
      expect(audit).toMatchObject([
        { what: 'resolve', why: 'too late to matter', before: 'unknown', after: 'writtenOff' },
      ])
    },
  )
})

describe.concurrent('a stop', () => {
  story('holds what is due, survives a restart, and gives it back when it ends', async ({ altcraft, create }) => {
    const project = await create(withSettings(altcraft, ''))
    const first = await project.serve()
    expect((await project.run('hold', 'on', '--reason', 'wrong price')).code).toBe(0)
    const { code, stdout } = await project.run('launch', '90', '--yes', '--wait', '--json')
    expect([code, JSON.parse(stdout).state, JSON.parse(stdout).reason]).toEqual([8, 'held', 'hold: wrong price'])
    await first.stop()
    await project.serve()
    expect((await project.run('hold', 'status')).stdout).toContain('wrong price')
    expect(altcraft.requests()).toBe(0)
    expect((await project.run('hold', 'off', '--reason', 'mended')).code).toBe(0)
    await until(async () => (await project.records({ state: 'launched' })).length === 1)
  })

  story(
    'follows a refused token, with its cause, and nothing more is sent for the account',
    async ({ altcraft, create }) => {
      const project = await create(withSettings(altcraft, ''))
      await project.serve([], { ALTCRAFT_TOKEN: 'another-token' })
      expect((await project.run('launch', '90', '--yes', '--wait')).code).toBe(1)
      expect((await project.run('launch', '91', '--yes', '--wait')).code).toBe(8)
      const holds = JSON.parse((await project.run('hold', 'status', '--json')).stdout)
      expect(holds).toMatchObject([{ scope: 'account:main', cause: 'token', by: 'service' }])
      expect(altcraft.requests()).toBe(1)
    },
  )
})

describe.concurrent('the same mailing to the same people twice in a day', () => {
  story('is refused until the person repeats when it last went', async ({ altcraft, create }) => {
    const project = await create(withSettings(altcraft, ''))
    await project.serve()
    expect((await project.run('launch', '90', '--yes', '--wait')).code).toBe(0)
    const again = await project.run('launch', '90', '--yes', '--wait')
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--confirm-duplicate')])
    expect((await project.run('launch', '90', '--list', '5', '--yes', '--wait')).code).toBe(0)
    const time = /--confirm-duplicate (\d\d:\d\d)/.exec(again.stderr)?.[1] ?? ''
    expect((await project.run('launch', '90', '--yes', '--wait', '--confirm-duplicate', time)).code).toBe(0)
    expect(altcraft.launches()).toHaveLength(3)
  })

  story(
    'is held where its schedule says so, and let go by a person who repeats when it last went',
    async ({ altcraft, create }) => {
      const project = await create({
        'config/sendoff.yaml': configFor(altcraft.url),
        'jobs/sale.yaml': schedules({
          ...{ name: 'sale', when: '{ every: 2s }', launch: '{ id: 90 }' },
          policy: '{ maxPerDay: 1, onGuard: hold }',
        }),
      })
      await project.serve()
      await until(async () => (await project.records({ state: 'held' })).length > 0)
      const [row] = await project.records({ state: 'held' })
      expect(altcraft.launches()).toHaveLength(1)
      expect(row?.reason).toMatch(/^guard: /)
      const release = ['launches', 'release', row?.key ?? '', '--reason', 'the first one had no link']
      const refused = await project.run(...release)
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--confirm-duplicate')])
      const time = /--confirm-duplicate (\d\d:\d\d)/.exec(refused.stderr)?.[1] ?? ''
      expect((await project.run(...release, '--confirm-duplicate', time)).code).toBe(0)
      await until(() => launched(project, row?.key ?? ''))
      expect(altcraft.launches()).toHaveLength(2)
    },
  )
})
