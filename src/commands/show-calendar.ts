import { didYouMean } from '../files/suggestion.ts'
import type { Pause } from '../launches/pause.ts'
import { type CalendarNote, type CalendarRow, calendarOf } from '../timetable/calendar.ts'
import { calendarFile, notesOf, oftenWords } from '../timetable/calendar-file.ts'
import { readSpanEnd } from '../timetable/moment.ts'
import { noteWords } from '../timetable/note-words.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { declaredSchedules } from './declared.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { clockText, dayText } from './local-time.ts'
import { noSchedule, unmintableWords } from './stored-schedule.ts'
import type { GlobalFlags } from './with-ledger.ts'

interface CalendarFlags extends GlobalFlags {
  readonly days: number
  readonly from?: string
  readonly account?: string
  readonly schedule?: string
  readonly files: boolean
  readonly json: boolean
  readonly ics: boolean
}

/** What the calendar is made of. */
interface Known {
  readonly schedules: readonly Schedule[]
  /** Why the due times of stored schedules cannot be worked out here, by name: they are not among the schedules. */
  readonly unmintable: ReadonlyMap<string, string>
  readonly pauses: ReadonlyMap<string, readonly Pause[]>
  readonly skips: ReadonlyMap<string, string>
  readonly now: number
}

const dayMs = 86_400_000

/** `sendoff calendar`. Throws CommandEnding with code 2 for a name or time that is refused. */
export async function showCalendar(flags: CalendarFlags): Promise<void> {
  const start = flags.from === undefined ? undefined : instantOf(flags.from)
  const known = flags.files ? fromFiles(flags) : await fromStore(flags)
  checkNames(known, flags)
  const from = start ?? known.now
  const { account, schedule: name } = flags
  const shown = (schedule: Schedule) =>
    (account === undefined || schedule.account === account) && (name === undefined || schedule.name === name)
  for (const [each, flaw] of known.unmintable) {
    if (name === undefined || name === each) process.stderr.write(`${unmintableWords(each, flaw)}.\n`)
  }
  const rows = calendarOf({ ...known, from, to: from + flags.days * dayMs, shown })
  if (flags.ics) process.stdout.write(calendarFile(rows, known.now))
  else if (flags.json) process.stdout.write(`${JSON.stringify(rows.map(jsonRow), null, 2)}\n`)
  else if (rows.length > 0) process.stdout.write(`${tableOf(rows)}\n`)
  process.stderr.write(`${summaryOf(rows, known.schedules.filter(shown).length, flags)}\n`)
}

function instantOf(text: string): number {
  // Without an offset it is UTC: the host's own zone must not decide what is shown.
  const reading = readSpanEnd(text, 'UTC')
  if (typeof reading === 'string') throw new CommandEnding(exitCodes.usage, `--from ${reading}`)
  return reading
}

async function fromStore(flags: GlobalFlags): Promise<Known> {
  // Loaded only here: without Redis nothing of it is needed.
  const { knownFromStore } = await import('./stored-calendar.ts')
  return knownFromStore(flags)
}

const nothingStored = { unmintable: new Map(), pauses: new Map(), skips: new Map() }

function fromFiles(flags: GlobalFlags): Known {
  return { schedules: declaredSchedules(flags, false), ...nothingStored, now: Date.now() }
}

function checkNames({ schedules, unmintable }: Known, { schedule, account }: CalendarFlags): void {
  const names = [...schedules.map(({ name }) => name), ...unmintable.keys()]
  if (schedule !== undefined && !names.includes(schedule)) throw noSchedule(schedule, names)
  const accounts = [...new Set(schedules.map(each => each.account))]
  if (account === undefined || accounts.includes(account)) return
  const hint = didYouMean(account, accounts) || `; there are ${accounts.join(', ') || 'none'}`
  throw new CommandEnding(exitCodes.usage, `no schedule is of an account ${account}${hint}`)
}

function tableOf(rows: readonly CalendarRow[]): string {
  const cells = rows.map(row => {
    const zone = row.schedule.when.timezone
    const notes = notesOf(row)
    return [
      dayText(row.due, zone),
      clockText(row.due, zone),
      new Date(row.due).toISOString().replace(/(:00)?\.000Z$/, 'Z'),
      row.schedule.name,
      String(row.schedule.launch.id),
      (row.times > 1 ? [oftenWords(row), ...notes] : notes).join('; '),
    ]
  })
  return table(['DAY', 'LOCAL TIME', 'UTC', 'SCHEDULE', 'MAILING', 'NOTES'], cells)
}

/** A row of `--json`. Absent values are null; times are UTC. */
function jsonRow(row: CalendarRow) {
  const { schedule, day, key, due, last, times, going, more, every } = row
  return {
    schedule: schedule.name,
    account: schedule.account,
    mailing: schedule.launch.id,
    timezone: schedule.when.timezone,
    day,
    local: `${dayText(due, schedule.when.timezone)} ${clockText(due, schedule.when.timezone)}`,
    due: new Date(due).toISOString(),
    last: new Date(last).toISOString(),
    key: times > 1 ? null : key,
    times,
    going,
    more,
    every: every ?? null,
    notes: row.notes.map(({ note, times }) => ({ ...noteRow(note), times, words: noteWords(note) })),
  }
}

function noteRow(note: CalendarNote) {
  return note.kind === 'collides' || note.kind === 'guarded' ? { ...note, due: new Date(note.due).toISOString() } : note
}

function summaryOf(rows: readonly CalendarRow[], schedules: number, { days, files }: CalendarFlags): string {
  const sum = (of: (row: CalendarRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  const times = sum(row => row.times)
  const more = rows.some(row => row.more) ? 'more than ' : ''
  const left = times - sum(row => row.going)
  const source = files ? 'as the files declare them' : 'as they are stored'
  return `${more}${times} due times in ${days} days of ${schedules} schedules, ${source}; ${left} left out`
}
