/** Every command that can ask a server prints there what it prints from Redis, and ends with the same code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { submitBatch } from '../../src/bulk/submit.ts'
import { claimLaunch } from '../../src/launches/claim.ts'
import { classify } from '../../src/launches/classify.ts'
import { holdOn } from '../../src/launches/hold.ts'
import { defaultPolicy } from '../../src/launches/policy.ts'
import { showLaunch } from '../../src/launches/read.ts'
import { settleLaunch } from '../../src/launches/settle.ts'
import { settlementOf } from '../../src/launches/settlement.ts'
import { pauseSchedule } from '../../src/timetable/pausing.ts'
import type { Timetable } from '../../src/timetable/schedule.ts'
import { rowsOf } from '../bulk/stage.ts'
import { leaves } from '../docs/command-tree.ts'
import { readPage, sectionOf, rowsOf as tableOf } from '../docs/page.ts'
import { fill } from '../http/world.ts'
import { scheduleOf } from '../timetable/stage.ts'
import { BothWays, told } from './both-ways.ts'
import { bulk, desk, launches, newYear, schedules, type World } from './both-ways-cases.ts'

const files = {
  'rows.csv': 'id,region\n91,msk\n92,spb\n93,ekb\n',
  'mended.csv': 'id,region\n91,msk\n92,spb\n94,ekb\n',
  'bad.csv': 'id,region\n91,msk\nx,spb\n93,msk\n,kzn\n',
  'rows.json': '[{"id":95,"content":{"city":"Riga","n":1.50}},{"id":96,"override_limit":5}]',
  'none.csv': 'id\n',
}

let ways: BothWays
beforeAll(async () => {
  ways = await BothWays.open(files)
})
afterAll(() => ways.close())

/** Due once a year, so that no hour ends between two askings. */
const yearly: Timetable = {
  timezone: 'Europe/Riga',
  entries: [{ kind: 'cron', pattern: '0 9 1 1 *', timezone: 'Europe/Riga' }],
}
/** What happens before a command, in the words of the worlds below. */
const worlds: Readonly<Record<World, () => Promise<void>>> = {
  usual: async () => {},
  empty: () => ways.stage.clear(),
  paused: async () => {
    await pauseSchedule(ways.stage.ledger, 'weekly', { by: 'anna', why: 'new template' })
  },
  skipped: async () => {
    await ways.byRedis('schedules', 'skip', 'weekly', '--at', newYear, '--reason', 'holiday')
  },
  takenBack: async () => {
    await ways.byRedis('schedules', 'skip', 'weekly', '--at', newYear, '--reason', 'holiday')
    await ways.byRedis('schedules', 'unskip', 'weekly', '--at', newYear, '--reason', 'no holiday')
  },
  stopped: async () => {
    await holdOn(ways.stage.ledger, { kind: 'all' }, { cause: 'person', reason: 'wrong price', by: 'anna' })
  },
  stoppedTwice: async () => {
    const scope = { kind: 'account', account: 'main' } as const
    await holdOn(ways.stage.ledger, scope, { cause: 'person', reason: 'wrong price', by: 'anna' })
    await holdOn(ways.stage.ledger, scope, { cause: 'token', reason: 'HTTP 401', by: 'service' })
  },
  sentLately: async () => {
    const { redis, keys } = ways.stage.ledger
    for (const mailing of [90, 91]) await redis.zadd(keys.sent('main', mailing, 'own'), Date.now() - 60_000, 'before')
  },
  failed: async () => {
    await ways.byRedis('launches', 'resolve', 'doubtful', '--not-launched', '--reason', 'a test')
  },
  tried: tryForeign,
  batch: () => batch('offers', 3),
  pausedBatch: async () => {
    await batch('offers', 3)
    await ways.byRedis('bulk', 'pause', 'offers', '--reason', 'a test')
  },
  batches: async () => {
    await batch('offers', 3)
    await batch('offers', 2)
  },
}

async function batch(name: string, rows: number): Promise<void> {
  const brakes = { pace: { perMinute: 30 }, stopAfter: { consecutive: 3 } }
  const declaration = { name, account: 'main', policy: defaultPolicy, ...brakes, source: 'rows.csv', by: 'anna' }
  await submitBatch(ways.stage.ledger, declaration, rowsOf(rows), { kind: 'intended' })
}

/** An attempt whose connection was refused; it takes as long each time. */
async function tryForeign(): Promise<void> {
  const { stage } = ways
  const due = (await showLaunch(stage.ledger, 'foreign'))?.due ?? 0
  stage.now = due + 1_000
  const claimed = await claimLaunch(stage.ledger, 'foreign', 'nonce', 'worker', 10_000)
  if (claimed.kind !== 'claimed') throw new Error('it was not claimed')
  const nothing = { syscall: undefined, status: undefined, detail: 'refused' }
  const observation = { kind: 'broken', handed: false, code: 'ECONNREFUSED', ...nothing } as const
  const outcome = classify(observation, { retry: [], permanent: [], trust503: false }, false)
  const ending = { start: stage.now, end: stage.now + 240, observation, outcome }
  await settleLaunch(stage.ledger, claimed.claim, settlementOf(claimed.claim, ending, ending.end, 0))
  stage.now = undefined
}

async function into(world: World): Promise<void> {
  await ways.stage.clear()
  await fill(ways.stage, { ...scheduleOf('weekly', yearly), description: 'every year, really' })
  await worlds[world]()
  await ways.useKey('admin')
}

/** A quoted word of a line is one word. */
const words = (line: string) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

describe.each([
  ['launches', launches],
  ['schedules', schedules],
  ['stops, audit and keys', desk],
  ['batches', bulk],
] as const)('%s', (_, cases) => {
  it.each(cases)('%s: sendoff %s ends with %i both ways', async (world, line, code, says) => {
    await into(world)
    const here = told(await ways.byRedis(...words(line)))
    await into(world)
    const there = told(await ways.byServer(...words(line)))
    expect(there).toEqual(here)
    expect(here.code).toBe(code)
    expect(`${here.stdout}${here.stderr}`).toMatch(says instanceof RegExp ? says : new RegExp(escaped(says)))
    expect(JSON.stringify(there)).not.toContain(ways.key)
  })
})

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

describe('rows that were submitted one way', () => {
  it.each([
    ['FOLDER/rows.csv --name rows', 0, 'These rows were submitted before'],
    ['FOLDER/rows.csv --name others', 2, 'these rows were submitted before, as rows-'],
    ['FOLDER/mended.csv --name rows', 2, '0 were launched; this file has other rows'],
  ])('are known to the other: %s', async (line, code, says) => {
    const submit = words(`bulk submit ${line} --account main --key region --yes`)
    await into('usual')
    await ways.byRedis(...words('bulk submit FOLDER/rows.csv --account main --key region --yes'))
    const here = told(await ways.byRedis(...submit))
    const there = told(await ways.byServer(...submit))
    expect(there).toEqual(here)
    expect(here).toMatchObject({ code, stderr: expect.stringContaining(says) })
  })
})

it('every command that takes --url is in the tables', () => {
  const tried = [...launches, ...schedules, ...desk, ...bulk].map(([, line]) => line)
  const asking = leaves().filter(([, command]) => command.options.some(({ long }) => long === '--url'))
  expect(asking.map(([name]) => name).filter(name => !tried.some(line => line.startsWith(name)))).toEqual([])
})

it('docs/commands.md says which commands ask a server, and which refuse', () => {
  const rows = tableOf(sectionOf(readPage('docs/commands.md'), 'Asking a server'))
  const told = rows.flatMap(([names = '', , url = '']) =>
    [...names.matchAll(/`([a-z ]+)`/g)].map(([, name]) => [name, url === 'refused'] as const),
  )
  const real = leaves().map(([name, command]) => [name, !command.options.some(({ long }) => long === '--url')] as const)
  expect(told.filter(([name]) => real.some(([each]) => each === name)).toSorted()).toEqual(real.toSorted())
})
