/** Schedules by the thousand: those that stay quiet while the benchmark runs, and those whose time comes in it. */
import { DateTime } from 'luxon'
import { defaultPolicy } from '../src/launches/policy.ts'
import type { Schedule } from '../src/timetable/schedule.ts'

const zones = ['Europe/Berlin', 'Europe/Moscow', 'UTC', 'Asia/Yekaterinburg'] as const
const hour = 3_600_000

/** A mailing's launch of every day: what both sides make of it. `due` is its time today, in epoch milliseconds. */
export interface Daily {
  readonly name: string
  readonly mailing: number
  readonly due: number
  /** Six fields, seconds first, read in `zone`. */
  readonly pattern: string
  readonly zone: string
}

function daily(name: string, mailing: number, due: number): Daily {
  const zone = zones[mailing % zones.length] ?? 'UTC'
  const { second, minute, hour } = DateTime.fromMillis(due, { zone })
  return { name, mailing, due, pattern: `${second} ${minute} ${hour} * * *`, zone }
}

/** So many whose times are spread over the day, none of them within two hours of `now`. */
export function quietOnes(count: number, now: number): Daily[] {
  const first = Math.ceil(now / 1_000) * 1_000 + 2 * hour
  return Array.from({ length: count }, (_, index) =>
    daily(`quiet-${index}`, index + 1, first + Math.floor((index * 20 * 3_600) / count) * 1_000),
  )
}

/** So many, evenly over `seconds` whole seconds from `first` on. Mailings are numbered from `from`. */
export function dueOnes(name: string, count: number, first: number, seconds: number, from: number): Daily[] {
  return Array.from({ length: count }, (_, index) =>
    daily(`${name}-${index}`, from + index, first + Math.floor((index * seconds) / count) * 1_000),
  )
}

export function scheduleOf({ name, mailing, pattern, zone }: Daily): Schedule {
  return {
    name,
    account: 'main',
    when: { timezone: zone, entries: [{ kind: 'cron', pattern, seconds: true, timezone: zone }] },
    launch: { id: mailing },
    // Looks at mailings are requests too: the other side makes none.
    policy: { ...defaultPolicy, preflight: 'off' },
    source: { file: 'jobs/many.yaml', line: mailing },
  }
}
