import { DateTime } from 'luxon'
import { formatDuration } from '../files/duration.ts'
import { hasExpressions, renderRequest } from '../timetable/content.ts'
import { type DecidedTime, decidedTimes, type Timing } from '../timetable/decided-times.ts'
import { clockWords, moveWords } from '../timetable/note-words.ts'
import type { Timetable } from '../timetable/schedule.ts'
import { timingInOneLine, timingInWords } from '../timetable/words.ts'
import type { Language } from '../timetable/words-language.ts'
import { localTime } from '../timetable/zone.ts'
import { CommandEnding, exitCodes } from './ending.ts'
import { type Previewed, type PreviewFlags, previewed } from './preview-sources.ts'

/** `sendoff preview`: throws CommandEnding with code 2 for a pattern, rule, zone, time or name that is refused. */
export async function preview(names: readonly string[], flags: PreviewFlags): Promise<void> {
  const from = fromOf(flags)
  const chosen = previewed(names, flags)
  const rows = chosen.flatMap(each => firstOf(each, from, flags.next).map(time => row(each, time, flags.lang)))
  if (flags.json) return void process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  for (const each of chosen) {
    const { name, when, launch } = each
    const own = rows.filter(({ schedule }) => schedule === name)
    const words = timingInWords(each, flags.lang).map(sentence => `  ${sentence}\n`)
    process.stdout.write(`${name}  (${when.timezone})\n${words.join('')}`)
    if (own.length === 0) process.stdout.write(`  ${silence(when)}\n`)
    for (const { local, due, note, content } of own) {
      process.stdout.write(`  ${local}  ${due}${note === null ? '' : `  ${note}`}\n`)
      if (hasExpressions(launch?.content)) process.stdout.write(`    content ${JSON.stringify(content)}\n`)
    }
  }
}

function firstOf(timing: Timing, after: number, count: number): DecidedTime[] {
  const found: DecidedTime[] = []
  for (const time of decidedTimes(timing, after)) {
    found.push(time)
    if (found.length === count) break
  }
  return found
}

function silence({ maxRuns }: Timetable): string {
  return maxRuns === undefined ? 'never again' : `completed: no more than ${maxRuns} runs were declared`
}

function row(previewed: Previewed, { nominal, due, label, clocks, movedBy, leftOut }: DecidedTime, language: Language) {
  const { name, when, launch } = previewed
  const notes = [
    ...(clocks === undefined ? [] : [clockWords[clocks]]),
    ...laterWords(nominal, due, movedBy, when),
    ...(leftOut === undefined ? [] : [`does not go: ${leftOut}`]),
  ]
  return {
    schedule: name,
    nominal: new Date(nominal).toISOString(),
    due: new Date(due).toISOString(),
    goes: leftOut === undefined,
    local: local(due, when),
    timezone: when.timezone,
    key: `${name}@${label}`,
    note: notes.length === 0 ? null : notes.join('; '),
    words: timingInOneLine(previewed, language),
    content: (launch && renderRequest(launch, nominal, when.timezone).content) ?? null,
  }
}

function laterWords(nominal: number, due: number, movedBy: DecidedTime['movedBy'], when: Timetable): string[] {
  if (movedBy !== undefined) return [`${moveWords[movedBy]}: due ${local(nominal, when)}`]
  return due === nominal ? [] : [`${formatDuration(due - nominal)} of jitter after ${local(nominal, when)}`]
}

function local(at: number, { timezone }: Timetable): string {
  return DateTime.fromMillis(at, { zone: timezone }).toFormat("ccc yyyy-MM-dd'T'HH:mm:ssZZ", { locale: 'en' })
}

function fromOf({ from }: PreviewFlags): number {
  if (from === undefined) return Date.now()
  // Without an offset it is UTC: the host's own zone must not decide what is shown.
  const reading = localTime(from, 'UTC')
  if (reading.kind === 'exact') return reading.at
  throw new CommandEnding(exitCodes.usage, `--from ${from} is not a time; write it like 2027-03-27T00:00:00Z`)
}
