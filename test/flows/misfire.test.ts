import { setTimeout as pauseFor } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { reasons } from '../../src/launches/launch.ts'
import type { Altcraft } from '../../src/sandbox/altcraft.ts'
import { configFor, type Project, schedules, until } from './project.ts'
import { story } from './story.ts'

const second = 1_000
const rules = ['once', 'skip', 'all'] as const
/** What each of the five came to, the oldest first. */
const expected = {
  once: [...Array<string>(4).fill(`skipped: ${reasons.superseded}`), 'launched'],
  skip: Array<string>(5).fill(`skipped: ${reasons.missed}`),
  all: Array<string>(5).fill('launched'),
}

/** Five due times, a second apart, in twelve seconds. */
function fiveDueTimes(): number[] {
  const first = Math.ceil(Date.now() / second) * second + 12 * second
  return [0, 1, 2, 3, 4].map(count => first + count * second)
}

/** Three schedules that are due then, one per rule, each of a mailing of its own. */
function filesFor(url: string, dues: readonly number[]): Record<string, string> {
  const times = dues.map(due => `"${new Date(due).toISOString().slice(0, 19)}Z"`).join(', ')
  const declared = rules.map((misfire, index) => ({
    name: misfire,
    when: `{ at: [${times}] }`,
    launch: `{ id: ${91 + index} }`,
    policy: `{ misfire: ${misfire}, overlap: allow }`,
  }))
  return { 'config/sendoff.yaml': configFor(url), 'jobs/all.yaml': schedules(...declared) }
}

/** Starts again when even the newest is later than `misfire: skip` forgives, and waits until nothing is open. */
async function comeBackAfter(dues: readonly number[], project: Project, altcraft: Altcraft): Promise<void> {
  await pauseFor(Math.max(0, (dues.at(-1) ?? 0) + 6 * second - Date.now()))
  const service = await project.serve()
  const open = ['planned', 'claimed', 'sending', 'waiting', 'unknown']
  await until(async () => {
    const rows = await project.records()
    return rows.length === 15 && !rows.some(({ state }) => open.includes(state))
  })
  const { stdout } = await service.stop()
  const all = await project.launches()
  for (const rule of rules) {
    const rows = all.filter(({ schedule }) => schedule === rule).toSorted((a, b) => (a.due < b.due ? -1 : 1))
    expect(rows.map(({ due }) => Date.parse(due))).toEqual(dues)
    expect(rows.map(({ state, reason }) => (state === 'launched' ? state : `${state}: ${reason}`))).toEqual(
      expected[rule],
    )
    for (const { key, state } of rows) {
      const event = state === 'launched' ? 'attemptSettled' : 'launchEnded'
      expect(announcements(stdout, key)).toEqual([event])
    }
  }
  const sent = altcraft.launches().map(({ mailing }) => mailing)
  expect(sent.toSorted((a, b) => a - b)).toEqual([91, 93, 93, 93, 93, 93])
}

/** How its end was announced; that it was given a new job is none. */
function announcements(log: string, key: string): string[] {
  const lines = log.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []))
  return lines.filter(({ launch, event }) => launch === key && event !== 'requeued').map(({ event }) => event)
}

describe.concurrent('a process that is stopped over five due times and started again', () => {
  story(
    'leaves a record of every one, by the rule of its schedule, where they were planned before it stopped',
    async ({ altcraft, create }) => {
      const dues = fiveDueTimes()
      const project = await create(filesFor(altcraft.url, dues))
      const service = await project.serve()
      await service.stop()
      expect(Date.now()).toBeLessThan(dues[0] ?? 0)
      await comeBackAfter(dues, project, altcraft)
    },
  )

  story(
    'does so where nothing was planned, because it was killed while it listed them',
    async ({ altcraft, create }) => {
      const dues = fiveDueTimes()
      const project = await create(filesFor(altcraft.url, dues))
      await project.start(['start', '--apply'], { TEST_SIGNAL_AT: 'listed=SIGKILL' }).ended
      expect(await project.launches('--state', 'planned')).toEqual([])
      await comeBackAfter(dues, project, altcraft)
    },
  )
})
