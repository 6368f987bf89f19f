/** Imports point one way (docs/architecture.md): a room may import only the rooms named here, and itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

/** Room → rooms it may import. Files directly in src/ are rooms of their own. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  files: [],
  calendars: ['files'],
  config: ['calendars', 'files', 'launches'],
  redis: ['config'],
  launches: ['redis', 'files'],
  timetable: ['calendars', 'launches', 'redis', 'files'],
  bulk: ['timetable', 'launches', 'redis', 'files'],
  crontab: ['timetable', 'launches', 'files'],
  altcraft: ['launches', 'config'],
  log: ['config'],
  events: ['launches'],
  sandbox: ['files'],
  duty: ['timetable', 'bulk', 'launches', 'redis', 'config', 'files'],
  http: ['duty', 'timetable', 'bulk', 'launches', 'redis', 'config', 'files'],
  pages: ['http', 'duty', 'bulk', 'timetable', 'launches', 'files'],
  background: ['timetable', 'bulk', 'launches', 'redis', 'config', 'events'],
  service: ['background', 'pages', 'http', 'timetable', 'bulk', 'launches', 'redis', 'altcraft', 'config', 'events'],
  commands: [
    'service',
    'http',
    'duty',
    'crontab',
    'timetable',
    'bulk',
    'launches',
    'redis',
    'altcraft',
    'config',
    'files',
    'events',
    'log',
    'sandbox',
  ],
  cli: ['commands'],
}

/** Files whose rules must not reach for the outside: they may import zod, luxon, rrule-temporal, ical.js, cronstrue and each other. */
const pure = [
  'launches/launch.ts',
  'launches/outcome.ts',
  'launches/outcome-table.ts',
  'launches/classify.ts',
  'launches/seen.ts',
  'launches/settlement.ts',
  'launches/mailing-check.ts',
  'launches/recovery-step.ts',
  'launches/log-evidence.ts',
  'launches/store-identity.ts',
  'launches/policy.ts',
  'launches/pause.ts',
  'timetable/cron.ts',
  'timetable/cron-fields.ts',
  'timetable/cron-days.ts',
  'timetable/rrule-parts.ts',
  'timetable/rrule.ts',
  'timetable/wall-times.ts',
  'timetable/entry-times.ts',
  'calendars/calendar.ts',
  'calendars/dates.ts',
  'calendars/ics-lines.ts',
  'calendars/schema.ts',
  'timetable/due-times.ts',
  'timetable/wall-clock.ts',
  'timetable/excepted.ts',
  'timetable/open-hours.ts',
  'timetable/allowance.ts',
  'timetable/coming-times.ts',
  'timetable/decided-times.ts',
  'timetable/minting.ts',
  'timetable/take-over.ts',
  'timetable/noted-times.ts',
  'timetable/due-by-day.ts',
  'timetable/even-rest.ts',
  'timetable/stops.ts',
  'timetable/meetings.ts',
  'timetable/calendar.ts',
  'timetable/calendar-days.ts',
  'duty/calendar-file.ts',
  'timetable/collisions.ts',
  'timetable/note-words.ts',
  'timetable/expression.ts',
  'timetable/read-expression.ts',
  'timetable/date-format.ts',
  'timetable/content.ts',
  'timetable/words.ts',
  'timetable/hours-words.ts',
  'timetable/words-language.ts',
  'timetable/cron-words.ts',
  'timetable/rrule-words.ts',
  'timetable/rival-schedules.ts',
  'timetable/schedule.ts',
  'timetable/plan-due-times.ts',
  'timetable/plan-fields.ts',
  'timetable/unmintable.ts',
  'timetable/used-places.ts',
  'timetable/plan-warnings.ts',
  'http/doors.ts',
  'launches/row-field.ts',
  'launches/submission.ts',
  'bulk/mapping.ts',
  'bulk/overlay.ts',
  'bulk/json-members.ts',
  'launches/batch-rows.ts',
  'bulk/batch.ts',
  'bulk/feeding.ts',
  'crontab/read-crontab.ts',
  'crontab/plain-cron.ts',
  'crontab/compare-with-cron.ts',
  'altcraft/answer.ts',
  'altcraft/answer-headers.ts',
  'altcraft/answer-data.ts',
  'altcraft/read-request.ts',
]

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name))
const room = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.tsx?$/, ''))

interface Import {
  readonly from: string
  readonly specifier: string
  readonly typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8')
  const statements = text.matchAll(
    /(?:^|\n)(?:import|export)\s+(type\s)?[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*?)?from\s+'([^']+)'|import\('([^']+)'\)/g,
  )
  return [...statements].map(([, typeOnly, statically, lazily]) => ({
    from: file,
    specifier: statically ?? lazily ?? '',
    typeOnly: typeOnly !== undefined,
  }))
}

const all = files.flatMap(importsOf)
const inside = (each: Import) => relative(src, join(src, dirname(each.from), each.specifier))

describe('imports', () => {
  it('are found at all', () => expect(all.length).toBeGreaterThan(100))

  it.each(Object.keys(mayImport))('of %s go only where they may', name => {
    const wrong = all
      .filter(each => room(each.from) === name && each.specifier.startsWith('.'))
      .map(each => ({ each, target: room(inside(each)) }))
      .filter(({ target }) => target !== name && !mayImport[name]?.includes(target))
    expect(wrong.map(({ each, target }) => `${each.from} -> ${target}`)).toEqual([])
  })

  it('come from rooms that are named here', () => {
    expect(files.map(room).filter(name => !(name in mayImport))).toEqual([])
  })

  it('of the sandbox are made only by the commands that start it', () => {
    const importers = all.filter(
      each => each.specifier.startsWith('.') && room(inside(each)) === 'sandbox' && room(each.from) !== 'sandbox',
    )
    expect([...new Set(importers.map(each => each.from))].sort()).toEqual([
      'commands/run-demo.ts',
      'commands/simulate.ts',
    ])
  })

  it.each(pure)('of the pure file %s reach nothing that acts', file => {
    const outside = importsOf(file).filter(
      each =>
        !each.typeOnly &&
        !['zod', 'luxon', 'rrule-temporal', 'ical.js', 'cronstrue'].includes(each.specifier) &&
        !(
          each.specifier.startsWith('.') &&
          (pure.includes(inside(each)) || /^(files|timetable\/zone|altcraft)\b/.test(inside(each)))
        ),
    )
    expect(outside.map(each => each.specifier)).toEqual([])
  })

  it.each(pure)('the pure file %s reads no clock', file => {
    expect(readFileSync(join(src, file), 'utf8')).not.toMatch(/Date\.now\(|new Date\(\)|performance\.now/)
  })
})

describe('the help, validate and preview commands', () => {
  it('load neither bullmq nor ioredis', () => {
    const reached = reach([
      'cli.ts',
      'commands/preview-due-times.ts',
      'commands/show-calendar.ts',
      ...files.filter(file => /^commands\/(validate|schema|config)/.test(file)),
    ])
    const loaded = all.filter(
      each => reached.has(each.from) && ['bullmq', 'ioredis', 'undici'].includes(each.specifier) && !each.typeOnly,
    )
    expect(loaded.map(each => `${each.from} -> ${each.specifier}`)).toEqual([])
  })
})

describe('the command line itself', () => {
  it('does not load the words of timetables: they would slow every command', () => {
    const reached = reach(['cli.ts'])
    const loaded = all.filter(each => reached.has(each.from) && each.specifier.startsWith('cronstrue'))
    expect(loaded.map(each => each.from)).toEqual([])
    expect([...reach(['commands/preview-due-times.ts'])]).toContain('timetable/cron-words.ts')
  })
})

/** Files loaded with the given ones; what is imported lazily is not. */
function reach(start: readonly string[]): Set<string> {
  const reached = new Set<string>()
  const queue = [...start]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    const lazy = new Set(
      [...readFileSync(join(src, file), 'utf8').matchAll(/import\('([^']+)'\)/g)].map(match => match[1]),
    )
    for (const each of importsOf(file)) {
      if (each.specifier.startsWith('.') && !each.typeOnly && !lazy.has(each.specifier)) queue.push(inside(each))
    }
  }
  return reached
}
