/** The calendars of the configuration with their files read: what schedules that name them leave out. */
import { resolve } from 'node:path'
import { type Calendar, type Calendars, type Days, joinedDays, type TimedEvent } from '../calendars/calendar.ts'
import { readDates, weekdaysOf } from '../calendars/dates.ts'
import { readIcs } from '../calendars/ics.ts'
import type { DeclaredCalendar } from '../calendars/schema.ts'
import { fileName } from '../files/file-name.ts'
import type { Problem } from '../files/problem.ts'
import { readTextFile } from '../files/text-file.ts'
import type { LoadedConfig } from './load-config.ts'

const largestIcs = 1_048_576
/** Years before and after the present one over which events of files that repeat are expanded. */
const yearsBefore = 1
const yearsAfter = 3

export interface CalendarsReading {
  /** Every one that is declared; complete only where no problem is an error. */
  readonly calendars: Calendars
  readonly problems: readonly Problem[]
}

/** Reads the files that calendars name, relative to `cwd`; `now` in epoch milliseconds. */
export function readCalendars({ config, problemOf }: LoadedConfig, cwd: string, now: number): CalendarsReading {
  const problems: Problem[] = []
  const calendars = new Map<string, Calendar>()
  const read = (name: string, declared: DeclaredCalendar): Calendar => {
    const known = calendars.get(name)
    if (known) return known
    const file = declared.ics === undefined ? nothing : readFile(declared.ics, cwd, now)
    if ('why' in file) {
      const sentence = `the file ${declared.ics} ${file.why}`
      problems.push(problemOf({ path: ['calendars', name, 'ics'], sentence }))
    } else problems.push(...file.problems)
    const others = declared.not?.flatMap(other => {
      const below = config.calendars[other]
      return below ? [read(other, below)] : []
    })
    const calendar = calendarOf(name, declared, 'why' in file ? nothing : file, others)
    calendars.set(name, calendar)
    return calendar
  }
  for (const [name, declared] of Object.entries(config.calendars)) read(name, declared)
  return { calendars, problems }
}

interface FileRead {
  readonly days: readonly Days[]
  readonly events: readonly TimedEvent[]
  readonly problems: readonly Problem[]
}

const nothing: FileRead = { days: [], events: [], problems: [] }

function readFile(path: string, cwd: string, now: number): FileRead | { readonly why: string } {
  const file = readTextFile(resolve(cwd, path), largestIcs)
  if (!file.ok) return { why: file.why }
  const year = new Date(now).getUTCFullYear()
  const { days, events, flaws } = readIcs(file.text, year - yearsBefore, year + yearsAfter)
  const where = fileName(resolve(cwd, path), cwd)
  return { days, events, problems: flaws.map(flaw => ({ severity: 'error', where, column: 1, ...flaw })) }
}

function calendarOf(
  name: string,
  { dates = [], weekdays }: DeclaredCalendar,
  file: FileRead,
  not: readonly Calendar[] | undefined,
): Calendar {
  const read = dates.map(readDates)
  const ofKind = (kind: 'days' | 'yearly') => read.flatMap(each => (each.kind === kind ? [each.days] : []))
  const days = joinedDays([...ofKind('days'), ...file.days])
  const yearly = ofKind('yearly')
  return {
    name,
    ...(days.length > 0 ? { days } : {}),
    ...(yearly.length > 0 ? { yearly } : {}),
    ...(weekdays === undefined ? {} : { weekdays: weekdaysOf(weekdays) }),
    ...(file.events.length > 0 ? { events: file.events } : {}),
    ...(not === undefined ? {} : { not }),
  }
}
