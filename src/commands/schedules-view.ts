import { readAudit } from '../launches/audit.ts'
import { listLaunches } from '../launches/list.ts'
import { endOf, type Pause } from '../launches/pause.ts'
import { comingDueTimes, type DueTime } from '../timetable/calendar.ts'
import { noteWords } from '../timetable/note-words.ts'
import { overviewOf, type ScheduleOverview } from '../timetable/overview.ts'
import { pausesOf } from '../timetable/pausing.ts'
import { serverNow } from '../timetable/planner.ts'
import type { Schedule } from '../timetable/schedule.ts'
import { comingSkips } from '../timetable/skipping.ts'
import { mintableSchedule } from '../timetable/unmintable.ts'
import { timingInWords } from '../timetable/words.ts'
import { answerCell, launchRow, table } from './launch-view.ts'
import { localTimeText } from './local-time.ts'
import { storedNamed, unmintableWords } from './stored-schedule.ts'
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
      each.name,
      each.schedule?.account ?? '-',
      String(each.schedule?.launch.id ?? '-'),
      nextCell(each),
      each.last === undefined ? '-' : `${each.last.state} ${new Date(each.last.due).toISOString().slice(0, 16)}Z`,
      each.pause === undefined ? '' : pauseText(each.pause, zoneOf(each)),
    ])
    write(table(['SCHEDULE', 'ACCOUNT', 'MAILING', 'NEXT DUE', 'LAST LAUNCH', 'PAUSED'], rows))
    for (const { name, unmintable } of all) {
      if (unmintable !== undefined) process.stderr.write(`${unmintableWords(name, unmintable)}.\n`)
    }
  })
}

/** `schedules show NAME`. */
export async function showCommand(name: string, flags: ViewFlags): Promise<void> {
  await withLedger(flags, async ({ config, ledger }) => {
    const now = await serverNow(ledger)
    const stored = await storedNamed(ledger, name)
    const { schedule } = stored
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
    const mintable = mintableSchedule(stored)
    const coming = mintable ? comingDueTimes(mintable, known, now, shown) : []
    const own = skips.filter(skip => skip.schedule === name)
    if (flags.json) {
      const whole = {
        ...overviewRow(overview),
        ...declaredRow(schedule),
        coming: coming.map(comingRow),
        skips: own.map(({ key, due, reason }) => ({ key, due: iso(due), reason })),
        launches: launches.map(launchRow),
        decisions: decisions.map(entry => ({ ...entry, at: iso(entry.at) })),
      }
      return write(JSON.stringify(whole, null, 2))
    }
    const zone = zoneOf(overview)
    const none = mintable ? 'It is never due again.' : `${unmintableWords(name, overview.unmintable)}.`
    const lines = [
      ...declaredLines(name, schedule, mintable !== undefined),
      ...(overview.pause === undefined ? [] : [`  PAUSED   ${pauseText(overview.pause, zone)}`]),
      '',
      coming.length === 0 ? none : 'Next:',
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

/** What its declaration says, for `--json`; nothing where it cannot be read. */
function declaredRow(schedule: Schedule | undefined) {
  return {
    description: schedule?.description ?? null,
    when: schedule?.when ?? null,
    except: schedule?.except ?? null,
    quietHours: schedule?.quietHours ?? null,
    allowed: schedule?.allowed ?? null,
    launch: schedule?.launch ?? null,
    policy: schedule?.policy ?? null,
    source: schedule?.source ?? null,
  }
}

/** A timetable is said in words only where its due times can be worked out. */
function declaredLines(name: string, schedule: Schedule | undefined, inWords: boolean): string[] {
  if (!schedule) return [name]
  const { description, launch, account, when, policy, source } = schedule
  const timing = inWords ? timingInWords(schedule, 'en') : [JSON.stringify(when)]
  return [
    `${name}${description === undefined ? '' : `: ${description}`}`,
    `  mailing  ${launch.id} of account ${account}`,
    ...timing.map((words, index) => `  ${index === 0 ? 'when' : '    '}     ${words}`),
    `  zone     ${when.timezone}`,
    `  policy   ${JSON.stringify(policy)}`,
    `  declared ${source.file}:${source.line}`,
  ]
}

function titled<T>(title: string, entries: readonly T[], line: (entry: T) => string): string[] {
  return entries.length === 0 ? [] : ['', title, ...entries.map(entry => `  ${line(entry)}`)]
}

/** A schedule in `schedules list --json`. Absent values are null; times are UTC. */
function overviewRow({ name, schedule, unmintable, pause, next, completed, last }: ScheduleOverview) {
  return {
    name,
    account: schedule?.account ?? null,
    mailing: schedule?.launch.id ?? null,
    timezone: schedule?.when.timezone ?? null,
    unmintable: unmintable ?? null,
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

function nextCell(overview: ScheduleOverview): string {
  const { next, completed, unmintable } = overview
  if (next !== undefined) return localTimeText(next, zoneOf(overview))
  if (unmintable !== undefined) return 'NOT PLANNED'
  return completed ? 'completed' : '-'
}

/** The zone that its times are shown in. */
function zoneOf({ schedule, unmintable }: ScheduleOverview): string {
  return unmintable === undefined && schedule ? schedule.when.timezone : 'UTC'
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
