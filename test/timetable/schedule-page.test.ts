/** docs/schedule-files.md says what the schema says; its examples and the committed schedules are valid. */
import { describe, expect, it } from 'vitest'
import { formatDuration } from '../../src/files/duration.ts'
import { formatProblem } from '../../src/files/problem.ts'
import { shapeOf } from '../../src/files/shape.ts'
import { policyInput, resolvePolicy } from '../../src/launches/policy.ts'
import { allowanceSchema } from '../../src/timetable/allowance-schema.ts'
import { readScheduleText } from '../../src/timetable/schedule-file.ts'
import { loadSchedules } from '../../src/timetable/schedule-files.ts'
import { scheduleFileSchema, scheduleSchema, whenSchema } from '../../src/timetable/schedule-schema.ts'
import { blocksOf, plain, readPage, repository, rowsOf, sectionOf } from '../docs/page.ts'

const page = readPage('docs/schedule-files.md')
const now = Date.parse('2026-11-22T12:00:00Z')
const calendars = new Map(['ru-holidays', 'weekends'].map(name => [name, { name, weekdays: [7] }]))
const quietKeys = Object.keys(allowanceSchema.shape.quietHours.unwrap().options[0].shape)
const { pace, stopAfter, ...bulk } = scheduleSchema.shape.bulk.unwrap().shape
const bulkKeys = [
  ...Object.keys(bulk),
  ...Object.keys(pace.unwrap().shape).map(key => `pace.${key}`),
  ...Object.keys(stopAfter.unwrap().shape).map(key => `stopAfter.${key}`),
]
const keysIn = (heading: string) => rowsOf(sectionOf(page, heading)).map(([key]) => plain(key))

describe('the page of schedule files', () => {
  it.each([
    ['The file', [...Object.keys(scheduleFileSchema.shape), ...Object.keys(scheduleSchema.shape)]],
    ['When launches may go', [...quietKeys, ...Object.keys(allowanceSchema.shape.allowed.unwrap().options[0].shape)]],
    ['`when`', Object.keys(whenSchema.shape)],
    ['`launch`', Object.keys(scheduleSchema.shape.launch.shape)],
    ['`bulk`', bulkKeys],
  ])('has every key of %s', (heading, keys) => {
    expect(keysIn(heading)).toEqual(keys)
  })

  it('has every key of a policy and its default', () => {
    const { retry: _, ...own } = policyInput.shape
    const retry = Object.keys(policyInput.shape.retry.unwrap().shape).map(key => `retry.${key}`)
    expect(keysIn('`policy`')).toEqual([...Object.keys(own), ...retry])
    const { maxLateness, misfire, overlap, onGuard, preflight, onPreflightProblem, retry: pauses } = resolvePolicy()
    const defaults = rowsOf(sectionOf(page, '`policy`')).map(([, standard]) => plain(standard))
    expect(defaults).toEqual([
      formatDuration(maxLateness),
      misfire,
      overlap,
      '',
      '',
      onGuard,
      preflight === 'off' ? preflight : formatDuration(preflight),
      onPreflightProblem,
      String(pauses.attempts),
      formatDuration(pauses.initial),
      formatDuration(pauses.max),
      '',
    ])
  })

  it.each(blocksOf(page).filter(({ language }) => language === 'yaml'))(
    'has an example that is valid: $text',
    ({ text }) => {
      const folders = { from: `${repository}jobs`, within: `${repository}jobs` }
      const { problems, schedules } = readScheduleText(text, 'example.yaml', {
        accounts: ['main'],
        calendars,
        now,
        folders,
      })
      expect(problems.map(formatProblem)).toEqual([])
      expect(schedules.length).toBeGreaterThan(0)
    },
  )

  it('shows mistakes as they are told', () => {
    const text = `version: 1
schedules:
  promo-vip:
    account: main
    when: { every: 1h }
    launch: { id: "90", limits: 5 }
  promo:
    when: { cron: "0 9 * *", timezone: Europe/Berlni }
    account: main
    launch: { id: 1 }
`
    const folders = { from: '/nowhere', within: '/nowhere' }
    const { problems } = readScheduleText(text, 'jobs/promo.yaml', { accounts: ['main'], now, folders })
    expect(blocksOf(page).find(({ language }) => language === 'console')?.text).toContain(
      `${problems.map(formatProblem).join('\n')}\n4 errors in 1 of 2 files`,
    )
  })
})

describe('the committed schedules', () => {
  it('are valid, and show what can be declared', () => {
    const { schedules, problems } = loadSchedules({ jobsDir: 'jobs', cwd: repository, accounts: ['main'], now })
    expect(problems.map(formatProblem)).toEqual([])
    expect(schedules.map(({ name, when }) => `${name} ${when.entries.map(({ kind }) => kind)}`)).toEqual([
      'cart-reminder every',
      'spring-sale at',
      'weekly-digest cron',
    ])
  })
})

describe('the schema of schedule files', () => {
  it('describes every key', () => {
    const undescribed: string[] = []
    const look = (shape: unknown, path: string): void => {
      const properties: unknown = Object(shape).properties
      for (const [key, below] of Object.entries(Object(properties))) {
        if (typeof Object(below).description !== 'string') undescribed.push(`${path}${key}`)
        look(below, `${path}${key}.`)
      }
      if (typeof Object(shape).additionalProperties === 'object') look(Object(shape).additionalProperties, `${path}*.`)
    }
    look(shapeOf(scheduleFileSchema), '')
    expect(undescribed).toEqual([])
  })
})
