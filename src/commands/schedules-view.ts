import { localTimeText } from '../duty/local-time.ts'
import { type ScheduleRow, type ScheduleWhole, unmintableWords } from '../duty/schedules.ts'
import { answerCell, table } from './launch-view.ts'
import { type OfficeFlags, withOffice } from './office.ts'

interface ViewFlags extends OfficeFlags {
  readonly json: boolean
}

/** How many coming due times, launches and decisions are shown of one schedule. */
const shown = 5

/** `schedules list`. */
export async function listCommand(flags: ViewFlags): Promise<void> {
  await withOffice(flags, async office => {
    const all = await office.schedules()
    if (flags.json) return write(JSON.stringify(all, null, 2))
    if (all.length === 0) return void process.stderr.write('No schedules are stored.\n')
    const rows = all.map(each => [
      each.name,
      each.account ?? '-',
      String(each.mailing ?? '-'),
      nextCell(each),
      each.last === null ? '-' : `${each.last.state} ${each.last.due.slice(0, 16)}Z`,
      each.paused === null ? '' : pauseText(each.paused, shownZone(each)),
    ])
    write(table(['SCHEDULE', 'ACCOUNT', 'MAILING', 'NEXT DUE', 'LAST LAUNCH', 'PAUSED'], rows))
    for (const { name, unmintable } of all)
      if (unmintable !== null) process.stderr.write(`${unmintableWords(name, unmintable)}.\n`)
  })
}

/** `schedules show NAME`. */
export async function showCommand(name: string, flags: ViewFlags): Promise<void> {
  await withOffice(flags, async office => {
    const schedule = await office.schedule(name, shown)
    write(flags.json ? JSON.stringify(schedule, null, 2) : linesOf(schedule).join('\n'))
  })
}

function linesOf(schedule: ScheduleWhole): string[] {
  const { name, description, policy, source, paused, coming, unmintable } = schedule
  const zone = shownZone(schedule)
  const when = (at: string) => localTimeText(Date.parse(at), zone)
  const none = unmintable === null ? 'It is never due again.' : `${unmintableWords(name, unmintable)}.`
  return [
    `${name}${description === null ? '' : `: ${description}`}`,
    ...(schedule.mailing === null ? [] : [`  mailing  ${schedule.mailing} of account ${schedule.account}`]),
    ...schedule.words.map((words, index) => `  ${index === 0 ? 'when' : '    '}     ${words}`),
    ...(schedule.timezone === null ? [] : [`  zone     ${schedule.timezone}`]),
    ...(policy === null ? [] : [`  policy   ${JSON.stringify(policy)}`]),
    ...(source === null ? [] : [`  declared ${source.file}:${source.line}`]),
    ...(paused === null ? [] : [`  PAUSED   ${pauseText(paused, zone)}`]),
    '',
    coming.length === 0 ? none : 'Next:',
    ...coming.map(({ nominal, notes }) => `  ${[when(nominal), ...notes].join('  ')}`),
    ...titled('Left out by a person:', schedule.skips, ({ due, reason }) => `${when(due)}  ${reason}`),
    ...titled('Newest launches:', schedule.launches, launch =>
      `${launch.due}  ${launch.state.padEnd(9)}  ${launch.key}  ${answerCell(launch)}`.trimEnd(),
    ),
    ...titled('Newest decisions:', schedule.decisions, ({ at, who, what, why }) => `${at}  ${who}: ${what}: ${why}`),
  ]
}

function titled<T>(title: string, entries: readonly T[], line: (entry: T) => string): string[] {
  return entries.length === 0 ? [] : ['', title, ...entries.map(entry => `  ${line(entry)}`)]
}

function nextCell(row: ScheduleRow): string {
  if (row.next !== null) return localTimeText(Date.parse(row.next), shownZone(row))
  if (row.unmintable !== null) return 'NOT PLANNED'
  return row.completed ? 'completed' : '-'
}

/** The zone that its times are shown in. */
export function shownZone({ timezone, unmintable }: ScheduleRow): string {
  return unmintable === null && timezone !== null ? timezone : 'UTC'
}

function pauseText({ from, until, by, reason }: NonNullable<ScheduleRow['paused']>, zone: string): string {
  const end = until === null ? '' : ` until ${localTimeText(Date.parse(until), zone)}`
  return `since ${localTimeText(Date.parse(from), zone)}${end} by ${by}: ${reason}`
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}
