import { calendarFile, notesOf, oftenWords } from '../duty/calendar-file.ts'
import { calendarRow, type ShownCalendarRow } from '../duty/calendar-shape.ts'
import { clockText, dayText } from '../duty/local-time.ts'
import { unmintableWords } from '../duty/schedules.ts'
import { didYouMean } from '../files/suggestion.ts'
import { calendarOf } from '../timetable/calendar.ts'
import { readSpanEnd } from '../timetable/moment.ts'
import { calendarSpan, isAskedFor } from './calendar-asked.ts'
import { declaredSchedules } from './declared.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import type { CalendarAsked, ShownCalendar } from './office/desk.ts'
import type { OfficeFlags } from './office.ts'
import { noSchedule } from './stored-schedule.ts'

interface CalendarFlags extends OfficeFlags {
  readonly days: number
  readonly from?: string
  readonly account?: string
  readonly schedule?: string
  readonly files: boolean
  readonly json: boolean
  readonly ics: boolean
}

/** `sendoff calendar`. Throws CommandEnding with code 2 for a name or time that is refused. */
export async function showCalendar(flags: CalendarFlags): Promise<void> {
  if (flags.files && flags.url !== undefined)
    throw new CommandEnding(exitCodes.usage, '--files shows the files of this folder: leave out --files or --url')
  const { days, account, schedule: name } = flags
  const from = flags.from === undefined ? undefined : instantOf(flags.from)
  const asked = { from, days, account, schedule: name }
  const known = flags.files ? fromFiles(flags, asked) : await stored(flags, asked)
  checkNames(known, flags)
  for (const [each, flaw] of known.unmintable)
    if (name === undefined || name === each) process.stderr.write(`${unmintableWords(each, flaw)}.\n`)
  const { rows } = known
  if (flags.ics) process.stdout.write(calendarFile(rows, known.now))
  else if (flags.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  else if (rows.length > 0) process.stdout.write(`${tableOf(rows)}\n`)
  process.stderr.write(`${summaryOf(rows, known.schedules.filter(isAskedFor(asked)).length, flags)}\n`)
}

function instantOf(text: string): number {
  // Without an offset it is UTC: the host's own zone must not decide what is shown.
  const reading = readSpanEnd(text, 'UTC')
  if (typeof reading === 'string') throw new CommandEnding(exitCodes.usage, `--from ${reading}`)
  return reading
}

async function stored(flags: OfficeFlags, asked: CalendarAsked): Promise<ShownCalendar> {
  // Loaded only here: without Redis nothing of it is needed.
  const { withOffice } = await import('./office.ts')
  return withOffice(flags, office => office.calendar(asked))
}

const nothingStored = { pauses: new Map(), skips: new Map(), stops: [] }

function fromFiles(flags: OfficeFlags, asked: CalendarAsked): ShownCalendar {
  const now = Date.now()
  const schedules = declaredSchedules(flags, false)
  const input = { schedules, ...nothingStored, ...calendarSpan(asked, now), shown: isAskedFor(asked) }
  return { rows: calendarOf(input).map(calendarRow), schedules, unmintable: new Map(), now }
}

function checkNames({ schedules, unmintable }: ShownCalendar, { schedule, account }: CalendarFlags): void {
  const names = [...schedules.map(({ name }) => name), ...unmintable.keys()]
  if (schedule !== undefined && !names.includes(schedule)) throw noSchedule(schedule, names)
  const accounts = [...new Set(schedules.map(each => each.account))]
  if (account === undefined || accounts.includes(account)) return
  const hint = didYouMean(account, accounts) || `; there are ${accounts.join(', ') || 'none'}`
  throw new CommandEnding(exitCodes.usage, `no schedule is of an account ${account}${hint}`)
}

function tableOf(rows: readonly ShownCalendarRow[]): string {
  const cells = rows.map(row => {
    const due = Date.parse(row.due)
    const notes = notesOf(row)
    return [
      dayText(due, row.timezone),
      clockText(due, row.timezone),
      row.due.replace(/(:00)?\.000Z$/, 'Z'),
      row.schedule,
      String(row.mailing),
      (row.times > 1 ? [oftenWords(row), ...notes] : notes).join('; '),
    ]
  })
  return table(['DAY', 'LOCAL TIME', 'UTC', 'SCHEDULE', 'MAILING', 'NOTES'], cells)
}

function summaryOf(rows: readonly ShownCalendarRow[], schedules: number, { days, files }: CalendarFlags): string {
  const sum = (of: (row: ShownCalendarRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  const times = sum(row => row.times)
  const more = rows.some(row => row.more) ? 'more than ' : ''
  const left = times - sum(row => row.going)
  const source = files ? 'as the files declare them' : 'as they are stored'
  return `${more}${times} due times in ${days} days of ${schedules} schedules, ${source}; ${left} left out`
}
