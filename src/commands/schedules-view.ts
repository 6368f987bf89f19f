import { readAudit } from '../launches/audit.ts'
import { listLaunches } from '../launches/list.ts'
import { endOf, type Pause } from '../launches/pause.ts'
import { comingDueTimes, type DueTime } from '../timetable/calendar.ts'
import { noteWords } from '../timetable/note-words.ts'
import { overviewOf, type ScheduleOverview } from '../timetable/overview.ts'
import { pausesOf } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import { comingSkips } from '../timetable/skipping.ts'
import { timingInWords } from '../timetable/words.ts'
import { answerCell, launchRow, table } from './launch-view.ts'
import { localTimeText } from './local-time.ts'
import { scheduleNamed } from './stored-schedule.ts'
import { type GlobalFlags, withLedger } from './with-ledger.ts'

interface ViewFlags extends GlobalFlags {
  readonly json: boolean
}

/** How many coming due times, launches and decisions are shown of one schedule. */
const shown = 5

/** `schedules list`. */
export async function listCommand(flags: ViewFlags): Promise<void> {
  await withLedger(flags, async ({ ledger }) => {
    const all = await overviewOf(ledger, await serverNow(ledger))
    if (flags.json) return write(JSON.stringify(all.map(overviewRow), null, 2))
    if (all.length === 0) return void process.stderr.write('No schedules are stored.\n')
    const rows = all.map(each => [
      each.schedule.name,
      each.schedule.account,
      String(each.schedule.launch.id),
      nextCell(each),
      each.last === undefined ? '-' : `${each.last.state} ${new Date(each.last.due).toISOString().slice(0, 16)}Z`,
      each.pause === undefined ? '' : pauseText(each.pause, each.schedule.when.timezone),
    ])
    write(table(['SCHEDULE', 'ACCOUNT', 'MAILING', 'NEXT DUE', 'LAST LAUNCH', 'PAUSED'], rows))
  })
}

/** `schedules show NAME`. */
export async function showCommand(name: string, flags: ViewFlags): Promise<void> {
  await withLedger(flags, async ({ config, ledger }) => {
    const now = await serverNow(ledger)
    const { schedule } = await scheduleNamed(ledger, name)
    const [[overview], pauses, skips, launches, decisions] = await Promise.all([
      overviewOf(ledger, now, [name]),
      pausesOf(ledger, name),
      comingSkips(ledger, now),
      listLaunches(ledger, { schedule: name, dueBy: now }, shown, Object.keys(config.accounts)),
      readAudit(ledger, shown, `schedule:${name}`),
    ])
    if (!overview) return
    const known = {
      pauses: new Map([[name, pauses]]),
      skips: new Map(skips.map(({ key, reason }) => [key, reason])),
    }
    const coming = comingDueTimes(schedule, known, now, shown)
    const own = skips.filter(skip => skip.schedule === name)
    if (flags.json) {
      const whole = {
        ...overviewRow(overview),
        description: schedule.description ?? null,
        when: schedule.when,
        except: schedule.except ?? null,
        quietHours: schedule.quietHours ?? null,
        allowed: schedule.allowed ?? null,
        launch: schedule.launch,
        policy: schedule.policy,
        source: schedule.source,
        coming: coming.map(comingRow),
        skips: own.map(({ key, due, reason }) => ({ key, due: iso(due), reason })),
        launches: launches.map(launchRow),
        decisions: decisions.map(entry => ({ ...entry, at: iso(entry.at) })),
      }
      return write(JSON.stringify(whole, null, 2))
    }
    const zone = schedule.when.timezone
    const lines = [
      `${name}${schedule.description === undefined ? '' : `: ${schedule.description}`}`,
      `  mailing  ${schedule.launch.id} of account ${schedule.account}`,
      ...timingInWords(schedule, 'en').map((words, index) => `  ${index === 0 ? 'when' : '    '}     ${words}`),
      `  zone     ${zone}`,
      `  policy   ${JSON.stringify(schedule.policy)}`,
      `  declared ${schedule.source.file}:${schedule.source.line}`,
      ...(overview.pause === undefined ? [] : [`  PAUSED   ${pauseText(overview.pause, zone)}`]),
      '',
      coming.length === 0 ? 'It is never due again.' : 'Next:',
      ...coming.map(({ nominal, notes }) => `  ${[localTimeText(nominal, zone), ...notes.map(noteWords)].join('  ')}`),
      ...titled('Left out by a person:', own, ({ due, reason }) => `${localTimeText(due, zone)}  ${reason}`),
      ...titled('Newest launches:', launches, record =>
        `${iso(record.due)}  ${record.state.padEnd(9)}  ${record.key}  ${answerCell(record)}`.trimEnd(),
      ),
      ...titled('Newest decisions:', decisions, ({ at, who, what, why }) => `${iso(at)}  ${who}: ${what}: ${why}`),
    ]
    write(lines.join('\n'))
  })
}

function titled<T>(title: string, entries: readonly T[], line: (entry: T) => string): string[] {
  return entries.length === 0 ? [] : ['', title, ...entries.map(entry => `  ${line(entry)}`)]
}

/** A schedule in `schedules list --json`. Absent values are null; times are UTC. */
function overviewRow({ schedule, pause, next, completed, last }: ScheduleOverview) {
  return {
    name: schedule.name,
    account: schedule.account,
    mailing: schedule.launch.id,
    timezone: schedule.when.timezone,
    next: next === undefined ? null : iso(next),
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

function nextCell({ schedule, next, completed }: ScheduleOverview): string {
  if (next !== undefined) return localTimeText(next, schedule.when.timezone)
  return completed ? 'completed' : '-'
}

function pauseText(pause: Pause, zone: string): string {
  const end = endOf(pause) === Number.POSITIVE_INFINITY ? '' : ` until ${localTimeText(endOf(pause), zone)}`
  return `since ${localTimeText(pause.from, zone)}${end} by ${pause.by}: ${pause.reason}`
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}
