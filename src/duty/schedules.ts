/** Stored schedules as people are shown them, by every door. Absent values are null; times are UTC. */
import { z } from 'zod'
import { readAudit } from '../launches/audit.ts'
import { states } from '../launches/launch.ts'
import { listLaunches } from '../launches/list.ts'
import { endOf, type Pause } from '../launches/pause.ts'
import { comingDueTimes, type DueTime } from '../timetable/calendar.ts'
import { noteWords } from '../timetable/note-words.ts'
import { overviewOf, type ScheduleOverview } from '../timetable/overview.ts'
import { pausesOf } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { comingSkips } from '../timetable/skipping.ts'
import { timingInWords } from '../timetable/words.ts'
import { auditRow, auditRowSchema } from './audit-shape.ts'
import { iso, isoOrNull, launchRow, launchRowSchema, time } from './launch-shape.ts'
import type { OpenLedger } from './open-ledger.ts'

const rowFields = {
  name: z.string(),
  account: z.string().nullable(),
  mailing: z.int().nullable(),
  timezone: z.string().nullable(),
  unmintable: z
    .string()
    .nullable()
    .meta({ description: 'Why its due times cannot be worked out here; it may be that it cannot even be read.' }),
  next: time.nullable().meta({ description: 'The next due time that goes out, as far as is known now.' }),
  completed: z.boolean().meta({ description: 'Nothing of it is ever due again.' }),
  paused: z.object({ from: time, until: time.nullable(), reason: z.string(), by: z.string() }).nullable(),
  last: z
    .object({
      key: z.string(),
      state: z.enum(states),
      due: time,
      reason: z.string().nullable(),
      error: z.int().nullable(),
      error_text: z.string().nullable(),
    })
    .nullable()
    .meta({ description: 'The newest launch whose time has come.' }),
}

export const scheduleRowSchema = z.object(rowFields).meta({ id: 'ScheduleRow' })
export type ScheduleRow = z.infer<typeof scheduleRowSchema>

const comingSchema = z
  .object({ key: z.string(), nominal: time, due: time, goes: z.boolean(), notes: z.array(z.string()) })
  .meta({ id: 'DueTime' })

export const scheduleWholeSchema = z
  .object({
    ...rowFields,
    description: z.string().nullable(),
    words: z.array(z.string()).meta({ description: 'Its timetable in words.' }),
    when: z.record(z.string(), z.unknown()).nullable(),
    except: z.array(z.unknown()).nullable(),
    quietHours: z.record(z.string(), z.unknown()).nullable(),
    allowed: z.record(z.string(), z.unknown()).nullable(),
    launch: z.record(z.string(), z.unknown()).nullable(),
    policy: z.record(z.string(), z.unknown()).nullable(),
    source: z.object({ file: z.string(), line: z.int() }).nullable(),
    coming: z.array(comingSchema),
    skips: z.array(z.object({ key: z.string(), due: time, reason: z.string() })),
    launches: z.array(launchRowSchema),
    decisions: z.array(auditRowSchema),
  })
  .meta({ id: 'Schedule' })
export type ScheduleWhole = z.infer<typeof scheduleWholeSchema>

/** Every stored schedule, in the order of names; told of launches of these accounts alone, where they are given. */
export async function scheduleRows({ ledger }: OpenLedger, accounts?: readonly string[]): Promise<ScheduleRow[]> {
  return (await overviewOf(ledger, await serverNow(ledger), undefined, accounts)).map(scheduleRow)
}

/**
 * One of them with `count` coming due times, launches and decisions; undefined where there is none of that name. What went and was
 * decided is told of these accounts alone, where they are given: it may have been another's schedule before.
 */
export async function scheduleWhole(
  open: OpenLedger,
  name: string,
  count: number,
  accounts?: readonly string[],
): Promise<ScheduleWhole | undefined> {
  const { config, ledger } = open
  const now = await serverNow(ledger)
  const [[overview], pauses, skips, launches, decisions] = await Promise.all([
    overviewOf(ledger, now, [name], accounts),
    pausesOf(ledger, name),
    comingSkips(ledger, now),
    listLaunches(
      ledger,
      { schedule: name, dueBy: now, ...(accounts && { among: accounts }) },
      count,
      Object.keys(config.accounts),
    ),
    readAudit(ledger, count, `schedule:${name}`, undefined, accounts),
  ])
  if (!overview) return undefined
  const { schedule, unmintable } = overview
  const known = { pauses: new Map([[name, pauses]]), skips: new Map(skips.map(({ key, reason }) => [key, reason])) }
  const mintable = unmintable === undefined ? schedule : undefined
  return {
    ...scheduleRow(overview),
    ...declaredRow(schedule, mintable !== undefined),
    coming: mintable ? comingDueTimes(mintable, known, now, count).map(comingRow) : [],
    skips: skips.filter(skip => skip.schedule === name).map(({ key, due, reason }) => ({ key, due: iso(due), reason })),
    launches: launches.map(launchRow),
    decisions: decisions.map(auditRow),
  }
}

/** What its declaration says; nothing where it cannot be read. A timetable is said in words only where its due times can be worked out. */
function declaredRow(schedule: Schedule | undefined, inWords: boolean) {
  const { except, quietHours, allowed, when, policy } = schedule ?? {}
  return {
    description: schedule?.description ?? null,
    words: schedule === undefined ? [] : inWords ? timingInWords(schedule, 'en') : [JSON.stringify(when)],
    when: when === undefined ? null : { ...when },
    except: except === undefined ? null : [...except],
    quietHours: quietHours === undefined ? null : { ...quietHours },
    allowed: allowed === undefined ? null : { ...allowed },
    launch: schedule?.launch ?? null,
    policy: policy === undefined ? null : { ...policy },
    source: schedule?.source ?? null,
  }
}

/** That nothing can be said of the due times of a schedule, and what can be done about it. */
export function unmintableWords(name: string, flaw: string | null = ''): string {
  return `${name} cannot be planned here: ${flaw}. Declare it anew, or remove it, and see sendoff plan`
}

function scheduleRow({ name, schedule, unmintable, pause, next, completed, last }: ScheduleOverview): ScheduleRow {
  return {
    name,
    account: schedule?.account ?? null,
    mailing: schedule?.launch.id ?? null,
    timezone: schedule?.when.timezone ?? null,
    unmintable: unmintable ?? null,
    next: isoOrNull(next),
    completed,
    paused: pause === undefined ? null : pauseRow(pause),
    last: last === undefined ? null : { ...last, due: iso(last.due) },
  }
}

function pauseRow(pause: Pause) {
  const { from, reason, by } = pause
  return { from: iso(from), until: endOf(pause) === Number.POSITIVE_INFINITY ? null : iso(endOf(pause)), reason, by }
}

function comingRow({ key, nominal, due, goes, notes }: DueTime) {
  return { key, nominal: iso(nominal), due: iso(due), goes, notes: notes.map(noteWords) }
}
