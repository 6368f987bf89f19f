import { calendarRow } from '../duty/calendar-shape.ts'
import type { KnownCalendar } from '../duty/known-calendar.ts'
import { clockText, dayText } from '../duty/local-time.ts'
import { unmintableWords } from '../duty/schedules.ts'
import { didYouMean } from '../files/suggestion.ts'
import { type CalendarRow, calendarOf } from '../timetable/calendar.ts'
import { calendarFile, notesOf, oftenWords } from '../timetable/calendar-file.ts'
import { readSpanEnd } from '../timetable/moment.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { declaredSchedules } from './declared.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { table } from './launch-view.ts'
import { noSchedule } from './stored-schedule.ts'
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
  for (const [each, flaw] of known.unmintable)
    if (name === undefined || name === each) process.stderr.write(`${unmintableWords(each, flaw)}.\n`)
  const rows = calendarOf({ ...known, from, to: from + flags.days * dayMs, shown })
  if (flags.ics) process.stdout.write(calendarFile(rows, known.now))
  else if (flags.json) process.stdout.write(`${JSON.stringify(rows.map(calendarRow), null, 2)}\n`)
  else if (rows.length > 0) process.stdout.write(`${tableOf(rows)}\n`)
  process.stderr.write(`${summaryOf(rows, known.schedules.filter(shown).length, flags)}\n`)
}

function instantOf(text: string): number {
  // Without an offset it is UTC: the host's own zone must not decide what is shown.
  const reading = readSpanEnd(text, 'UTC')
  if (typeof reading === 'string') throw new CommandEnding(exitCodes.usage, `--from ${reading}`)
  return reading
}

async function fromStore(flags: GlobalFlags): Promise<KnownCalendar> {
  // Loaded only here: without Redis nothing of it is needed.
  const { knownCalendar } = await import('../duty/known-calendar.ts')
  const { withLedger } = await import('./with-ledger.ts')
  return withLedger(flags, ({ ledger }) => knownCalendar(ledger))
}

const nothingStored = { unmintable: new Map(), pauses: new Map(), skips: new Map() }

function fromFiles(flags: GlobalFlags): KnownCalendar {
  return { schedules: declaredSchedules(flags, false), ...nothingStored, now: Date.now() }
}

function checkNames({ schedules, unmintable }: KnownCalendar, { schedule, account }: CalendarFlags): void {
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

function summaryOf(rows: readonly CalendarRow[], schedules: number, { days, files }: CalendarFlags): string {
  const sum = (of: (row: CalendarRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  const times = sum(row => row.times)
  const more = rows.some(row => row.more) ? 'more than ' : ''
  const left = times - sum(row => row.going)
  const source = files ? 'as the files declare them' : 'as they are stored'
  return `${more}${times} due times in ${days} days of ${schedules} schedules, ${source}; ${left} left out`
}
