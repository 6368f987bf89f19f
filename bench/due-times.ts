/**
 * Due times per second, beside croner in the same run: first one long list from each engine, then the first due time of many
 * schedules, which is what a planner asks. 100,000 in a second is what is asked of ours.
 */
import { Cron } from 'croner'
import { occurrences } from '../src/timetable/due-times.ts'
import type { Timetable, When } from '../src/timetable/schedule.ts'
import { Report } from './report.ts'

const from = Date.UTC(2026, 0)
const most = 100_000
const cases: readonly (readonly [pattern: string, zone: string])[] = [
  ['* * * * *', 'UTC'],
  ['* * * * *', 'Europe/Berlin'],
  ['*/30 * * * *', 'Australia/Lord_Howe'],
  ['0 9-17 * * MON-FRI', 'America/New_York'],
  ['0 9 * * *', 'Europe/Berlin'],
]

const alone = (entry: When): Timetable => ({ timezone: entry.timezone, entries: [entry] })
const cron = (pattern: string, timezone: string) => alone({ kind: 'cron', pattern, timezone })

/** Runs until `limit` due times or a second; returns how many a second that is. */
function rate(times: Iterable<unknown>, limit: number): { readonly count: number; readonly perSecond: number } {
  const begun = performance.now()
  let count = 0
  for (const _ of times) {
    count += 1
    if (count >= limit || (count % 100 === 0 && performance.now() - begun > 1_000)) break
  }
  const seconds = (performance.now() - begun) / 1_000
  return { count, perSecond: Math.round(count / seconds) }
}

function* byCroner(pattern: string, zone: string): Generator<Date> {
  const job = new Cron(pattern, { timezone: zone, paused: true })
  for (let at = job.nextRun(new Date(from)); at !== null; at = job.nextRun(at)) yield at
}

const report = new Report('Due times per second')
const rows: string[][] = []

function line(name: string, ours: ReturnType<typeof rate>, theirs?: ReturnType<typeof rate>): void {
  const ratio = theirs ? (ours.perSecond / theirs.perSecond).toFixed(1) : ''
  rows.push([name, String(ours.perSecond), theirs ? String(theirs.perSecond) : '', ratio])
}

for (const [pattern, zone] of cases) {
  // Each engine is warm when it is measured: what is compared is work, not compilation.
  for (let round = 0; round < 2; round++) {
    const ours = rate(occurrences(cron(pattern, zone), from), most)
    const theirs = rate(byCroner(pattern, zone), most)
    if (round === 1) line(`\`${pattern}\`  ${zone}`, ours, theirs)
  }
}

const rule: When = { kind: 'rrule', rule: 'FREQ=MINUTELY', start: '2020-01-01T00:00', timezone: 'Europe/Berlin' }
const every: When = { kind: 'every', every: 60_000, anchor: 0, timezone: 'UTC' }
const nine: When = { kind: 'cron', pattern: '0 9 * * *', timezone: 'Europe/Berlin' }
line('rrule FREQ=MINUTELY  Europe/Berlin', rate(occurrences(alone(rule), from), most))
line('three entries united', rate(occurrences({ timezone: 'UTC', entries: [every, nine, rule] }, from), most))

/** The first due time of so many schedules, each with a pattern of its own, read from its text. */
function* firsts(next: (pattern: string, zone: string) => unknown): Generator<unknown> {
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC']
  for (let index = 0; ; index++) {
    const pattern = `${index % 60} ${Math.floor(index / 60) % 24} * * ${index % 7}`
    yield next(pattern, zones[index % zones.length] ?? 'UTC')
  }
}
const engineFirsts = rate(
  firsts((pattern, zone) => occurrences(cron(pattern, zone), from).next()),
  most,
)
const cronerFirsts = rate(
  firsts((pattern, zone) => new Cron(pattern, { timezone: zone, paused: true }).nextRun(new Date(from))),
  most,
)
line('first due time of a schedule, read from its text', engineFirsts, cronerFirsts)
report.table(['timetable', 'sendoff/s', 'croner/s', 'ratio'], rows)
await report.keep()
