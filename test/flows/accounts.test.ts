/** One service, several accounts: what one of them suffers is nothing to another. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Altcraft, startAltcraft } from '../../src/sandbox/altcraft.ts'
import { parseFault } from '../../src/sandbox/fault-text.ts'
import { canary, Project, until } from './project.ts'

const names = ['well', 'refused', 'slow', 'limited', 'down'] as const
let standIns: Record<(typeof names)[number], Altcraft>
let project: Project
beforeEach(async () => {
  const start = () => startAltcraft({ token: canary })
  const [well, refused, slow, limited, down] = await Promise.all([start(), start(), start(), start(), start()])
  standIns = { well, refused, slow, limited, down }
})
afterEach(async () => {
  await project.remove()
  await Promise.all(Object.values(standIns).map(standIn => standIn.close()))
})

function configuration(): string {
  const brakes = { limited: 'limits: { perMinute: 3, concurrency: 1 }', down: 'breaker: { failures: 3, pause: 1s }' }
  const accounts = names.map(name => {
    const own = name in brakes ? `    ${brakes[name as keyof typeof brakes]}\n` : ''
    return `  ${name}:\n    baseUrl: ${standIns[name].url}\n    token: { env: ALTCRAFT_TOKEN }\n    timeouts: { connect: 1s, headers: 1500ms, total: 2s }\n${own}`
  })
  return `version: 1\naccounts:\n${accounts.join('')}`
}

/** The well account has one schedule; each of the others has five, every one due each second. */
function schedules(): string {
  const entry = (account: string, id: number) =>
    `  ${account}-${id}: { account: ${account}, when: { every: 1s, anchor: "2026-01-01T00:00:00Z" }, launch: { id: ${id} }, policy: { overlap: allow, misfire: all, preflight: off, retry: { attempts: 1 } } }\n`
  const busy = names.filter(name => name !== 'well').flatMap(name => [1, 2, 3, 4, 5].map(id => entry(name, id)))
  return `version: 1\ndefaults: { timezone: UTC }\nschedules:\n${entry('well', 90)}${busy.join('')}`
}

/** How often the well account's mailing was started since then (epoch milliseconds). */
function startsSince(from: number): number {
  return standIns.well.launches().filter(({ at }) => Date.parse(at) >= from).length
}

describe('an account', () => {
  it('goes on as before while others are refused, slow, limited or cannot be reached', async () => {
    project = await Project.create({ 'config/sendoff.yaml': configuration(), 'jobs/all.yaml': schedules() })
    const service = await project.serve()
    await until(() => standIns.well.launches().length >= 3)
    standIns.refused.setFaults([parseFault('refuse=401')])
    standIns.slow.setFaults([parseFault('delay=1300ms')])
    await standIns.down.close()
    const trouble = Date.now()
    await until(() => service.stdout.includes('"breakerOpened"') && startsSince(trouble) >= 4)

    const status = JSON.parse((await project.run('hold', 'status', '--json')).stdout)
    const stopped = status.map(({ scope, cause }: { scope: string; cause: string }) => `${scope} ${cause}`)
    expect(stopped.toSorted()).toEqual(['account:down breaker', 'account:refused token'])
    expect(standIns.limited.launches().length).toBeLessThanOrEqual(3)
    const off = ['hold', 'off', '--account', 'down', '--reason', 'it is up again']
    expect((await project.run(...off, '--cause', 'breaker')).stderr).toContain('Closed: the breaker of account:down')
    const rows = await project.launches()
    const well = rows.filter(({ account, state }) => account === 'well' && state !== 'planned')
    // How late they are is measured by bench/bulk-lateness.ts; here none is left out, and none ends otherwise.
    expect(well.filter(({ state }) => !['launched', 'claimed', 'sending'].includes(state))).toEqual([])
    const seconds = well.map(({ due }) => Date.parse(due) / 1_000).sort((a, b) => a - b)
    expect(seconds).toEqual(seconds.map((_, index) => (seconds[0] ?? 0) + index))
    const waiting = rows.filter(({ key, state }) => key.startsWith('limited-') && state === 'planned').at(-1)
    const explained = await project.run('explain', waiting?.key ?? '')
    expect(explained.stdout).toContain('It waits for a place within the limits of limited')
    expect((await service.stop()).code).toBe(0)
  })
})
